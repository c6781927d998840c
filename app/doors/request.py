"""What a view may ask of the request under way: its session, its instant, its people and its language."""

from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast
from uuid import uuid4

from flask import current_app, g, request
from flask import session as cookie
from flask_babel import get_translations
from sqlalchemy import Connection
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadRequest

from app.kernel.actor import Actor
from app.kernel.database import reader
from app.kernel.installation import Installation
from app.kernel.language import LANGUAGES, Language

LONGEST_MUTATION = 64


@dataclass
class Passage:
    """One request's way through a door: its transaction, its instant and whoever passes.

    `opened` is the session over `connection`: there from the start of a request that writes, else when wanted.
    `language` and `catalogue` are found by the first word said.
    """

    connection: Connection
    now: datetime
    opened: Session | None = None
    actor: Actor | None = None
    facts: dict[str, object] = field(default_factory=dict)
    language: Language | None = None
    catalogue: Any = None

    @property
    def session(self) -> Session:
        """The session of this passage."""
        if self.opened is None:
            self.opened = reader(self.connection)
        return self.opened


# Flask's own place for it, `g`, is looked up through two proxies each time, and a page of questions asks fifty times.
# The door sets it for each request and forgets it at its end.
passing: ContextVar[Passage | None] = ContextVar("passing", default=None)


def passage() -> Passage:
    """The passage of this request; RuntimeError outside of a guarded view."""
    found = passing.get()
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
    here = passing.get()
    if here is None:
        return get_translations()
    if here.catalogue is None:
        known, said = current_app.extensions.setdefault("catalogues", {}), language()
        here.catalogue = known[said] = known.get(said) or get_translations()
    return here.catalogue


def language() -> Language:
    """The language of this request's pages."""
    here = passing.get()
    if here is None:
        return spoken()
    if here.language is None:
        here.language = spoken()
    return here.language


def spoken() -> Language:
    """The language chosen in this browser, else that of the person, else the installation's."""
    chosen = cookie.get("language")
    if chosen not in LANGUAGES:
        chosen = g.get("language") or installation().settings.language
    return "en" if chosen == "en" else "fr"
