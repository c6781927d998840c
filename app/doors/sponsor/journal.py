"""The journal on screen: newest entries first, and the chain recomputed on demand. It shows no identity."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from app.doors.guard import allow
from app.doors.request import session
from app.doors.sponsor.paging import asked_page
from app.doors.sponsor.rights import statisticians, study
from app.journal.models import JournalEntry
from app.journal.verifying import verify

pages = Blueprint("journal", __name__)
ENTRIES_A_PAGE = 50


@pages.get("/studies/<code>/journal")
@allow(statisticians)
def show(code: str) -> ResponseReturnValue:
    """What happened in this study: who, what, when."""
    action = request.args.get("action", "")
    mine = [JournalEntry.study == study().code]
    if action:
        mine.append(JournalEntry.action == action)
    total = session().scalar(select(func.count()).select_from(JournalEntry).where(*mine)) or 0
    page = asked_page(total, ENTRIES_A_PAGE)
    query = select(JournalEntry).where(*mine).order_by(JournalEntry.seq.desc())
    entries = session().scalars(query.limit(page.size).offset(page.offset)).all()
    actions = session().scalars(
        select(JournalEntry.action)
        .where(JournalEntry.study == study().code)
        .distinct()
        .order_by(JournalEntry.action)
    )
    return render_template("journal.html", entries=entries, page=page, actions=actions.all(), action=action)


@pages.get("/studies/<code>/journal/verification")
@allow(statisticians)
def check(code: str) -> ResponseReturnValue:
    """Recomputes the whole chain and says what was found."""
    return render_template("journal_check.html", found=verify(session()))
