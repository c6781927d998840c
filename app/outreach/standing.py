"""Where each centre stands: patients to answer for, answered, begun, set apart, and its last activity. Reads only."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import bindparam, case, func, select
from sqlalchemy.orm import Session

from app.cohort.models import Patient
from app.collection.models import HANDED_IN, Disposition, Response
from app.kernel.prepared import Prepared, either
from app.outreach.models import Chase, Entry, Link, Respondent


@dataclass(frozen=True)
class Standing:
    """One centre's patients, counted; `active_at` is its last answer, disposition or entry.

    `told` is what the telephone desk noted of the centre ("open" when nothing), `agreed_on` the day agreed with it.
    """

    centre_id: int
    asked: int = 0
    answered: int = 0
    begun: int = 0
    disposed: int = 0
    opposed: int = 0
    active_at: datetime | None = None
    told: str = "open"
    agreed_on: date | None = None

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
    found = OF_CENTRE.first(session.connection(), study_id=study_id, centre_id=centre_id)
    entered_at = None
    if active:
        entered_at = session.scalar(ENTERED_OF_CENTRE, {"study_id": study_id, "centre_id": centre_id})
    return _standing(_Counted(*found), entered_at) if found else Standing(centre_id, active_at=entered_at)


def standings(session: Session, study_id: int) -> dict[int, Standing]:
    """Where every centre of the study stands now, centres without patients left out."""
    entered: dict[int, datetime] = dict(session.execute(ENTERED, {"study_id": study_id}).all())
    counted = (_Counted(*row) for row in session.execute(COUNTS, {"study_id": study_id}))
    return {row.centre_id: _standing(row, entered.get(row.centre_id)) for row in counted}


class _Counted(NamedTuple):
    """One centre as COUNTS counts it."""

    centre_id: int
    asked: int
    answered: int | None
    begun: int | None
    disposed: int | None
    opposed: int | None
    answer_at: datetime | None
    disposed_at: datetime | None
    told: str | None
    agreed_on: date | None


def _standing(row: _Counted, entered_at: datetime | None) -> Standing:
    times = (row.answer_at, row.disposed_at, entered_at)
    return Standing(
        row.centre_id,
        row.asked,
        row.answered or 0,
        row.begun or 0,
        row.disposed or 0,
        row.opposed or 0,
        max((at for at in times if at), default=None),
        row.told or "open",
        row.agreed_on,
    )


_handed_in = either(Response.status, HANDED_IN)
_set_apart = Disposition.id.is_not(None) & (Response.id.is_(None) | ~_handed_in)
_begun = (Response.status == "draft") & (Response.revision > 0) & Disposition.id.is_(None)

# OF_CENTRE is asked for every mail that leaves; the columns are those of _Counted.
COUNTS = (
    select(
        Patient.centre_id,
        func.count(),
        func.sum(case((_handed_in, 1), else_=0)),
        func.sum(case((_begun, 1), else_=0)),
        func.sum(case((_set_apart, 1), else_=0)),
        func.sum(case((_set_apart & (Disposition.kind == "opposed"), 1), else_=0)),
        func.max(Response.last_answer_at),
        func.max(Disposition.at),
        func.max(Chase.status),
        func.max(Chase.next_on),
    )
    .outerjoin(Response, Response.patient_id == Patient.id)
    .outerjoin(Disposition, (Disposition.patient_id == Patient.id) & Disposition.withdrawn_at.is_(None))
    .outerjoin(Chase, Chase.centre_id == Patient.centre_id)
    .where(Patient.study_id == bindparam("study_id"), Patient.merged_into_id.is_(None))
    .group_by(Patient.centre_id)
)
OF_CENTRE = Prepared(COUNTS.where(Patient.centre_id == bindparam("centre_id")))
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
