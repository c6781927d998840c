"""The outbox and the messages as screens show them: centres and functions, never a name, an address or a token."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from app.cohort.models import Study
from app.kernel.installation import Installation
from app.kernel.language import Language
from app.outreach.campaigns import plan_of
from app.outreach.composing import BUTTON, Button, Letter, Reading, read
from app.outreach.messages import wording_of
from app.outreach.models import Mail, Respondent
from app.outreach.words import MAIL_STATES

EXAMPLE: dict[Language, tuple[str, str, str]] = {
    "fr": ("Claire Exemple", "Pharmacien", "Hôpital de l’Exemple"),
    "en": ("Claire Example", "Pharmacist", "Example Hospital"),
}


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


def sample(
    session: Session, installation: Installation, study: Study, kind: str, language: Language
) -> Reading:
    """The message as an invented respondent would read it; the link in it leads nowhere."""
    plan, settings = plan_of(session, study.id), installation.settings
    name, function, centre = EXAMPLE[language]
    letter = Letter(
        mail_id="",
        kind=kind,
        language=language,
        mail_from=settings.mail_from,
        name=name,
        email="claire@example.org",
        study=study.title_en if language == "en" else study.title_fr,
        centre=centre,
        function=function,
        contact=plan.contact or settings.mail_from.replace("<", "").replace(">", ""),
        return_by=f"{plan.return_by:%d/%m/%Y}" if plan.return_by else "",
        colleague="",
        host=urlsplit(settings.public_url).netloc,
        unsubscribe=f"{settings.public_url}/…",
        links=(Button(BUTTON[language], f"{settings.public_url}/r/…"),),
        at=study.opened_at,
    )
    return read(letter, wording_of(session, study, kind, language))
