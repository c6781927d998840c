"""Links: derived from a key, found by hash, revoked by generation, and the same refusal for every bad token."""

from __future__ import annotations

import ast
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.journal.models import JournalEntry
from app.kernel.installation import Installation
from app.kernel.keys import Keys
from app.outreach import links
from app.outreach.errors import LinkRefused, PersonUnnamed
from app.outreach.models import Link
from app.outreach.people import known_people, stop
from tests.outreach.builders import DESK, NOW, make_town


def test_a_token_opens_the_link_it_was_made_for(installation: Installation) -> None:
    town = make_town(installation, centres=2)
    with installation.database.reading() as session:
        made = town.respondent(session, 1).link
        found = links.find_link(session, installation.keys, links.token_of(installation.keys, made), NOW)
        assert found.respondent_id == town.respondents[1]


def test_tokens_are_32_plain_characters_and_never_meet() -> None:
    keys = Keys.make()
    tokens = {
        links.token_of(keys, Link(id=f"{number:032x}", generation=generation))
        for number in range(5_000)
        for generation in (1, 2)
    }
    assert len(tokens) == 10_000
    assert all(len(token) == 32 and set(token) <= set("abcdefghijklmnopqrstuvwxyz234567") for token in tokens)


@pytest.mark.parametrize("token", ["", "x", "a" * 32, "é" * 32, "\0", "../r", "\ud800"])
def test_a_made_up_token_is_refused(installation: Installation, token: str) -> None:
    make_town(installation)
    with installation.database.reading() as session, pytest.raises(LinkRefused):
        links.find_link(session, installation.keys, token, NOW)


def test_unknown_expired_and_revoked_are_refused_in_the_same_words(installation: Installation) -> None:
    town = make_town(installation, centres=3)
    with installation.database.writing() as session:
        revoked, expired = town.respondent(session, 0).link, town.respondent(session, 1).link
        tokens = [links.token_of(installation.keys, one) for one in (revoked, expired)] + ["a" * 32]
        links.revoke(session, revoked, actor=DESK, now=NOW)
        expired.expires_at = NOW
    refusals = []
    with installation.database.reading() as session:
        for token in tokens:
            with pytest.raises(LinkRefused) as refusal:
                links.find_link(session, installation.keys, token, NOW)
            refusals.append((refusal.value.code, refusal.value.status, refusal.value.message("fr")))
    assert len(set(refusals)) == 1


def test_revoking_ends_whoever_is_inside_and_reissuing_gives_another_token(
    installation: Installation,
) -> None:
    town = make_town(installation)
    with installation.database.writing() as session:
        link = town.respondent(session).link
        before = links.token_of(installation.keys, link)
        entry = links.enter(session, link, name="Ève Martin", function="pharmacienne", now=NOW)
        links.revoke(session, link, actor=DESK, now=NOW)
        with pytest.raises(LinkRefused):
            links.entry_in_force(session.connection(), entry.id, NOW)
        links.reissue(session, installation.keys, link, actor=DESK, now=NOW)
        after = links.token_of(installation.keys, link)
        assert links.find_link(session, installation.keys, after, NOW) is link
        with pytest.raises(LinkRefused):
            links.find_link(session, installation.keys, before, NOW)
        with pytest.raises(LinkRefused):
            links.entry_in_force(session.connection(), entry.id, NOW)


def test_another_installations_key_opens_nothing(installation: Installation) -> None:
    town = make_town(installation)
    other = replace(installation.keys, link=b"\1" * 32)
    with installation.database.reading() as session:
        token = links.token_of(installation.keys, town.respondent(session).link)
        with pytest.raises(LinkRefused):
            links.find_link(session, other, token, NOW)


@pytest.mark.parametrize(("name", "function"), [("", "pharmacien"), ("Ève", "  "), ("x" * 201, "y")])
def test_nobody_enters_without_a_name_and_a_function(
    installation: Installation, name: str, function: str
) -> None:
    town = make_town(installation)
    with installation.database.writing() as session, pytest.raises(PersonUnnamed):
        links.enter(session, town.respondent(session).link, name=name, function=function, now=NOW)


def test_people_who_entered_are_offered_to_the_next(installation: Installation) -> None:
    town = make_town(installation)
    with installation.database.writing() as session:
        link = town.respondent(session).link
        for name in ("Interne Un", "Interne Un", "Dr Ève Martin"):
            links.enter(session, link, name=name, function="pharmacien", now=NOW)
        assert known_people(session, installation.vault, link) == [
            ("Dr Ève Martin", "pharmacien"),
            ("Interne Un", "pharmacien"),
        ]


def test_the_list_of_links_has_every_link_in_force_and_is_journalled(installation: Installation) -> None:
    town = make_town(installation, centres=3)
    with installation.database.writing() as session:
        stop(session, town.respondent(session, 1), "left", actor=DESK, now=NOW)
        listed = links.list_links(session, installation, town.study(session), actor=DESK, now=NOW)
    assert [line.centre for line in listed] == ["CHU N°1", "CHU N°3"]
    assert listed[0].courriel == "pharmacien@centre-1.example.org"
    with installation.database.reading() as session:
        token = listed[1].url.removeprefix(f"{installation.settings.public_url}/r/")
        assert links.find_link(session, installation.keys, token, NOW).respondent_id == town.respondents[2]
        assert "links.listed" in session.scalars(select(JournalEntry.action)).all()


def test_a_link_lasts_until_its_expiry(installation: Installation) -> None:
    town = make_town(installation)
    with installation.database.writing() as session:
        link = town.respondent(session).link
        link.expires_at = NOW + timedelta(hours=72)
        token = links.token_of(installation.keys, link)
        assert links.find_link(session, installation.keys, token, NOW + timedelta(hours=71)) is link
        with pytest.raises(LinkRefused):
            links.link_in_force(session, link.id, 1, NOW + timedelta(hours=73))


def test_no_module_of_the_room_knows_the_random_module() -> None:
    for path in Path("app/outreach").glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        named = {
            alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
        }
        named |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
        assert "random" not in named, path
