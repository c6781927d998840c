"""A patient who opposed: in every file that an export can be, there is that they opposed, and nothing else of them."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pyreadstat
import pytest
from sqlalchemy import select

from app.cohort.models import Authorisation, Patient, Study
from app.cohort.studies import find_study
from app.collection.changes import Change
from app.collection.disposing import set_disposition
from app.collection.saving import save
from app.extraction.exporting import export
from app.extraction.freezing import freeze
from app.kernel.actor import Actor
from app.kernel.installation import Installation
from app.outreach.models import Query
from forms.answers import Address
from tests.extraction.builders import add_response
from tests.fixtures.studies import Opened

DOCTOR = Actor("respondent", "Dr MARTIN", "néphrologue", "CHU RANGUEIL", "e1")
WORDS = "PAROLE TENUE SECRETE"
THEN = datetime(2031, 7, 19, 4, 5, tzinfo=UTC)
LISTED = date(1987, 6, 5)
TOLD = (WORDS, "1987-06-05", "6543.25", "2031-07-19")


@pytest.fixture
def opposed(opened: Opened, command: Actor, now: datetime) -> tuple[Installation, str, str]:
    """Somebody with two authorisations, answers, a change since a cut, a question, and a merged double, who then opposes."""
    made = opened.installation
    with made.database.writing() as session:
        study = opened.study(session)
        patient, double = _two(session, study)
        for row in session.scalars(select(Authorisation).where(Authorisation.patient_id.in_((patient.id, double.id)))):
            row.granted_on, row.valid_from, row.valid_to, row.strength = LISTED, LISTED, LISTED, WORDS
        patient.first_grant_on = patient.last_grant_on = LISTED
        double.merged_into_id = patient.id
        add_response(session, made.vault, patient, {"weight_kg": {"v": 6543.25, "c": WORDS}, "comment_txt": {"v": WORDS}})
        codes = patient.code, double.code
        session.add(Query(study_id=study.id, patient_id=patient.id, address="weight_kg", question=WORDS, asked_at=THEN,
                          asked_by="Ana", corrected=False))  # fmt: skip
    freeze(made, "calci_sts", actor=command, now=now)
    with made.database.writing() as session:
        patient = session.scalars(select(Patient).where(Patient.code == codes[0])).one()
        save(session, made.vault, patient=patient, changes=[Change(Address("height_cm"), "165")], mutation_id="m",
             actor=DOCTOR, now=THEN, reason=WORDS)  # fmt: skip
        set_disposition(session, patient=patient, kind="opposed", actor=DOCTOR, now=now, note=WORDS)
    return made, *codes


def _two(session, study: Study) -> tuple[Patient, Patient]:
    first, second, *_ = session.scalars(select(Patient).where(Patient.study_id == study.id).order_by(Patient.code))
    return first, second


def rows_of(path: Path) -> Iterator[tuple[str, str]]:
    """Every row of every table in a file, as its name and its text."""
    if path.suffix == ".xlsx":
        for sheet in openpyxl.load_workbook(path):
            yield from ((sheet.title, _text(row)) for row in sheet.values)
    elif path.suffix == ".zip":
        with zipfile.ZipFile(path) as members:
            for name in members.namelist():
                yield from ((Path(name).stem, line) for line in members.read(name).decode("utf-8-sig").splitlines())
    else:
        read: Callable[..., tuple[dict[str, list[object]], object]] = {
            ".sav": pyreadstat.read_sav, ".dta": pyreadstat.read_dta, ".xpt": pyreadstat.read_xport}[path.suffix]
        name = path.stem.partition("_")[2] or "patients"
        columns, _ = read(path, output_format="dict")
        yield from ((name, _text(row)) for row in zip(*columns.values(), strict=True))


def _text(row: tuple[object, ...]) -> str:
    return " | ".join("" if cell is None else str(cell) for cell in row)


def test_no_table_of_any_format_holds_more_of_an_opposed_patient_than_that_they_opposed(
    opposed: tuple[Installation, str, str], tmp_path: Path, command: Actor, now: datetime
) -> None:
    made, code, double = opposed
    for format in ("xlsx", "csv", "sav", "dta", "xpt"):
        folder = tmp_path / format
        folder.mkdir()
        out = folder / f"etude.{'zip' if format == 'csv' else format}"
        export(made, "calci_sts", out, actor=command, now=now, format=format, labels=True, since=1)
        rows = [row for path in folder.iterdir() for row in rows_of(path)]
        assert len(rows) > 400, format
        assert [row for row in rows if any(told in row[1] for told in TOLD)] == [], format
        assert {name.removesuffix("_v5") for name, text in rows if code in text or double in text} <= {
            "patients", "patients_libelles", "patients_labels", "etats",
        }, format  # fmt: skip


def test_the_rows_of_the_list_still_add_up_and_come_back_when_the_opposition_is_withdrawn(
    opposed: tuple[Installation, str, str], book_of
) -> None:
    from app.collection.disposing import withdraw_disposition

    made, code, _ = opposed
    blank = book_of(made).sheets["autorisations"]
    hidden = [row for row in blank if row["fate"] == "kept" and row["patient_id"] is None]
    assert hidden
    assert {name for row in hidden for name, cell in row.items() if cell is not None} == {
        "import_no", "source_file", "source_sheet", "source_row", "sheet_row", "fate",
    }  # fmt: skip
    with made.database.writing() as session:
        patient = session.scalars(select(Patient).where(Patient.code == code)).one()
        withdraw_disposition(session, patient=patient, actor=DOCTOR, now=THEN)
        assert find_study(session, "calci_sts").id == patient.study_id
    shown = book_of(made).sheets["autorisations"]
    assert len(shown) == len(blank)
    assert {row["patient_id"] for row in shown if row["strength"] == WORDS} == {code}
