"""Small tables that people prepare (xlsx or csv): read as lists are, in smaller limits, with the place of every cell."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from openpyxl.utils import get_column_letter

from app.cohort.errors import HostileFile, NotAList
from app.cohort.reading import Sheet, open_list
from app.outreach.errors import NotATable

LONGEST_FILE = 5 * 2**20
MOST_ROWS = 5_000
MOST_COLUMNS = 60


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
        sheets = open_list(path).sheets
    except OSError as error:
        raise NotATable(file=path.name, why_fr="fichier illisible", why_en="unreadable file") from error
    except (NotAList, HostileFile) as refused:
        raise NotATable(**refused.facts) from refused
    if sum(len(sheet.rows) for sheet in sheets) > MOST_ROWS:
        raise NotATable(file=path.name, why_fr="plus de 5 000 lignes", why_en="more than 5,000 rows")
    return [row for sheet in sheets for row in _rows(sheet)]


def _rows(sheet: Sheet) -> Iterator[Row]:
    for number, cells in enumerate(sheet.rows, start=1):
        stripped = tuple(cell.strip() for cell in cells[:MOST_COLUMNS])
        if any(stripped):
            yield Row(sheet.name, number, stripped)
