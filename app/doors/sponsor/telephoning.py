"""From the desk into a call: a manager on the telephone opens the centre's own pages and types what is said there."""

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from app.accounts.identities import show_identities
from app.cohort.models import Centre
from app.doors.calls import call_url
from app.doors.guard import allow
from app.doors.request import actor, gettext, installation, language, now, session
from app.doors.sponsor.chasing import draw, line_of
from app.doors.sponsor.rights import managers, own_account, someone, study
from app.doors.sponsor.screens import Speaker
from app.outreach.calls import begin_call, calls_of, take_up
from app.outreach.errors import SpeakerUnknown
from app.outreach.models import Call, Respondent
from app.outreach.people import person_of, respondents_of

pages = Blueprint("telephoning", __name__)


@pages.post("/studies/<code>/chase/<int:centre_id>/call")
@allow(managers)
def begin(code: str, centre_id: int) -> ResponseReturnValue:
    """Begins a call with somebody of the centre and leads to its patients, whose identities are asked for by this."""
    centre, form = line_of(centre_id).centre, Speaker.posted()
    if not form.validate():
        return draw(centre_id, form), 422
    if not (form.who.data or form.name.data or form.function.data):
        return draw(centre_id, form, {"who": gettext("Choisissez qui parle, ou « Une autre personne ».")}), 422
    try:
        call = _begun(centre, form)
    except SpeakerUnknown as refused:
        return draw(centre_id, form, dict.fromkeys(refused.fields, refused.message(language()))), refused.status
    return _into(code, call.id)


@pages.post("/studies/<code>/chase/<int:centre_id>/calls/<call_id>")
@allow(managers)
def go_on(code: str, centre_id: int, call_id: str) -> ResponseReturnValue:
    """Takes one's own call up again, after hanging up and after a new sign-in too."""
    here = {call.id for call in calls_of(session(), line_of(centre_id).centre).values()}
    if call_id not in here:
        raise NotFound
    take_up(session(), call_id, someone().id, actor=actor(), now=now())
    return _into(code, call_id)


def _into(code: str, call_id: str) -> ResponseReturnValue:
    show_identities(session(), own_account(), token=someone().token, study=code, now=now())
    return redirect(call_url(call_id), 303)


def _begun(centre: Centre, form: Speaker) -> Call:
    name, function = form.name.data, form.function.data
    known = None if name else _known(centre, form.who.data)  # a name that was typed is somebody else's
    if known is not None:
        name, function = person_of(installation().vault, known).name, function or known.function
    return begin_call(
        session(), study(), centre, name=name, function=function, staff_id=someone().id, actor=actor(), now=now(),
        respondent=known,
    )  # fmt: skip


def _known(centre: Centre, number: str) -> Respondent | None:
    return next((one for one in respondents_of(session(), study(), centre) if str(one.id) == number), None)
