"""The journal's entries of one study, newest first, those that a person looks for; a page begins where the last one ended."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, cast, func, or_, select
from sqlalchemy.orm import Session

from app.cohort.models import Decision, Patient, Study
from app.collection.models import Response
from app.journal.models import JournalEntry, JournalValue
from app.kernel.clock import PARIS
from app.outreach.models import Call, Contact, Mail, Respondent

ENTRIES_A_PAGE = 50
Entry = tuple[JournalEntry, JournalValue | None]


@dataclass(frozen=True)
class Wanted:
    """What is looked for; "" and None ask for everything. `first` and `last` are days in Paris."""

    action: str = ""
    centre: int | None = None
    patient: str = ""
    person: str = ""
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class Slice:
    """One page; `newer` and `older` are the numbers beside which the next pages begin, None where nothing follows."""

    entries: list[Entry]
    newer: int | None
    older: int | None


def entries_page(
    session: Session, study: Study, wanted: Wanted, *, before: int | None = None, after: int | None = None
) -> Slice:
    """The entries just older than number `before`, or just newer than `after`; the newest when neither is given."""
    query = _found(study, wanted)
    if after is not None:
        query = query.where(JournalEntry.seq > after).order_by(JournalEntry.seq)
    else:
        query = query.where(JournalEntry.seq < before) if before is not None else query
        query = query.order_by(JournalEntry.seq.desc())
    rows = [(entry, value) for entry, value in session.execute(query.limit(ENTRIES_A_PAGE + 1))]
    more, rows = len(rows) > ENTRIES_A_PAGE, rows[:ENTRIES_A_PAGE]
    if after is not None:
        rows.reverse()
    if not rows:
        return Slice([], None, None)
    newest, oldest = rows[0][0].seq, rows[-1][0].seq
    if after is not None:
        return Slice(rows, newest if more else None, oldest)
    return Slice(rows, newest if before is not None else None, oldest if more else None)


def _found(study: Study, wanted: Wanted) -> Select[*tuple[Any, ...]]:
    query = select(JournalEntry, JournalValue).outerjoin(JournalValue, JournalValue.seq == JournalEntry.seq)
    if wanted.action:
        query = query.where(JournalEntry.study == study.code, JournalEntry.action == wanted.action)
    else:
        # The index by study and action would make it sort the whole study; most entries are this study's anyway.
        query = query.where(func.coalesce(JournalEntry.study, "") == study.code)
    if wanted.person:
        query = query.where(JournalEntry.actor_name.icontains(wanted.person, autoescape=True))
    if wanted.first:
        query = query.where(JournalEntry.at >= _midnight(wanted.first))
    if wanted.last:
        query = query.where(JournalEntry.at < _midnight(wanted.last + timedelta(days=1)))
    if wanted.patient:
        query = query.where(_about_patient(study, wanted.patient))
    if wanted.centre is not None:
        query = query.where(_about_centre(wanted.centre))
    return query


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), PARIS)


def _about_patient(study: Study, code: str) -> ColumnElement[bool]:
    """On the patient, her questionnaire, or a decision that touched her."""
    key = select(Patient.id).where(Patient.study_id == study.id, Patient.code == code.upper())
    decided = select(cast(Decision.id, String)).join(Patient, Decision.before.contains(Patient.id))
    decided = decided.where(Decision.study_id == study.id, Patient.id.in_(key))
    return or_(
        _on("patient", key),
        _on("response", select(Response.id).where(Response.patient_id.in_(key))),
        _on("decision", decided),
    )


def _about_centre(centre: int) -> ColumnElement[bool]:
    """On the centre, its patients, their questionnaires, its respondents, their mails and its calls."""
    patients = select(Patient.id).where(Patient.centre_id == centre)
    people = select(Respondent.id).where(Respondent.centre_id == centre)
    return or_(
        and_(JournalEntry.subject_type == "centre", JournalEntry.subject_id == str(centre)),
        _on("patient", patients),
        _on("response", select(Response.id).where(Response.patient_id.in_(patients))),
        _on("respondent", select(cast(Respondent.id, String)).where(Respondent.centre_id == centre)),
        _on("mail", select(Mail.id).where(Mail.respondent_id.in_(people))),
        _on("call", select(Call.id).join(Contact, Contact.id == Call.contact_id).where(Contact.centre_id == centre)),
    )


def _on(kind: str, keys: Select[*tuple[Any, ...]]) -> ColumnElement[bool]:
    return and_(JournalEntry.subject_type == kind, JournalEntry.subject_id.in_(keys))
