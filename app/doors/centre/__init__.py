"""The public door: a centre enters by its link, sees its patients, answers, submits. It reaches no staff code."""

from flask import url_for
from flask_babel import get_locale

from app.doors.centre import (
    colleagues,
    dispositions,
    enrolling,
    entering,
    live,
    queries,
    questions,
    review,
    stopping,
    worklist,
)
from app.doors.centre.dates import day, instant, partial_date
from app.doors.centre.door import CentreDoor
from app.doors.centre.shells import shell_now
from app.doors.request import language
from app.kernel.installation import Installation

# Twice and more the largest page of questions a centre can send.
BODY_BYTES = 1_000_000
ROOMS = (entering, stopping, worklist, questions, live, review, dispositions, enrolling, queries, colleagues)


def create_app(installation: Installation) -> CentreDoor:
    """The WSGI application of the centres."""
    door = CentreDoor(
        installation, "centre", __name__, key=installation.keys.centre_session, body_bytes=BODY_BYTES
    )
    for room in ROOMS:
        door.register_blueprint(room.views)
    door.jinja_env.globals.update(
        asset=lambda name: url_for("static", filename=name),
        partial=partial_date,
        day=day,
        instant=instant,
        request_language=language,
        get_locale=get_locale,
    )
    door.context_processor(_shell)
    return door


def _shell() -> dict[str, object]:
    return {"shell": shell_now()}
