"""What became of the mails, for people: each with its fate in words, and the uncertain ones that a person settles."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.cohort.models import Study
from app.journal.recording import record
from app.kernel.actor import Actor
from app.outreach.errors import NotUncertain
from app.outreach.models import Mail, Respondent

STATES: dict[str, tuple[str, str]] = {
    "planned": ("à envoyer", "to be sent"),
    "suppressed": ("non envoyé", "not sent"),
    "leased": ("en cours", "under way"),
    "started": ("en cours d’envoi", "being sent"),
    "sent": ("envoyé", "sent"),
    "uncertain": ("incertain : à vérifier", "uncertain: to be checked"),
    "failed": ("refusé", "refused"),
    "bounced": ("revenu", "bounced"),
}


def mails_of(
    session: Session, study: Study, *, centre_id: int | None = None, state: str | None = None
) -> Sequence[Mail]:
    """The mails of a study (of one centre, in one state), the newest first, with wave, respondent and centre."""
    query = (
        select(Mail)
        .join(Mail.respondent)
        .where(Mail.study_id == study.id)
        .options(joinedload(Mail.wave), joinedload(Mail.respondent).joinedload(Respondent.centre))
        .order_by(Mail.queued_at.desc(), Mail.id)
    )
    query = query if centre_id is None else query.where(Respondent.centre_id == centre_id)
    return session.scalars(query if state is None else query.where(Mail.state == state)).all()


def uncertain(session: Session, study: Study) -> Sequence[Mail]:
    """All mails that nobody knows the fate of; they wait for `resolve` and are never sent again by themselves."""
    return mails_of(session, study, state="uncertain")


def resolve(
    session: Session, study: Study, mail_id: str, *, arrived: bool, actor: Actor, now: datetime
) -> Mail:
    """A person's word on an uncertain mail: it arrived (sent), or it did not (planned again). Raises NotUncertain."""
    mail = session.get(Mail, mail_id, with_for_update=True, populate_existing=True)
    if mail is None or mail.study_id != study.id or mail.state != "uncertain":
        raise NotUncertain
    mail.resolved_at, mail.resolved_by, mail.worker = now, actor.name, None
    if arrived:
        mail.state, mail.sent_at = "sent", mail.started_at or now
    else:
        mail.state, mail.due_at, mail.attempts = "planned", now, 0
    session.flush()
    record(
        session,
        actor=actor,
        at=now,
        action="mail.resolved",
        subject_type="mail",
        subject_id=mail.id,
        study=study.code,
        old="uncertain",
        new=mail.state,
    )
    return mail
