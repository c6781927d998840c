"""The sponsor’s door: the application of the staff, mounted under /sponsor/. No identity is shown unasked."""

from flask import Flask

from app.doors.door import Door
from app.doors.sponsor import (
    breakdown,
    campaigning,
    centres,
    chasing,
    completing,
    dashboard,
    entering,
    exporting,
    inviting,
    journal,
    lists,
    mapping,
    outbox,
    patients,
    proposals,
    regrouping,
    respondent,
    respondents,
    reviewing,
    studies,
    team,
    telephoning,
    versions,
    wording_mails,
)
from app.doors.sponsor.signed_in import start_login
from app.doors.sponsor.wording import start_wording
from app.kernel.installation import Installation

BODY_BYTES = 32 * 1024 * 1024  # a list of 30 MB and its form
ROOMS = (
    entering,
    studies,
    dashboard,
    breakdown,
    lists,
    mapping,
    reviewing,
    patients,
    proposals,
    regrouping,
    centres,
    respondents,
    respondent,
    outbox,
    inviting,
    campaigning,
    wording_mails,
    chasing,
    telephoning,
    exporting,
    completing,
    versions,
    journal,
    team,
)


def create_app(installation: Installation) -> Door:
    """The staff application of this installation."""
    app = Door(
        installation,
        "sponsor",
        __name__,
        key=installation.keys.sponsor_session,
        body_bytes=BODY_BYTES,
    )
    start_login(app)
    start_wording(app)
    _join(app)
    return app


def _join(app: Flask) -> None:
    for room in ROOMS:
        app.register_blueprint(room.pages)
