"""Response rates told apart: by patient and by centre, by region, by the mail that an answer came after."""

from typing import Any

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from app.doors.guard import allow
from app.doors.request import session
from app.doors.sponsor.rights import everybody, study
from app.tracking.breakdown import StepRate, by_mail, by_region, centre_counts, step_stamp
from app.tracking.rates import overall, unasked_centres

pages = Blueprint("breakdown", __name__)


@pages.get("/studies/<code>/rates")
@allow(everybody)
def show(code: str) -> ResponseReturnValue:
    """Where answers come from, and which mail they followed."""
    regions, steps = by_region(session(), study()), _steps()
    return render_template(
        "rates.html",
        whole=overall(session(), study()),
        centres=centre_counts(regions),
        unasked=unasked_centres(session(), study()),
        regions=regions,
        heard=sum(step.heard for step in steps),
        disposed_heard=sum(step.disposed_heard for step in steps),
        steps=steps,
    )


def _steps() -> list[StepRate]:
    # Every submission of the study is read for them: once, until something changes.
    kept: dict[int, tuple[Any, list[StepRate]]] = current_app.extensions.setdefault("steps_kept", {})
    now, known = step_stamp(session(), study()), kept.get(study().id)
    if known is None or known[0] != now:
        known = kept[study().id] = (now, by_mail(session(), study()))
    return known[1]
