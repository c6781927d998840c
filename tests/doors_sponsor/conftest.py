"""The sponsor's door of a test's own installation, with a study that has two centres and three patients."""

import pytest

from app.doors.door import Door
from app.doors.sponsor import create_app
from app.kernel.actor import Actor
from app.kernel.installation import Installation
from tests.doors_sponsor.desk import Desk, desk_for
from tests.tracking.builders import Asked, ask_three


@pytest.fixture
def asked(installation: Installation, command: Actor) -> Asked:
    """calci_sts with a few patients, none from a list."""
    with installation.database.writing() as session:
        return ask_three(session, command, installation.clock(), shipped=True)


@pytest.fixture
def app(installation: Installation, asked: Asked) -> Door:
    """The application of the staff."""
    return create_app(installation)


@pytest.fixture
def manager(app: Door) -> Desk:
    """A manager, signed in."""
    return desk_for(app, "manager")
