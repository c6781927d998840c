"""The outbox as screens show it: centres and functions, sealed identities beside them, never a token."""

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
        .options(joinedload(Mail.respondent).joinedload(Respondent.identity))
        .order_by(Mail.queued_at.desc(), Mail.id)
    )
    if state:
        query = query.where(Mail.state == state)
    return session.scalars(query.limit(limit).offset(offset)).all()


def mail_by_id(session: Session, study: Study, mail_id: str) -> Mail | None:
    """One mail of this study; None for another study's, as for one that is not there."""
    mail = session.get(Mail, mail_id)
    return mail if mail is not None and mail.study_id == study.id else None
