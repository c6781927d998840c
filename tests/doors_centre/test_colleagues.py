"""A centre names a colleague, who comes in by a link of their own: beside, or in the place of, who named them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.outreach.links import token_of
from app.outreach.models import Mail, Respondent
from tests.doors_centre.builders import Visitor, text_of, visitor
from tests.doors_centre.dumping import dump
from tests.fixtures.studies import Opened

JO: dict[str, Any] = {"name": "Jo Interne", "email": "jo@chu.example.org", "function": "interne"}
PATH = "/collegues"


def invited(opened: Opened, of: Visitor) -> Visitor:
    """The colleague who was named, not yet inside."""
    with opened.installation.database.reading() as session:
        respondent = session.scalars(select(Respondent).where(Respondent.source == "colleague")).one()
        token = token_of(opened.installation.keys, respondent.link)
    return Visitor(of.client.application.test_client(), token)


def test_a_named_colleague_is_listed_gets_a_mail_and_comes_in_by_a_link_of_their_own(opened: Opened) -> None:
    person = visitor(opened).enter()
    assert f'href="{PATH}"' in person.get("/").text
    assert person.send(PATH, **JO).headers["Location"] == f"{PATH}?ajoute=1"
    listed = text_of(person.get(PATH))
    assert "Jo Interne, interne invité" in listed
    assert JO["email"] not in listed
    with opened.installation.database.reading() as session:
        assert len(session.scalars(select(Mail)).all()) == 1
    jo = invited(opened, person).enter()
    assert jo.codes == person.codes
    assert "pas encore venu" not in text_of(person.get(PATH))


def test_who_hands_over_stays_until_the_colleague_comes_and_is_out_then(opened: Opened) -> None:
    person = visitor(opened).enter()
    assert person.send(PATH, **JO, hand_over="1").status_code == 303
    assert person.get("/").status_code == 200
    jo = invited(opened, person).enter()
    assert person.get("/").status_code != 200
    assert jo.get("/").status_code == 200
    assert "Dr MARTIN" not in text_of(jo.get(PATH))


def test_what_cannot_be_used_is_shown_on_its_field_and_nothing_is_stored(opened: Opened) -> None:
    person = visitor(opened).enter()
    before = dump(opened.installation)
    for field, typed in (("email", "jo(at)chu"), ("name", " "), ("function", ""), ("email", "")):
        answer = person.send(PATH, **{**JO, field: typed})
        assert answer.status_code == 422
        assert f'id="e-{field}"' in answer.text
    assert dump(opened.installation) == before


def test_an_address_that_is_known_here_is_refused(opened: Opened) -> None:
    person = visitor(opened).enter()
    person.send(PATH, **JO)
    answer = person.send(PATH, **JO)
    assert answer.status_code == 422
    assert "déjà connue" in text_of(answer)
    assert 'value="Jo Interne"' in answer.text


def test_another_centre_sees_nobody_of_this_one(opened: Opened) -> None:
    visitor(opened).enter().send(PATH, **JO)
    assert "Jo Interne" not in text_of(visitor(opened, 1).enter().get(PATH))


def test_nobody_outside_sees_or_names_anybody(opened: Opened) -> None:
    outside = visitor(opened)
    before = dump(opened.installation)
    assert outside.get(PATH).status_code == 403
    assert outside.client.post(PATH, data=JO).status_code in (400, 403)
    assert dump(opened.installation) == before
