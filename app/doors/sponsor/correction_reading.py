"""Corrections asked, as the desk shows them: the question by its words, the answer as it stands, whose, and since when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from app.cohort.models import Centre, Patient, Study
from app.collection.facts import facts_in_use, is_fact, listed_value
from app.collection.models import Response
from app.collection.questionnaires import version_by_id
from app.collection.reading import document_of
from app.doors.request import gettext, installation, language, now
from app.doors.sponsor.patient_reading import label_at
from app.outreach.models import Query
from forms.answers import EMPTY, Address, Cell
from forms.definition import Question
from forms.types import kind_of

STATES = ("replied", "waiting", "closed")
_STATE = case((Query.closed_at.is_not(None), "closed"), (Query.answered_at.is_not(None), "replied"), else_="waiting")
_RANK = case((Query.closed_at.is_not(None), 2), (Query.answered_at.is_not(None), 0), else_=1)


@dataclass(frozen=True)
class Correction:
    """One question put on an answer; `current` is None where it is an identity, `waits` how long it has been open."""

    query: Query
    patient: str
    centre: Centre
    label: str
    current: str | None
    waits: timedelta


def correction_counts(session: Session, study: Study) -> dict[str, int]:
    """How many corrections of the study are in each of STATES."""
    counted = select(_STATE, func.count()).where(Query.study_id == study.id).group_by(_STATE)
    found: dict[str, int] = {row[0]: row[1] for row in session.execute(counted)}
    return {state: found.get(state, 0) for state in STATES}


def corrections_page(session: Session, study: Study, state: str, *, limit: int, offset: int) -> list[Correction]:
    """A page of the corrections: replies to read first, then what waits longest; of one of STATES where it names one."""
    query = _asked().where(Query.study_id == study.id).order_by(_RANK, Query.asked_at, Query.id)
    query = query.where(_STATE.in_((state,))) if state else query
    return [_told(session, *row) for row in session.execute(query.limit(limit).offset(offset))]


def corrections_on(session: Session, patient: Patient) -> Sequence[Correction]:
    """What is asked about one patient and not closed."""
    query = _asked().where(Query.patient_id == patient.id, Query.closed_at.is_(None)).order_by(Query.id)
    return [_told(session, *row) for row in session.execute(query)]


def _asked() -> Select[*tuple[Any, ...]]:
    return (
        select(Query, Patient, Centre, Response)
        .join(Patient, Patient.id == Query.patient_id)
        .join(Centre, Centre.id == Patient.centre_id)
        .join(Response, Response.patient_id == Patient.id)
    )


def _told(session: Session, query: Query, patient: Patient, centre: Centre, response: Response) -> Correction:
    questionnaire, address = version_by_id(session, response.version_id).questionnaire, Address.parse(query.address)
    question = questionnaire.questions.get(address.name)
    current = None if question is None or question.identity else _current(session, patient, response, question, address)
    waits = (query.closed_at or now()) - query.asked_at
    return Correction(query, patient.code, centre, label_at(questionnaire, address, language()), current, waits)


def _current(session: Session, patient: Patient, response: Response, question: Question, address: Address) -> str:
    document = document_of(response)
    cell = document.as_answers().cells.get(address, EMPTY)
    if cell.value is None and is_fact(question):
        cell = Cell(listed_value(question, facts_in_use(session, installation().vault, patient, document)))
    return kind_of(question.type).display(cell, question, language()) or gettext("(vide)")
