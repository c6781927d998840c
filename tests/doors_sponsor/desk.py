"""A member of staff at the sponsor's door: signed in without the cost of a password, forms sent with their token."""

import re
from datetime import datetime
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.accounts.sessions import open_session
from app.accounts.staff import find_staff
from app.doors.door import Door
from app.kernel.installation import Installation
from tests.accounts.builders import settled_staff

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Desk:
    """One browser of one person; `staff_id` 0 is somebody who has not signed in."""

    def __init__(self, app: Door, staff_id: int = 0, token: str = "") -> None:
        self.app = app
        self.staff_id = staff_id
        self.token = token
        self.client: FlaskClient = app.test_client()
        if token:
            with self.client.session_transaction() as cookie:
                cookie["_user_id"] = token
                cookie["seen"] = int(app.installation.clock().timestamp())

    def get(self, path: str, **options: Any) -> TestResponse:
        """A page."""
        return self.client.get(path, **options)

    def text(self, path: str) -> str:
        """A page's HTML; anything but 200 fails."""
        response = self.get(path)
        assert response.status_code == 200, (path, response.status_code)
        return response.get_data(as_text=True)

    def csrf(self) -> str:
        """A token for the forms of this browser."""
        found = TOKEN.search(self.client.get("/login").get_data(as_text=True))
        assert found
        return found.group(1)

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        """A form sent with its token."""
        return self.client.post(path, data={"csrf_token": self.csrf(), **(data or {})}, **options)


def desk_for(app: Door, role: str, *, email: str | None = None, now: datetime | None = None) -> Desk:
    """Somebody with this role, signed in."""
    installation: Installation = app.installation
    moment = now or installation.clock()
    with installation.database.writing() as session:
        staff = settled_staff(session, email or f"{role}@example.org", role, now=moment)
        signed = open_session(session, staff, moment)
    return Desk(app, staff.id, signed.token)


def another_browser(desk: Desk) -> Desk:
    """The same person, signed in a second time."""
    installation = desk.app.installation
    with installation.database.writing() as session:
        signed = open_session(session, find_staff(session, desk.staff_id), installation.clock())
    return Desk(desk.app, desk.staff_id, signed.token)
