"""How far the data are: the flow from the list to the known outcome, and completeness by variable and by centre."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from app.cohort.centres import list_centres
from app.doors.guard import allow
from app.doors.request import installation, language, session
from app.doors.sponsor.rights import statisticians, study
from app.extraction.charts import flow_of
from app.extraction.completeness import completeness
from exports.flow_chart import draw

pages = Blueprint("completing", __name__)


@pages.get("/studies/<code>/flow")
@allow(statisticians)
def show_flow(code: str) -> ResponseReturnValue:
    """The flow diagram with its numbers."""
    steps = flow_of(session(), installation().vault, study())
    # Our own drawing: every text in it is escaped by exports/flow_chart.py.
    drawn = draw(steps, language()) + draw(steps, language(), narrow=True)
    return render_template("flow.html", steps=steps, drawing=Markup(drawn))  # noqa: S704


@pages.get("/studies/<code>/completeness")
@allow(statisticians)
def show_completeness(code: str) -> ResponseReturnValue:
    """Which answers are there and which are missing, over the questionnaires handed in."""
    found = completeness(session(), installation().vault, study())
    names = {centre.code: centre.name for centre in list_centres(session(), study())}
    return render_template("completeness.html", found=found, names=names)
