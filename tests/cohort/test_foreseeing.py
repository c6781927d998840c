"""What a dry run says is what the import does; a later list's consequence on patients who have answers."""

from __future__ import annotations

from collections import defaultdict

import pytest
from sqlalchemy import func, select

from app.cohort.consequences import Consequence, consequences_of
from app.cohort.errors import ListChanged
from app.cohort.foreseeing import ForeseenRow, Foresight
from app.cohort.models import Centre, Patient
from app.cohort.report import ImportReport
from app.cohort.studies import find_study
from tests.cohort.builders import Cohort, Row, other, renewal, row
from tests.fixtures.studies import DATA

PAU = {"ETAB": "CH PAU", "CP": "64000", "VILLE": "PAU"}


def counted(cohort: Cohort) -> tuple[int, int]:
    """How many patients and centres are stored."""
    with cohort.installation.database.reading() as session:
        models = (Patient, Centre)
        found = [session.scalar(select(func.count()).select_from(model)) or 0 for model in models]
    return found[0], found[1]


def told(report: ImportReport, fate: str = "") -> list[ForeseenRow]:
    """The rows of a dry run as a page shows them."""
    foresight = Foresight(report)
    return list(foresight.rows(foresight.records(fate)))


def consequences(cohort: Cohort, *rows: Row) -> list[Consequence]:
    """What importing these rows would change for the patients known."""
    with cohort.installation.database.reading() as session:
        from app.cohort.imports import check_list

        vault, study = cohort.installation.vault, find_study(session, cohort.code)
        report = check_list(session, vault, study, cohort.rules, cohort.file(*rows), now=cohort.now)
        found = consequences_of(session, vault, report.plan)
        session.expunge_all()
        return found


@pytest.mark.parametrize("known", [0, 300])
def test_the_figures_of_a_dry_run_are_those_of_the_import(cohort: Cohort, known: int) -> None:
    """On a dirty list, as a first list and as a newer edition of one that held its first rows only."""
    lines = (DATA / "liste_a.csv").read_bytes().splitlines(keepends=True)
    if known:
        part = cohort.folder / "part.csv"
        part.write_bytes(b"".join(lines[: known + 1]))
        cohort.take_file(part)
    whole = cohort.folder / "liste_a.csv"
    whole.write_bytes(b"".join(lines[:600]))
    before = counted(cohort)
    dry = cohort.check(whole)
    rows, figures = told(dry), dry.figures()
    done = cohort.take_file(whole)
    patients, centres = counted(cohort)
    assert done.figures() == figures
    assert patients - before[0] == dry.difference.new_patients
    assert centres - before[1] == len(dry.difference.new_centres)
    codes: defaultdict[int, set[str]] = defaultdict(set)
    for foreseen, became in zip(rows, done.rows, strict=True):
        assert (foreseen.fate, foreseen.reason) == (became.fate, became.reason)
        if foreseen.patient.code:
            assert foreseen.patient.code == became.patient
        if foreseen.patient.rank:
            codes[foreseen.patient.rank].add(became.patient)
    assert sorted(codes) == list(range(1, dry.difference.new_patients + 1))
    assert len({code for found in codes.values() for code in found}) == len(codes)


def test_an_import_that_would_differ_from_its_dry_run_is_refused(cohort: Cohort) -> None:
    from app.cohort.imports import import_list

    path = cohort.file(row(1), renewal(2))
    expected = cohort.check(path).figures()
    cohort.take(row(1))
    with cohort.installation.database.writing() as session, pytest.raises(ListChanged) as refused:
        import_list(
            session,
            cohort.installation.vault,
            find_study(session, cohort.code),
            cohort.rules,
            path,
            actor=cohort.actor,
            now=cohort.now,
            expected=expected,
        )
    assert "lignes nouvelles 2 → 1" in refused.value.message("fr")
    assert len(cohort.fates()) == 1


def test_a_row_says_whom_it_meets_and_which_hospital_it_means(cohort: Cohort) -> None:
    cohort.take(row(1))
    path = cohort.file(
        renewal(2),
        other(3, **PAU),
        renewal(4, INIT=other(3)["INIT"], DDN=other(3)["DDN"], **PAU),
        other(5, ETAB="?"),
    )
    known, first, later, nowhere = told(cohort.check(path))
    assert (known.patient.code, known.meets[0].code, known.centre.code) == (
        "CAL-001-001",
        "CAL-001-001",
        "001",
    )
    assert (first.patient.rank, first.centre.name, first.centre.code) == (1, "CH PAU", "")
    assert (later.patient.rank, later.meets[0].rank, later.meets[0].sheet_row) == (1, 1, first.sheet_row)
    assert (nowhere.fate, nowhere.patient.rank, nowhere.centre.name) == ("review", 0, "")
    doubtful = cohort.check(
        cohort.file(other(6, DDN=""), renewal(7, INIT=other(6)["INIT"], DDN="", OCTROI="12/12/2013"))
    )
    (asked,) = told(doubtful, "review")
    assert [(one.rank, one.sheet_row) for one in asked.meets] == [(1, 2)]


def test_each_known_patient_is_told_what_a_later_list_changes(cohort: Cohort) -> None:
    rows = [row(1), renewal(2), other(3), other(4), other(5), other(6)]
    cohort.take(*rows)
    moved = renewal(8, OCTROI="11/07/2012", **PAU)
    found = consequences(cohort, rows[0], rows[1], moved, {**rows[2], "INDICATION": "calcinose"}, *rows[4:])
    by_code = {one.patient.code: one for one in found}
    gains, corrected, loses = (by_code[f"CAL-001-00{n}"] for n in (1, 2, 3))
    assert (len(gains.gained), gains.elsewhere, gains.lost) == (1, ["CH PAU"], 0)
    assert corrected.corrected == [("indic_raw",)]
    assert (loses.lost, loses.kept, loses.bare) == (1, 1, True)
    assert len(by_code) == 3


@pytest.mark.parametrize(
    ("changed", "fate"),
    [
        ({"SPECIALITE": "CISPLATINE"}, "other_product"),
        ({"INDICATION": "intoxication au cyanure"}, "other_indication"),
        ({"STATUT": "Annulée"}, "refused"),
        (PAU, "kept"),
    ],
)
def test_an_accepted_correction_has_the_fate_that_it_says(
    cohort: Cohort, changed: dict[str, str], fate: str
) -> None:
    cohort.take(row(1), other(2))
    cohort.take({**row(1), **changed}, other(2))
    cohort.decide(cohort.cases()[0], "accept")
    last = cohort.trace()[2]
    assert (last.fate, last.patient) == (fate, "CAL-001-001" if fate == "kept" else "")
    if fate == "kept":
        assert last.centre == "002"
    patient = next(one for one in cohort.patients() if one.code == "CAL-001-001")
    assert (patient.first_grant_on is None) == (fate != "kept")
    assert patient.sex == 2
