"""A message as it will look: for the screen, and as a test mail to a member of staff. No respondent is touched."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.cohort.models import Study
from app.kernel.installation import Installation
from app.kernel.language import Language
from app.kernel.tables import random_key
from app.outreach.addresses import checked
from app.outreach.campaigns import plan_of
from app.outreach.composing import BUTTON, Button, Letter, Reading, compose, read
from app.outreach.errors import MailServerRefused
from app.outreach.leading import lead_of, patients_in_words
from app.outreach.letters import day_in_words
from app.outreach.messages import Wording, check_wording, wording_of
from app.outreach.transport import Lost, Refused, Unreachable, transport_of

EXAMPLE: dict[Language, tuple[str, str, str]] = {
    "fr": ("Dr Exemple", "CHU Exemple", "pharmacien"),
    "en": ("Dr Example", "Example Hospital", "pharmacist"),
}
EXAMPLE_PATIENTS = 3


def preview(
    session: Session,
    installation: Installation,
    study: Study,
    kind: str,
    language: Language,
    now: datetime,
    wording: Wording | None = None,
) -> Reading:
    """Subject, text and HTML of a message with an invented recipient and a link that opens nothing.

    `wording` shows a text that is not saved yet. Raises MessageRefused as saving would.
    """
    wanted = check_wording(wording, kind) if wording else wording_of(session, study, kind, language)
    return read(_example(session, installation, study, kind, language, "exemple@example.org", now), wanted)


def send_test(
    session: Session,
    installation: Installation,
    study: Study,
    kind: str,
    language: Language,
    *,
    to: str,
    now: datetime,
) -> None:
    """Sends the preview to a member of staff at once, past the outbox: it is no respondent's mail.

    The caller passes an address of the team's, never one that was typed. Raises MailServerRefused.
    """
    letter = _example(session, installation, study, kind, language, checked(to), now)
    mail = compose(letter, wording_of(session, study, kind, language))
    transport = transport_of(installation)
    try:
        transport.propose(mail)
        transport.hand_over(mail, f"essai-{letter.mail_id}")
    except (Unreachable, Refused, Lost) as error:
        raise MailServerRefused(why=str(error)) from error
    finally:
        transport.close()


def _example(
    session: Session,
    installation: Installation,
    study: Study,
    kind: str,
    language: Language,
    to: str,
    now: datetime,
) -> Letter:
    settings = installation.settings
    name, centre, function = EXAMPLE[language]
    plan = plan_of(session, study.id)
    return Letter(
        mail_id=random_key(),
        kind=kind,
        language=language,
        mail_from=settings.mail_from,
        name=name,
        email=to,
        study=study.title_en if language == "en" else study.title_fr,
        centre=centre,
        function=function,
        lead=lead_of(session, study, settings.mail_from),
        patients=patients_in_words(EXAMPLE_PATIENTS),
        invited_on=day_in_words(plan.invited_on, language),
        return_by=day_in_words(plan.return_by, language),
        colleague=name if kind == "colleague" else "",
        host=settings.public_url.split("://", 1)[1],
        unsubscribe=f"{settings.public_url}/desinscription/0-exemple",
        links=(Button(BUTTON[language], f"{settings.public_url}/r/exemple"),),
        at=now,
        newcomer=f"{name} ({function})" if kind == "newcomer" else "",
    )
