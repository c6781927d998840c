"""Typed forms: what cannot be stored is said on its field, and what was typed stays as it was."""

from __future__ import annotations

from datetime import date

import pytest
from werkzeug.datastructures import MultiDict

from app.doors import screens
from app.doors.screens import Count, Day, Line, Screen


class Small(Screen):
    """One field of each kind."""

    name = Line(most=5, needed=lambda: "Indiquez un nom.")
    day = Day()
    count = Count()


@pytest.fixture
def filled(monkeypatch: pytest.MonkeyPatch):
    """The form as somebody sent it, on a French page."""
    monkeypatch.setattr(screens, "language", lambda: "fr")
    return lambda **typed: Small(MultiDict({"name": "Ada", "day": "", "count": "3"} | typed))


@pytest.mark.parametrize("typed", ["2026-12-01", "01/12/2026", " 1 décembre 2026 "])
def test_a_day_is_read_as_browsers_send_it_and_as_people_type_it(filled, typed: str) -> None:
    form = filled(day=typed, name=" e\u0301 ")
    assert form.validate(), form.problems
    assert (form.name.data, form.day.day, form.count.number) == ("é", date(2026, 12, 1), 3)


@pytest.mark.parametrize(
    ("name", "typed", "says"),
    [
        ("name", "  ", "Indiquez un nom."),
        ("name", "Ada\x00", "U+0000"),
        ("name", "Adalbert", "8 caractères"),
        ("day", "12/2026", "n’est pas une date"),
        ("day", "\ud800", "U+D800"),
        ("count", "three", "n’est pas un nombre entier"),
        ("count", "٣", "n’est pas un nombre"),
        ("count", "", "n’est pas un nombre"),
    ],
)
def test_a_refusal_stands_on_its_field_and_nothing_typed_is_lost(
    filled, name: str, typed: str, says: str
) -> None:
    form = filled(**{name: typed})
    assert not form.validate()
    assert list(form.problems) == [name]
    assert says in form.problems[name]
    assert form.typed[name] == typed


def test_a_field_that_was_not_sent_is_blank() -> None:
    form = Small(MultiDict({"name": "Ada", "count": "3"}))
    assert form.validate()
    assert (form.day.day, form.typed["day"]) == (None, "")
