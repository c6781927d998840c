"""The people at the centres: who is asked, and their import with every fault shown in its cell. Names stay hidden."""

import re
from io import BytesIO

from flask import Blueprint, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from app.accounts.identities import identities_shown, show_identities
from app.doors.guard import allow
from app.doors.request import actor, installation, language, now, session
from app.doors.sponsor.paging import asked_page
from app.doors.sponsor.respondent_reading import STATES, find_respondents
from app.doors.sponsor.rights import managers, own_account, someone, study
from app.doors.sponsor.uploads import held_upload, hold_upload, let_go, path_of
from app.extraction.contacts import contacts_workbook
from app.kernel.errors import Refusal
from app.outreach.chase import desk
from app.outreach.respondents import check_respondents, import_respondents

pages = Blueprint("respondents", __name__)
ROWS_A_PAGE = 100
PURPOSE = "respondents"


@pages.get("/studies/<code>/respondents")
@allow(managers)
def show(code: str) -> ResponseReturnValue:
    """Everybody who is asked, centre by centre."""
    return _page()


@pages.post("/studies/<code>/respondents")
@allow(managers)
def upload(code: str) -> ResponseReturnValue:
    """Keeps the file aside and shows what importing it would do."""
    try:
        held = hold_upload(PURPOSE)
    except Refusal as refused:
        return _page(refused), 422
    return redirect(url_for("respondents.try_out", code=code, held_id=held.id), 303)


@pages.get("/studies/<code>/respondents/held/<held_id>")
@allow(managers)
def try_out(code: str, held_id: str) -> ResponseReturnValue:
    """The dry run: how many are new or changed, and every cell to mend."""
    held = held_upload(held_id, PURPOSE)
    try:
        report = check_respondents(session(), installation(), study(), path_of(held))
    except Refusal as refused:
        return _page(refused), 422
    waiting = desk(session(), study(), now())
    left = [one for one in waiting if not one.reachable and one.centre.id not in report.homes]
    return render_template("respondents_trial.html", held=held, report=report, unreached=left)


@pages.post("/studies/<code>/respondents/held/<held_id>/import")
@allow(managers)
def confirm(code: str, held_id: str) -> ResponseReturnValue:
    """Imports the file whose dry run was read."""
    held = held_upload(held_id, PURPOSE)
    try:
        import_respondents(session(), installation(), study(), path_of(held), actor=actor(), now=now())
    except Refusal as refused:
        return _page(refused), 422
    let_go(held)
    return redirect(url_for("respondents.show", code=code, imported=1), 303)


@pages.post("/studies/<code>/respondents/held/<held_id>/drop")
@allow(managers)
def give_up(code: str, held_id: str) -> ResponseReturnValue:
    """Forgets the file without importing it."""
    let_go(held_upload(held_id, PURPOSE))
    return redirect(url_for("respondents.show", code=code), 303)


@pages.post("/studies/<code>/respondents/contacts.xlsx")
@allow(managers)
def take_contacts(code: str) -> ResponseReturnValue:
    """Names, addresses and telephones as a workbook of their own; the journal says who took it."""
    content = contacts_workbook(session(), installation().vault, study(), actor=actor(), now=now())
    return send_file(
        BytesIO(content), as_attachment=True, download_name=f"{code}_contacts_{now():%Y-%m-%d}.xlsx"
    )


@pages.post("/studies/<code>/identities")
@allow(managers)
def reveal(code: str) -> ResponseReturnValue:
    """Shows the names of this study to this session from now on; the journal says so."""
    show_identities(session(), own_account(), token=someone().token, study=code, now=now())
    page, held = request.form.get("page", ""), request.form.get("held", "")
    if page == "lists.try_out" and HELD.fullmatch(held):
        return redirect(url_for(page, code=code, held_id=held), 303)
    centre = request.form.get("centre", "")
    if centre.isascii() and centre.isdigit():
        return redirect(url_for("chasing.call", code=code, centre_id=centre[:9]), 303)
    one = request.form.get("respondent", "")
    if one.isascii() and one.isdigit():
        return redirect(url_for("respondent.show", code=code, respondent_id=one[:9]), 303)
    return redirect(url_for(page if page in REVEALING else "respondents.show", code=code), 303)


# The pages that know names, and return here after they were asked for.
HELD = re.compile("[0-9a-f]{32}")
REVEALING = ("respondents.show", "outbox.show", "chasing.show", "reviewing.show", "proposals.show")


def _page(refused: Refusal | None = None) -> str:
    typed, state = request.args.get("q", "").strip()[:200], request.args.get("state", "")
    state = state if state in STATES else ""
    shown = identities_shown(session(), token=someone().token, study=study().code)
    found = find_respondents(session(), installation().vault, study(), typed=typed, state=state, shown=shown)
    page = asked_page(len(found), ROWS_A_PAGE)
    return render_template(
        "respondents.html",
        rows=found[page.offset : page.offset + page.size],
        looking=bool(typed or state),
        typed=typed,
        state=state,
        states=STATES,
        page=page,
        shown=shown,
        problem=refused.message(language()) if refused else None,
    )
