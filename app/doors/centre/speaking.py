"""The language of the pages, chosen in a browser."""

from flask import Blueprint, redirect, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue

from app.doors.guard import allow, public
from app.kernel.language import LANGUAGES

views = Blueprint("speaking", __name__)


@views.post("/langue")
@allow(public)
def choose_language() -> ResponseReturnValue:
    """Switches the language of the pages in this browser."""
    chosen = request.form.get("language")
    if chosen in LANGUAGES:
        cookie["language"] = chosen
    return redirect(_internal(request.form.get("back", "")), 303)


def _internal(path: str) -> str:
    # Only a path of this door: "//host" and "/\host" lead elsewhere.
    inside = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return request.script_root + path if inside else url_for("worklist.show")
