"""The public door: a centre enters by its link, sees its patients, answers, submits. It reaches no staff code."""

from collections.abc import Callable, Sequence
from types import ModuleType

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
    speaking,
    stopping,
    worklist,
)
from app.doors.centre.dates import day, instant, partial_date
from app.doors.centre.door import CentreDoor
from app.doors.centre.shells import shell_now
from app.doors.centre.visiting import by_link
from app.doors.request import language
from app.kernel.installation import Installation
from app.outreach.calls import Heard
from app.outreach.links import Entered

# Twice and more the largest page of questions a centre can send.
BODY_BYTES = 1_000_000
# What is about patients; the others are about the link, and whoever holds it.
ABOUT_PATIENTS = (worklist, questions, live, review, dispositions, enrolling, queries, speaking)


def create_app(installation: Installation) -> CentreDoor:
    """The WSGI application of the centres."""
    rooms = (entering, stopping, *ABOUT_PATIENTS, colleagues)
    return door_of(installation, "centre", installation.keys.centre_session, rooms, by_link, by_telephone=False)


def door_of(
    installation: Installation,
    cookie: str,
    key: bytes,
    rooms: Sequence[ModuleType],
    admission: Callable[[], Entered | Heard],
    *,
    by_telephone: bool,
) -> CentreDoor:
    """An application of these rooms, for whoever `admission` lets in."""
    door = CentreDoor(installation, cookie, __name__, key=key, body_bytes=BODY_BYTES)
    door.admission, door.by_telephone = admission, by_telephone
    for room in rooms:
        door.register_blueprint(room.views)
    door.jinja_env.globals.update(
        asset=lambda name: url_for("static", filename=name),
        partial=partial_date,
        day=day,
        instant=instant,
        request_language=language,
        get_locale=get_locale,
        by_telephone=by_telephone,
    )
    door.context_processor(_shell)
    return door


def _shell() -> dict[str, object]:
    return {"shell": shell_now()}
