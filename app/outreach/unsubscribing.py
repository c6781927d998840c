"""One-click unsubscription (RFC 8058): a signed token that can do one thing only, stop the mails to one person."""

import base64
import hashlib
import hmac
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.actor import Actor
from app.kernel.keys import Keys
from app.kernel.settings import Settings
from app.outreach.errors import LinkRefused
from app.outreach.models import Respondent
from app.outreach.people import stop

SIGNATURE_BYTES = 20


def unsubscribe_token(keys: Keys, respondent_id: int) -> str:
    """The token of a respondent: their number, a dash, 32 characters of signature. It opens no page of answers."""
    digest = hmac.new(keys.unsubscribe, f"{respondent_id}".encode(), hashlib.sha256).digest()
    return f"{respondent_id}-{base64.b32encode(digest[:SIGNATURE_BYTES]).decode().lower()}"


def unsubscribe_url(settings: Settings, keys: Keys, respondent_id: int) -> str:
    """The address of the List-Unsubscribe header and of the footer: a page on GET, the deed on POST."""
    return f"{settings.public_url}/desinscription/{unsubscribe_token(keys, respondent_id)}"


def respondent_to_unsubscribe(session: Session, keys: Keys, token: str) -> Respondent:
    """Whose mails the token would stop; nothing is changed. Raises LinkRefused."""
    number = token.partition("-")[0]
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise LinkRefused
    if not hmac.compare_digest(unsubscribe_token(keys, int(number)).encode(), token.encode(errors="replace")):
        raise LinkRefused
    found = session.get(Respondent, int(number))
    if found is None:
        raise LinkRefused
    return found


def unsubscribe(session: Session, keys: Keys, token: str, now: datetime) -> None:
    """Stops the mails of this study to the mailbox behind the token, whatever centres it answers for.

    Their links go on working. Safe to repeat, as mail clients do. Raises LinkRefused.
    """
    respondent = respondent_to_unsubscribe(session, keys, token)
    query = select(Respondent).where(
        Respondent.study_id == respondent.study_id, Respondent.mailbox == respondent.mailbox
    )
    for one in session.scalars(query):
        actor = Actor("respondent", "désinscription", one.function or "correspondant", one.centre.name)
        stop(session, one, "unsubscribed", actor=actor, now=now)
