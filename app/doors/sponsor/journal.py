"""The journal on screen: who did what to whom, newest first, and the chain recomputed on demand. It shows no identity."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.cohort.centres import list_centres
from app.doors.guard import allow
from app.doors.request import session
from app.doors.sponsor.journal_reading import Wanted, entries_page
from app.doors.sponsor.journal_telling import tell
from app.doors.sponsor.paging import address_with
from app.doors.sponsor.rights import someone, statisticians, study
from app.doors.sponsor.screens import Looking
from app.doors.sponsor.wording_journal import natures
from app.journal.verifying import verify
from app.kernel.texts import whole_number

pages = Blueprint("journal", __name__)


@pages.get("/studies/<code>/journal")
@allow(statisticians)
def show(code: str) -> ResponseReturnValue:
    """What happened in this study: who, what, when, on whom, and from which value to which."""
    form = Looking(request.args)
    good = form.validate()
    found = entries_page(
        session(),
        study(),
        form.wanted() if good else Wanted(),
        before=request.args.get("before", type=whole_number),
        after=request.args.get("after", type=whole_number),
    )
    return render_template(
        "journal.html",
        rows=tell(session(), study(), found.entries, manager=someone().role == "manager"),
        newer=address_with(after=found.newer, before=None) if found.newer else None,
        older=address_with(before=found.older, after=None) if found.older else None,
        typed=form.typed,
        problems=form.problems,
        natures=natures(),
        centres=list_centres(session(), study()),
    )


@pages.get("/studies/<code>/journal/verification")
@allow(statisticians)
def check(code: str) -> ResponseReturnValue:
    """Recomputes the whole chain and says what was found."""
    return render_template("journal_check.html", found=verify(session()))
