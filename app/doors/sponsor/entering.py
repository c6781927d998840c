"""Signing in and out, one's own password, the language."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import RequestRedirect

from app.accounts.errors import (
    LoginRefused,
    PasswordsDiffer,
    TooManyFailures,
    WeakPassword,
    WrongPassword,
)
from app.accounts.sessions import SignedIn, knows_password, sign_in, sign_out
from app.accounts.staff import change_password
from app.cohort.studies import list_studies
from app.doors.guard import allow, public
from app.doors.request import installation, language, now, session
from app.doors.sponsor.rights import oneself, own_account, someone
from app.doors.sponsor.signed_in import enter, leave
from app.kernel.errors import Refusal
from app.kernel.language import LANGUAGES

pages = Blueprint("entering", __name__)
FIELD_OF: dict[type[Refusal], str] = {WrongPassword: "current", WeakPassword: "new", PasswordsDiffer: "again"}


@pages.get("/login")
@allow(public)
def login() -> ResponseReturnValue:
    """The sign-in page."""
    return render_template("login.html")


@pages.post("/login")
@allow(public, waits=True)
def do_login() -> ResponseReturnValue:
    """Signs in, or says the one sentence for every failure and counts it."""
    try:
        signed = _sign_in(request.form.get("email", ""), request.form.get("password", ""))
    except (LoginRefused, TooManyFailures) as refused:
        page = render_template(
            "login.html",
            problem=refused.message(language()),
            email=request.form.get("email", "")[:254],
            wanted=request.form.get("wanted", ""),
        )
        return page, refused.status
    enter(signed)
    return redirect(_way_on(request.form.get("wanted", "")), 303)


def _sign_in(email: str, password: str) -> SignedIn:
    vault, address = installation().vault, request.remote_addr
    proven = knows_password(session(), vault, email=email, password=password, address=address, now=now())
    refused: Refusal | None = None
    with installation().database.writing() as writing:
        try:
            return sign_in(writing, vault, email=email, proven=proven, address=address, now=now())
        except LoginRefused as error:
            refused = error  # raised once its count is committed
    raise refused


@pages.app_errorhandler(401)
def ask_to_sign_in(error: HTTPException) -> ResponseReturnValue:
    """The sign-in page in place of the page that was asked for, which follows once signed in."""
    wanted = request.full_path.rstrip("?") if request.method == "GET" else ""
    return render_template("login.html", ended=bool(cookie.get("_user_id")), wanted=wanted), 401


@pages.post("/logout")
@allow(oneself)
def logout() -> ResponseReturnValue:
    """Ends this session, here and on the server."""
    sign_out(session(), someone().token, now())
    leave()
    return redirect(url_for("entering.login"), 303)


@pages.get("/password")
@allow(oneself)
def password() -> ResponseReturnValue:
    """The page to change one's own password."""
    return render_template("password.html")


@pages.post("/password")
@allow(oneself)
def change_own_password() -> ResponseReturnValue:
    """Changes it, which ends every other session of this person."""
    try:
        signed = _changed(request.form)
    except (WrongPassword, WeakPassword, PasswordsDiffer) as refused:
        problems = {FIELD_OF[type(refused)]: refused.message(language())}
        return render_template("password.html", problems=problems), 422
    enter(signed)
    return redirect(url_for("studies.home"), 303)


@pages.post("/language")
@allow(public)
def choose_language() -> ResponseReturnValue:
    """Keeps the language of the pages in the browser's session."""
    chosen = request.form.get("language")
    if chosen in LANGUAGES:
        cookie["language"] = chosen
    return redirect(_way_on(request.form.get("wanted", "")), 303)


def _changed(form: Mapping[str, str]) -> SignedIn:
    if form.get("new", "") != form.get("again", ""):
        raise PasswordsDiffer()
    return change_password(
        session(),
        own_account(),
        current=form.get("current", ""),
        new=form.get("new", ""),
        own_words=[study.code for study in list_studies(session())],
        now=now(),
    )


def _way_on(wanted: str) -> str:
    """A page of this very application by name, whatever text came in."""
    path = urlsplit(wanted).path
    prefix = request.script_root
    try:
        adapter = current_app.url_map.bind("localhost", script_name=prefix or "/")
        endpoint, values = adapter.match(path.removeprefix(prefix) or "/", method="GET")
    except (NotFound, RequestRedirect, HTTPException):
        return url_for("studies.home")
    return url_for(endpoint, **values) if endpoint != "static" else url_for("studies.home")
