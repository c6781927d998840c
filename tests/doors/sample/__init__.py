"""A door of four views, to test the machinery that both real doors share."""

from flask import jsonify, request
from sqlalchemy import text
from werkzeug.exceptions import NotFound

from app.doors.door import Door
from app.doors.guard import Policy, allow, public
from app.doors.request import installation, session
from app.kernel.errors import Refusal
from app.kernel.installation import Installation


def _nobody() -> None:
    raise NotFound


signed = Policy("signed", lambda: None, csrf=False)
nobody = Policy("nobody", _nobody)


def _note(content: str) -> None:
    session().execute(text("INSERT INTO note (content) VALUES (:content)"), {"content": content})


@allow(public)
def page() -> str:
    return "page"


@allow(public)
def write_on_get() -> str:
    _note("from a GET")
    return "written"


@allow(signed)
def write() -> tuple[str, int]:
    _note(request.form.get("content", ""))
    if "fail" in request.form:
        raise RuntimeError("secret detail")
    if "refuse" in request.form:
        raise Refusal
    return "written", int(request.form.get("status", 200))


@allow(signed, waits=True)
def write_after_a_wait() -> tuple[str, int]:
    with installation().database.writing() as meanwhile:
        meanwhile.execute(text("INSERT INTO note (content) VALUES ('meanwhile')"))
    if "directly" in request.form:
        _note("in the snapshot")
    return "refused", 422


@allow(public)
def protected() -> str:
    _note("protected")
    return "written"


@allow(nobody)
def closed() -> str:
    return "never seen"


def undeclared() -> str:
    return "never seen"


@allow(signed)
def echo() -> object:
    return jsonify(fields=len(request.form))


def create_sample(installation: Installation) -> Door:
    """The door, its `note` table made."""
    with installation.database.writing() as opened:
        opened.execute(text("CREATE TABLE note (content TEXT)"))
    door = Door(installation, "sample", __name__, key=b"k" * 32, body_bytes=200_000)
    for path, view, methods in (
        ("/", page, ["GET"]),
        ("/write-on-get", write_on_get, ["GET"]),
        ("/write", write, ["POST"]),
        ("/write-after-a-wait", write_after_a_wait, ["POST"]),
        ("/protected", protected, ["POST"]),
        ("/closed", closed, ["GET"]),
        ("/undeclared", undeclared, ["GET"]),
        ("/echo", echo, ["POST"]),
        ("/r/<token>", page, ["GET"]),
    ):
        door.add_url_rule(path, endpoint=path, view_func=view, methods=methods)
    return door
