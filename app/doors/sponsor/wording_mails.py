"""The messages of a study: their words in both languages, checked before they are saved, previewed, sent as a test."""

from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from app.doors.guard import allow
from app.doors.request import actor, installation, language, now, session
from app.doors.sponsor.rights import managers, someone, study
from app.doors.sponsor.screens import MailWords
from app.kernel.language import LANGUAGES, Language
from app.outreach.errors import MessageRefused
from app.outreach.messages import PLACEHOLDERS, Wording, own_wordings, reset_wording, save_wording, wording_of
from app.outreach.previewing import preview, send_test
from app.outreach.words import MAIL_KINDS

pages = Blueprint("wording_mails", __name__)


@pages.get("/studies/<code>/messages")
@allow(managers)
def show(code: str) -> ResponseReturnValue:
    """Every message of the study."""
    own = own_wordings(session(), study())
    return render_template("messages.html", kinds=MAIL_KINDS, languages=LANGUAGES, own=own)


@pages.get("/studies/<code>/messages/<kind>/<spoken>")
@allow(managers)
def edit(code: str, kind: str, spoken: str) -> ResponseReturnValue:
    """One message in one language: its words and how they will read."""
    wanted = _language(kind, spoken)
    return _page(kind, wanted, wording_of(session(), study(), kind, wanted))


@pages.post("/studies/<code>/messages/<kind>/<spoken>")
@allow(managers)
def save(code: str, kind: str, spoken: str) -> ResponseReturnValue:
    """Saves the study's own words when nothing is wrong with them."""
    wanted = _language(kind, spoken)
    form = MailWords.posted()
    good, typed = form.validate(), Wording(form.subject.data, form.body.data.replace("\r\n", "\n"))
    if not good:
        return _page(kind, wanted, typed, form.problems), 422
    try:
        save_wording(session(), study(), kind, wanted, typed, actor=actor(), now=now())
    except MessageRefused as refused:
        return _page(kind, wanted, typed, {"body": refused.message(language())}), 422
    return redirect(url_for("wording_mails.edit", code=code, kind=kind, spoken=spoken, saved=1), 303)


@pages.post("/studies/<code>/messages/<kind>/<spoken>/reset")
@allow(managers)
def reset(code: str, kind: str, spoken: str) -> ResponseReturnValue:
    """Back to the words that Recueil ships."""
    reset_wording(session(), study(), kind, _language(kind, spoken), actor=actor(), now=now())
    return redirect(url_for("wording_mails.edit", code=code, kind=kind, spoken=spoken), 303)


@pages.post("/studies/<code>/messages/<kind>/<spoken>/test")
@allow(managers, waits=True)
def try_out(code: str, kind: str, spoken: str) -> ResponseReturnValue:
    """Sends the message to the person who asks, and to nobody else."""
    wanted = _language(kind, spoken)
    send_test(session(), installation(), study(), kind, wanted, to=someone().email, now=now())
    return redirect(url_for("wording_mails.edit", code=code, kind=kind, spoken=spoken, tested=1), 303)


def _language(kind: str, spoken: str) -> Language:
    for known in LANGUAGES:
        if known == spoken and kind in MAIL_KINDS:
            return known
    raise NotFound


def _page(kind: str, spoken: Language, wording: Wording, problems: Mapping[str, str] | None = None) -> str:
    return render_template(
        "message.html",
        kind=kind,
        spoken=spoken,
        wording=wording,
        own=(kind, spoken) in own_wordings(session(), study()),
        reading=None if problems else preview(session(), installation(), study(), kind, spoken, now()),
        placeholders=PLACEHOLDERS,
        problems=problems or {},
    )
