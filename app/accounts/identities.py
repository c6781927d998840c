"""Who asked to see identities: a person with the right, journalled once a session and study (R32)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import IdentityView, Staff
from app.accounts.sessions import staff_actor, token_hash
from app.journal.recording import record


def show_identities(session: Session, staff: Staff, *, token: str, study: str, now: datetime) -> None:
    """Lets this session see the identities of this study; asked twice, journalled once."""
    if identities_shown(session, token=token, study=study):
        return
    session.add(IdentityView(session_hash=token_hash(token), study=study, at=now))
    session.flush()
    record(
        session,
        actor=staff_actor(staff),
        at=now,
        action="identities.shown",
        subject_type="study",
        subject_id=study,
        study=study,
    )


def identities_shown(session: Session, *, token: str, study: str) -> bool:
    """Whether this session has asked to see the identities of this study."""
    key = select(IdentityView.at).where(
        IdentityView.session_hash == token_hash(token), IdentityView.study == study
    )
    return session.scalar(key) is not None
