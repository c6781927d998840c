"""An export while eight people save: one consistent cut, which its journal head names exactly, and nobody waits for it."""

from __future__ import annotations

import threading
from datetime import datetime
from itertools import count
from typing import Any

import pytest
from sqlalchemy import func, select

from app.cohort.models import Centre, Patient
from app.cohort.studies import find_study
from app.collection.changes import Change
from app.collection.models import Response
from app.collection.saving import save
from app.extraction import feeding
from app.journal.models import JournalEntry
from app.kernel.actor import Actor
from app.kernel.installation import Installation
from forms.answers import Address
from tests.extraction.builders import add_patient

CLIENTS = 8
PERSON = Actor("respondent", "Dr A", "Néphrologue", "CHU RANGUEIL")


class Clients:
    """Eight people, each at their own patient: every save gives two answers the same, next value."""

    def __init__(self, installation: Installation, codes: list[str], now: datetime) -> None:
        self.installation, self.now, self.saved = installation, now, count()
        self.done = threading.Event()
        self.failures: list[BaseException] = []
        self.enough = threading.Semaphore(0)
        self.threads = [threading.Thread(target=self._work, args=(code,)) for code in codes]

    def _work(self, code: str) -> None:
        try:
            for value in range(41, 290):
                if self.done.is_set():
                    return
                with self.installation.database.writing() as session:
                    patient = session.scalars(select(Patient).where(Patient.code == code)).one()
                    changes = [Change(Address("v_surf", visit), str(value)) for visit in ("j0", "m12")]
                    save(session, self.installation.vault, patient=patient, changes=changes, mutation_id=f"{code}-{value}",
                         actor=PERSON, now=self.now)  # fmt: skip
                self.enough.release()
        except BaseException as failure:
            self.failures.append(failure)

    def more(self, saves: int) -> None:
        """Return when so many more were stored: a save that waited for the export would never come."""
        for _ in range(saves):
            assert self.enough.acquire(timeout=60)

    def __enter__(self) -> Clients:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self.done.set()
        for thread in self.threads:
            thread.join()


def journalled(installation: Installation, until: int) -> dict[str, int]:
    """How often each patient's first area was saved up to an entry of the journal."""
    with installation.database.reading() as session:
        query = (
            select(Patient.code, func.count())
            .join(Response, Response.patient_id == Patient.id)
            .join(JournalEntry, JournalEntry.subject_id == Response.id)
            .where(JournalEntry.field == "v_surf@j0", JournalEntry.seq <= until)
            .group_by(Patient.code)
        )
        return dict(session.execute(query).all())


def test_an_export_while_eight_people_save_is_the_data_at_its_journal_head(
    small: Installation, book_of: Any, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with small.database.writing() as session:
        centre = session.scalars(select(Centre).order_by(Centre.number)).first()
        study = find_study(session, "calci_sts")
        codes = [add_patient(session, small.vault, study, centre, number).code for number in range(11, 11 + CLIENTS)]
    monkeypatch.setattr(feeding, "BATCH", 4)
    with Clients(small, codes, now) as clients:
        clients.more(CLIENTS)
        # Between two batches of rows people go on saving, while the export holds its snapshot.
        book = book_of(small, progress=lambda done: clients.more(CLIENTS))
    assert clients.failures == []
    facts, patients = book.facts(), {row["patient_id"]: row for row in book.sheets["patients"]}
    head = int(facts["Journal : entrée de tête"])
    with small.database.reading() as session:
        assert session.get_one(JournalEntry, head).hash == facts["Journal : empreinte de tête"]
        newest = session.scalar(select(func.max(JournalEntry.seq)))
    assert newest is not None
    assert newest > head
    saves = journalled(small, head)
    for code in codes:
        assert patients[code]["v_surf_j0"] == patients[code]["v_surf_m12"] == (40 + saves[code] if code in saves else None)
    totals = {fact.rpartition(" ")[2]: int(value) for fact, value in facts.items() if fact.startswith("Lignes de la feuille")}
    assert totals == {name: len(rows) for name, rows in book.sheets.items() if name != "lisez_moi"}
