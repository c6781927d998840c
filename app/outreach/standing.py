"""Where each centre stands: patients to answer for, answered, begun, set apart, and its last activity. Reads only."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, case, func, select
from sqlalchemy.orm import Session

from app.cohort.models import Patient
from app.collection.models import Disposition, Response
from app.outreach.models import Entry, Link, Respondent

HANDED_IN = ("submitted", "corrected")


@dataclass(frozen=True)
class Standing:
    """One centre's patients, counted; `active_at` is its last answer, disposition or entry."""

    centre_id: int
    asked: int = 0
    answered: int = 0
    begun: int = 0
    disposed: int = 0
    opposed: int = 0
    active_at: datetime | None = None

    @property
    def left(self) -> int:
        """Patients for whom an answer is still waited for."""
        return self.asked - self.answered - self.disposed

    @property
    def untouched(self) -> bool:
        """Whether the centre has done nothing at all yet."""
        return not (self.answered or self.begun or self.disposed)


def standing_of(session: Session, study_id: int, centre_id: int, *, active: bool = True) -> Standing:
    """Where one centre stands now; without `active` its last activity is left out, which is half the work."""
    of_centre = {"study_id": study_id, "centre_id": centre_id}
    row = session.connection().execute(OF_CENTRE, of_centre).first()
    entered_at = None
    if active:
        entered_at = session.scalar(ENTERED_OF_CENTRE, of_centre)
    return _standing(row, entered_at) if row is not None else Standing(centre_id, active_at=entered_at)


def standings(session: Session, study_id: int) -> dict[int, Standing]:
    """Where every centre of the study stands now, centres without patients left out."""
    entered: dict[int, datetime] = dict(session.execute(ENTERED, {"study_id": study_id}).all())
    counted = session.execute(COUNTS, {"study_id": study_id})
    return {row.centre_id: _standing(row, entered.get(row.centre_id)) for row in counted}


def _standing(row: Row[Any], entered_at: datetime | None) -> Standing:
    times = (row.answer_at, row.disposed_at, entered_at)
    return Standing(
        row.centre_id,
        row.asked,
        row.answered or 0,
        row.begun or 0,
        row.disposed or 0,
        row.opposed or 0,
        max((at for at in times if at), default=None),
    )


_handed_in = Response.status.in_(HANDED_IN)
_set_apart = Disposition.id.is_not(None) & (Response.id.is_(None) | ~_handed_in)
_begun = (Response.status == "draft") & (Response.revision > 0) & Disposition.id.is_(None)

# Built once: OF_CENTRE is asked for every mail that leaves.
COUNTS = (
    select(
        Patient.centre_id,
        func.count().label("asked"),
        func.sum(case((_handed_in, 1), else_=0)).label("answered"),
        func.sum(case((_begun, 1), else_=0)).label("begun"),
        func.sum(case((_set_apart, 1), else_=0)).label("disposed"),
        func.sum(case((_set_apart & (Disposition.kind == "opposed"), 1), else_=0)).label("opposed"),
        func.max(Response.last_answer_at).label("answer_at"),
        func.max(Disposition.at).label("disposed_at"),
    )
    .outerjoin(Response, Response.patient_id == Patient.id)
    .outerjoin(Disposition, (Disposition.patient_id == Patient.id) & Disposition.withdrawn_at.is_(None))
    .where(Patient.study_id == bindparam("study_id"), Patient.merged_into_id.is_(None))
    .group_by(Patient.centre_id)
)
OF_CENTRE = COUNTS.where(Patient.centre_id == bindparam("centre_id"))
ENTERED = (
    select(Respondent.centre_id, func.max(Entry.entered_at))
    .join(Link, Link.respondent_id == Respondent.id)
    .join(Entry, Entry.link_id == Link.id)
    .where(Respondent.study_id == bindparam("study_id"))
    .group_by(Respondent.centre_id)
)
ENTERED_OF_CENTRE = (
    select(func.max(Entry.entered_at))
    .join(Link, Entry.link_id == Link.id)
    .join(Respondent, Link.respondent_id == Respondent.id)
    .where(Respondent.study_id == bindparam("study_id"), Respondent.centre_id == bindparam("centre_id"))
)
