"""Response rates told apart: by patient and by centre, by region, by the mail that an answer came after."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.doors.guard import allow
from app.doors.request import session
from app.doors.sponsor.rights import everybody, study
from app.tracking.breakdown import by_mail, by_region, centre_counts
from app.tracking.rates import overall

pages = Blueprint("breakdown", __name__)


@pages.get("/studies/<code>/rates")
@allow(everybody)
def show(code: str) -> ResponseReturnValue:
    """Where answers come from, and which mail they followed."""
    regions = by_region(session(), study())
    return render_template(
        "rates.html",
        whole=overall(session(), study()),
        centres=centre_counts(regions),
        regions=regions,
        steps=by_mail(session(), study()),
    )
