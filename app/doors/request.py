"""What a view may ask of the request under way: its session, its instant, its people and its language."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from flask import current_app, g
from sqlalchemy.orm import Session

from app.kernel.actor import Actor
from app.kernel.installation import Installation
from app.kernel.language import Language


@dataclass
class Passage:
    """One request's way through a door: its transaction, its instant and whoever passes."""

    session: Session
    now: datetime
    keep: bool = False
    actor: Actor | None = None
    facts: dict[str, object] = field(default_factory=dict)


def passage() -> Passage:
    """The passage of this request; RuntimeError outside of a guarded view."""
    found: Passage | None = g.get("passage")
    if found is None:
        raise RuntimeError("no transaction here: only guarded views have one")
    return found


def session() -> Session:
    """The database session of this request: one transaction, committed before the response leaves."""
    return passage().session


def now() -> datetime:
    """The instant of this request, the same wherever it is asked."""
    return passage().now


def actor() -> Actor:
    """Who passes: set by the policy that let the request in."""
    found = passage().actor
    if found is None:
        raise RuntimeError("this view's policy names no actor")
    return found


def set_actor(who: Actor) -> None:
    """Names who passes; called by policies."""
    passage().actor = who


def keep_changes() -> None:
    """Commits this request's changes even though its response is a refusal (a counted failed login)."""
    passage().keep = True


def installation() -> Installation:
    """The installation that this door belongs to."""
    return cast(Installation, current_app.extensions["installation"])


def language() -> Language:
    """The language of this request's pages."""
    from flask_babel import get_locale

    return "en" if str(get_locale() or "fr").startswith("en") else "fr"
