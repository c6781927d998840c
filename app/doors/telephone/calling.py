"""What a call has beside the centre's pages: hanging up."""

from typing import cast

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue

from app.doors.calls import desk_url
from app.doors.centre.visiting import respondent_only, visitor
from app.doors.guard import allow
from app.doors.request import actor, now, session
from app.outreach.calls import Heard, hang_up

views = Blueprint("calling", __name__)


@views.post("/raccrocher")
@allow(respondent_only)
def end() -> ResponseReturnValue:
    """Ends the call and leads back to the centre's page at the desk; all that was typed stays."""
    here = visitor()
    heard = cast(Heard, here.entered)
    hang_up(session(), heard.id, actor=actor(), now=now())
    return redirect(f"{desk_url(heard.study_code, here.centre_id)}?ended={heard.id}", 303)
