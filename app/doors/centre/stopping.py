"""Saying "this is not for me", and stopping the mails: two clicks, never by opening a page."""

from typing import Literal, cast

from flask import Blueprint, render_template, request
from flask import session as cookie
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest

from app.doors.centre.entering import opened_link
from app.doors.centre.visiting import ENTRY
from app.doors.guard import Policy, allow, public
from app.doors.request import connection, gettext, installation, now, session
from app.kernel.actor import Actor
from app.outreach.errors import LinkRefused
from app.outreach.links import Entered, entry_in_force
from app.outreach.models import Link
from app.outreach.people import person_of, stop
from app.outreach.unsubscribing import respondent_to_unsubscribe, unsubscribe

views = Blueprint("stopping", __name__)
# The token in the address is signed for this one deed, and a mail client presses it without having a page.
by_signature = Policy("signed unsubscription", lambda: None, csrf=False)


@views.get("/pas-pour-moi")
@allow(public)
def ask() -> str:
    """Asks which it is: a wrong address, or somebody who does not follow these patients any more."""
    invited = person_of(installation().vault, _link().respondent)
    return render_template("stop.html", inside=ENTRY in cookie, invited=invited.name)


@views.post("/pas-pour-moi")
@allow(public)
def say() -> ResponseReturnValue:
    """Stops the mails to this person and ends their link; the sponsor will look for somebody else."""
    link = _link()
    why = request.form.get("why")
    if why not in ("wrong_address", "left"):
        raise BadRequest
    respondent = link.respondent
    actor = _entered().actor if ENTRY in cookie else Actor(
        "respondent", gettext("destinataire du lien"), respondent.function or "—", respondent.centre.name
    )  # fmt: skip
    stop(session(), respondent, cast(Literal["wrong_address", "left"], why), actor=actor, now=now())
    cookie.clear()
    return render_template("stopped.html", unsubscribed=False)


@views.get("/desinscription/<token>")
@allow(public)
def ask_mails(token: str) -> str:
    """Asks before stopping the mails: opening the address changes nothing."""
    respondent_to_unsubscribe(session(), installation().keys, token)
    return render_template("unsubscribe.html", token=token)


@views.post("/desinscription/<token>")
@allow(by_signature)
def stop_mails(token: str) -> ResponseReturnValue:
    """Stops the mails of this study; the links already sent go on working."""
    unsubscribe(session(), installation().keys, token, now())
    return render_template("stopped.html", unsubscribed=True)


def _link() -> Link:
    """The link of whoever is inside, or the one whose button was pressed. Raises LinkRefused."""
    return session().get_one(Link, _entered().link_id) if ENTRY in cookie else opened_link()


def _entered() -> Entered:
    entry_id = cookie[ENTRY]
    if not isinstance(entry_id, str):
        raise LinkRefused
    return entry_in_force(connection(), entry_id, now())
