"""The workbook: openpyxl's structure, rows streamed into it. Nothing is cut; the same tables give the same bytes."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from openpyxl.utils import get_column_letter

from exports import limits
from exports.archive import Stream, archive
from exports.cells import StyleIds, bodies
from exports.errors import TooManyColumns
from exports.names import check_names, check_sheet_name
from exports.structure import Sheet, add_sheet, begin, parts_of, split_sheet, width_of
from exports.tables import Pass, Row, Table, Written, single

_SAMPLE = 200
_MARK = "\x00"
"""Stands for a row's number; no cell can hold it, since XML cannot."""
_TAILS = 4_000
_LEADS = 3
"""Places kept free in the row counter, so that `name_99` still fits a sheet name."""


@dataclass(frozen=True)
class Front:
    """What stands around the data: the order of the sheets, the opening sheet made last, and the file's own facts."""

    order: Sequence[str]
    opening: Callable[[Written], Table] | None
    at: datetime
    title: str


class _Rows:
    """The bulk rows of one table on their way into one or several sheets."""

    def __init__(self, table: Table, styles: StyleIds, longest: int, stack: ExitStack) -> None:
        self.table = table
        self.columns = limits.cell_columns(table.columns)
        if len(self.columns) > limits.COLUMNS:
            raise TooManyColumns(sheet=table.name, columns=len(self.columns), limit=limits.COLUMNS)
        check_names(self.columns)
        check_sheet_name(table.name + "_" * _LEADS)
        self._leads = [f'<c r="{get_column_letter(place)}' for place in range(1, len(self.columns) + 1)]
        self._bodies = [bodies(table.name, column, styles) for column in self.columns]
        self._spreads = any(column.parts > 1 for column in table.columns)
        self._longest, self._stack = longest, stack
        self._sampled = 0
        self._seen = [0] * len(self.columns)
        self._tails: dict[Row, str] = {}
        self.streams: list[tuple[Stream, int]] = []
        self._open()

    def _open(self) -> None:
        stream = Stream()
        self._stack.callback(stream.close)
        self.streams.append((stream, 0))

    def take(self, rows: Sequence[Row]) -> None:
        """Write some rows; a full sheet is continued in the next."""
        if self._spreads:
            rows = list(limits.spread(self.table.columns, rows))
        if self._sampled < _SAMPLE:
            self._sample(rows[: _SAMPLE - self._sampled])
        while rows:
            stream, count = self.streams[-1]
            room = self._longest - 1 - count
            if room == 0:
                self._open()
                continue
            now, rows = rows[:room], rows[room:]
            stream.write(self._xml(now, count + 2).encode())
            self.streams[-1] = (stream, count + len(now))

    def _xml(self, rows: Sequence[Row], first: int) -> str:
        if self.table.recurring is not None and not self._spreads:
            return self._recurring(rows, first, self.table.recurring)
        leads, known = self._leads, self._bodies
        made: list[str] = []
        for place, row in enumerate(rows, first):
            number = str(place)
            made.append(f'<row r="{number}">')
            made += [f"{lead}{number}{body[value]}"
                     for lead, body, value in zip(leads, known, row, strict=True) if value is not None]
            made.append("</row>")
        return "".join(made)

    def _recurring(self, rows: Sequence[Row], first: int, split: int) -> str:
        # Half of a workbook's rows are states, and most of these say the same of many patients: the cells after the
        # keys are made once, with a mark where the row's number goes.
        made: list[str] = []
        tails, head = self._tails, ""
        last: Row | None = None
        for place, row in enumerate(rows, first):
            keys, rest = row[:split], tuple(row[split:])
            if keys != last:
                last, head = keys, self._marked(keys, 0)
            tail = tails.get(rest)
            if tail is None:
                tail = self._marked(rest, split)
                if len(tails) < _TAILS:
                    tails[rest] = tail
            made.append(f'<row r="{_MARK}">{head}{tail}</row>'.replace(_MARK, str(place)))
        return "".join(made)

    def _marked(self, cells: Row, start: int) -> str:
        return "".join(f"{self._leads[place]}{_MARK}{self._bodies[place][value]}"
                       for place, value in enumerate(cells, start) if value is not None)

    def _sample(self, rows: Sequence[Row]) -> None:
        self._sampled += len(rows)
        for row in rows:
            for place, value in enumerate(row):
                if isinstance(value, str) and len(value) > self._seen[place]:
                    self._seen[place] = len(value)

    def sheets(self) -> list[Sheet]:
        """The sheets that the rows fill, at least one even without rows."""
        widths = [width_of(column, seen) for column, seen in zip(self.columns, self._seen, strict=True)]
        return [
            Sheet(self.table.name if part == 1 else f"{self.table.name}_{part}", self.columns, count, widths,
                  self.table.frozen)
            for part, (_, count) in enumerate(self.streams, 1)
        ]


def write_workbook(out: BinaryIO, passes: Iterable[Pass], front: Front, *, longest: int = limits.ROWS) -> Written:
    """Write the tables of all passes as one xlsx file and say what was written.

    ``longest`` is the number of rows a sheet may have with its header. Raises TooManyColumns, BadName, NotOfKind,
    TextTooLong (a text column must have been measured: exports.limits.measured, or its ``parts`` set).
    """
    book, styles = begin()
    with ExitStack() as stack:
        filled = _filled(passes, styles, longest, stack)
        written = Written()
        for name in front.order:
            for sheet in filled[name].sheets():
                written.sheets[sheet.name] = sheet.rows
        if front.opening is not None:
            opening = front.opening(written)
            filled = {opening.name: _filled([single(opening)], styles, longest, stack)[opening.name], **filled}
            written.sheets = {opening.name: filled[opening.name].streams[0][1], **written.sheets}
        everything = [
            (sheet, stream)
            for name in ((opening.name,) if front.opening is not None else ()) + tuple(front.order)
            for sheet, (stream, _) in zip(filled[name].sheets(), filled[name].streams, strict=True)
        ]
        for sheet, _ in everything:
            add_sheet(book, sheet)
        _assemble(out, everything, parts_of(book, at=front.at, title=front.title))
    return written


def _filled(passes: Iterable[Pass], styles: StyleIds, longest: int, stack: ExitStack) -> dict[str, _Rows]:
    filled: dict[str, _Rows] = {}
    for each in passes:
        places = [_Rows(table, styles, longest, stack) for table in each.tables]
        for place, rows in each.batches():
            places[place].take(rows)
        for rows_of in places:
            for stream, _ in rows_of.streams:
                stream.end()
            filled[rows_of.table.name] = rows_of
    return filled


def _assemble(out: BinaryIO, sheets: Sequence[tuple[Sheet, Stream]], parts: dict[str, bytes]) -> None:
    bulk = {f"xl/worksheets/sheet{place}.xml": pair for place, pair in enumerate(sheets, 1)}
    with archive(out) as members:
        for name, data in parts.items():
            if name not in bulk:
                members.add(name, data)
                continue
            sheet, stream = bulk[name]
            head, tail = split_sheet(data, sheet.rows, len(sheet.columns))
            members.add_between(name, head, stream, tail)
