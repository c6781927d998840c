"""The only module that knows flask-login: who is signed in, from the cookie and the server's own sessions."""

from typing import cast

from flask import Flask, g, redirect, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user, login_user
from werkzeug.exceptions import Forbidden, Unauthorized

from app.accounts.sessions import IDLE, Holder, SignedIn, holder_of
from app.doors.request import now, session

# Kept in the signed cookie: reading a page changes nothing in the database.
SEEN = "seen"
SAFE_METHODS = ("GET", "HEAD")


class Person:
    """Somebody signed in, as flask-login wants them: known by the token of the session, not by a number."""

    is_active = True
    is_authenticated = True
    is_anonymous = False

    def __init__(self, holder: Holder, token: str) -> None:
        self.holder = holder
        self.token = token
        # Plain values: an error page is drawn when the transaction is over.
        self.id = holder.id
        self.email = holder.email
        self.role = holder.role
        self.settled = not holder.must_change_password

    def get_id(self) -> str:
        """What flask-login keeps in the cookie."""
        return self.token


class PasswordToChange(Exception):
    """Somebody with a one-time password asks for a page that is not the change of it."""


def start_login(app: Flask) -> None:
    """Teaches the application who is signed in and what happens to those who are not."""
    manager = LoginManager(app, add_context_processor=False)
    # Its own protection ties the session to an address, which changes with every train and VPN.
    manager.session_protection = None
    manager.user_loader(_load)
    app.register_error_handler(PasswordToChange, _ask_for_password)


def enter(signed: SignedIn) -> None:
    """Starts the browser's session afresh for somebody who proved who they are."""
    language = cookie.get("language")
    cookie.clear()
    if language:
        cookie["language"] = language
    staff = signed.staff
    holder = Holder(staff.id, staff.email, staff.role, staff.must_change_password)
    login_user(Person(holder, signed.token))
    _mark_seen()


def leave() -> None:
    """Forgets everything in the browser's session but the language."""
    language = cookie.get("language")
    cookie.clear()
    g.pop("_login_user", None)
    if language:
        cookie["language"] = language


def person() -> Person:
    """Who is signed in. Answers 401 with the sign-in page to everybody else."""
    if not current_user.is_authenticated:
        raise Unauthorized
    _mark_seen()
    return cast(Person, current_user._get_current_object())


def settled_person() -> Person:
    """Like `person`, and past their one-time password."""
    found = person()
    if not found.settled:
        raise PasswordToChange if request.method in SAFE_METHODS else Forbidden
    return found


def _load(token: str) -> Person | None:
    seen = cookie.get(SEEN)
    if not isinstance(seen, int) or now().timestamp() - seen > IDLE.total_seconds():
        return None
    holder = holder_of(session(), token, now())
    return Person(holder, token) if holder else None


def _mark_seen() -> None:
    instant = int(now().timestamp())
    # Once a minute is exact enough, and leaves most answers without a cookie.
    if instant - cookie.get(SEEN, 0) >= 60:
        cookie[SEEN] = instant


def _ask_for_password(error: Exception) -> ResponseReturnValue:
    return redirect(url_for("entering.password"), 303)
