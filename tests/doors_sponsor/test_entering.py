"""Signing in and out at the sponsor's door: one answer for failures, sessions that end, no way to elsewhere."""

import dataclasses
from datetime import timedelta

import pytest

from app.accounts.sessions import ABSOLUTE, IDLE
from app.accounts.staff import add_staff, change_role, find_staff, set_active
from app.accounts.throttling import LIMIT_PAIR
from app.doors.door import Door
from app.doors.sponsor import create_app
from app.kernel.actor import Actor
from app.kernel.installation import Installation
from tests.accounts.builders import PASSWORD
from tests.doors_sponsor.desk import Desk, another_browser, desk_for
from tests.tracking.builders import Asked


def sign_in(app: Door, email: str, password: str, wanted: str = "") -> tuple[Desk, int, str]:
    """A new browser that sends the form: itself, the status, where it is sent."""
    desk = Desk(app)
    response = desk.post("/login", {"email": email, "password": password, "wanted": wanted})
    return desk, response.status_code, response.headers.get("Location", "")


def test_right_password_opens_the_studies(app: Door, manager: Desk) -> None:
    desk, status, location = sign_in(app, "manager@example.org", PASSWORD)
    assert (status, location) == (303, "/")
    assert "calci_sts" in desk.text("/")


def test_failures_look_alike_and_are_braked(app: Door, manager: Desk) -> None:
    pages = set()
    for email in ("manager@example.org", "nobody@example.org"):
        desk = Desk(app)
        response = desk.post("/login", {"email": email, "password": "wrong"})
        assert response.status_code == 401
        pages.add(response.get_data(as_text=True).replace(email, "").replace(desk.csrf(), ""))
    assert len({len(page) for page in pages}) == 1
    for _ in range(LIMIT_PAIR):
        sign_in(app, "manager@example.org", "wrong")
    assert sign_in(app, "manager@example.org", PASSWORD)[1] == 429


def test_one_time_password_leads_to_the_change_and_nowhere_else(
    app: Door, installation: Installation, command: Actor
) -> None:
    with installation.database.writing() as session:
        new = add_staff(
            session, email="new@example.org", role="manager", actor=command, now=installation.clock()
        )
    desk, status, _ = sign_in(app, "new@example.org", new.password)
    assert status == 303
    assert desk.get("/studies/calci_sts/").headers["Location"] == "/password"
    assert desk.post("/team", {"email": "x@example.org", "role": "manager"}).status_code == 403
    form = {"current": new.password, "new": "trop court", "again": "trop court"}
    refused = desk.post("/password", form)
    assert refused.status_code == 422
    assert "15 caractères" in refused.get_data(as_text=True)
    form |= {"new": "une phrase bien à moi", "again": "une phrase bien à toi"}
    assert "diffèrent" in desk.post("/password", form).get_data(as_text=True)
    form |= {"again": "une phrase bien à moi"}
    assert desk.post("/password", form).status_code == 303
    assert desk.get("/studies/calci_sts/").status_code == 200


def test_signed_out_session_is_dead_even_for_a_copied_cookie(app: Door, manager: Desk) -> None:
    copy = Desk(app, manager.staff_id, manager.token)
    assert copy.get("/").status_code == 200
    assert manager.post("/logout").status_code == 303
    assert manager.get("/").status_code == 401
    assert copy.get("/").status_code == 401


@pytest.mark.parametrize("change", ["disable", "role", "password"])
def test_changed_rights_end_the_session(
    app: Door, installation: Installation, command: Actor, manager: Desk, change: str
) -> None:
    other = desk_for(app, "statistician", email="other@example.org")
    browser = another_browser(other)
    assert browser.get("/").status_code == 200
    if change == "password":
        form = {"current": PASSWORD, "new": "une phrase bien à moi", "again": "une phrase bien à moi"}
        assert other.post("/password", form).status_code == 303
        assert other.get("/").status_code == 200
    else:
        with installation.database.writing() as session:
            staff, now = find_staff(session, other.staff_id), installation.clock()
            if change == "disable":
                set_active(session, staff, False, actor=command, now=now)
            else:
                change_role(session, staff, "reader", actor=command, now=now)
    assert browser.get("/").status_code == 401


@pytest.mark.parametrize(("later", "status"), [(IDLE - timedelta(seconds=5), 200), (IDLE, 401)])
def test_idle_session_ends(
    installation: Installation, asked: Asked, manager: Desk, later: timedelta, status: int
) -> None:
    opened = installation.clock()
    late = dataclasses.replace(installation, clock=lambda: opened + later + timedelta(seconds=1))
    with manager.client.session_transaction() as cookie:
        cookie["seen"] = int(opened.timestamp())
        kept = dict(cookie)
    browser = create_app(late).test_client()
    with browser.session_transaction() as cookie:
        cookie.update(kept)
    assert browser.get("/").status_code == status


def test_session_ends_after_twelve_hours_however_busy(
    installation: Installation, asked: Asked, manager: Desk
) -> None:
    late = dataclasses.replace(installation, clock=lambda: asked_at + ABSOLUTE)
    asked_at = installation.clock()
    browser = Desk(create_app(late), manager.staff_id, manager.token)
    assert browser.get("/").status_code == 401


def test_page_that_was_asked_for_follows_the_sign_in(app: Door, manager: Desk) -> None:
    page = Desk(app).get("/studies/calci_sts/journal")
    assert page.status_code == 401
    assert 'name="wanted" value="/studies/calci_sts/journal"' in page.get_data(as_text=True)
    _, _, location = sign_in(app, "manager@example.org", PASSWORD, "/studies/calci_sts/journal")
    assert location == "/studies/calci_sts/journal"


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example/%2f..",
        "/\\evil.example",
        "javascript:alert(1)",
        "/logout",
        "/nowhere",
        "/static/base.css",
        "http:evil.example",
        "\t//evil.example",
    ],
)
def test_nothing_leads_out_of_the_application(app: Door, manager: Desk, wanted: str) -> None:
    assert sign_in(app, "manager@example.org", PASSWORD, wanted)[2] == "/"


def test_cookie_is_for_this_door_and_out_of_reach_of_scripts(app: Door, manager: Desk) -> None:
    _, _, _ = sign_in(app, "manager@example.org", PASSWORD)
    desk = Desk(app)
    response = desk.post("/login", {"email": "manager@example.org", "password": PASSWORD})
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("recueil-sponsor=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_language_is_kept_and_pages_are_wholly_english(app: Door, manager: Desk) -> None:
    assert manager.post("/language", {"language": "en", "wanted": "/team"}).headers["Location"] == "/team"
    page = manager.text("/team")
    assert '<html lang="en">' in page
    assert "Add a person" in page
