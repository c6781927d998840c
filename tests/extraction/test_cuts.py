"""Cuts: frozen, listed, made again, compared; exports asked for and built by the worker."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from app.cohort.centres import list_centres
from app.cohort.deciding import Desk
from app.cohort.merging import merge_patients, move_patient
from app.cohort.patients import patient_by_code
from app.cohort.rules import ListRules
from app.cohort.studies import find_study
from app.cohort.undoing import undo
from app.collection.changes import Change, LineChange
from app.collection.disposing import set_disposition, withdraw_disposition
from app.collection.models import Response
from app.collection.saving import save
from app.extraction.changes import ACTIONS, _row
from app.extraction.cuts import counts_of, cut_path, list_cuts
from app.extraction.errors import UnknownCut, UnknownFormat, UnknownJob
from app.extraction.exporting import file_sha256
from app.extraction.freezing import Frozen, freeze, make_again
from app.extraction.jobs import (
    LEASE,
    ask_export,
    build_asked_exports,
    failure_of,
    job_of,
    job_path,
    list_jobs,
    take_next,
)
from app.journal.models import JournalEntry, JournalValue
from app.journal.verifying import verify
from app.kernel.actor import Actor
from app.kernel.installation import Installation
from app.outreach.following import EVERYTHING
from forms.answers import Address
from forms.loading import load, shipped

PERSON = Actor("respondent", "Dr A", "Néphrologue", "CHU RANGUEIL")


def change(installation: Installation, code: str, name: str, typed: object, at: datetime, reason: str | None = None) -> None:
    """One answer changed through the collection, journalled."""
    with installation.database.writing() as session:
        patient = patient_by_code(session, find_study(session, "calci_sts"), code)
        save(session, installation.vault, patient=patient, changes=[Change(Address(name), typed)],
             mutation_id=f"{code}{name}{typed}", actor=PERSON, now=at, reason=reason)


def test_a_cut_made_twice_from_the_same_data_has_the_same_bytes(small, command, now) -> None:
    frozen = freeze(small, "calci_sts", actor=command, now=now, name="première")
    again = make_again(small, "calci_sts", frozen.number)
    assert (again.file_intact, again.same_data, again.same_bytes) == (True, True, True)


def test_a_cut_is_listed_with_all_that_makes_it_known_again(small, command, now) -> None:
    frozen = freeze(small, "calci_sts", actor=command, now=now, name="première", submitted_only=True)
    freeze(small, "calci_sts", actor=command, now=now)
    with small.database.reading() as session:
        second, first = list_cuts(session, find_study(session, "calci_sts"))
        assert (first.number, second.number, first.name) == (1, 2, "première")
        assert counts_of(first)["patients"] == 1
        assert counts_of(second)["patients"] == 4
        assert first.file_sha256 == file_sha256(cut_path(small.settings.home, "calci_sts", 1)) == frozen.exported.sha256
        # The head that the cut names is in the journal at its place: a journal cut shorter would be noticed.
        assert verify(session, anchor=(first.journal_entries, first.journal_head)).ok
        assert not verify(session, anchor=(first.journal_entries, "0" * 64)).ok


def test_a_cut_made_again_after_a_change_says_that_the_data_differ(small, command, now) -> None:
    freeze(small, "calci_sts", actor=command, now=now)
    change(small, "CAL-001-002", "chart_found", 2, now + timedelta(hours=1))
    again = make_again(small, "calci_sts", 1)
    assert (again.file_intact, again.same_data, again.same_bytes) == (True, False, False)
    assert again.changes == {"answer.saved": 1}
    assert again.sheets["etats"][0] < again.sheets["etats"][1]


def test_a_touched_file_of_a_cut_is_noticed(small, command, now) -> None:
    freeze(small, "calci_sts", actor=command, now=now)
    path = cut_path(small.settings.home, "calci_sts", 1)
    path.write_bytes(path.read_bytes() + b"x")
    assert not make_again(small, "calci_sts", 1).file_intact


def test_changes_since_a_cut_are_told_with_before_after_when_and_why(small, book_of, command, now) -> None:
    later = now + timedelta(hours=1)
    freeze(small, "calci_sts", actor=command, now=now)
    change(small, "CAL-001-001", "weight_kg", "71,5", later, "faute de frappe")
    change(small, "CAL-001-003", "filler_role", 5, later)
    with small.database.writing() as session:
        patients = [patient_by_code(session, find_study(session, "calci_sts"), f"CAL-001-00{n}") for n in (1, 2, 4)]
        save(session, small.vault, patient=patients[0], actor=PERSON, now=later, mutation_id="line", reason="relu",
             changes=[LineChange("ag@j0", "add"), Change(Address("ag_dose", "j0", 3), "500")])
        set_disposition(session, patient=patients[1], kind="never_treated", actor=PERSON, now=later)
        # Of an opposed patient not even what was changed before the opposition may be told.
        withdraw_disposition(session, patient=patients[2], actor=PERSON, now=later)
        save(session, small.vault, patient=patients[2], changes=[Change(Address("weight_kg"), "99")], mutation_id="o",
             actor=PERSON, now=later)
        set_disposition(session, patient=patients[2], kind="opposed", actor=PERSON, now=later)
    book = book_of(small, since=1)
    assert list(book.sheets)[-1] == "changements"
    rows = book.sheets["changements"]
    told = ("patient_id", "variable", "visit", "repeat_no", "avant", "apres", "pourquoi")
    assert [tuple(row[name] for name in told) for row in rows] == [
        ("CAL-001-001", "weight_kg", None, None, "70.5", "71.5", "faute de frappe"),
        ("CAL-001-003", "filler_role", None, None, None, "5", None),
        ("CAL-001-001", "ag_dose", "j0", 2, "NSP", "500", "relu"),
        ("CAL-001-001", "antalgiques", "j0", 3, "2", "3", "relu"),
        ("CAL-001-002", "disposition", None, None, None, "never_treated", None),
    ]
    assert rows[0]["changed_at"] == later.replace(tzinfo=None)
    assert rows[0]["par"] == "Néphrologue"
    assert book.facts()["Changements comptés depuis la coupe"] == "n° 1"
    corrected = [row["variable"] for row in book.sheets["etats"] if row["etat"] == "corrected"]
    assert set(corrected) == {"weight_kg", "ag_dose"}
    assert book.sheets["patients"][0]["statut"] == "corrected"


def test_a_change_in_the_number_of_patients_is_explained(small, book_of, command, now) -> None:
    freeze(small, "calci_sts", actor=command, now=now)
    later, rules = now + timedelta(hours=1), ListRules.load(shipped("calci_sts") / "list.yaml")
    with small.database.writing() as session:
        study = find_study(session, "calci_sts")
        desk = Desk(session, small.vault, study, rules, command, later, EVERYTHING)
        gone, kept, opposed = (patient_by_code(session, study, f"CAL-001-00{n}") for n in (2, 1, 4))
        first = merge_patients(desk, gone, kept, mutation_id="m1", reason="même personne")
        move_patient(desk, kept, list_centres(session, study)[1], mutation_id="m2", reason="suivi là-bas")
        move_patient(desk, opposed, list_centres(session, study)[1], mutation_id="m3", reason="suivi là-bas")
    with small.database.writing() as session:
        undo(Desk(session, small.vault, find_study(session, "calci_sts"), rules, command, later, EVERYTHING), first.id)
    told = ("patient_id", "variable", "action", "avant", "apres", "pourquoi")
    assert [tuple(row[name] for name in told) for row in book_of(small, since=1).sheets["changements"]] == [
        ("CAL-001-002", "patient_id", "review.decided", "CAL-001-002", "CAL-001-001", "même personne"),
        ("CAL-001-001", "centre_id", "review.decided", "001", "002", "suivi là-bas"),
        ("CAL-001-002", "patient_id", "review.undone", "CAL-001-001", "CAL-001-002", None),
    ]
    assert make_again(small, "calci_sts", 1).changes == {"review.decided": 2, "review.undone": 1}


def test_changes_since_an_unknown_cut_are_refused(small, book_of) -> None:
    with pytest.raises(UnknownCut):
        book_of(small, since=7)


def ask(installation: Installation, now: datetime, **wishes: object) -> str:
    with installation.database.writing() as session:
        study = find_study(session, "calci_sts")
        return ask_export(session, study, actor=PERSON, now=now, **wishes).id  # type: ignore[arg-type]


@pytest.mark.parametrize("format", ["xlsx", "csv", "sav", "dta", "xpt"])
def test_the_worker_builds_what_was_asked_and_says_how_far_it_is(small, now, format: str) -> None:
    key = ask(small, now, format=format)
    assert build_asked_exports(small, lambda: now) == 1
    assert build_asked_exports(small, lambda: now) == 0
    with small.database.reading() as session:
        job = job_of(session, find_study(session, "calci_sts"), key)
        assert (job.state, job.rows_done, job.rows_total) == ("done", 4, 4)
        assert file_sha256(job_path(small, job)) == job.file_sha256


def test_an_asked_cut_is_frozen_by_the_worker(small, now) -> None:
    ask(small, now, freeze_as="comité de mai")
    build_asked_exports(small, lambda: now)
    with small.database.reading() as session:
        (cut,) = list_cuts(session, find_study(session, "calci_sts"))
        (job,) = list_jobs(session, find_study(session, "calci_sts"))
        assert (cut.number, cut.name, cut.frozen_by) == (1, "comité de mai", "Dr A")
        assert job.file_sha256 == cut.file_sha256


def test_a_job_that_cannot_be_built_fails_with_its_reason(small, now) -> None:
    key = ask(small, now, since=9)
    build_asked_exports(small, lambda: now)
    with small.database.reading() as session:
        job = job_of(session, find_study(session, "calci_sts"), key)
        assert job.state == "failed"
        assert "coupe n° 9" in failure_of(job, "fr")
        assert "cut number 9" in failure_of(job, "en")
        with pytest.raises(UnknownJob):
            job_path(small, job)


def test_a_job_that_meets_a_fault_of_ours_fails_once_with_a_reference_that_the_log_has(small, now, caplog) -> None:
    key = ask(small, now)
    with small.database.writing() as session:
        session.execute(update(Response).values(document="{", evaluated=None))
    assert build_asked_exports(small, lambda: now) == 1
    assert build_asked_exports(small, lambda: now + 2 * LEASE) == 0
    with small.database.reading() as session:
        job = job_of(session, find_study(session, "calci_sts"), key)
        assert (job.state, job.finished_at) == ("failed", now)
        assert key[:8] in failure_of(job, "fr")
    assert key[:8] in caplog.text


def test_a_cut_made_while_another_one_is_being_written_gets_the_next_number(small, command, now) -> None:
    earlier: list[Frozen] = []

    def meanwhile(done: int) -> None:
        if not earlier:
            earlier.append(freeze(small, "calci_sts", actor=command, now=now, name="entre-temps"))

    later = freeze(small, "calci_sts", actor=command, now=now, progress=meanwhile)
    assert (earlier[0].number, later.number) == (1, 2)
    with small.database.reading() as session:
        cuts = list_cuts(session, find_study(session, "calci_sts"))
    paths = [cut_path(small.settings.home, "calci_sts", cut.number) for cut in cuts]
    assert [cut.file_sha256 for cut in cuts] == [file_sha256(path) for path in paths]
    assert sorted(paths[0].parent.iterdir()) == sorted(paths)
    assert make_again(small, "calci_sts", 2).same_bytes


def test_a_job_is_taken_by_one_worker_and_again_only_when_that_one_is_silent(small, now) -> None:
    ask(small, now)
    assert take_next(small, now) is not None
    assert take_next(small, now + LEASE / 2) is None
    assert take_next(small, now + LEASE * 2) is not None


def test_a_cut_is_a_workbook_and_an_unknown_format_is_refused(small, now) -> None:
    with pytest.raises(UnknownFormat):
        ask(small, now, format="ods")
    with pytest.raises(UnknownFormat):
        ask(small, now, format="sav", freeze_as="")


@pytest.mark.parametrize(
    ("action", "old", "new", "told"),
    [
        ("fact.proposed", '{"v":1}', '{"v":2}', ("1", "2")),
        ("fact.accepted", "proposed", "accepted", (None, None)),
        ("fact.refused", "proposed", "refused", (None, None)),
        ("fact.withdrawn", '{"v":1}', None, ("1", None)),
    ],
)
def test_what_becomes_of_a_correction_of_the_list_is_told(now, action: str, old: str, new: str, told: object) -> None:
    entry = JournalEntry(action=action, field="sex", subject_id="r", at=now, actor_role="manager")
    row = _row("CAL-001-001", entry, JournalValue(old=old, new=new, reason="vu"), load(shipped("calci_sts")), lambda *_: None)
    assert action in {choice.code for choice in ACTIONS}
    assert (row[1], row[4], (row[5], row[6]), row[9]) == ("sex", action, told, "vu")
