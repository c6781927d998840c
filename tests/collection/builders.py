"""A patient of an opened study, and the operations on their answers with the words tests need."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cohort.models import Patient
from app.collection.changes import Change, LineChange
from app.collection.saving import SaveReply, save
from app.journal.models import JournalEntry, JournalValue
from app.kernel.actor import Actor
from app.kernel.installation import Installation
from forms.answers import Address
from tests.fixtures.studies import Opened

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
DOCTOR = Actor("respondent", "Dr MARTIN", "néphrologue", "CHU de Toulouse", "e1")
COLLEAGUE = Actor("respondent", "Dr LEROY", "interne", "CHU de Toulouse", "e2")


@dataclass
class Chart:
    """One patient's questionnaire, saved to in transactions of their own."""

    installation: Installation
    patient_id: str
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def patient(self, session: Session) -> Patient:
        """The patient in the caller's session."""
        return session.get_one(Patient, self.patient_id)

    def save(
        self,
        *changes: Change | LineChange,
        mutation: str | None = None,
        actor: Actor = DOCTOR,
        reason: str | None = None,
        **answers: object,
    ) -> SaveReply:
        """Saves `changes` and `answers` (unconditional, "__at_" and "__n_" for "@" and "#") in one transaction."""
        named = [
            Change(Address.parse(name.replace("__at_", "@").replace("__n_", "#")), typed)
            for name, typed in answers.items()
        ]
        with self.installation.database.writing() as session:
            return save(
                session,
                self.installation.vault,
                patient=self.patient(session),
                changes=[*changes, *named],
                mutation_id=mutation or f"{self.patient_id}-{next(self._numbers)}",
                actor=actor,
                now=NOW,
                reason=reason,
            )

    def journal(self) -> list[tuple[str, str | None, str | None, str | None, str, str | None]]:
        """Action, field, old, new, name and reason of every entry about the response, in order."""
        query = (
            select(
                JournalEntry.action,
                JournalEntry.field,
                JournalValue.old,
                JournalValue.new,
                JournalEntry.actor_name,
                JournalValue.reason,
            )
            .join(JournalValue, JournalValue.seq == JournalEntry.seq)
            .where(JournalEntry.subject_type == "response")
            .order_by(JournalEntry.seq)
        )
        with self.installation.database.reading() as session:
            return [tuple(row) for row in session.execute(query)]


def chart(opened: Opened, rank: int = 0) -> Chart:
    """The chart of the study's patient of that rank."""
    with opened.installation.database.reading() as session:
        ids = list(session.scalars(select(Patient.id).order_by(Patient.code)))
    return Chart(opened.installation, ids[rank])


def change(address: str, typed: object, base: int | None = None, **more: str) -> Change:
    """A change as a page sends it."""
    return Change(Address.parse(address), typed, base, **more)
