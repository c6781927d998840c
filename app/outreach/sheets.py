"""Small tables that people prepare (xlsx or csv), read as text with the place of every cell. Nothing is evaluated."""

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from app.outreach.errors import NotATable

LONGEST_FILE = 5 * 2**20
LONGEST_UNPACKED = 60 * 2**20
MOST_ROWS = 5_000
MOST_COLUMNS = 60
ENCODINGS = ("utf-8-sig", "cp1252")


@dataclass(frozen=True)
class Row:
    """One row: its sheet ("" in a csv), its number as a spreadsheet shows it, its cells as stripped text."""

    sheet: str
    number: int
    cells: tuple[str, ...]

    def place(self, column: int) -> str:
        """Where a cell of this row is, as a person would look for it: «Feuil1!D4», «D4»."""
        cell = f"{get_column_letter(column + 1)}{self.number}"
        return f"{self.sheet}!{cell}" if self.sheet else cell


def read_rows(path: Path) -> list[Row]:
    """The rows of a csv or of all sheets of an xlsx, empty ones left out.

    Raises NotATable for anything else, or for more than 5 MB, 5,000 rows or 60 columns.
    """
    try:
        if path.stat().st_size > LONGEST_FILE:
            raise NotATable(file=path.name, why_fr="plus de 5 Mo", why_en="more than 5 MB")
        rows = _xlsx(path) if zipfile.is_zipfile(path) else _csv(path)
        return list(_limited(path, rows))
    except (OSError, zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, csv.Error) as error:
        raise NotATable(file=path.name, why_fr="fichier illisible", why_en="unreadable file") from error


def _limited(path: Path, rows: Iterator[Row]) -> Iterator[Row]:
    for read, row in enumerate(rows):
        if read >= MOST_ROWS:
            raise NotATable(file=path.name, why_fr="plus de 5 000 lignes", why_en="more than 5,000 rows")
        if any(row.cells):
            yield row


def _xlsx(path: Path) -> Iterator[Row]:
    with zipfile.ZipFile(path) as archive:
        if sum(part.file_size for part in archive.infolist()) > LONGEST_UNPACKED:
            raise NotATable(
                file=path.name, why_fr="plus de 60 Mo décompressé", why_en="more than 60 MB unpacked"
            )
    # read_only: the normal mode can be made to take gigabytes by a file of a few kB.
    book = load_workbook(path, read_only=True, data_only=True)
    try:
        for sheet in book.worksheets:
            found = sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS)
            for number, cells in enumerate(found, start=1):
                yield Row(sheet.title, number, tuple(_text(cell) for cell in cells))
    finally:
        book.close()


def _csv(path: Path) -> Iterator[Row]:
    text = _decoded(path)
    if "\0" in text:
        raise NotATable(file=path.name, why_fr="ni csv ni xlsx", why_en="neither csv nor xlsx")
    heading = text.split("\n", 1)[0]
    delimiter = max(";,\t", key=heading.count)
    for number, cells in enumerate(csv.reader(io.StringIO(text), delimiter=delimiter), start=1):
        yield Row("", number, tuple(cell.strip() for cell in cells[:MOST_COLUMNS]))


def _decoded(path: Path) -> str:
    raw = path.read_bytes()
    for encoding in ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValueError("neither UTF-8 nor cp1252")


def _text(cell: object) -> str:
    if cell is None:
        return ""
    # A telephone or a FINESS typed in a number cell comes back as 310777412.0.
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()
