"""Invitations: who would get one and why others would not, the message as it reads, and the typed confirmation."""

from collections import Counter

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.doors.guard import allow
from app.doors.request import actor, installation, language, now, session
from app.doors.sponsor.mail_reading import mails_of, sample, state_counts
from app.doors.sponsor.paging import asked_page
from app.doors.sponsor.rights import managers, study
from app.kernel.errors import Refusal
from app.kernel.language import LANGUAGES
from app.outreach.errors import CountNotConfirmed
from app.outreach.inviting import invite, plan_invitations
from app.outreach.words import MAIL_STATES

pages = Blueprint("inviting", __name__)
ROWS_A_PAGE = 100


@pages.get("/studies/<code>/invitations")
@allow(managers)
def plan(code: str) -> ResponseReturnValue:
    """The dry run of the invitations."""
    return _plan()


@pages.post("/studies/<code>/invitations")
@allow(managers)
def send(code: str) -> ResponseReturnValue:
    """Queues the invitations once the person has typed how many there are."""
    typed = request.form.get("count", "").strip()
    count = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else -1
    try:
        planned = invite(session(), installation(), study(), actor=actor(), now=now(), confirmed=count)
    except CountNotConfirmed as refused:
        return _plan(refused, typed[:20]), 422
    return redirect(url_for("inviting.show", code=code, queued=len(planned.going)), 303)


@pages.get("/studies/<code>/outbox")
@allow(managers)
def show(code: str) -> ResponseReturnValue:
    """Every mail of the study and what became of it."""
    state = request.args.get("state", "")
    state = state if state in MAIL_STATES else ""
    counts = state_counts(session(), study())
    page = asked_page(counts[state] if state else sum(counts.values()), ROWS_A_PAGE)
    mails = mails_of(session(), study(), state=state, limit=page.size, offset=page.offset)
    return render_template("outbox.html", counts=counts, state=state, page=page, mails=mails)


def _plan(refused: Refusal | None = None, typed: str = "") -> str:
    planned = plan_invitations(session(), study(), now())
    aside = Counter(one.reason for one in planned.suggestions if one.reason)
    return render_template(
        "invitations.html",
        planned=planned,
        aside=aside,
        samples=[(one, sample(session(), installation(), study(), "invitation", one)) for one in LANGUAGES],
        problem=refused.message(language()) if refused else None,
        typed=typed,
    )
