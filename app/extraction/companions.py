"""The formats of one table a file: `--out` is the table of patients, the other tables stand beside it under its name.

With an `.zip` name all tables are in that one file.
"""

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, Protocol

from app.extraction.exporting import Exported, file_sha256, written_whole
from app.extraction.layout import PATIENT_SHEET
from app.extraction.tables import Extraction
from exports.archive import archive
from exports.dta import write_dta
from exports.sav import write_sav
from exports.spooling import spooled
from exports.tables import Table, Written
from exports.xpt import write_xpt


class _Writer(Protocol):
    def __call__(self, out: BinaryIO, table: Table, *, title: str) -> int: ...


def _xpt5(out: BinaryIO, table: Table, *, title: str) -> int:
    return write_xpt(out, table, title=title, version=5)


WRITERS: Mapping[str, _Writer] = {"sav": write_sav, "dta": write_dta, "xpt": write_xpt}


def write_companions(extraction: Extraction, out: Path, format: str, cut: str | None) -> Exported:
    """Write every table of an extraction in a format of one table a file, whole or not at all."""
    if out.suffix == ".zip":
        return _zipped(extraction, out, format, cut)
    sheets: dict[str, int] = {}
    beside: list[Path] = []
    for table, writer, name in _files(extraction, format, cut, sheets):
        path = out if name == f"{PATIENT_SHEET}.{format}" else out.with_name(f"{out.stem}_{name}")
        with written_whole(path) as stream:
            sheets[table.name] = writer(stream, table, title=_title(extraction, table))
        if path != out:
            beside.append(path)
    return Exported(out, file_sha256(out), _ordered(extraction, sheets), extraction.anchor, extraction.data_sha256,
                    tuple(beside))


def _zipped(extraction: Extraction, out: Path, format: str, cut: str | None) -> Exported:
    sheets: dict[str, int] = {}
    with written_whole(out) as stream, archive(stream) as members:
        for table, writer, name in _files(extraction, format, cut, sheets):
            with tempfile.TemporaryFile() as one:
                sheets[table.name] = writer(one, table, title=_title(extraction, table))
                one.seek(0)
                members.add_file(name, one)
    return Exported(out, file_sha256(out), _ordered(extraction, sheets), extraction.anchor, extraction.data_sha256)


def _files(
    extraction: Extraction, format: str, cut: str | None, sheets: Mapping[str, int]
) -> Iterator[tuple[Table, _Writer, str]]:
    with spooled(extraction.passes()) as tables:
        for table in (tables[one.name] for one in extraction.tables):
            yield table, WRITERS[format], f"{table.name}.{format}"
            if format == "xpt":
                yield table, _xpt5, f"{table.name}_v5.xpt"
    # Last, when all counts are known: the control totals stand in it.
    opening = extraction.opening(Written(dict(sheets)), cut)
    yield opening, WRITERS[format], f"{opening.name}.{format}"


def _title(extraction: Extraction, table: Table) -> str:
    # It stands inside the file: whoever receives one table alone must still see that the answers are fictitious.
    return ("SIMULÉ - " if extraction.reading.census.simulated else "") + (table.fr or table.name)


def _ordered(extraction: Extraction, sheets: Mapping[str, int]) -> dict[str, int]:
    names = ["lisez_moi", *(table.name for table in extraction.tables)]
    return {name: sheets[name] for name in names if name in sheets}
