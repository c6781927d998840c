"""Typed forms of the desk: a slip is said on its field, and nothing typed is lost."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.doors.sponsor import create_app
from tests.doors_sponsor.desk import Desk, desk_for
from tests.fixtures.studies import Opened

STUDY = "/studies/calci_sts"


@pytest.fixture
def boss(opened: Opened, data: Path) -> Desk:
    """A manager, signed in."""
    return desk_for(create_app(opened.installation), "manager")


def test_a_wrong_date_of_the_calendar_is_said_on_its_field(boss: Desk) -> None:
    page = boss.text(f"{STUDY}/calendar")
    limits = dict(re.findall(r'id="(\w+)" name="\w+" inputmode="numeric" value="(\d+)"', page))
    refused = boss.post(f"{STUDY}/calendar", limits | {"invited_on": "demain", "contact": "Claire"})
    text = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert '<span class="field__error" id="invited_on-error">« demain » n’est pas une date' in text
    assert 'href="#invited_on"' in text
    assert 'value="demain"' in text
    assert 'value="Claire"' in text
    assert boss.post(f"{STUDY}/calendar", limits | {"invited_on": "01/12/2026"}).status_code == 303
    assert 'value="2026-12-01"' in boss.text(f"{STUDY}/calendar")


def test_a_note_that_cannot_be_stored_and_a_day_that_is_none_stay_on_the_page(boss: Desk) -> None:
    found = re.search(rf'href="({STUDY}/chase/\d+)"', boss.text(f"{STUDY}/chase"))
    assert found
    refused = boss.post(f"{found.group(1)}/note", {"outcome": "reached", "note": "Rappeler\x00 jeudi"})
    assert refused.status_code == 422
    assert "U+0000" in refused.get_data(as_text=True)
    assert 'value="reached" selected' in refused.get_data(as_text=True)
    wrong = boss.post(f"{found.group(1)}/status", {"status": "call_back", "next_on": "jeudi"})
    assert wrong.status_code == 422
    assert 'value="jeudi"' in wrong.get_data(as_text=True)
    assert boss.post(f"{found.group(1)}/status", {"status": "call_back", "next_on": ""}).status_code == 303


@pytest.mark.parametrize(
    ("path", "typed", "field", "says"),
    [
        ("/team", {"email": "bon@exemple", "role": "reader"}, "email", "bon@exemple"),
        ("/team", {"email": " ", "role": "reader"}, "email", "Indiquez l’adresse"),
        ("/team", {"email": "a@example.org", "role": "king"}, "role", "king"),
        (
            f"{STUDY}/messages/invitation/fr",
            {"subject": "", "body": "Bonjour {{link}}"},
            "subject",
            "Indiquez l’objet",
        ),
        (f"{STUDY}/messages/invitation/fr", {"subject": "Bonjour", "body": "sans lien"}, "body", "{link}"),
    ],
)
def test_a_slip_is_said_on_its_field_and_in_a_summary_that_leads_there(
    boss: Desk, path: str, typed: dict[str, str], field: str, says: str
) -> None:
    refused = boss.post(path, typed)
    text = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert f'<a href="#{field}">' in text
    assert re.search(rf'id="{field}-error">[^<]*{re.escape(says)}', text), text
    said = re.search(rf"<(?:input|select|textarea)[^>]*id=\"{field}\"[^>]*>", text)
    assert said
    assert 'aria-invalid="true"' in said[0]
    assert f"{field}-error" in said[0].partition("aria-describedby")[2]
    assert all(value in text for value in typed.values() if value.strip() and value != "king")
