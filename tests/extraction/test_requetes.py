"""The sheet ``requetes``: there once a question was put, with the answer before and after, and nobody's identity."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cohort.models import Patient
from app.cohort.studies import find_study
from app.collection.changes import Change
from app.collection.saving import save
from app.kernel.actor import Actor
from app.kernel.installation import Installation
from app.outreach.models import Query
from app.outreach.queries import answer, ask, close
from forms.answers import Address
from tests.extraction.conftest import Export

DOCTOR = Actor("respondent", "Dr MARTIN", "néphrologue", "CHU RANGUEIL", "e1")
DESK = Actor("staff", "Ana Gestion", "manager", "Promoteur")
MINUTE = timedelta(minutes=1)


def patient_of(session: Session, number: int = 1) -> Patient:
    """The study's patient of that number."""
    return session.scalars(select(Patient).where(Patient.code == f"CAL-001-{number:03d}")).one()


def correct(installation: Installation, address: str, typed: str, at: datetime) -> None:
    """A centre corrects an answer of patient 1 by itself."""
    with installation.database.writing() as session:
        save(
            session, installation.vault, patient=patient_of(session), changes=[Change(Address.parse(address), typed)],
            mutation_id=f"{address}{typed}", actor=DOCTOR, now=at, reason="relu",
        )  # fmt: skip


def put(installation: Installation, address: str, at: datetime, words: str = "=1+1 ?") -> int:
    """The sponsor's question on an answer of patient 1."""
    with installation.database.writing() as session:
        study = find_study(session, "calci_sts")
        patient = patient_of(session)
        return ask(session, study, patient, Address.parse(address), words, actor=DESK, now=at).id


def replied(installation: Installation, key: int, at: datetime, typed: str | None, words: str = "Relu") -> None:
    """The centre's reply, with a corrected value when one is given."""
    with installation.database.writing() as session:
        query = session.get_one(Query, key)
        change = Change(Address.parse(query.address), typed) if typed is not None else None
        answer(
            session, installation, query, reply=words, mutation_id=f"reply{key}", actor=DOCTOR, now=at, change=change
        )  # fmt: skip


def test_there_is_no_such_sheet_before_the_first_question(small: Installation, book_of: Export) -> None:
    assert "requetes" not in book_of(small).sheets


def test_a_question_has_its_row_between_states_and_dictionary(
    small: Installation, book_of: Export, now: datetime
) -> None:
    correct(small, "weight_kg", "170,5", now)
    key = put(small, "weight_kg", now + MINUTE)
    open_ = book_of(small)
    names = list(open_.sheets)
    assert names[names.index("requetes") - 1 : names.index("requetes") + 2] == ["etats", "requetes", "dictionnaire"]
    (row,) = open_.sheets["requetes"]
    assert (row["centre_id"], row["patient_id"], row["variable"]) == ("001", "CAL-001-001", "weight_kg")
    assert (row["etat"], row["texte"], row["avant"], row["apres"]) == ("open", "=1+1 ?", "170.5", None)
    assert (row["visit"], row["repeat_no"], row["corrigee"], row["closed_at"]) == (None, None, None, None)
    assert open_.facts()["Lignes de la feuille requetes"] == "1"
    replied(small, key, now + 2 * MINUTE, "70,5", "Faute de frappe")
    with small.database.writing() as session:
        close(session, session.get_one(Query, key), actor=DESK, now=now + 3 * MINUTE)
    correct(small, "weight_kg", "71", now + 4 * MINUTE)
    (row,) = book_of(small).sheets["requetes"]
    assert (row["etat"], row["avant"], row["apres"], row["corrigee"]) == ("closed", "170.5", "70.5", 1)
    assert row["reponse"] == "Faute de frappe"
    assert row["raised_at"] == (now + MINUTE).replace(tzinfo=None)
    assert row["answered_at"] == (now + 2 * MINUTE).replace(tzinfo=None)
    assert row["closed_at"] == (now + 3 * MINUTE).replace(tzinfo=None)


def test_an_answer_that_was_kept_stands_before_and_after(
    small: Installation, book_of: Export, now: datetime
) -> None:
    correct(small, "weight_kg", "170,5", now)
    replied(small, put(small, "weight_kg", now + MINUTE), now + 2 * MINUTE, None)
    (row,) = book_of(small).sheets["requetes"]
    assert (row["etat"], row["avant"], row["apres"], row["corrigee"]) == ("answered", "170.5", "170.5", 0)


def test_a_line_is_named_by_its_visit_and_its_rank(small: Installation, book_of: Export, now: datetime) -> None:
    put(small, "ag_drug@j0#3", now)
    (row,) = book_of(small).sheets["requetes"]
    assert (row["variable"], row["visit"], row["repeat_no"]) == ("ag_drug", "j0", 2)


def test_of_an_opposed_patient_no_question_is_exported(
    small: Installation, book_of: Export, now: datetime
) -> None:
    with small.database.writing() as session:
        session.add(
            Query(
                study_id=find_study(session, "calci_sts").id, patient_id=patient_of(session, 4).id,
                address="weight_kg", question="Vraiment ?", asked_at=now, asked_by="Ana", corrected=False,
            )
        )  # fmt: skip
    assert book_of(small).sheets["requetes"] == []
    put(small, "weight_kg", now)
    assert len(book_of(small).sheets["requetes"]) == 1


def test_the_sheet_is_described_like_the_others_and_the_bytes_stay_the_same(
    small: Installation, book_of: Export, now: datetime
) -> None:
    put(small, "weight_kg", now)
    first, second = book_of(small), book_of(small)
    assert first.exported.sha256 == second.exported.sha256
    described = {row["variable"] for row in first.sheets["dictionnaire"] if row["feuille"] == "requetes"}
    assert {"avant", "apres", "raised_at", "raised_at_paris"} <= described
