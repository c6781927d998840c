"""What a view may ask of the request under way: its session, its instant, its people and its language."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast
from uuid import uuid4

from flask import current_app, g, request
from flask_babel import get_locale, get_translations
from sqlalchemy import Connection
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadRequest

from app.kernel.actor import Actor
from app.kernel.database import reader
from app.kernel.installation import Installation
from app.kernel.language import Language

LONGEST_MUTATION = 64


@dataclass
class Passage:
    """One request's way through a door: its transaction, its instant and whoever passes.

    `opened` is the session over `connection`: there from the start of a request that writes, else when wanted.
    """

    connection: Connection
    now: datetime
    opened: Session | None = None
    actor: Actor | None = None
    facts: dict[str, object] = field(default_factory=dict)

    @property
    def session(self) -> Session:
        """The session of this passage."""
        if self.opened is None:
            self.opened = reader(self.connection)
        return self.opened


def passage() -> Passage:
    """The passage of this request; RuntimeError outside of a guarded view."""
    found: Passage | None = g.get("passage")
    if found is None:
        raise RuntimeError("no transaction here: only guarded views have one")
    return found


def session() -> Session:
    """The database session of this request: one transaction, committed before the response leaves."""
    return passage().session


def connection() -> Connection:
    """The connection under `session`, for the rows that every page reads past the ORM (a third of its cost)."""
    here = passage()
    if here.opened is not None:
        here.opened.flush()
    return here.connection


def now() -> datetime:
    """The instant of this request, the same wherever it is asked."""
    return passage().now


def actor() -> Actor:
    """Who passes: set by the policy that let the request in."""
    found = passage().actor
    if found is None:
        raise RuntimeError("this view's policy names no actor")
    return found


def sent_mutation() -> str:
    """The mutation id that this request's form carries; one made for it where a page has none to send."""
    sent = request.form.get("mutation", "")
    if not usable_mutation(sent):
        raise BadRequest
    return sent or uuid4().hex


def usable_mutation(sent: str) -> bool:
    """Whether this can be stored as a mutation id by both engines."""
    return len(sent) <= LONGEST_MUTATION and sent.isascii() and sent.isprintable()


def set_actor(who: Actor) -> None:
    """Names who passes; called by policies."""
    passage().actor = who


def installation() -> Installation:
    """The installation that this door belongs to."""
    return cast(Installation, current_app.extensions["installation"])


def gettext(text: str, **values: object) -> str:
    """`text` in this request's language, with its values put in."""
    said = str(_catalogue().ugettext(text))
    return said % values if values else said


def ngettext(one: str, many: str, num: int, **values: object) -> str:
    """The same for a text that counts: `num` chooses between its two forms and is one of its values."""
    return str(_catalogue().ungettext(one, many, num)) % {"num": num, **values}


def _catalogue() -> Any:
    held = g.get("catalogue")
    if held is None:
        held = g.catalogue = get_translations()
    return held


def language() -> Language:
    """The language of this request's pages."""
    # Held, as the catalogue is: Flask-Babel looks for both anew at every word, a tenth of a page of questions.
    held: Language | None = g.get("said")
    if held is not None:
        return held
    locale = get_locale()
    said: Language = "en" if locale is not None and locale.language == "en" else "fr"
    g.said = said
    return said
