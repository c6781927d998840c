"""The outbox on screen: what became of every mail, and the uncertain ones that a person settles."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.doors.guard import allow
from app.doors.request import actor, now, session
from app.doors.sponsor.mail_reading import mails_of, state_counts
from app.doors.sponsor.paging import asked_page
from app.doors.sponsor.rights import managers, study
from app.outreach.outcomes import resolve, uncertain
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
    return render_template(
        "outbox.html",
        counts=counts,
        state=state,
        page=page,
        mails=mails,
        uncertain=uncertain(session(), study()) if counts["uncertain"] else [],
    )


@pages.post("/studies/<code>/outbox/<mail_id>")
@allow(managers)
def settle(code: str, mail_id: str) -> ResponseReturnValue:
    """A person's word on an uncertain mail: it arrived, or it did not and leaves again."""
    arrived = request.form.get("arrived") == "yes"
    resolve(session(), study(), mail_id, arrived=arrived, actor=actor(), now=now())
    return redirect(url_for("outbox.show", code=code), 303)
