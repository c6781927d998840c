"""Mails that were confirmed and wait for their day in the outbox: how many, moved with it, or taken back."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Update, func, select, update
from sqlalchemy.orm import Session

from app.cohort.models import Study
from app.journal.recording import record
from app.kernel.actor import Actor
from app.outreach.models import Mail


@dataclass(frozen=True)
class Waiting:
    """Mails of one kind that have not begun, and when the first of them is due."""

    mails: int
    at: datetime


def waiting(session: Session, study_id: int, kind: str, now: datetime) -> Waiting | None:
    """The mails of this kind that wait for a moment to come, or None."""
    due_at = (Mail.study_id == study_id, Mail.kind == kind, Mail.state == "planned", Mail.due_at > now)
    mails, at = session.execute(select(func.count(), func.min(Mail.due_at)).where(*due_at)).one()
    return Waiting(mails, at) if at is not None else None


def move(session: Session, study: Study, kind: str, at: datetime, *, actor: Actor, now: datetime) -> int:
    """The mails that wait become due at `at`; how many, journalled."""
    moved = _untried(study, kind).where(Mail.due_at > now).values(due_at=at)
    return _changed(session, study, kind, moved, "wave.moved", at.isoformat(), actor, now)


def take_back(session: Session, study: Study, kind: str, *, actor: Actor, now: datetime) -> int:
    """The mails that nobody has begun to send leave the outbox, and may be confirmed again; how many, journalled."""
    gone = _untried(study, kind).values(state="suppressed", reason="withdrawn")
    return _changed(session, study, kind, gone, "wave.withdrawn", None, actor, now)


def _untried(study: Study, kind: str) -> Update:
    # A worker that has leased a mail in this instant keeps it: the row is no longer planned.
    return update(Mail).where(
        Mail.study_id == study.id, Mail.kind == kind, Mail.state == "planned", Mail.attempts == 0
    )


def _changed(
    session: Session,
    study: Study,
    kind: str,
    change: Update,
    action: str,
    new: str | None,
    actor: Actor,
    now: datetime,
) -> int:
    count: int = session.execute(change).rowcount  # type: ignore[attr-defined]  # a CursorResult
    if count:
        record(
            session,
            actor=actor,
            at=now,
            action=action,
            subject_type="wave",
            subject_id=f"{kind}.1",
            study=study.code,
            old=str(count),
            new=new,
        )
    return count
