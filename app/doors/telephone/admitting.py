"""Who may type in a call: the manager who began it, signed in, having asked for the identities that its pages show."""

from flask import request
from werkzeug.exceptions import Forbidden, Unauthorized

from app.accounts.identities import identities_shown
from app.accounts.sessions import staff_actor
from app.doors.calls import CALL
from app.doors.request import connection, now, session, set_actor
from app.doors.sponsor.signed_in import person
from app.outreach.calls import Heard, call_in_force
from app.outreach.errors import CallEnded


def by_call() -> Heard:
    """The person on the line, for whoever types. Raises CallEnded and Forbidden."""
    try:
        typist = person()
    except Unauthorized:
        raise CallEnded from None
    if typist.role != "manager" or not typist.settled:
        raise Forbidden
    heard = call_in_force(connection(), request.environ.get(CALL, ""), typist.id, now())
    if not identities_shown(session(), token=typist.token, study=heard.study_code):
        raise CallEnded  # another sign-in, which has not asked for them: taking the call up again does
    set_actor(heard.typed_by(staff_actor(typist.holder)))
    return heard
