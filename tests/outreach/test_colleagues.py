"""Colleagues: named by a respondent, accepted by coming in within 72 hours, in addition or in their place."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.journal.models import JournalEntry
from app.kernel.actor import Actor
from app.kernel.installation import Installation
from app.outreach import links
from app.outreach.colleagues import MOST_COLLEAGUES, add_colleague, lapse
from app.outreach.delivery import deliver_due
from app.outreach.errors import ColleagueRefused, LinkRefused, NotAMailbox
from app.outreach.models import Respondent
from tests.fixtures.mail import SmtpSink
from tests.outreach.builders import NOW, Town, make_town
from tests.outreach.test_delivery import to_sink

PERSON = Actor("respondent", "Ève Martin", "pharmacienne", "CHU N°1", "e1")
HOURS = timedelta(hours=1)


def named(town: Town, *, hand_over: bool = False, at: int = 0, email: str = "interne@chu.example.org") -> int:
    """A colleague of the first respondent, named at NOW + `at` hours."""
    installation = town.installation
    with installation.database.writing() as session:
        return add_colleague(
            session,
            installation,
            town.respondent(session),
            name="Jo Interne",
            email=email,
            function="interne",
            hand_over=hand_over,
            actor=PERSON,
            now=NOW + at * HOURS,
        ).id


def enter(town: Town, colleague: int, hours: int) -> None:
    """The colleague comes in by their link."""
    installation = town.installation
    with installation.database.writing() as session:
        token = links.token_of(installation.keys, session.get_one(Respondent, colleague).link)
        link = links.find_link(session, installation.keys, token, NOW + hours * HOURS)
        links.enter(session, link, name="Jo Interne", function="interne", now=NOW + hours * HOURS)


def test_a_colleague_gets_a_mail_with_a_link_of_their_own(
    installation: Installation, smtp_sink: SmtpSink
) -> None:
    town = make_town(installation)
    named(town)
    deliver_due(to_sink(installation, smtp_sink), lambda: NOW)
    (message,) = smtp_sink.messages
    body = message.get_body(("plain",))
    assert body is not None
    assert "Dr Ève Martin, du centre CHU N°1, vous a désigné" in body.get_content()
    assert message["To"] == "Jo Interne <interne@chu.example.org>"


def test_an_accepted_colleague_keeps_the_link_and_the_other_stays(installation: Installation) -> None:
    town = make_town(installation)
    colleague = named(town)
    enter(town, colleague, hours=71)
    enter(town, colleague, hours=24 * 30)
    with installation.database.reading() as session:
        assert town.respondent(session).active


def test_after_72_hours_the_link_is_out_and_the_proposal_lapses(installation: Installation) -> None:
    town = make_town(installation)
    colleague = named(town)
    with pytest.raises(LinkRefused):
        enter(town, colleague, hours=72)
    with installation.database.writing() as session:
        assert lapse(session, town.study(session), NOW + 72 * HOURS) == 0
        assert lapse(session, town.study(session), NOW + 73 * HOURS) == 1
    assert named(town, at=80) == colleague
    enter(town, colleague, hours=81)


def test_handing_over_takes_effect_when_the_colleague_comes_in(installation: Installation) -> None:
    town = make_town(installation)
    colleague = named(town, hand_over=True)
    with installation.database.reading() as session:
        assert town.respondent(session).active
    enter(town, colleague, hours=1)
    with installation.database.reading() as session:
        elder = town.respondent(session)
        assert (elder.stop_reason, elder.link.token_hash) == ("handed_over", None)
        entry = session.query(JournalEntry).filter_by(action="respondent.stopped").one()
        assert (entry.actor_name, entry.actor_role) == ("Jo Interne", "interne")


@pytest.mark.parametrize("email", ["pharmacien@centre-1.example.org", "PHARMACIEN@centre-1.example.org"])
def test_somebody_known_already_is_not_asked_again(installation: Installation, email: str) -> None:
    town = make_town(installation)
    with pytest.raises(ColleagueRefused):
        named(town, email=email)


def test_an_address_that_is_none_is_refused(installation: Installation) -> None:
    with pytest.raises(NotAMailbox):
        named(make_town(installation), email="interne")


def test_a_centre_cannot_write_to_half_a_hospital(installation: Installation) -> None:
    town = make_town(installation)
    for number in range(MOST_COLLEAGUES):
        named(town, email=f"interne{number}@chu.example.org")
    with pytest.raises(ColleagueRefused):
        named(town, email="un-de-trop@chu.example.org")
