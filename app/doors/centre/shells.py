"""What stands around every page: centre, person, language switch. Values for a page drawn now, marks for a compiled one."""

import re
from dataclasses import dataclass

from flask import request
from markupsafe import escape

from app.doors.centre.door import CentreDoor
from app.doors.centre.visiting import shell_texts
from app.doors.cookies import form_token
from app.doors.request import gettext

# Most of what a page says holds none of these, and to look costs a fifth of escaping.
SPECIAL = re.compile("[&<>\"']")


@dataclass(frozen=True)
class Shell:
    """The changing parts of `base.html`; `switch` is whether the language can be changed here."""

    inside: bool
    centre: str
    person: str
    csrf: str
    back: str
    switch: bool = True


def shell_now() -> Shell:
    """The shell of the page that is being drawn."""
    texts = shell_texts()
    switch = request.endpoint != "entering.show_link"
    return Shell(
        inside=texts is not None,
        centre=texts[0] if texts else "",
        person=person_text(texts[1], texts[2]) if texts else "",
        csrf=form_token(),
        back=request.path if request.method == "GET" and switch else "",
        switch=switch,
    )


def person_text(name: str, function: str) -> str:
    """The sentence at the foot of every page, or above what staff type on the telephone."""
    if CentreDoor.current().by_telephone:
        return str(gettext("Vous saisissez ce que dit %(name)s, %(function)s.", name=name, function=function))
    return str(gettext("Vous répondez en tant que %(name)s, %(function)s.", name=name, function=function))


def escaped(text: object) -> str:
    """Text made safe for HTML, as a plain string for a slot."""
    said = text if isinstance(text, str) else str(text)
    return str(escape(said)) if SPECIAL.search(said) else said
