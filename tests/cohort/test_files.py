"""Files: what is read, however it is written (D14, D24, D27), and what is refused within seconds."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select

from app.cohort.dates import month_first, read_grant
from app.cohort.errors import BadMapping, HostileFile, NoKeyColumn, NotAList
from app.cohort.interpreting import fingerprinter, read_records
from app.cohort.models import ListImport, ListRow
from app.cohort.reading import open_list
from app.cohort.records import Record
from app.kernel.errors import Refusal
from tests.cohort import hostile
from tests.cohort.builders import Cohort, row, rules_of, write_csv

LIMIT_SECONDS = 20  # 5 are promised on an idle machine; tests share theirs


def records_of(path: Path) -> list[Record]:
    return read_records(open_list(path), rules_of("calci_sts"), {}, fingerprinter(b"k" * 32))


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("15/01/2012", date(2012, 1, 15)),
        ("15-01-12", date(2012, 1, 15)),
        ("3.4.13", date(2013, 4, 3)),
        ("41275", date(2013, 1, 1)),
        ("41275.0", date(2013, 1, 1)),
        ("2012-01-15", date(2012, 1, 15)),
        ("2012-01-15 00:00:00", date(2012, 1, 15)),
        ("3 avril 2013", date(2013, 4, 3)),
        ("31/02/2014", None),
        ("36525", None),
        ("45001", None),
        ("12/31/2012", None),
        ("bientôt", None),
    ],
)
def test_d14_dates_are_read_day_first_or_not_at_all(raw: str, expected: date | None) -> None:
    assert read_grant(raw).on == expected


def test_d14_month_first_needs_the_whole_column_to_agree() -> None:
    assert month_first(["12/31/2012", "01/02/2013"])
    assert not month_first(["12/31/2012", "31/01/2013"])
    assert not month_first(["01/02/2013", "03/04/2013"])


def test_d14_a_column_written_month_first_is_read_so(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "us.csv", [row(1, OCTROI="12/31/2012"), row(2, OCTROI="01/02/2013")])
    assert [r.granted_on for r in records_of(path)] == [date(2012, 12, 31), date(2013, 1, 2)]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [";", "\t", ","])
def test_d24_encodings_and_delimiters_are_detected(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = tmp_path / "liste.csv"
    write_csv(
        path, [row(1, ETAB="Hôpital\nde la Conception"), row(2)], encoding=encoding, delimiter=delimiter
    )
    first, _ = records_of(path)
    assert first.place.name == "Hôpital\nde la Conception"
    assert first.status == "granted"


def test_d24_repeated_headers_totals_and_blank_rows_are_no_rows(cohort: Cohort) -> None:
    again = dict.fromkeys(row(1), "")
    header = {name: name for name in again}
    counts = cohort.take(
        row(1), again, header, row(2, INIT="ZOE BE"), {**again, "NUM": "TOTAL", "TYPE": "2"}
    ).counts()
    assert counts["read"] == 2
    assert [(t.source_row, t.sheet_row) for t in cohort.trace()] == [(1, 2), (2, 5)]


def test_d24_non_breaking_spaces_are_spaces(cohort: Cohort) -> None:
    cohort.take(row(1, DUREE="3\u00a0mois", INIT="DUP\u00a0MA", ETAB="CHU\u00a0RANGUEIL"))
    assert cohort.fates() == ["kept"]


def test_d24_lines_above_the_headers_are_skipped(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "liste.csv", [row(1)])
    path.write_text(
        "Extraction Saturne du 3 mars;;\n;;\n" + path.read_text(encoding="utf-8"), encoding="utf-8"
    )
    assert [r.number for r in records_of(path)] == ["1"]


def test_d27_sheets_with_columns_in_another_order_are_mapped_one_by_one(tmp_path: Path) -> None:
    book = Workbook()
    first, second = book.active, book.create_sheet("2015-2016")
    assert first is not None
    names = ["NUM_ATU", "DATE_OCTROI", "INITIALES", "DDN", "SPECIALITE"]
    first.append(["Extraction du 3 mars"])
    first.append([])
    first.append(names)
    first.append([])
    first.append([1200001, datetime(2013, 1, 1), "DUP MA", datetime(1948, 3, 12), "STS"])
    second.append(names[::-1])
    second.append(["STS", "12/03/1948", "DUP MA", 41276, "1200002"])
    notes = book.create_sheet("notes")
    notes.append(["rien à lire"])
    first.column_dimensions["D"].hidden = True
    book.save(tmp_path / "liste.xlsx")
    records = records_of(tmp_path / "liste.xlsx")
    assert [(r.number, r.granted_on, r.source_row, r.sheet_row) for r in records] == [
        ("1200001", date(2013, 1, 1), 1, 5),
        ("1200002", date(2013, 1, 2), 2, 2),
    ]
    assert {r.birth.iso for r in records} == {"1948-03-12"}


def test_d27_a_merged_cell_means_its_value_on_every_row(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["NUM_ATU", "INITIALES", "ETABLISSEMENT"])
    for number in (1, 2, 3):
        sheet.append([number, "DUP MA", "CHU RANGUEIL" if number == 1 else None])
    sheet.merge_cells("C2:C4")
    book.save(tmp_path / "liste.xlsx")
    assert [r.place.name for r in records_of(tmp_path / "liste.xlsx")] == ["CHU RANGUEIL"] * 3


def test_d27_a_mapping_is_saved_and_used_for_the_next_list(cohort: Cohort) -> None:
    from app.cohort.mappings import save_mapping

    strange = {("Fascicule" if name == "NUM" else name): value for name, value in row(1).items()}
    path = cohort.folder / "strange.csv"
    path.write_text(";".join(strange) + "\n" + ";".join(strange.values()) + "\n", encoding="utf-8")
    with pytest.raises(NoKeyColumn):
        cohort.take_file(path)
    with cohort.installation.database.writing() as session:
        study = cohort.desk(session).study
        save_mapping(session, study, "Saturne", {"Fascicule": "atu_num"}, actor=cohort.actor, now=cohort.now)
    assert cohort.take_file(path).counts()["kept"] == 1


def test_a_mapping_file_names_columns_and_refuses_unknown_fields(cohort: Cohort, tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text("NUM: atu_prev\nTYPE: atu_num\n", encoding="utf-8")
    cohort.take_file(cohort.file(row(1, TYPE="77")), mapping)
    assert cohort.trace()[0].atu_num == "77"
    mapping.write_text("NUM: nonsense\n", encoding="utf-8")
    with pytest.raises(BadMapping):
        cohort.take_file(cohort.file(row(2)), mapping)


HARMS: list[Callable[[Path], Path]] = [
    hostile.far_cell,
    hostile.far_row,
    hostile.far_column,
    hostile.many_rows,
    hostile.bomb,
    hostile.entities,
    hostile.laughs,
    hostile.many_parts,
]


@pytest.mark.parametrize("harm", HARMS, ids=lambda harm: harm.__name__)
def test_a_hostile_workbook_is_refused_within_seconds(tmp_path: Path, harm: Callable[[Path], Path]) -> None:
    path = harm(tmp_path / "liste.xlsx")
    started = time.monotonic()
    with pytest.raises(HostileFile):
        open_list(path)
    assert time.monotonic() - started < LIMIT_SECONDS


def test_a_huge_merge_costs_nothing(tmp_path: Path) -> None:
    started = time.monotonic()
    assert len(records_of(hostile.huge_merge(tmp_path / "liste.xlsx"))) == 4
    assert time.monotonic() - started < LIMIT_SECONDS


def test_a_reader_that_dies_is_a_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.cohort.reading.CHILD", "tests.cohort.dying_reader")
    with pytest.raises(HostileFile):
        open_list(hostile.write_book(tmp_path / "liste.xlsx", []))


def test_a_file_that_is_too_big_is_not_even_read(tmp_path: Path) -> None:
    path = tmp_path / "liste.csv"
    with path.open("wb") as file:
        file.truncate(30_000_001)
    with pytest.raises(HostileFile):
        open_list(path)


def test_a_truncated_workbook_is_no_list(tmp_path: Path, data: Path) -> None:
    path = tmp_path / "liste.xlsx"
    path.write_bytes((data / "liste_a.xlsx").read_bytes()[:20_000])
    with pytest.raises(NotAList):
        open_list(path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("image.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8),
        ("vide.csv", b""),
        ("lettre.txt", "Cher confrère,\nvoici la liste.\n".encode()),
        ("sans_cle.csv", b"ETAB;VILLE;INIT\nCHU;LILLE;DUP MA\n"),
        ("archive.xlsx", b"PK\x05\x06" + bytes(18)),
    ],
)
def test_what_is_no_list_is_refused_in_one_sentence_and_nothing_is_written(
    cohort: Cohort, name: str, content: bytes
) -> None:
    path = cohort.folder / name
    path.write_bytes(content)
    with pytest.raises(Refusal) as refused:
        cohort.take_file(path)
    assert isinstance(refused.value, NotAList | NoKeyColumn)
    assert "\n" not in refused.value.message("fr")
    assert refused.value.message("fr") != refused.value.message("en")
    with cohort.installation.database.reading() as session:
        stored = [session.scalar(select(func.count()).select_from(model)) for model in (ListImport, ListRow)]
    assert stored == [0, 0]
