"""The telephone desk: which centre to call next, what to say, what was said, and the list to take away."""

from collections.abc import Mapping
from types import MappingProxyType

from flask import Blueprint, Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest, NotFound

from app.accounts.identities import identities_shown
from app.cohort.models import Centre
from app.collection.questionnaires import questionnaire_of
from app.collection.reading import worklist
from app.doors.guard import allow
from app.doors.request import actor, installation, language, now, session
from app.doors.screens import Screen
from app.doors.sponsor.rights import managers, someone, study
from app.doors.sponsor.screens import Call, Standing
from app.extraction.chase_list import chase_workbook, people_to_call
from app.outreach.calls import calls_of, may_go_on, taken_in
from app.outreach.chase import FOLLOWS, ChaseLine, contacts_of, desk, note, script, set_status
from app.outreach.people import person_of, respondents_of
from app.outreach.words import CHASE_STATUSES, OUTCOMES

pages = Blueprint("chasing", __name__)
NOTHING: Mapping[str, str] = MappingProxyType({})
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pages.get("/studies/<code>/chase")
@allow(managers)
def show(code: str) -> ResponseReturnValue:
    """Every centre with its next best step, the most useful call first."""
    return render_template("chase.html", lines=desk(session(), study(), now()))


@pages.get("/studies/<code>/chase.xlsx")
@allow(managers)
def download(code: str) -> ResponseReturnValue:
    """The same list as a workbook, without names."""
    return _workbook(code, None)


@pages.post("/studies/<code>/chase.xlsx")
@allow(managers)
def take(code: str) -> ResponseReturnValue:
    """The list with whom to call and their numbers; the journal says who took it."""
    people = people_to_call(session(), installation().vault, study(), actor=actor(), now=now())
    return _workbook(code, people)


@pages.get("/studies/<code>/chase/<int:centre_id>")
@allow(managers)
def call(code: str, centre_id: int) -> ResponseReturnValue:
    """One centre: the script, the people, what was said before."""
    return draw(centre_id)


@pages.post("/studies/<code>/chase/<int:centre_id>/note")
@allow(managers)
def keep_note(code: str, centre_id: int) -> ResponseReturnValue:
    """Keeps what was said."""
    form = Call.posted()
    outcome = next((one for one in OUTCOMES if one == form.outcome.data), None)
    if outcome is None:
        raise BadRequest
    if not form.validate():
        return draw(centre_id, form), 422
    text, centre = form.note.data, line_of(centre_id).centre
    note(session(), study(), centre, outcome=outcome, text=text, actor=actor(), now=now())
    return redirect(url_for("chasing.call", code=code, centre_id=centre_id), 303)


@pages.post("/studies/<code>/chase/<int:centre_id>/status")
@allow(managers)
def move(code: str, centre_id: int) -> ResponseReturnValue:
    """Where the desk stands with this centre from now on."""
    form = Standing.posted()
    status = next((one for one in CHASE_STATUSES if one == form.status.data), None)
    if status is None:
        raise BadRequest
    if not form.validate():
        return draw(centre_id, form), 422
    centre, again = line_of(centre_id).centre, form.next_on.day
    set_status(session(), study(), centre, status, actor=actor(), now=now(), next_on=again)
    return redirect(url_for("chasing.call", code=code, centre_id=centre_id), 303)


def _workbook(code: str, people: Mapping[int, str] | None) -> Response:
    content = chase_workbook(desk(session(), study(), now()), language(), now(), people)
    name = f"{code}_relances_{now():%Y-%m-%d}.xlsx"
    return Response(content, mimetype=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def draw(centre_id: int, form: Screen | None = None, refused: Mapping[str, str] = NOTHING) -> str:
    """The page of one centre at the desk, with what was typed and what is wrong with it."""
    line = line_of(centre_id)
    shown = identities_shown(session(), token=someone().token, study=study().code)
    people = [
        (one, person_of(installation().vault, one) if shown else None)
        for one in respondents_of(session(), study(), line.centre)
    ]
    return render_template(
        "chase_centre.html",
        line=line,
        script=script(line, study()),
        people=people,
        shown=shown,
        contacts=contacts_of(session(), line.centre),
        calls=calls_of(session(), line.centre),
        taken=taken_in(session(), line.centre),
        lacking=_lacking(line.centre),
        may_go_on=lambda call: may_go_on(call, someone().id, now()),
        outcomes=OUTCOMES,
        follows=FOLLOWS[line.status],
        typed=form.typed if form else {},
        problems={**(form.problems if form else {}), **refused},
        first_of=lambda problems: {text: name for name, text in reversed(problems.items())}.items(),
    )


def _lacking(centre: Centre) -> list[tuple[str, int, str]]:
    """Patients still waited for: code, how many answers are expected of a begun one (else 0), and where to go on."""
    sections = questionnaire_of(session(), study()).sections
    named = {one.code: f"{one.letter}. {one.label[language()]}" for one in sections}
    return [
        (one.patient.code, one.left if one.status == "draft" else 0, named.get(one.next_section or "", ""))
        for one in worklist(session(), installation().vault, study(), centre)
        if one.status in ("to_do", "draft")
    ]


def line_of(centre_id: int) -> ChaseLine:
    """Where one centre stands at the desk; 404 for one that has no patients."""
    for line in desk(session(), study(), now()):
        if line.centre.id == centre_id:
            return line
    raise NotFound
