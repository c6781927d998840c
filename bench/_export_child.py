"""One measure of the export benchmark in a process of its own: `python -m bench._export_child WAY HOME OUT`, JSON on stdout."""

import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import orjson
from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from sqlalchemy import func, select

from app.cohort.studies import find_study
from app.collection.models import Response
from app.extraction.exporting import export
from app.extraction.feeding import Feed, Reading
from app.extraction.reading import Filters
from app.kernel.actor import Actor
from app.kernel.installation import Installation
from bench._export_data import AT, STORIES, STUDY, installation_in
from exports.archive import Stream, archive
from exports.cells import serial_of
from exports.tables import Column, Row


@dataclass(frozen=True)
class Told:
    """The sheets of answers, and the rows of each story on them: what every way of writing writes."""

    columns: list[Sequence[Column]]
    stories: list[list[list[Row]]]

    @property
    def cells(self) -> list[int]:
        """Cells with a value in each story."""
        return [
            sum(value is not None for sheet in one for row in sheet for value in row) for one in self.stories
        ]


def told(installation: Installation) -> Told:
    """The rows that ours makes of the first patients, one for each story."""
    with installation.database.reading() as session:
        reading = Reading(session, installation.vault, find_study(session, STUDY), Filters())
        feed = Feed(reading, labels=False)
        stories = []
        for row, record in islice(reading.records(), STORIES):
            buffers: list[list[Row]] = [[] for _ in feed.tables]
            feed.take(row, record, buffers)
            stories.append(buffers)
        return Told([table.columns for table in feed.tables.values()], stories)


def documents(installation: Installation, each: Callable[[int], None]) -> None:
    """Read and decode every response, in no order: sorting is not the least."""
    query = select(Response.document, Response.evaluated).execution_options(yield_per=1_000)
    with installation.database.reading() as session:
        for number, (document, evaluated) in enumerate(session.execute(query)):
            orjson.loads(document)
            orjson.loads(evaluated or b"null")
            each(number)


def ours(installation: Installation, out: Path, rows: Told) -> None:
    """The whole workbook, as `./recueil export` writes it."""
    export(installation, STUDY, out, actor=Actor.command("bench"), now=AT)


def floor(installation: Installation, out: Path, rows: Told) -> None:
    """Read and decode the documents, and write the same cells by hand at the same deflate."""
    streams = [Stream() for _ in rows.columns]
    counts = [1] * len(rows.columns)
    letters = [[get_column_letter(place) for place in range(1, len(one) + 1)] for one in rows.columns]
    kinds = [[column.kind for column in one] for one in rows.columns]

    def write(number: int) -> None:
        for place, sheet in enumerate(rows.stories[number % len(rows.stories)]):
            if sheet:
                streams[place].write(_by_hand(sheet, letters[place], kinds[place], counts[place]).encode())
                counts[place] += len(sheet)

    documents(installation, write)
    with out.open("wb") as file, archive(file) as members:
        for place, stream in enumerate(streams):
            stream.end()
            members.add_between(
                f"xl/worksheets/sheet{place}.xml",
                b"<worksheet><sheetData>",
                stream,
                b"</sheetData></worksheet>",
            )


def _by_hand(rows: Sequence[Row], letters: Sequence[str], kinds: Sequence[str], done: int) -> str:
    parts = []
    for number, row in enumerate(rows, done + 1):
        parts.append(f'<row r="{number}">')
        for letter, kind, value in zip(letters, kinds, row, strict=True):
            if value is None:
                continue
            if kind == "date":
                day = value if isinstance(value, date) else date.fromisoformat(str(value))
                parts.append(f'<c r="{letter}{number}" s="1"><v>{serial_of(day)}</v></c>')
            elif isinstance(value, datetime):
                seconds = value.hour * 3600 + value.minute * 60 + value.second
                parts.append(
                    f'<c r="{letter}{number}" s="2"><v>{serial_of(value.date()) + seconds / 86400}</v></c>'
                )
            elif isinstance(value, str):
                parts.append(f'<c r="{letter}{number}" t="inlineStr"><is><t>{escape(value)}</t></is></c>')
            else:
                parts.append(f'<c r="{letter}{number}"><v>{value}</v></c>')
        parts.append("</row>")
    return "".join(parts)


def openpyxl(installation: Installation, out: Path, rows: Told) -> None:
    """Read and decode the documents, and write the same cells with openpyxl's write_only mode."""
    book = Workbook(write_only=True)
    sheets = [book.create_sheet() for _ in rows.columns]

    def write(number: int) -> None:
        for place, sheet in enumerate(rows.stories[number % len(rows.stories)]):
            for row in sheet:
                sheets[place].append([_dated(value) for value in row])

    documents(installation, write)
    book.save(out)


def _dated(value: object) -> object:
    if isinstance(value, str) and len(value) == 10 and value[4] == "-" and value[:4].isdigit():
        return date.fromisoformat(value)
    return value


def in_format(format: str, installation: Installation, out: Path, rows: Told) -> None:
    """All tables in another format, as `./recueil export --format` writes them into one zip."""
    export(installation, STUDY, out, actor=Actor.command("bench"), now=AT, format=format)


WAYS: dict[str, Callable[[Installation, Path, Told], None]] = {
    "ours": ours, "floor": floor, "openpyxl": openpyxl,
    **{format: partial(in_format, format) for format in ("csv", "sav", "dta", "xpt")},
}  # fmt: skip


def main(way: str, home: Path, out: Path) -> dict[str, Any]:
    """Seconds of processor and clock, cells, peak memory in MB."""
    installation = installation_in(home)
    rows = told(installation)
    with installation.database.reading() as session:
        patients = session.scalar(select(func.count()).select_from(Response)) or 0
    each = rows.cells
    cells = sum(each[number % len(each)] for number in range(patients))
    began, clock = time.process_time(), time.perf_counter()
    WAYS[way](installation, out, rows)
    return {
        "cpu_s": time.process_time() - began, "wall_s": time.perf_counter() - clock, "cells": cells,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "file_mb": out.stat().st_size / 2**20,
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))))
