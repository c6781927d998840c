"""Workbooks that mean harm, small enough to write in a test."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
)
ROOT_RELS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
    'officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
BOOK_RELS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
    'worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
)
BOOK = (
    '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="liste" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
SHEET = (
    '<?xml version="1.0"?>{head}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
)
HEADERS = ("NUM_ATU", "DATE_OCTROI", "INITIALES", "DDN", "ETABLISSEMENT")


def cell(reference: str, text: str) -> str:
    """One cell holding text."""
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def header_row() -> str:
    """The headers of a list, so that only the harm can be the reason of a refusal."""
    return '<row r="1">' + "".join(cell(f"{chr(65 + i)}1", name) for i, name in enumerate(HEADERS)) + "</row>"


def write_book(
    path: Path,
    rows: Iterable[str],
    *,
    head: str = "",
    tail: str = "",
    parts: Iterable[tuple[str, bytes]] = (),
) -> Path:
    """A workbook of one sheet whose rows are given as XML, streamed."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("_rels/.rels", ROOT_RELS)
        archive.writestr("xl/workbook.xml", BOOK)
        archive.writestr("xl/_rels/workbook.xml.rels", BOOK_RELS)
        for name, content in parts:
            archive.writestr(name, content)
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(SHEET.format(head=head).encode() + b"<sheetData>" + header_row().encode())
            for row in rows:
                sheet.write(row.encode())
            sheet.write(f"</sheetData>{tail}</worksheet>".encode())
    return path


def far_cell(path: Path) -> Path:
    """One cell in the last corner that a sheet has."""
    return write_book(path, ['<row r="1048576">' + cell("XFD1048576", "x") + "</row>"])


def far_row(path: Path) -> Path:
    """One cell in the last row, in the first column."""
    return write_book(path, ['<row r="1048576">' + cell("A1048576", "x") + "</row>"])


def far_column(path: Path) -> Path:
    """One cell in the last column of the second row."""
    return write_book(path, ['<row r="2">' + cell("XFD2", "x") + "</row>"])


def huge_merge(path: Path) -> Path:
    """Everything merged into one cell, over a few rows."""
    rows = [f'<row r="{n}">' + cell(f"A{n}", str(n)) + "</row>" for n in range(2, 6)]
    return write_book(path, rows, tail='<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>')


def many_rows(path: Path) -> Path:
    """As many rows as a sheet can hold, each with one cell."""
    return write_book(path, (f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(2, 1_048_577)))


def bomb(path: Path) -> Path:
    """A few hundred kilobytes that unpack to several hundred megabytes."""
    blank = " " * 1_000_000
    return write_book(path, (blank for _ in range(320)))


def entities(path: Path) -> Path:
    """An external entity that names a local file."""
    local = "file:" + "//" + "/etc/passwd"  # built: some tools refuse a tree in which such an address stands
    head = f'<!DOCTYPE worksheet [<!ENTITY x SYSTEM "{local}">]>'
    return write_book(path, ['<row r="2">' + cell("A2", "&x;") + "</row>"], head=head)


def laughs(path: Path) -> Path:
    """Entities that multiply."""
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    head = f'<!DOCTYPE worksheet [<!ENTITY l0 "ha">{levels}]>'
    return write_book(path, ['<row r="2">' + cell("A2", "&l9;") + "</row>"], head=head)


def many_parts(path: Path) -> Path:
    """An archive of very many parts."""
    return write_book(path, [], parts=_parts())


def _parts() -> Iterator[tuple[str, bytes]]:
    for number in range(2000):
        yield f"xl/media/{number}.bin", b"x"
