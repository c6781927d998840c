"""What decisions and lists did to the patients since a cut: merged, made, moved; so that their number is explained."""

from collections.abc import Collection, Iterator
from typing import Any

import orjson
from sqlalchemy import String, cast, select
from sqlalchemy.orm import Session

from app.cohort.models import Centre, Decision, Patient, Study
from app.collection.models import Response
from app.extraction.models import Cut
from app.extraction.reading import Filters
from app.extraction.times import paris, utc
from app.journal.models import JournalEntry, JournalValue
from exports.tables import Row

DECIDED = ("review.decided", "review.undone")
IMPORTED = "list.imported"
# Of whom a change tells, what of them, before and after.
Told = tuple[str | None, str, str | None, str | None]


def decided_since(
    session: Session, study: Study, since: Cut, filters: Filters, opposed: Collection[str]
) -> list[tuple[int, Row]]:
    """The rows of ``changements`` that decisions and lists make, each with the number of its journal entry."""
    book = _Book(session, study, filters, opposed)
    query = (
        select(JournalEntry, JournalValue, Decision)
        .outerjoin(JournalValue, JournalValue.seq == JournalEntry.seq)
        .outerjoin(
            Decision,
            (JournalEntry.subject_type == "decision") & (cast(Decision.id, String) == JournalEntry.subject_id),
        )
        .where(JournalEntry.study == study.code, JournalEntry.seq > since.journal_entries,
               JournalEntry.action.in_((*DECIDED, IMPORTED)))
        .order_by(JournalEntry.seq)
    )  # fmt: skip
    return [
        (entry.seq, _row(entry, value, told))
        for entry, value, decision in session.execute(query)
        for told in (book.imported(value) if decision is None else book.decided(entry.action, decision))
    ]


def _row(entry: JournalEntry, value: JournalValue | None, told: Told) -> Row:
    code, variable, old, new = told
    why = value.reason if value is not None and entry.action != IMPORTED else None
    return (code, variable, None, None, entry.action, old, new, utc(entry.at), paris(entry.at), why, entry.actor_role)


class _Book:
    """The patients and centres of a study by their codes, for its few decisions."""

    def __init__(self, session: Session, study: Study, filters: Filters, opposed: Collection[str]) -> None:
        patients = select(Patient.id, Patient.code).where(Patient.study_id == study.id)
        self.codes: dict[str, str] = {row[0]: row[1] for row in session.execute(patients)}
        centres = select(Centre.id, Centre.code).where(Centre.study_id == study.id)
        self.centres: dict[int, str] = {row[0]: row[1] for row in session.execute(centres)}
        self.silent = set(opposed)
        if filters.submitted_only:
            handed_in = select(Response.patient_id).where(Response.study_id == study.id, Response.status != "draft")
            self.silent |= set(self.codes) - set(session.scalars(handed_in))

    def decided(self, action: str, decision: Decision) -> Iterator[Told]:
        """What a decision, or undoing it, did to patients."""
        document, undone = orjson.loads(decision.before), action == "review.undone"
        for table, key, column, *values in document["changes"]:
            before, after = reversed(values) if undone else values
            if (table, column) == ("patient", "merged_into_id") and not {key, before or after} & self.silent:
                own, other = self.codes.get(key), self.codes.get(before or after)
                yield (own, "patient_id", *((own, other) if after else (other, own)))
            elif (table, column) == ("patient", "centre_id") and key not in self.silent:
                yield (self.codes.get(key), "centre_id", self.centres.get(before), self.centres.get(after))
        for table, key in document["added"]:
            if table == "patient" and key not in self.silent:
                code = self.codes.get(key)
                yield (code, "patient_id", *((code, None) if undone else (None, code)))

    def imported(self, value: JournalValue | None) -> Iterator[Told]:
        """How many patients the study had when a list had been imported."""
        counts: dict[str, Any] = orjson.loads(value.new) if value is not None and value.new else {}
        if "patients" in counts:
            yield (None, "patient_id", None, str(counts["patients"]))
