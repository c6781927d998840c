"""Coming in by a link: nothing happens before a person presses the button, and nothing after the link is revoked."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.kernel.actor import Actor
from app.outreach.links import revoke
from app.outreach.models import Entry, Link, Respondent
from tests.doors_centre.builders import NOW, colleague, page, text_of, visitor
from tests.doors_centre.dumping import dump
from tests.fixtures.studies import Opened


def test_opening_a_link_changes_nothing_however_often_a_scanner_does_it(opened: Opened) -> None:
    person = visitor(opened)
    before = dump(opened.installation)
    for _ in range(5):
        assert person.client.get(f"/r/{person.token}").status_code == 200
        assert person.client.head(f"/r/{person.token}").status_code == 200
    assert dump(opened.installation) == before


def test_a_page_has_no_script_that_could_press_its_button(opened: Opened) -> None:
    person = visitor(opened)
    html = person.get(f"/r/{person.token}").text
    assert "<script" not in html
    assert "onload" not in html


def test_entering_leaves_no_token_in_address_or_cookie(opened: Opened) -> None:
    person = visitor(opened)
    answer = person.send(f"/r/{person.token}")
    assert answer.headers["Location"] == "/entrer"
    assert person.token not in answer.headers["Set-Cookie"]
    person.enter()
    assert person.token not in person.get("/").text


def test_the_name_and_function_given_are_those_the_pages_show(opened: Opened) -> None:
    person = visitor(opened).enter("Mme PETIT", "attachée de recherche")
    assert "Mme PETIT, attachée de recherche" in text_of(person.get("/"))
    with opened.installation.database.reading() as session:
        assert session.scalars(select(Entry.person_name)).all() == ["Mme PETIT"]


def test_somebody_without_a_name_is_asked_again_and_keeps_what_they_typed(opened: Opened) -> None:
    person = visitor(opened)
    person.send(f"/r/{person.token}")
    answer = person.send("/entrer", who="other", name="  ", function="interne")
    assert answer.status_code == 422
    assert 'value="interne"' in answer.text


@pytest.mark.parametrize("token", ["a" * 32, "z", "é" * 12, "%00", "snvoqqp55zb2z72odth5jfnjnk5bfrpp"])
def test_every_link_that_does_not_work_gives_one_and_the_same_page(opened: Opened, token: str) -> None:
    person = visitor(opened)
    with opened.installation.database.writing() as session:
        revoke(session, session.scalars(select(Link)).one(), actor=Actor.command("tests"), now=NOW)
    revoked, unknown = person.get(f"/r/{person.token}"), person.get(f"/r/{token}")
    assert (revoked.status_code, unknown.status_code) == (404, 404)
    assert len(revoked.data) == len(unknown.data)
    assert "dernier courriel" in text_of(revoked)


def test_a_revoked_link_ends_whoever_is_inside_and_gives_back_what_was_typed(opened: Opened) -> None:
    person = visitor(opened).enter()
    where = page(person.codes[0], "terrain")
    form = person.form(where)
    with opened.installation.database.writing() as session:
        revoke(session, session.scalars(select(Link)).one(), actor=Actor.command("tests"), now=NOW)
    answer = person.send(where, form, weight_kg="71,5")
    assert answer.status_code == 404
    assert "71,5" in answer.text
    assert person.get("/").status_code == 404


def test_leaving_ends_this_entry_and_not_the_link(opened: Opened) -> None:
    person = visitor(opened).enter()
    other = colleague(person).enter("Dr LEROY", "interne")
    person.client.post("/quitter", data=person.form("/", "/quitter"))
    assert person.get("/").status_code == 403
    assert other.get("/").status_code == 200


def test_nobody_is_let_in_without_an_entry(opened: Opened) -> None:
    person = visitor(opened)
    for path in ("/", "/patients/CAL-001-001/relecture", page("CAL-001-001", "terrain"), "/patients/nouveau"):
        assert person.get(path).status_code == 403


def test_the_pages_speak_as_the_mail_did_until_somebody_chooses(opened: Opened) -> None:
    person = visitor(opened)
    with opened.installation.database.writing() as session:
        session.scalars(select(Respondent)).one().language = "en"
    assert '<html lang="en"' in person.get(f"/r/{person.token}").text
    person.send(f"/r/{person.token}")
    assert '<html lang="en"' in person.get("/entrer").text


def test_changing_the_language_never_leads_out_of_the_door(opened: Opened) -> None:
    person = visitor(opened).enter()
    form = person.form("/", "/langue")
    for bad in ("https://evil.test/", "//evil.test/", "/\\evil.test", "javascript:alert(1)"):
        form["language"], form["back"] = "en", bad
        assert person.client.post("/langue", data=form).headers["Location"] == "/"
    assert "Your patients" in text_of(person.get("/"))


def test_a_name_without_a_function_is_said_on_its_field_and_what_was_typed_stays(opened: Opened) -> None:
    mine = visitor(opened)
    assert mine.send(f"/r/{mine.token}").status_code == 303
    refused = mine.send("/entrer", who="other", name="Dr LEROY", function=" ")
    assert refused.status_code == 422
    assert '<a href="#function">Indiquez votre fonction.</a>' in refused.text
    assert 'aria-describedby="e-function" aria-invalid="true"' in refused.text
    assert 'value="Dr LEROY"' in refused.text
    assert "Indiquez votre nom" not in refused.text
