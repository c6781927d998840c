"""The calendar and the mail budget of a study: each date with its rule and what it will start; the stop button."""

from collections.abc import Mapping
from dataclasses import asdict

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.doors.guard import allow
from app.doors.request import actor, language, now, session
from app.doors.sponsor.rights import managers, study
from app.doors.sponsor.screens import Calendar
from app.outreach.agenda import agenda
from app.outreach.campaigns import (
    DATES,
    LIMITS,
    STARTS,
    Plan,
    is_paused,
    order_rules,
    pause,
    plan_of,
    resume,
    set_plan,
)
from app.outreach.errors import CampaignRefused
from app.outreach.waiting import take_back

pages = Blueprint("campaigning", __name__)


@pages.get("/studies/<code>/calendar")
@allow(managers)
def show(code: str) -> ResponseReturnValue:
    """The calendar as it is."""
    return _page(_texts(plan_of(session(), study().id)))


@pages.post("/studies/<code>/calendar")
@allow(managers)
def change(code: str) -> ResponseReturnValue:
    """Sets the calendar and the budget, every changed value journalled."""
    form = Calendar.posted()
    if not form.validate():
        return _page(form.typed, form.problems), 422
    try:
        set_plan(session(), study(), form.plan(), actor=actor(), now=now())
    except CampaignRefused as refused:
        return _page(form.typed, {"": refused.message(language())}), 422
    return redirect(url_for("campaigning.show", code=code, saved=1), 303)


@pages.post("/studies/<code>/calendar/pause")
@allow(managers)
def hold(code: str) -> ResponseReturnValue:
    """Stops every mail of the study at once, or lets them go again."""
    step = pause if request.form.get("pause") == "yes" else resume
    step(session(), study(), actor=actor(), now=now())
    return redirect(url_for("campaigning.show", code=code), 303)


@pages.post("/studies/<code>/calendar/take-back")
@allow(managers)
def retire(code: str) -> ResponseReturnValue:
    """Takes the confirmed mails of one kind out of the outbox, those that have not begun to leave."""
    kind = request.form.get("kind", "")
    if kind in STARTS:
        take_back(session(), study(), kind, actor=actor(), now=now())
    return redirect(url_for("campaigning.show", code=code), 303)


def _page(values: Mapping[str, str], problems: Mapping[str, str] | None = None) -> str:
    rules = {name: (en if language() == "en" else fr) for name, fr, en in order_rules(Plan())}
    return render_template(
        "calendar.html",
        values=values,
        dates=DATES,
        rules=rules,
        limits=LIMITS,
        paused=is_paused(session(), study().id),
        problems=problems or {},
        first_reminder_on=plan_of(session(), study().id).first_reminder_on,
        agenda=agenda(session(), study(), now()),
        pages={"announcement": "inviting.plan_announcing", "invitation": "inviting.plan"},
    )


def _texts(plan: Plan) -> dict[str, str]:
    return {name: "" if value is None else str(value) for name, value in asdict(plan).items()}
