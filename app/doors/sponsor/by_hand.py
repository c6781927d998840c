"""Deciding by hand: a plain preview of what moves, a reason, the decision; what changed meanwhile is refused."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.cohort.deciding import Desk
from app.cohort.models import Decision
from app.cohort.rules import ListRules
from app.collection.questionnaires import has_list, list_rules_of
from app.doors.request import actor, installation, language, now, sent_mutation, session
from app.doors.sponsor.rights import study
from app.kernel.errors import Refusal
from app.kernel.texts import kept_text
from app.outreach.following import EVERYTHING

LONGEST = 500


@dataclass(frozen=True)
class Preview:
    """A decision told before it is taken. `hidden` are its form's fields; `blocked` says why it cannot be taken."""

    title: str
    button: str
    moves: list[str]
    stays: list[str]
    warnings: list[str]
    blocked: str
    seen: str
    hidden: list[tuple[str, str]]
    back: str
    other_way: str = ""


@dataclass(frozen=True)
class Given:
    """What every decision by hand is given: who decides, once, why, and what was seen."""

    desk: Desk
    mutation_id: str
    reason: str
    seen: str


def desk() -> Desk:
    """The review desk of this request; a study without a list merges and moves its patients all the same."""
    rules = list_rules_of(session(), study()) if has_list(session(), study().id) else ListRules.none()
    return Desk(session(), installation().vault, study(), rules, actor(), now(), EVERYTHING)


def confirm_page(preview: Preview, problem: str = "") -> str:
    """The preview with its form."""
    return render_template(
        "by_hand.html",
        preview=preview,
        problem=problem,
        reason=request.form.get("reason", ""),
        mutation=uuid4().hex,
        action=request.script_root + request.path,
    )


def carry_out(
    operation: Callable[[Given], Decision], preview: Callable[[], Preview], onward: Callable[[Decision], str]
) -> ResponseReturnValue:
    """Takes the decision and goes `onward`, or shows the preview as it is now with what went wrong."""
    typed, mutation = request.form.get("reason"), sent_mutation()
    try:
        reason = kept_text(typed, LONGEST)
        if reason is None:
            return confirm_page(preview(), gettext("Donnez un motif : il est gardé avec la décision.")), 422
        with session().begin_nested():
            decision = operation(Given(desk(), mutation, reason, request.form.get("seen", "")))
    except Refusal as refused:
        return confirm_page(preview(), refused.message(language())), refused.status
    return redirect(onward(decision), 303)
