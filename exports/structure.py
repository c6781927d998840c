"""What openpyxl makes of a workbook: sheets, header rows, styles, filters; the bulk rows are laid in afterwards.

Fixed times and a mended stylesheet: the same tables give the same bytes, and a strict validator finds no error.
"""

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.xml.functions import tostring

from exports.cells import StyleIds
from exports.tables import Column

_TEXT = "@"
_DATE = "yyyy\\-mm\\-dd"
_DATETIME = "yyyy\\-mm\\-dd\\ hh:mm:ss"
_WIDTHS = {"date": 11, "partial_date": 11, "datetime": 19, "flag": 5, "code": 6, "integer": 8, "decimal": 9, "text": 10}
_WIDEST = 60


@dataclass(frozen=True)
class Sheet:
    """One sheet as it will stand in the file: columns already as cells hold them, and how many rows follow the header."""

    name: str
    columns: Sequence[Column]
    rows: int
    widths: Sequence[int]
    frozen: int = 0


def width_of(column: Column, longest: int) -> int:
    """A width at which name (with its filter button) and the sampled values can be read."""
    return min(_WIDEST, max(len(column.name) + 4, _WIDTHS[column.kind], longest + 2))


def begin() -> tuple[Workbook, StyleIds]:
    """A workbook without sheets and the places of its cell formats."""
    book = Workbook()
    scratch = book.active
    assert isinstance(scratch, Worksheet)
    ids = StyleIds(
        text=_style(scratch, 1, _TEXT), quoted=_style(scratch, 2, _TEXT, quoted=True),
        date=_style(scratch, 3, _DATE), datetime=_style(scratch, 4, _DATETIME),
    )
    book.remove(scratch)
    return book, ids


def _style(sheet: Worksheet, row: int, number_format: str, *, quoted: bool = False) -> int:
    cell = sheet.cell(row, 1)
    cell.number_format = number_format
    cell.alignment = Alignment(vertical="top")
    if quoted:
        cell.quotePrefix = True
    return int(cell.style_id)


def add_sheet(book: Workbook, sheet: Sheet) -> None:
    """A sheet with its header row: frozen, filterable, widths set, printable."""
    made = book.create_sheet(sheet.name)
    for place, column in enumerate(sheet.columns, 1):
        cell = made.cell(1, place, column.name)
        cell.font = Font(name="Calibri", size=11, bold=True)
        cell.border = Border(bottom=Side(style="thin"))
        cell.alignment = Alignment(vertical="top")
        made.column_dimensions[get_column_letter(place)].width = sheet.widths[place - 1]
    # By its address: asking for the cell would make it, and an empty row 2 would stand before the data.
    made.freeze_panes = f"{get_column_letter(sheet.frozen + 1)}2"
    made.auto_filter.ref = f"A1:{get_column_letter(len(sheet.columns))}{sheet.rows + 1}"
    made.page_setup.orientation = "landscape"
    made.page_setup.fitToHeight = 0
    made.sheet_properties.pageSetUpPr.fitToPage = True
    made.print_title_rows = "1:1"


def parts_of(book: Workbook, *, at: datetime, title: str) -> dict[str, bytes]:
    """The members of the saved workbook, by name, in a fixed order, with its times set to ``at`` (naive UTC)."""
    book.properties.title = title
    book.properties.creator = "Recueil"
    book.properties.created = at
    buffer = io.BytesIO()
    book.save(buffer)
    with zipfile.ZipFile(buffer) as saved:
        parts = {name: saved.read(name) for name in saved.namelist()}
    book.properties.modified = at
    parts["docProps/core.xml"] = tostring(book.properties.to_tree())
    parts["xl/styles.xml"] = mended_styles(parts["xl/styles.xml"])
    return dict(sorted(parts.items(), key=lambda part: (part[0] != "[Content_Types].xml", part[0])))


def mended_styles(styles: bytes) -> bytes:
    """openpyxl writes a font's parts in an order that the schema does not allow (CT_Font is a sequence): put right."""
    return re.sub(rb"<font>(.*?)</font>", _mended_font, styles, flags=re.S)


_FONT_ORDER = (b"b", b"i", b"strike", b"condense", b"extend", b"outline", b"shadow", b"u", b"vertAlign", b"sz",
               b"color", b"name", b"family", b"charset", b"scheme")


def _mended_font(found: re.Match[bytes]) -> bytes:
    whole = {part[1]: part[0] for part in re.finditer(rb"<(\w+)[^>]*?/>", found[1])}
    return b"<font>" + b"".join(whole[name] for name in _FONT_ORDER if name in whole) + b"</font>"


def split_sheet(part: bytes, rows: int, columns: int) -> tuple[bytes, bytes]:
    """A saved sheet cut where its bulk rows belong, its stated size mended to ``rows`` below the header."""
    head, mark, tail = part.partition(b"</sheetData>")
    size = f'<dimension ref="A1:{get_column_letter(columns)}{rows + 1}"'.encode()
    head = re.sub(rb'<dimension ref="[^"]*"', size, head, count=1)
    return head, mark + tail
