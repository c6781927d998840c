"""What the calendar will start, date by date: what is confirmed, what has left, and who is not comprised. Reads only."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cohort.models import Study
from app.outreach.campaigns import STARTS, leaves_at, plan_of
from app.outreach.inviting import plan_opening
from app.outreach.mandates import left_out, mandate_of, orphaned
from app.outreach.models import Mail, Mandate
from app.outreach.waiting import Waiting, waiting


@dataclass(frozen=True)
class Opening:
    """The announcement or the invitation: what waits, how many have begun to leave, how many nobody has confirmed.

    `leaves_at` is when those would go if somebody confirmed them now; None where the calendar names no day.
    """

    kind: str
    day: date | None
    leaves_at: datetime | None
    waits: Waiting | None
    begun: int
    unconfirmed: int


@dataclass(frozen=True)
class Agenda:
    """Both openings, and the mandate for reminders with the number of people it leaves out.

    `orphan_of`: who gave it and is no manager any more, so that it rests.
    """

    openings: tuple[Opening, ...]
    mandate: Mandate | None
    left_out: int
    orphan_of: str | None


def agenda(session: Session, study: Study, now: datetime) -> Agenda:
    """The study's calendar as it will run from `now` on."""
    mandate = mandate_of(session, study)
    openings = tuple(_opening(session, study, kind, now) for kind in STARTS)
    left = len(left_out(session, study, mandate, now)) if mandate else 0
    return Agenda(openings, mandate, left, orphaned(session, study))


def _opening(session: Session, study: Study, kind: str, now: datetime) -> Opening:
    plan = plan_of(session, study.id)
    day: date | None = getattr(plan, STARTS[kind])
    begun = select(func.count()).where(
        Mail.study_id == study.id, Mail.kind == kind, Mail.started_at.is_not(None)
    )
    return Opening(
        kind=kind,
        day=day,
        leaves_at=leaves_at(plan, kind, now) if day else None,
        waits=waiting(session, study.id, kind, now),
        begun=session.scalar(begun) or 0,
        unconfirmed=len(plan_opening(session, study, now, kind).going),
    )
