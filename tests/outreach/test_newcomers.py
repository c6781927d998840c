"""A person whom nobody invited comes in by a link: its respondent is told, seldom and without harm."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.kernel.installation import Installation
from app.outreach.delivery import deliver_due
from app.outreach.links import actor_of, enter
from app.outreach.models import Mail
from app.outreach.newcomers import MOST_MAILS, tell_newcomer
from tests.fixtures.mail import SmtpSink
from tests.outreach.builders import NOW, Town, make_town
from tests.outreach.test_delivery import to_sink


def come(
    installation: Installation, town: Town, name: str, days: float = 0, function: str = "interne"
) -> bool:
    """Somebody of that name comes in by the first respondent's link; whether a mail was queued."""
    at = NOW + timedelta(days=days)
    with installation.database.writing() as session:
        link = town.respondent(session).link
        entry = enter(session, link, name=name, function=function, now=at)
        actor = actor_of(entry, link.respondent)
        return tell_newcomer(session, installation.vault, entry, actor=actor, now=at)


@pytest.mark.parametrize("name", ["Dr Ève Martin", "eve MARTIN", "Martin", "Pr Jo Collègue"])
def test_nobody_is_told_of_somebody_who_was_invited(installation: Installation, name: str) -> None:
    town = make_town(installation)
    with installation.database.writing() as session:
        town.add(session, town.centres[0], "jo@example.org", name="Jo Collègue")
    assert not come(installation, town, name)


def test_a_newcomer_is_told_once_by_name_and_the_mails_are_capped(
    installation: Installation, smtp_sink: SmtpSink
) -> None:
    town = make_town(installation)
    assert come(installation, town, "Jeanne Petit")
    assert not come(installation, town, "Jeanne Petit")  # has come before
    assert not come(installation, town, "Léo Grand")  # the waiting mail tells of him too
    assert deliver_due(to_sink(installation, smtp_sink), lambda: NOW + timedelta(hours=1)).sent == 1
    told = str(smtp_sink.messages[0].get_body(("plain",)).get_content())  # type: ignore[union-attr]
    assert "Jeanne Petit (interne), Léo Grand (interne)" in " ".join(told.split())
    queued = [come(installation, town, f"Autre {letter * 4}", days) for days, letter in enumerate("abcd", 40)]
    assert sum(queued) == 1  # waits for the first to leave
    for days in range(50, 50 + 5):
        deliver_due(to_sink(installation, smtp_sink), lambda at=NOW + timedelta(days=days): at)
        come(installation, town, f"Encore {chr(64 + days) * 4}", days)
    with installation.database.reading() as session:
        assert len(session.scalars(select(Mail).where(Mail.kind == "newcomer")).all()) == MOST_MAILS


@pytest.mark.parametrize("name", ["Voir www.piege.example", "http://piege.example", "a@b.example", "x" * 80])
def test_a_mail_repeats_no_address_that_somebody_typed_as_a_name(
    installation: Installation, smtp_sink: SmtpSink, name: str
) -> None:
    town = make_town(installation)
    assert come(installation, town, name)
    deliver_due(to_sink(installation, smtp_sink), lambda: NOW)
    content = smtp_sink.messages[0].as_string()
    assert "piege" not in content
    assert "b.example" not in content
    assert "Elle a indiqu" not in content
