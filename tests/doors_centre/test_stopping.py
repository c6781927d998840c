"""Leaving in two clicks from the door, and stopping the mails in one, without a session."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.journal.models import JournalEntry
from app.outreach.models import Respondent
from app.outreach.unsubscribing import unsubscribe_token
from tests.doors_centre.builders import Visitor, text_of, visitor
from tests.doors_centre.dumping import dump
from tests.fixtures.studies import Opened


def reason(opened: Opened) -> str | None:
    """Why the respondent is not written to any more; None while they are."""
    with opened.installation.database.reading() as session:
        return session.scalars(select(Respondent.stop_reason)).one()


@pytest.mark.parametrize("why", ["wrong_address", "left"])
@pytest.mark.parametrize("inside", [False, True])
def test_two_clicks_from_the_door_or_from_within_end_the_link(opened: Opened, why: str, inside: bool) -> None:
    person = visitor(opened)
    if inside:
        person.enter()
        assert 'href="/pas-pour-moi"' in person.get("/").text
    else:
        person.send(f"/r/{person.token}")
        assert 'href="/pas-pour-moi"' in person.get("/entrer").text
    before = dump(opened.installation)
    back = "/" if inside else "/entrer"
    assert f'href="{back}">Revenir' in person.get("/pas-pour-moi").text
    assert dump(opened.installation) == before
    assert person.send("/pas-pour-moi", why=why).status_code == 200
    assert reason(opened) == why
    with opened.installation.database.reading() as session:
        who = session.scalars(select(JournalEntry.actor_name).order_by(JournalEntry.seq.desc())).first()
    assert who == ("Dr MARTIN" if inside else "destinataire du lien")
    assert person.get("/").status_code == 403
    assert person.get(f"/r/{person.token}").status_code in (404, 410)


def test_a_mail_client_stops_the_mails_in_one_click_and_the_link_goes_on_working(opened: Opened) -> None:
    person = visitor(opened)
    with opened.installation.database.reading() as session:
        token = unsubscribe_token(opened.installation.keys, session.scalars(select(Respondent.id)).one())
    address, before = f"/desinscription/{token}", dump(opened.installation)
    assert "<button" in person.get(address).text
    assert dump(opened.installation) == before
    stranger = Visitor(person.client.application.test_client(use_cookies=False), "")
    answer = stranger.client.post(address, data={"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, reason(opened)) == (200, "unsubscribed")
    assert "courriel" in text_of(answer)
    assert stranger.client.post(address, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert stranger.client.post("/desinscription/1-nobody").status_code >= 400
    assert person.enter().codes
