"""The outbox on screen: what became of every mail, and the uncertain ones that a person settles."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from app.accounts.identities import identities_shown
from app.doors.guard import allow
from app.doors.request import actor, installation, now, session
from app.doors.sponsor.mail_reading import mail_by_id, mails_of, state_counts
from app.doors.sponsor.paging import asked_page
from app.doors.sponsor.rights import managers, someone, study
from app.outreach.campaigns import is_paused
from app.outreach.copies import copy_of
from app.outreach.outcomes import resolve, uncertain
from app.outreach.people import person_of
from app.outreach.words import MAIL_STATES

pages = Blueprint("outbox", __name__)
ROWS_A_PAGE = 100


@pages.get("/studies/<code>/outbox")
@allow(managers)
def show(code: str) -> ResponseReturnValue:
    """Every mail of the study and what became of it."""
    state = request.args.get("state", "")
    state = state if state in MAIL_STATES else ""
    counts = state_counts(session(), study())
    page = asked_page(counts[state] if state else sum(counts.values()), ROWS_A_PAGE)
    mails = mails_of(session(), study(), state=state, limit=page.size, offset=page.offset)
    shown = identities_shown(session(), token=someone().token, study=study().code)
    return render_template(
        "outbox.html",
        counts=counts,
        paused=is_paused(session(), study().id),
        state=state,
        page=page,
        mails=mails,
        who={one.id: person_of(installation().vault, one.respondent) for one in mails} if shown else {},
        uncertain=uncertain(session(), study()) if counts["uncertain"] else [],
    )


@pages.get("/studies/<code>/outbox/<mail_id>")
@allow(managers)
def read(code: str, mail_id: str) -> ResponseReturnValue:
    """One mail: what became of it and when, and what it said; names only to a session that asked for them."""
    mail = mail_by_id(session(), study(), mail_id)
    if mail is None:
        raise NotFound
    shown = identities_shown(session(), token=someone().token, study=study().code)
    return render_template(
        "mail.html",
        mail=mail,
        shown=shown,
        who=person_of(installation().vault, mail.respondent) if shown else None,
        sent=copy_of(session(), installation().vault, mail) if shown else None,
    )


@pages.post("/studies/<code>/outbox/<mail_id>")
@allow(managers)
def settle(code: str, mail_id: str) -> ResponseReturnValue:
    """A person's word on an uncertain mail: it arrived, or it did not and leaves again."""
    arrived = request.form.get("arrived") == "yes"
    resolve(session(), study(), mail_id, arrived=arrived, actor=actor(), now=now())
    return redirect(url_for("outbox.show", code=code), 303)
