"""The calendar and the mail budget of a study, each date with its rule beside it, and the stop button."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.doors.guard import allow
from app.doors.request import actor, language, now, session
from app.doors.sponsor.rights import managers, study
from app.kernel.errors import Refusal
from app.outreach.campaigns import (
    DATES,
    LIMITS,
    Plan,
    is_paused,
    order_rules,
    pause,
    plan_of,
    resume,
    set_plan,
)
from app.outreach.errors import CampaignRefused

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
    try:
        set_plan(session(), study(), _plan(request.form), actor=actor(), now=now())
    except CampaignRefused as refused:
        return _page({name: request.form.get(name, "") for name in asdict(Plan())}, refused), 422
    return redirect(url_for("campaigning.show", code=code, saved=1), 303)


@pages.post("/studies/<code>/calendar/pause")
@allow(managers)
def hold(code: str) -> ResponseReturnValue:
    """Stops every mail of the study at once, or lets them go again."""
    step = pause if request.form.get("pause") == "yes" else resume
    step(session(), study(), actor=actor(), now=now())
    return redirect(url_for("campaigning.show", code=code), 303)


def _page(values: Mapping[str, str], refused: Refusal | None = None) -> str:
    rules = {name: (en if language() == "en" else fr) for name, fr, en in order_rules(Plan())}
    return render_template(
        "calendar.html",
        values=values,
        dates=DATES,
        rules=rules,
        limits=LIMITS,
        paused=is_paused(session(), study().id),
        problem=refused.message(language()) if refused else None,
    )


def _texts(plan: Plan) -> dict[str, str]:
    return {name: "" if value is None else str(value) for name, value in asdict(plan).items()}


def _plan(form: Mapping[str, str]) -> Plan:
    """The plan that was typed. Raises CampaignRefused for what is no date or no number."""
    values: dict[str, Any] = {name: _date(form.get(name, "")) for name in DATES}
    values |= {name: _number(form.get(name, "")) for name in LIMITS}
    return Plan(**values, contact=form.get("contact", "").strip())


def _date(typed: str) -> date | None:
    if not typed.strip():
        return None
    try:
        return date.fromisoformat(typed.strip())
    except ValueError as error:
        raise CampaignRefused(
            why_fr=f"« {typed[:20]} » n’est pas une date.", why_en=f"{typed[:20]!r}: no date."
        ) from error


def _number(typed: str) -> int:
    if not (typed.isascii() and typed.isdigit() and len(typed) < 5):
        raise CampaignRefused(
            why_fr=f"« {typed[:20]} » n’est pas un nombre.", why_en=f"{typed[:20]!r}: no number."
        )
    return int(typed)
