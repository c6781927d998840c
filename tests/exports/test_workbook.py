"""The workbook, read back by strangers: every cell is what was given, text stays text, nothing is cut."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import python_calamine
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from exports.errors import BadName, NotOfKind, TextTooLong, TooManyColumns
from exports.limits import measured
from exports.tables import Column, Table, Written, single
from exports.workbook import Front, write_workbook
from tests.exports.builders import COLUMNS, HOSTILE, hostile, row

AT = datetime(2026, 11, 20, 9, 30)


def written(*tables: Table, longest: int = 1_048_576) -> tuple[io.BytesIO, Written]:
    out = io.BytesIO()
    front = Front([table.name for table in tables], opening, AT, "essai")
    return out, write_workbook(out, [single(table) for table in tables], front, longest=longest)


def opening(counts: Written) -> Table:
    rows = [(name, str(rows)) for name, rows in counts.sheets.items()]
    return Table("lisez_moi", (Column("fait", "text"), Column("valeur", "text")), lambda: rows)


def read(out: io.BytesIO, sheet: str) -> list[list[Any]]:
    return [list(cells) for cells in openpyxl.load_workbook(out)[sheet].values]


@pytest.fixture(scope="module")
def hostile_book() -> io.BytesIO:
    return written(hostile())[0]


def test_openpyxl_reads_every_cell_as_it_was_given(hostile_book: io.BytesIO) -> None:
    head, *rows = read(hostile_book, "patients")
    assert head == [column.name for column in COLUMNS] + ["t__2", "t__3"]
    for place, cells in enumerate(rows):
        *values, text = row(place)
        values[4] = datetime.combine(values[4], datetime.min.time())
        assert cells[: len(values)] == values
        assert "".join(unescape(part) for part in cells[len(values) :] if part is not None) == text
    assert len(rows) == len(HOSTILE)


def test_calamine_reads_every_cell_as_it_was_given(hostile_book: io.BytesIO) -> None:
    hostile_book.seek(0)
    _, *rows = python_calamine.load_workbook(hostile_book).get_sheet_by_name("patients").to_python()
    for place, cells in enumerate(rows):
        *values, text = row(place)
        assert cells[: len(values)] == ["" if value is None else value for value in values]
        # calamine leaves the escape of a non-character as it is; such signs are refused at entry anyway.
        assert "".join(cells[len(values) :]).replace("_xFFFE_", "\ufffe") == text


def test_each_row_of_a_sheet_stands_once_and_in_order(hostile_book: io.BytesIO) -> None:
    with zipfile.ZipFile(hostile_book) as members:
        part = members.read("xl/worksheets/sheet2.xml").decode()
    numbers = [int(number) for number in re.findall(r'<row r="(\d+)"', part)]
    assert numbers == list(range(1, len(HOSTILE) + 2))


def test_no_cell_is_a_formula_and_formula_like_text_is_quoted(hostile_book: io.BytesIO) -> None:
    quoted = set()
    for sheet in openpyxl.load_workbook(hostile_book):
        for cells in sheet.iter_rows(min_row=2):
            for cell in cells:
                assert cell.data_type in ("s", "n", "d")
                if cell.quotePrefix:
                    quoted.add(cell.value)
    assert {"-5", "+41 79", "=1+1", "@x", "\tx"} <= quoted


def test_the_same_tables_give_the_same_bytes() -> None:
    assert written(hostile())[0].getvalue() == written(hostile())[0].getvalue()


def test_a_table_too_long_for_a_sheet_goes_on_in_the_next() -> None:
    out, counts = written(hostile(25), longest=11)
    assert counts.sheets == {"lisez_moi": 3, "patients": 10, "patients_2": 10, "patients_3": 5}
    ids = [cells[0] for name in ("patients", "patients_2", "patients_3") for cells in read(out, name)[1:]]
    assert ids == [row(place)[0] for place in range(25)]
    assert read(out, "lisez_moi")[1:] == [["patients", "10"], ["patients_2", "10"], ["patients_3", "5"]]


def test_an_empty_table_has_its_header_and_filter() -> None:
    out, counts = written(hostile(0))
    sheet = openpyxl.load_workbook(out)["patients"]
    assert counts.sheets["patients"] == 0
    assert sheet.max_row == 1
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == "A1:M1"


def test_the_filter_and_the_stated_size_cover_all_rows(hostile_book: io.BytesIO) -> None:
    sheet = openpyxl.load_workbook(hostile_book)["patients"]
    assert sheet.auto_filter.ref == f"A1:M{len(HOSTILE) + 1}"
    assert sheet.dimensions == f"A1:M{len(HOSTILE) + 1}"
    assert not sheet.merged_cells.ranges


def test_three_hundred_columns_are_written_with_their_references() -> None:
    columns = tuple(Column(f"v{place}", "integer") for place in range(300))
    out, _ = written(Table("large", columns, lambda: [list(range(300))]))
    assert read(out, "large")[1] == list(range(300))
    with zipfile.ZipFile(out) as members:
        assert b'<c r="KN2"><v>299</v></c>' in members.read("xl/worksheets/sheet2.xml")


def test_dates_before_march_1900_stay_text_since_excel_counts_them_wrongly() -> None:
    table = Table("anciens", (Column("d", "date"),), lambda: [("1900-02-28",), (date(1900, 3, 1),)])
    assert [cells[0] for cells in read(written(table)[0], "anciens")[1:]] == ["1900-02-28", datetime(1900, 3, 1)]


def test_long_integers_stay_exact() -> None:
    table = Table("grands", (Column("n", "integer"),), lambda: [(10**16 + 1,), (-999_999,)])
    assert [cells[0] for cells in read(written(table)[0], "grands")[1:]] == ["10000000000000001", -999_999]


def test_measuring_a_table_finds_how_many_cells_its_longest_text_needs() -> None:
    table = Table("textes", (Column("t", "text"), Column("u", "text")), lambda: [("x" * 70_000, "court")])
    assert [column.parts for column in measured(table).columns] == [3, 1]


def test_a_text_that_was_not_measured_is_refused_and_never_cut() -> None:
    with pytest.raises(TextTooLong):
        written(Table("textes", (Column("t", "text"),), lambda: [("x" * 32_768,)]))


@pytest.mark.parametrize(
    ("kind", "value"),
    [("integer", "5"), ("integer", 1.5), ("decimal", float("nan")), ("date", "2012-13-01"), ("text", 5), ("flag", "oui")],
)
def test_a_value_of_another_kind_is_refused(kind: Any, value: object) -> None:
    with pytest.raises(NotOfKind):
        written(Table("faux", (Column("v", kind),), lambda: [(value,)]))


def test_too_many_columns_are_refused_before_anything_is_written() -> None:
    columns = tuple(Column(f"v{place}", "integer") for place in range(16_385))
    with pytest.raises(TooManyColumns) as refused:
        written(Table("trop", columns, list))
    assert "16385" in refused.value.message("fr")


@pytest.mark.parametrize("name", ["Poids", "1er", "a-b", "select me", "a" * 33, "by", ""])
def test_names_that_a_statistical_program_would_not_take_are_refused(name: str) -> None:
    with pytest.raises(BadName):
        written(Table("noms", (Column(name, "text"),), list))


def test_the_archive_carries_no_time_of_writing(hostile_book: io.BytesIO) -> None:
    with zipfile.ZipFile(hostile_book) as members:
        assert members.testzip() is None
        assert {info.date_time for info in members.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"2026-11-20T09:30:00Z" in members.read("docProps/core.xml")


def test_the_stylesheet_has_its_font_parts_in_the_order_of_the_schema(hostile_book: io.BytesIO) -> None:
    with zipfile.ZipFile(hostile_book) as members:
        fonts = members.read("xl/styles.xml").split(b"<fonts")[1].split(b"</fonts>")[0]
    assert fonts.index(b"<sz") < fonts.index(b"<color") < fonts.index(b"<name") < fonts.index(b"<family")


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed: not read back by it")
def test_libreoffice_reads_the_texts_and_evaluates_nothing(hostile_book: io.BytesIO, tmp_path: Path) -> None:
    book = tmp_path / "w.xlsx"
    book.write_bytes(hostile_book.getvalue())
    filters = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,2"
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path}/lo", "--headless", "--convert-to", filters, "--outdir",
         str(tmp_path), str(book)], check=True, capture_output=True, timeout=120)  # fmt: skip
    (found,) = tmp_path.glob("*.csv")
    with found.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))[1:]
    shown = ["".join(cells[10:]) for cells in rows]
    for place in (0, 1, 2, 3, 7, 8, 16, 17, 19, 23, 24, 25, 26, 27):
        assert shown[place] == HOSTILE[place]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=20))
def test_any_text_comes_back_as_it_was(texts: list[str]) -> None:
    table = Table("textes", (Column("n", "integer"), Column("t", "text")), lambda: enumerate(texts))
    found = read(written(table)[0], "textes")[1:]
    assert [unescape(cells[1]) if cells[1] is not None else "" for cells in found] == texts


def test_a_torn_character_never_blocks_the_file() -> None:
    table = Table("textes", (Column("t", "text"),), lambda: [("\ud800x",), ("\uffff",)])
    assert [cells[0] for cells in read(written(table)[0], "textes")[1:]] == ["_xD800_x", "_xFFFF_"]
