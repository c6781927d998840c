"""The sheet ``changements``: every answer that changed since a cut, from the journal: before, after, when, why, by whom.

Of a patient who opposed, nothing is read.
"""

from collections.abc import Iterator
from typing import Any

import orjson
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.cohort.models import Patient, Study
from app.collection.models import Response
from app.extraction.models import Cut
from app.extraction.reading import opposed_patients
from app.extraction.times import paris, twins, utc
from app.journal.models import JournalEntry, JournalValue
from exports.tables import Column, Row, Table

ACTIONS = ("answer.saved", "answer.corrected", "line.added", "line.removed")
COLUMNS = (
    Column("patient_id", "text", "Patient", "Patient"),
    Column("variable", "text", "Variable, avec sa visite et sa ligne", "Variable, with its visit and line"),
    Column("action", "text", "Ce qui a été fait", "What was done"),
    Column("avant", "text", "Avant", "Before"),
    Column("apres", "text", "Après", "After"),
    *twins("changed_at", "Changé le", "Changed at"),
    Column("pourquoi", "text", "Pourquoi", "Why"),
    Column("par", "text", "Fonction de la personne", "Function of the person"),
)


def changes_table(session: Session, study: Study, since: Cut) -> Table:
    """The changes after the journal entry at which the cut was made, in their order."""
    def rows() -> Iterator[Row]:
        opposed = opposed_patients(session, study)
        with session.execute(_query(study, since)) as found:
            for patient, code, entry, value in found:
                if patient not in opposed:
                    yield _row(code, entry, value)
    return Table("changements", COLUMNS, rows, "Changements", "Changes", frozen=2)


def _query(study: Study, since: Cut) -> Select[*tuple[Any, ...]]:
    return (
        select(Patient.id, Patient.code, JournalEntry, JournalValue)
        .join(Response, Response.id == JournalEntry.subject_id)
        .join(Patient, Patient.id == Response.patient_id)
        .outerjoin(JournalValue, JournalValue.seq == JournalEntry.seq)
        .where(JournalEntry.study == study.code, JournalEntry.seq > since.journal_entries,
               JournalEntry.subject_type == "response", JournalEntry.action.in_(ACTIONS))
        .order_by(JournalEntry.seq)
        .execution_options(yield_per=1_000)
    )  # fmt: skip


def _row(code: str, entry: JournalEntry, value: JournalValue | None) -> Row:
    old, new, why = (value.old, value.new, value.reason) if value else (None, None, None)
    return (code, entry.field, entry.action, shown(old), shown(new), utc(entry.at), paris(entry.at), why,
            entry.actor_role)


def shown(stored: str | None) -> str | None:
    """A journalled cell in short: its value, or its missing reason; None when there was none."""
    if stored is None:
        return None
    cell = orjson.loads(stored)
    if not isinstance(cell, dict):
        return stored
    if "m" in cell:
        return str(cell["m"])
    value = cell.get("v")
    return value if isinstance(value, str) or value is None else orjson.dumps(value).decode()
