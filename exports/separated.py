"""The csv.zip: every table twice (`;` at the root, `,` in `virgule/`), the programs that read it, and its description.

UTF-8 with BOM, CRLF, decimal point, an empty field for no value. A text that a spreadsheet could run as a formula gets
one leading apostrophe; the programs take it off again.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import BinaryIO

from exports.archive import Archive, Stream, archive
from exports.datapackage import datapackage
from exports.names import check_names
from exports.rscript import r_script
from exports.sasprogram import sas_program
from exports.tables import Pass, Row, Table, Written, single

BOM = b"\xef\xbb\xbf"
PROFILES = {"": ";", "virgule/": ","}
_RISKY = re.compile("'*[=+\\-@\t\r\0]")


def guarded(text: str) -> str:
    """The text as a csv holds it: one apostrophe first when a spreadsheet could take it for a formula."""
    return "'" + text if _RISKY.match(text) else text


@dataclass
class Shape:
    """One table as it was written, with what the reading programs need to know of its texts."""

    table: Table
    rows: int = 0
    longest: list[int] = field(default_factory=list)


class _Files:
    """One table on its way into a file of each profile."""

    def __init__(self, table: Table, stack: ExitStack) -> None:
        check_names(table.columns)
        self.shape = Shape(table, 0, [1] * len(table.columns))
        self.streams = {prefix: Stream() for prefix in PROFILES}
        self._forms = [_FORMS.get(column.kind, _plain) for column in table.columns]
        self._texts = [i for i, c in enumerate(table.columns) if c.kind in ("text", "code", "partial_date")]
        for stream in self.streams.values():
            stack.callback(stream.close)
            stream.write(BOM)
        self._put([[column.name for column in table.columns]])

    def take(self, rows: Sequence[Row]) -> None:
        """Write some rows to every profile."""
        longest = self.shape.longest
        for row in rows:
            for place in self._texts:
                value = row[place]
                if value is not None:
                    longest[place] = max(longest[place], len(str(value).encode("utf-8", "replace")) + 1)
        forms = self._forms
        self._put([[None if value is None else form(value) for form, value in zip(forms, row, strict=True)]
                   for row in rows])
        self.shape.rows += len(rows)

    def _put(self, rows: list[list[str | None]]) -> None:
        for prefix, delimiter in PROFILES.items():
            text = io.StringIO(newline="")
            csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
            self.streams[prefix].write(text.getvalue().encode("utf-8", "surrogatepass"))


def write_csv(out: BinaryIO, passes: Iterable[Pass], opening: Callable[[Written], Table] | None, *,
              package: str, title: str) -> Written:
    """Write the csv.zip and say what was written. ``package`` names it in datapackage.json."""
    written = Written()
    with ExitStack() as stack, archive(out) as members:
        files = [one for each in passes for one in _fill(each, stack)]
        written.sheets = {one.shape.table.name: one.shape.rows for one in files}
        if opening is not None:
            first = _fill(single(opening(written)), stack)
            files = first + files
            written.sheets = {first[0].shape.table.name: first[0].shape.rows, **written.sheets}
        for one in files:
            for prefix, stream in one.streams.items():
                members.add_between(f"{prefix}{one.shape.table.name}.csv", b"", stream, b"")
        _companions(members, [one.shape for one in files], package, title)
    return written


def _companions(members: Archive, shapes: Sequence[Shape], package: str, title: str) -> None:
    tables = [shape.table for shape in shapes]
    lengths = {shape.table.name: shape.longest for shape in shapes}
    members.add("lire.R", r_script(tables, title).encode())
    members.add("lire.sas", sas_program(tables, lengths, title).encode())
    members.add("datapackage.json", datapackage(tables, package, title))


def _fill(each: Pass, stack: ExitStack) -> list[_Files]:
    files = [_Files(table, stack) for table in each.tables]
    for place, rows in each.batches():
        files[place].take(rows)
    for one in files:
        for stream in one.streams.values():
            stream.end()
    return files


def _plain(value: object) -> str:
    return str(value)


def _text(value: object) -> str:
    return guarded(str(value))


def _number(value: object) -> str:
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return value if isinstance(value, str) else repr(value)


def _day(value: object) -> str:
    return value.isoformat()[:10] if isinstance(value, date) else str(value)


def _instant(value: object) -> str:
    return value.isoformat(sep="T", timespec="seconds") if isinstance(value, datetime) else str(value)


_FORMS: dict[str, Callable[[object], str]] = {
    "text": _text, "code": _number, "integer": _number, "decimal": _number, "flag": _number, "date": _day,
    "datetime": _instant,
}

