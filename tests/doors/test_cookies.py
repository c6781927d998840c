"""A cookie seen before is trusted for its signature alone, and never shared between requests."""

from collections.abc import Callable

import pytest
from flask import Flask, session

from app.doors.cookies import RememberingSessions, form_token


@pytest.fixture
def door() -> Flask:
    """A small application that counts in its session."""
    made = Flask(__name__)
    made.secret_key = "one"
    made.session_interface = RememberingSessions()

    def count() -> str:
        session["seen"] = [*session.get("seen", []), 1]
        return str(len(session["seen"]))

    views: dict[str, Callable[[], str]] = {
        "count": count,
        "look": lambda: str(session.setdefault("seen", []).append(1) or len(session["seen"])),
        "token": form_token,
    }
    for name, view in views.items():
        made.add_url_rule(f"/{name}", name, view)
    return made


def test_what_a_request_does_to_its_session_stays_in_that_request(door: Flask) -> None:
    client = door.test_client()
    assert client.get("/count").text == "1"
    # Changed in place and so not sent back: the next request of the same cookie must not see it.
    assert [client.get("/look").text for _ in range(3)] == ["2", "2", "2"]


def test_a_cookie_changed_by_one_character_is_nobodys(door: Flask) -> None:
    client = door.test_client()
    client.get("/count")
    client.get("/look")
    cookie = client.get_cookie("session")
    assert cookie is not None
    forged = ("A" if cookie.value[0] != "A" else "B") + cookie.value[1:]
    client.set_cookie("session", forged)
    assert client.get("/look").text == "1"


def test_a_cookie_of_another_key_is_nobodys(door: Flask) -> None:
    client = door.test_client()
    client.get("/count")
    other = Flask(__name__)
    other.secret_key = "two"
    other.session_interface = RememberingSessions()
    other.add_url_rule("/count", "count", lambda: str(len(session.get("seen", []))))
    cookie = client.get_cookie("session")
    assert cookie is not None
    stranger = other.test_client()
    stranger.set_cookie("session", cookie.value)
    assert stranger.get("/count").text == "0"


def test_a_session_keeps_its_form_token_and_two_sessions_have_two(door: Flask) -> None:
    mine, yours = door.test_client(), door.test_client()
    first = mine.get("/token").text
    assert mine.get("/token").text.partition(".")[0] == first.partition(".")[0]
    assert yours.get("/token").text.partition(".")[0] != first.partition(".")[0]
