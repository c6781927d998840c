"""Where each centre stands: patients to answer for, answered, begun, set apart, and its last activity. Reads only."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
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


def standing_of(session: Session, study_id: int, centre_id: int) -> Standing:
    """Where one centre stands now."""
    return standings(session, study_id, centre_id).get(centre_id, Standing(centre_id))


def standings(session: Session, study_id: int, centre_id: int | None = None) -> dict[int, Standing]:
    """Where every centre of the study stands now (or `centre_id` alone), centres without patients left out."""
    entered = _last_entries(session, study_id, centre_id)
    found: dict[int, Standing] = {}
    for row in session.execute(_counts(study_id, centre_id)):
        centre, asked, answered, begun, disposed, opposed, answer_at, disposed_at = row
        active = max((at for at in (answer_at, disposed_at, entered.get(centre)) if at), default=None)
        found[centre] = Standing(
            centre, asked, answered or 0, begun or 0, disposed or 0, opposed or 0, active
        )
    return found


def _counts(study_id: int, centre_id: int | None):  # type: ignore[no-untyped-def]  # a Select of eight columns
    handed_in = Response.status.in_(HANDED_IN)
    set_apart = Disposition.id.is_not(None) & (Response.id.is_(None) | ~handed_in)
    begun = (Response.status == "draft") & (Response.revision > 0) & Disposition.id.is_(None)
    query = (
        select(
            Patient.centre_id,
            func.count(),
            func.sum(case((handed_in, 1), else_=0)),
            func.sum(case((begun, 1), else_=0)),
            func.sum(case((set_apart, 1), else_=0)),
            func.sum(case((set_apart & (Disposition.kind == "opposed"), 1), else_=0)),
            func.max(Response.last_answer_at),
            func.max(Disposition.at),
        )
        .outerjoin(Response, Response.patient_id == Patient.id)
        .outerjoin(Disposition, (Disposition.patient_id == Patient.id) & Disposition.withdrawn_at.is_(None))
        .where(Patient.study_id == study_id, Patient.merged_into_id.is_(None))
        .group_by(Patient.centre_id)
    )
    return query if centre_id is None else query.where(Patient.centre_id == centre_id)


def _last_entries(session: Session, study_id: int, centre_id: int | None) -> dict[int, datetime]:
    query = (
        select(Respondent.centre_id, func.max(Entry.entered_at))
        .join(Link, Link.respondent_id == Respondent.id)
        .join(Entry, Entry.link_id == Link.id)
        .where(Respondent.study_id == study_id)
        .group_by(Respondent.centre_id)
    )
    if centre_id is not None:
        query = query.where(Respondent.centre_id == centre_id)
    return dict(session.execute(query).all())
