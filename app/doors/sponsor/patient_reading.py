"""Patients as the desk's screens show them: codes, standings and answers in words; never an identity."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from app.cohort.models import Centre, Patient, Study
from app.collection.disposing import disposition_of
from app.collection.models import HANDED_IN, Disposition, Response, Submission
from app.collection.questionnaires import version_by_id
from app.collection.reading import document_of, response_of
from app.collection.submitting import submission_of
from app.kernel.language import Language, pick
from app.outreach.calls import Told, told_in
from forms.answers import Address
from forms.definition import Questionnaire
from forms.types import kind_of

STANDINGS = ("untouched", "draft", "disposed", "submitted", "corrected")
_STANDING = case(
    (Response.status.in_(HANDED_IN), Response.status),
    (Disposition.id.is_not(None), "disposed"),
    (Response.status == "draft", "draft"),
    else_="untouched",
)


@dataclass(frozen=True)
class PatientLine:
    """One patient of the table."""

    code: str
    centre_id: int
    centre: str
    centre_name: str
    first_grant_on: date | None
    last_grant_on: date | None
    standing: str
    disposition: str | None
    last_answer_at: datetime | None
    enrolled: bool


@dataclass(frozen=True)
class Answer:
    """One answer in words, and where a question about it would stand; `heard`: said on the telephone."""

    address: str
    label: str
    value: str
    comment: str
    heard: bool


@dataclass(frozen=True)
class Stands:
    """Where one patient's questionnaire stands, as in the table; `heard` and `reason_heard`: whose words, on the telephone."""

    standing: str
    submission: Submission | None
    reason: Disposition | None
    heard: Told | None
    reason_heard: Told | None


def stands(session: Session, patient: Patient, response: Response | None) -> Stands:
    """Where a patient's questionnaire stands, and the reason in force why none comes."""
    reason = disposition_of(session, patient)
    submission = submission_of(session, response) if response else None
    begun = response.status if response else "untouched"
    standing = "disposed" if reason and begun not in HANDED_IN else begun
    calls = [made.call_id if made else None for made in (submission, reason)]
    told = told_in(session, {call for call in calls if call})
    return Stands(standing, submission, reason, *(told.get(call) if call else None for call in calls))


def patient_total(session: Session, study: Study, typed: str, standing: str) -> int:
    """How many patients `patients_page` has in all."""
    wanted = _patients(study, typed, standing).with_only_columns(func.count()).order_by(None)
    return session.scalar(wanted) or 0


def patients_page(
    session: Session, study: Study, typed: str, standing: str, *, limit: int, offset: int
) -> list[PatientLine]:
    """A page of patients by code, of one of STANDINGS when `standing` names it.

    `typed` is how their code begins, or their centre's code or a part of its name.
    """
    query = _patients(study, typed, standing).limit(limit).offset(offset)
    return [PatientLine(*row) for row in session.execute(query)]


def answers_of(
    session: Session, response: Response | None, language: Language
) -> list[tuple[str, list[Answer]]]:
    """The answers that stand, section by section, in the words of the questionnaire they were given under."""
    if response is None:
        return []
    questionnaire = version_by_id(session, response.version_id).questionnaire
    document = document_of(response)
    found: dict[str, list[Answer]] = {section.code: [] for section in questionnaire.sections}
    for address, cell in document.as_answers().cells.items():
        question = questionnaire.questions.get(address.name)
        if question is None or question.identity:
            continue
        value = kind_of(question.type).display(cell, question, language)
        label = label_at(questionnaire, address, language)
        heard = document.call_of(str(address)) is not None
        found[question.section].append(Answer(str(address), label, value, cell.comment or "", heard))
    order = {name: rank for rank, name in enumerate(questionnaire.questions)}
    return [
        (
            pick({"fr": section.label.fr, "en": section.label.en}, language),
            sorted(found[section.code], key=lambda one: _rank(one.address, order)),
        )
        for section in questionnaire.sections
        if found[section.code]
    ]


def _rank(address: str, order: dict[str, int]) -> tuple[str, int, int]:
    where = Address.parse(address)
    return where.visit or "", where.line or 0, order[where.name]


def label_at(questionnaire: Questionnaire, address: Address, language: Language) -> str:
    """The question at an address in words, with its visit and its line; "" where this questionnaire has none."""
    question = questionnaire.questions.get(address.name)
    if question is None:
        return ""
    parts = [question.label[language]]
    visits = {visit.code: visit for visit in questionnaire.visits}
    if address.visit in visits:
        parts.append(visits[address.visit].label[language])
    if address.line:
        parts.append(str(address.line))
    return " · ".join(parts)


def _patients(study: Study, typed: str, standing: str) -> Select[*tuple[Any, ...]]:
    query = (
        select(
            Patient.code,
            Centre.id,
            Centre.code,
            Centre.name,
            Patient.first_grant_on,
            Patient.last_grant_on,
            _STANDING,
            Disposition.kind,
            Response.last_answer_at,
            Patient.enrolled,
        )
        .join(Centre, Centre.id == Patient.centre_id)
        .outerjoin(Response, Response.patient_id == Patient.id)
        .outerjoin(Disposition, (Disposition.patient_id == Patient.id) & Disposition.withdrawn_at.is_(None))
        .where(Patient.study_id == study.id, Patient.merged_into_id.is_(None))
        .order_by(func.length(Patient.code), Patient.code)
    )
    if typed:
        named = (Centre.code == typed) | Centre.name.icontains(typed, autoescape=True)
        query = query.where(Patient.code.startswith(typed.upper(), autoescape=True) | named)
    return query.where(_STANDING.is_not_distinct_from(standing)) if standing else query


def set_aside(session: Session, patient: Patient) -> list[tuple[str, Response]]:
    """The questionnaires of patients who became part of this one while each had one, with the codes they had."""
    found: list[tuple[str, Response]] = []
    query = select(Patient).where(Patient.merged_into_id == patient.id).order_by(Patient.code)
    for gone in session.scalars(query):
        response = response_of(session, gone)
        found += [(gone.code, response)] if response is not None else []
        found += set_aside(session, gone)
    return found
