"""The applications as the architecture tests walk them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from werkzeug.routing import Rule

from app.doors.centre import create_app as create_centre
from app.doors.door import Door
from app.doors.sponsor import create_app as create_sponsor
from app.doors.telephone import create_app as create_telephone
from app.kernel.installation import Installation

DOORS: dict[str, Callable[[Installation], Door]] = {
    "centre": create_centre,
    "sponsor": create_sponsor,
    "telephone": create_telephone,
}
SAFE = {"GET", "HEAD", "OPTIONS"}


def rules(door: Door) -> Iterator[Rule]:
    """Every route of a door."""
    return door.url_map.iter_rules()


def an_address(door: Door, rule: Rule) -> str:
    """A path that this route matches; its variable parts name nothing that exists."""
    values = dict.fromkeys(rule.arguments, "1")
    return door.url_map.bind("localhost").build(rule.endpoint, {**(rule.defaults or {}), **values})


def unsafe_methods(rule: Rule) -> set[str]:
    """The methods of a route that may change something."""
    return set(rule.methods or ()) - SAFE
