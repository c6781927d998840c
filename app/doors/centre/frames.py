"""The frame of a page of questions, compiled once per version, page and language; a request fills its slots."""

from typing import Any

from flask import render_template, request
from markupsafe import Markup

from app.doors.centre.headings import heading_of
from app.doors.centre.moment import Moment
from app.doors.centre.navigation import SectionStop, bar_of, counts_of, stops_of
from app.doors.centre.plans import Page
from app.doors.centre.shells import Shell, escaped, person_text
from app.doors.centre.skeletons import CLOSE, OPEN, Filling, Text, cut
from app.doors.centre.visiting import visitor
from app.doors.cookies import form_token
from app.doors.request import language
from app.kernel.language import Language

FRAMES_KEPT = 512
PARTS = (
    "code", "known", "saved", "left", "required", "done", "base_url", "notices", "action", "live", "csrf",
    "mutation", "base", "was", "seen", "correcting", "body", "derived",
)  # fmt: skip
_compiled: dict[tuple[str, str, str, str], Text] = {}


def draw_frame(moment: Moment, page: Page, parts: Filling) -> bytes:
    """The whole HTML of a page of questions. `parts` are finished HTML by slot name."""
    here = visitor()
    filling: dict[str, str | bytes] = {name: escaped(text) for name, text in bar_of(moment).items()}
    for code, (count, css) in counts_of(moment).items():
        filling[f"count.{code}"], filling[f"css.{code}"] = escaped(count), css
    filling["centre"] = escaped(here.centre_name)
    filling["person"] = escaped(person_text(here.entered.person_name, here.entered.person_function))
    filling["csrf"] = form_token()
    filling["back"] = escaped(request.path if request.method == "GET" else "")
    return _frame(moment, page, language()).fill({**filling, **parts})


def _frame(moment: Moment, page: Page, said: Language) -> Text:
    key = (moment.version.sha256, page.key, said, request.script_root)  # its addresses lead within a call
    known = _compiled.get(key)
    if known is None:
        if len(_compiled) >= FRAMES_KEPT:
            _compiled.clear()
        known = _compiled[key] = cut(_template(moment, page, said))
    return known


def _template(moment: Moment, page: Page, said: Language) -> str:
    shell = Shell(True, _mark("centre"), _mark("person"), _mark("csrf"), _mark("back"))
    menu = [
        SectionStop(
            one.code, one.letter, one.label, one.stops, _mark(f"count.{one.code}"), _mark(f"css.{one.code}")
        )
        for one in stops_of(moment.version.questionnaire, page, said)
    ]
    context: dict[str, Any] = {"slots": {name: _mark(name) for name in PARTS}, "menu": menu, "page": page}
    return render_template("questions.html", **context, **heading_of(moment, page), shell=shell)


def _mark(name: str) -> Markup:
    return Markup(f"{OPEN}{name}{CLOSE}")  # noqa: S704  # names are this file's own and the questionnaire's codes
