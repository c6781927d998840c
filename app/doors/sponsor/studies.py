"""The studies of this installation: where staff arrive, and where a shipped study is opened."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest

from app.cohort.studies import list_studies
from app.collection.opening import open_study
from app.doors.guard import allow
from app.doors.request import actor, now, session
from app.doors.sponsor.rights import everybody, managers
from app.tracking.rates import overall
from forms.loading import shipped_codes

pages = Blueprint("studies", __name__)


@pages.get("/")
@allow(everybody)
def home() -> ResponseReturnValue:
    """Every open study with its response rate."""
    opened = list_studies(session())
    counted = [(one, overall(session(), one)) for one in opened]
    return render_template("studies.html", studies=counted, to_open=_to_open())


def _to_open() -> list[str]:
    codes = {one.code for one in list_studies(session())}
    return [code for code in shipped_codes() if code not in codes]


@pages.post("/studies")
@allow(managers)
def open_one() -> ResponseReturnValue:
    """Opens a shipped study."""
    code = request.form.get("study", "")
    if code not in _to_open():
        raise BadRequest
    open_study(session(), code, actor=actor(), now=now())
    return redirect(url_for("dashboard.show", code=code), 303)
