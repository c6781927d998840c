"""Session cookies and form tokens, signed and checked once where the same ones come back with every request.

What is remembered is only that a signature was good; whether the person may still come in is asked of the
database every time.
"""

import time
from functools import lru_cache

from flask import Flask, Response, current_app, session
from flask import Request as FlaskRequest
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask_wtf.csrf import generate_csrf

REMEMBERED = 1_024
SECONDS = 60  # a cookie may outlive its age by this much


class RememberingSessions(SecureCookieSessionInterface):
    """Flask's signed cookies, whose signature is not computed again for a cookie seen a moment ago."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], dict[str, str | int]] = {}

    def open_session(self, app: Flask, request: FlaskRequest) -> SecureCookieSession | None:
        """The session of the request's cookie; an empty one where its signature is not ours."""
        # The whole header is the key: a cookie that is known need not even be parsed.
        key = (request.environ.get("HTTP_COOKIE", ""), int(time.time() // SECONDS))
        held = self._known.get(key)
        if held is not None:
            return self.session_class(held)
        opened = super().open_session(app, request)
        # Only texts and numbers: a copy shares nothing with a request that changes its own.
        if opened and all(isinstance(value, str | int) for value in opened.values()):
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[key] = dict(opened)
        return opened

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Sends the cookie where it was changed. That pages differ by cookie is said by headers.py, of all of them."""
        if session.modified:
            super().save_session(app, session, response)


def form_token() -> str:
    """The token that this request's forms carry."""
    held = session.get("csrf_token")
    if not isinstance(held, str):
        return str(generate_csrf())
    return _signed(str(current_app.secret_key), held)


@lru_cache(maxsize=REMEMBERED)
def _signed(key: str, held: str) -> str:
    # Flask-WTF signs what the session holds, with this door's key: the same for every page of one session.
    return str(generate_csrf())
