"""From sheets of text to records: headers, repeated headers, total lines, and the value of every known cell."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from hashlib import blake2b
from itertools import repeat

from app.cohort.columns import Dates, Flags, Grid, each
from app.cohort.dates import Birth
from app.cohort.errors import NoKeyColumn
from app.cohort.headers import Columns, looks_like_headers, missing_keys, read_headers
from app.cohort.initials import Initials
from app.cohort.names import bare
from app.cohort.reading import Cells, ListFile, Sheet
from app.cohort.records import Record
from app.cohort.rules import ListRules
from app.cohort.vocabulary import read_status

HEADER_DEPTH = 30
TOTALS = ("TOTAL", "TOTAUX", "SOUS TOTAL", "NOMBRE TOTAL", "NB TOTAL")
Fingerprint = Callable[[str], str]
READ = tuple(field.name for field in fields(Record) if field.name not in ("fate", "reason"))


def fingerprinter(key: bytes) -> Fingerprint:
    """A keyed fingerprint of a text: 32 hexadecimal characters; equal texts meet, nobody reads them."""

    def fingerprint(text: str) -> str:
        return blake2b(text.encode(), key=key, digest_size=16).hexdigest()

    return fingerprint


def read_records(
    file: ListFile, rules: ListRules, mapping: Mapping[str, str], fingerprint: Fingerprint
) -> list[Record]:
    """Every data row of every sheet that has headers, in file order. Raises NoKeyColumn when none has."""
    records: list[Record] = []
    seen: list[str] = []
    missing: list[str] = []
    for sheet in file.sheets:
        found = _headers(sheet, mapping)
        if found is None:
            continue
        start, columns = found
        lacking = missing_keys(columns)
        if lacking:
            missing += lacking
            seen += [cell for cell in sheet.rows[start] if cell.strip()]
            continue
        records += _Reader(sheet, columns, rules, fingerprint).records(start + 1, len(records))
    if not records and (missing or not any(_headers(sheet, mapping) for sheet in file.sheets)):
        raise NoKeyColumn(
            file=file.name,
            missing=", ".join(dict.fromkeys(missing)) or "NUM_ATU",
            seen=", ".join(seen[:20]) or "—",
        )
    return records


def headers_of(file: ListFile, mapping: Mapping[str, str]) -> list[tuple[str, Cells, Columns]]:
    """Sheet by sheet: its name, its header cells and the columns recognised, for the mapping screen."""
    found = []
    for sheet in file.sheets:
        headers = _headers(sheet, mapping)
        if headers is not None:
            found.append((sheet.name, sheet.rows[headers[0]], headers[1]))
    return found


def _headers(sheet: Sheet, mapping: Mapping[str, str]) -> tuple[int, Columns] | None:
    """The header row: the one of the first rows that names most fields, and at least two."""
    best: tuple[int, Columns] | None = None
    for index, row in enumerate(sheet.rows[:HEADER_DEPTH]):
        columns = read_headers(row, mapping)
        if len(columns.fields) >= 2 and (best is None or len(columns.fields) > len(best[1].fields)):
            best = (index, columns)
    return best


class _Reader:
    """Reads the rows of one sheet; `width` cells each, cut or filled up with empty ones."""

    def __init__(self, sheet: Sheet, columns: Columns, rules: ListRules, fingerprint: Fingerprint) -> None:
        self.sheet, self.columns, self.rules, self.fingerprint = sheet, columns, rules, fingerprint
        self.width = max(index for _, index in columns.kept) + 1
        self.number = columns.fields["atu_num"]

    def records(self, start: int, before: int) -> list[Record]:
        """The data rows from `start`, numbered on after `before` rows of earlier sheets; uses the sheet up."""
        rows, places = self._data_rows(start)
        self.sheet.rows.clear()
        grid = Grid(rows, self.columns, self.rules)
        dates, requests, sexes = grid.dates(), grid.requests(), grid.sexes()
        initials, births = grid.initials(), grid.births(dates)
        where, products, weights = grid.places(), grid.products(), grid.weights()
        numbers = each(str.strip, grid["atu_num"])
        values = {
            "sheet": repeat(self.sheet.name),
            "source_row": range(before + 1, before + 1 + len(rows)),
            "sheet_row": places,
            "cells": rows,
            "columns": repeat(self.columns),
            "fingerprint": map(self.fingerprint, grid.contents()),
            "number": numbers,
            "number_index": map(self._number_index, numbers),
            "kind": grid.kinds(),
            "request_type": [request[0] for request in requests],
            "request_type_inferred": [request[1] for request in requests],
            "status": each(read_status, grid["req_status"]),
            **{name: [getattr(one, name) for one in dates] for name in Dates._fields if name != "flags"},
            "product": [product[0] for product in products],
            "strength": grid.strengths(),
            "indication": grid.indications(),
            "initials": initials,
            "birth": births,
            "sex": [sex[0] for sex in sexes],
            "place": [place[0] for place in where],
            "flags": map(_flags, requests, dates, initials, births, sexes, weights, where, products),
        }
        return [Record(*row) for row in zip(*(values[name] for name in READ), strict=False)]

    def _data_rows(self, start: int) -> tuple[list[Cells], list[int]]:
        """The cells of the data rows, and the number that the sheet shows beside each."""
        rows: list[Cells] = []
        places: list[int] = []
        number, width = self.number, self.width
        for place, cells in enumerate(self.sheet.rows[start:], start + 1):
            full = cells if len(cells) == width else cells[:width] + ("",) * (width - len(cells))
            # Most rows begin with a number: only the others are worth comparing.
            if (full[0][:1].isdigit() and full[number][:1].isdigit()) or self._is_data(full):
                rows.append(full)
                places.append(place)
        return rows, places

    def _is_data(self, cells: Cells) -> bool:
        """Whether a row is none of: blank, a total line, the headers again."""
        first = next(filter(None, cells), "")
        total = first[:1] in "TtSsNn" and bare(first).startswith(TOTALS)
        return bool(first) and not total and not looks_like_headers(cells, self.columns)

    def _number_index(self, number: str) -> str | None:
        return self.fingerprint("number\x1f" + number) if number else None


def _flags(
    request: tuple[object, object, Flags],
    dates: Dates,
    initials: Initials,
    birth: Birth,
    sex: tuple[object, Flags],
    weight: Flags,
    place: tuple[object, Flags],
    product: tuple[object, Flags],
) -> list[str]:
    """The flags of a row, in the order in which a person would check it."""
    name = ("name_in_full",) if initials.name_in_full else ()
    problem = (birth.problem,) if birth.problem else ()
    return [*request[2], *dates.flags, *name, *problem, *sex[1], *weight, *place[1], *product[1]]
