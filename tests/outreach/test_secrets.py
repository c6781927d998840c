"""No token anywhere but in the mails: a canary over every file of the home, the database and the log."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from app.kernel.installation import Installation
from app.outreach import links
from app.outreach.delivery import deliver_due
from app.outreach.inviting import invite
from app.outreach.models import Mail
from app.outreach.unsubscribing import unsubscribe_token
from tests.outreach.builders import DESK, NOW, make_town


def everything_stored(installation: Installation) -> bytes:
    """Every cell of every table, and on SQLite the bytes of its files with the write-ahead log."""
    database = installation.database
    found: list[bytes] = []
    with database.engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            for row in connection.execute(text(f'SELECT * FROM "{table}"')):
                found += [cell if isinstance(cell, bytes) else str(cell).encode() for cell in row]
    path = database.engine.url.database
    if database.is_sqlite and path:
        found += [file.read_bytes() for file in Path(path).parent.glob(f"{Path(path).name}*")]
    return b"\n".join(found)


def test_fifty_links_used_end_to_end_leave_no_token_behind(
    installation: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    town = make_town(installation, centres=50)
    with installation.database.writing() as session:
        invite(session, installation, town.study(session), actor=DESK, now=NOW)
    deliver_due(installation, lambda: NOW)
    tokens = []
    with installation.database.writing() as session:
        for line in links.list_links(session, installation, town.study(session), actor=DESK, now=NOW):
            tokens.append(line.url.rsplit("/", 1)[1])
            link = links.find_link(session, installation.keys, tokens[-1], NOW)
            links.enter(session, link, name="Ève", function="pharmacienne", now=NOW)
    tokens += [unsubscribe_token(installation.keys, one) for one in town.respondents]
    stored = everything_stored(installation) + caplog.text.encode()
    mailed = b"".join(path.read_bytes() for path in (installation.settings.home / "mail").iterdir())
    assert len(tokens) == 100
    assert all(token.encode() not in stored for token in tokens)
    assert all(token.encode() in mailed.replace(b"=\r\n", b"") for token in tokens), "the canary is blind"


def test_no_name_and_no_address_lies_open_in_the_database(installation: Installation) -> None:
    town = make_town(installation, centres=2)
    with installation.database.writing() as session:
        invite(session, installation, town.study(session), actor=DESK, now=NOW)
    deliver_due(installation, lambda: NOW)
    stored = everything_stored(installation)
    for secret in ("Ève Martin", "pharmacien@centre-1", "centre-1.example.org"):
        assert secret.encode() not in stored
    with installation.database.reading() as session:
        assert session.query(Mail).count() == 2
