"""What comes back of the collection: worklists, responses with their patients, who changed an answer last."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cohort.models import Centre, Patient, Study
from app.cohort.patients import ChartFacts, chart_facts, patients_of
from app.collection.documents import Document, calls_in
from app.collection.facts import accepted_facts
from app.collection.models import Disposition, Response, Submission
from app.collection.questionnaires import current_version
from app.collection.situations import Situation
from app.journal.models import JournalEntry
from app.kernel.vault import Vault


@dataclass(frozen=True)
class WorklistLine:
    """One patient that a centre answers for: how to find the chart, and what is left to do.

    `status` is "to_do", "draft", "submitted", "corrected" or the kind of the disposition in force;
    `required` and `left` count required answers; `next_section` is where the work goes on (None: review).
    """

    patient: Patient
    chart: ChartFacts
    status: str
    required: int
    left: int
    blocking: int
    next_section: str | None
    disposition: Disposition | None
    last_answer_at: datetime | None
    receipt: str | None
    heard: bool
    """Whether something that stands here was said on the telephone."""


@dataclass(frozen=True)
class PatientResponse:
    """One patient with the response and the disposition that stand for them."""

    patient: Patient
    response: Response | None
    disposition: Disposition | None


def worklist(session: Session, vault: Vault, study: Study, centre: Centre) -> list[WorklistLine]:
    """The patients of one centre by code, each with what is left on them. It reads no answer."""
    first = current_version(session, study).questionnaire.sections[0].code
    patients = patients_of(session, study, centre)
    keys = [patient.id for patient in patients]
    held = {
        one.patient_id: one for one in session.scalars(select(Response).where(Response.patient_id.in_(keys)))
    }
    disposed = {one.patient_id: one for one in _in_force(session, keys)}
    accepted = accepted_facts(session, vault, keys)
    receipts = _receipts(session, [response.id for response in held.values()])
    return [
        _line(
            patient,
            _corrected(chart_facts(session, vault, patient), accepted.get(patient.id, {})),
            held.get(patient.id),
            disposed.get(patient.id),
            receipts,
            first,
        )
        for patient in patients
    ]


def response_of(session: Session, patient: Patient) -> Response | None:
    """The patient's response as it stands, or None."""
    return session.scalars(select(Response).where(Response.patient_id == patient.id)).first()


def document_of(response: Response | None) -> Document:
    """The answers of a response; an empty document where there is none yet."""
    return Document() if response is None else Document.loads(response.document)


def responses(session: Session, study: Study, *, batch: int = 500) -> Iterator[PatientResponse]:
    """Every patient of the study by code, with response and disposition; memory stays flat."""
    query = (
        select(Patient, Response, Disposition)
        .outerjoin(Response, Response.patient_id == Patient.id)
        .outerjoin(Disposition, (Disposition.patient_id == Patient.id) & Disposition.withdrawn_at.is_(None))
        .where(Patient.study_id == study.id, Patient.merged_into_id.is_(None))
        .order_by(Patient.code)
        .execution_options(yield_per=batch)
    )
    for patient, response, disposition in session.execute(query):
        yield PatientResponse(patient, response, disposition)


def last_change(session: Session, response: Response, field: str) -> tuple[str, datetime] | None:
    """Who changed this answer last, and when; None when nobody has."""
    query = (
        select(JournalEntry.actor_name, JournalEntry.at)
        .where(JournalEntry.subject_type == "response", JournalEntry.subject_id == response.id)
        .where(JournalEntry.field == field)
        .order_by(JournalEntry.seq.desc())
        .limit(1)
    )
    return session.execute(query).first()


def situation_kept(response: Response) -> Situation:
    """How a response stood after its last save."""
    return Situation.loads(response.situation)


def _corrected(chart: ChartFacts, accepted: Mapping[str, Any]) -> ChartFacts:
    """The chart's facts with the corrections that were accepted."""
    known = {one: accepted[one] for one in ("initials", "birth", "sex", "atu_first") if one in accepted}
    return replace(chart, **known)


def _line(
    patient: Patient,
    chart: ChartFacts,
    response: Response | None,
    disposition: Disposition | None,
    receipts: dict[str, str],
    first_section: str,
) -> WorklistLine:
    return WorklistLine(
        patient=patient,
        chart=chart,
        status=_status(response, disposition),
        required=response.required_total if response else 0,
        left=response.required_left if response else 0,
        blocking=response.blocking if response else 0,
        next_section=_next_section(response, first_section),
        disposition=disposition,
        last_answer_at=response.last_answer_at if response else None,
        receipt=receipts.get(response.id) if response else None,
        heard=disposition.call_id is not None if disposition else bool(response and calls_in(response.document)),
    )


def _status(response: Response | None, disposition: Disposition | None) -> str:
    if disposition is not None:
        return disposition.kind
    if response is None or response.revision == 0:
        return "to_do"
    return response.status


def _next_section(response: Response | None, first_section: str) -> str | None:
    if response is None:
        return first_section
    return next(
        (section for section, counted in situation_kept(response).progress.items() if counted[2]), None
    )


def _in_force(session: Session, patient_ids: list[str]) -> list[Disposition]:
    query = select(Disposition).where(
        Disposition.patient_id.in_(patient_ids), Disposition.withdrawn_at.is_(None)
    )
    return list(session.scalars(query))


def _receipts(session: Session, response_ids: list[str]) -> dict[str, str]:
    query = select(Submission.response_id, Submission.receipt).where(Submission.response_id.in_(response_ids))
    return dict(session.execute(query).all())
