"""The outbox as screens show it: centres and functions, never a name, an address or a token."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from app.cohort.models import Study
from app.outreach.models import Mail, Respondent
from app.outreach.words import MAIL_STATES


def state_counts(session: Session, study: Study) -> dict[str, int]:
    """How many mails of the study are in each state, all states named."""
    query = select(Mail.state, func.count()).where(Mail.study_id == study.id).group_by(Mail.state)
    found = {row[0]: row[1] for row in session.execute(query)}
    return {state: found.get(state, 0) for state in MAIL_STATES}


def mails_of(session: Session, study: Study, *, state: str, limit: int, offset: int) -> Sequence[Mail]:
    """A page of the study's mails, the newest first, with their centre and function."""
    query = (
        select(Mail)
        .where(Mail.study_id == study.id)
        .options(joinedload(Mail.respondent).joinedload(Respondent.centre), joinedload(Mail.wave))
        .order_by(Mail.queued_at.desc(), Mail.id)
    )
    if state:
        query = query.where(Mail.state == state)
    return session.scalars(query.limit(limit).offset(offset)).all()
