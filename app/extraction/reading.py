"""The patients of a study with their responses, streamed from one snapshot in a fixed order: by code, numbers as numbers."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Row, Select, bindparam, func, select
from sqlalchemy.orm import Session

from app.cohort.models import Centre, Patient, Study
from app.collection.models import HANDED_IN, Disposition, Response, Submission

Key = TypeVar("Key", int, str)
PAGE = 250
OPPOSED = "opposed"
"""Of a patient who opposed nothing is read but that there is one."""


@dataclass(frozen=True)
class Filters:
    """What of a study is read."""

    submitted_only: bool = False

    def as_json(self) -> dict[str, bool]:
        """For lisez_moi and for cuts."""
        return {"submitted_only": self.submitted_only}


class PatientRow(NamedTuple):
    """One patient as the tables need them; the response's fields are None before the first answer."""

    patient_id: str
    code: str
    centre_id: int
    sex: int | None
    incident: bool | None
    enrolled: bool
    first_grant_on: date | None
    last_grant_on: date | None
    response_id: str | None
    version_id: int | None
    document: str | None
    evaluated: str | None
    evaluated_key: str | None
    status: str | None
    simulated: bool | None
    last_answer_at: datetime | None
    submitted_at: datetime | None
    submitted_revision: int | None
    call_id: str | None
    disposition: str | None
    disposed_at: datetime | None
    disposed_in: str | None
    """The telephone call in which the reason was said."""


def patient_rows(
    session: Session, study: Study, filters: Filters, among: Collection[str] | None = None
) -> Iterator[PatientRow]:
    """Every patient who was not merged away (or those ``among``), drafts and untouched ones included unless filtered."""
    return (row for page in patient_pages(session, study, filters, among) for row in page)


def patient_pages(
    session: Session, study: Study, filters: Filters, among: Collection[str] | None = None
) -> Iterator[list[PatientRow]]:
    """The same, some at a time, in the order of an index: a sort of codes would take memory with every patient."""
    for length in _lengths(session, study):
        query = _patients(study, filters, length).execution_options(yield_per=PAGE)
        with session.execute(query) as patients:
            for page in patients.partitions(PAGE):
                wanted = [row for row in page if among is None or row[0] in among]
                if wanted:
                    yield _page(session, wanted)


def _lengths(session: Session, study: Study) -> Sequence[int]:
    """The lengths of codes in use: the shorter come first, as numbers do, and each is in order by its index."""
    length = func.length(Patient.code)
    return session.scalars(select(length).where(Patient.study_id == study.id).distinct().order_by(length)).all()


def _page(session: Session, patients: Sequence[Row[Any]]) -> list[PatientRow]:
    found = {"ids": [patient[0] for patient in patients]}
    bodies = {row[0]: tuple(row)[1:] for row in session.execute(_BODIES, found)}
    disposed = {row[0]: tuple(row)[1:] for row in session.execute(_DISPOSED, found)}
    return [PatientRow(*patient, *bodies.get(patient[0], _NO_BODY), *disposed.get(patient[0], _NOT_DISPOSED))
            for patient in patients]


def _patients(study: Study, filters: Filters, length: int) -> Select[*tuple[Any, ...]]:
    query: Select[*tuple[Any, ...]] = (
        select(
            Patient.id, Patient.code, Patient.centre_id, Patient.sex, Patient.incident, Patient.enrolled,
            Patient.first_grant_on, Patient.last_grant_on,
        )
        .where(Patient.study_id == study.id, Patient.merged_into_id.is_(None), func.length(Patient.code) == length)
        .order_by(Patient.code)
    )  # fmt: skip
    if filters.submitted_only:
        handed_in = Response.status.in_(HANDED_IN)
        query = query.join(Response, Response.patient_id == Patient.id).where(handed_in)
    return query


_BODIES = (
    select(
        Response.patient_id, Response.id, Response.version_id, Response.document, Response.evaluated,
        Response.evaluated_key, Response.status, Response.simulated, Response.last_answer_at, Response.submitted_at,
        Submission.revision, Submission.call_id,
    )
    .outerjoin(Submission, Submission.response_id == Response.id)
    .where(Response.patient_id.in_(bindparam("ids", expanding=True)))
)  # fmt: skip
_NO_BODY: tuple[Any, ...] = (None,) * 11
_DISPOSED = select(Disposition.patient_id, Disposition.kind, Disposition.at, Disposition.call_id).where(
    Disposition.patient_id.in_(bindparam("ids", expanding=True)), Disposition.withdrawn_at.is_(None)
)
_NOT_DISPOSED: tuple[Any, ...] = (None, None, None)


def centre_codes(session: Session, study: Study) -> Mapping[int, str]:
    """The code under which each centre is exported: a merged one goes by the centre that took over."""
    rows = session.execute(
        select(Centre.id, Centre.code, Centre.merged_into_id).where(Centre.study_id == study.id)
    ).all()
    codes = {key: code for key, code, _ in rows}
    into = {key: merged for key, _, merged in rows if merged is not None}
    return {key: codes[last_of(key, into)] for key in codes}


def merged_patients(session: Session, study: Study) -> Mapping[str, str]:
    """Of every patient who was merged away, the id of the one who took over in the end; few, so memory stays flat."""
    gone = select(Patient.id, Patient.merged_into_id).where(Patient.study_id == study.id)
    into = {key: kept for key, kept in session.execute(gone.where(Patient.merged_into_id.is_not(None))) if kept}
    return {key: last_of(key, into) for key in into}


def opposed_patients(session: Session, study: Study) -> frozenset[str]:
    """The ids of the patients who opposed, and of those merged into one of them."""
    query = select(Patient.id).join(Disposition, Disposition.patient_id == Patient.id).where(
        Patient.study_id == study.id, Disposition.kind == OPPOSED, Disposition.withdrawn_at.is_(None))
    opposed = set(session.scalars(query))
    merged = merged_patients(session, study).items() if opposed else ()
    return frozenset(opposed | {gone for gone, kept in merged if kept in opposed})


def last_of(key: Key, into: Mapping[Key, Key]) -> Key:
    """Where a chain of merges ends."""
    while key in into:
        key = into[key]
    return key
