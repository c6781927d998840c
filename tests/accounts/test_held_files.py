"""Files awaiting a confirmation: for one session, study and purpose, never under the name they came with."""

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.errors import FileRefused, HeldFileGone
from app.accounts.held_files import LARGEST, LASTS, held_file, held_path, hold, release
from app.accounts.identities import identities_shown, show_identities
from app.accounts.models import HeldFile
from app.accounts.sessions import open_session
from app.commands.working import forget_uploads
from app.kernel.actor import Actor
from app.kernel.installation import Installation
from tests.accounts.builders import settled_staff


def keep(
    installation: Installation, session: Session, token: str, now: datetime, name: str = "liste.csv"
) -> HeldFile:
    """A small list held for `token`."""
    return hold(
        session,
        installation.settings.home,
        token=token,
        study="calci_sts",
        purpose="list",
        name=name,
        content=b"NUM;ETAB\n1;CHU\n",
        now=now,
    )


def token_for(session: Session, email: str, command: Actor, now: datetime) -> str:
    """A session of somebody."""
    return open_session(session, settled_staff(session, email, "manager", now=now), now).token


def test_file_is_kept_under_a_random_name_readable_by_nobody_else(
    installation: Installation, command: Actor, now: datetime
) -> None:
    with installation.database.writing() as session:
        held = keep(
            installation, session, token_for(session, "a@example.org", command, now), now, "../../évasion.csv"
        )
        path = held_path(installation.settings.home, held)
        assert path.parent == installation.settings.home / "held"
        assert path.name == f"{held.id}.csv"
        assert path.stat().st_mode & 0o077 == 0
        assert held.name == "évasion.csv"


def test_only_the_session_that_uploaded_it_finds_it(
    installation: Installation, command: Actor, now: datetime
) -> None:
    with installation.database.writing() as session:
        mine = token_for(session, "a@example.org", command, now)
        theirs = token_for(session, "b@example.org", command, now)
        held = keep(installation, session, mine, now)
        found = held_file(session, held.id, token=mine, study="calci_sts", purpose="list", now=now)
        assert found is held
        for token, study, purpose, at in (
            (theirs, "calci_sts", "list", now),
            (mine, "cmv_mbv", "list", now),
            (mine, "calci_sts", "respondents", now),
            (mine, "calci_sts", "list", now + LASTS),
        ):
            with pytest.raises(HeldFileGone):
                held_file(session, held.id, token=token, study=study, purpose=purpose, now=at)


def test_released_expired_and_stray_files_leave_no_bytes(
    installation: Installation, command: Actor, now: datetime
) -> None:
    home = installation.settings.home
    with installation.database.writing() as session:
        token = token_for(session, "a@example.org", command, now)
        first, second = keep(installation, session, token, now), keep(installation, session, token, now)
        release(session, home, first)
        assert not held_path(home, first).exists()
        waiting, stray = held_path(home, second), home / "held" / "interrupted.csv"
        stray.write_bytes(b"NUM\n")
    _written_at(now, waiting, stray)
    assert forget_uploads(installation, lambda: now + LASTS - timedelta(seconds=1)) == 0
    assert forget_uploads(installation, lambda: now + LASTS) == 2
    assert list((home / "held").iterdir()) == []
    with installation.database.reading() as session:
        assert session.scalars(select(HeldFile)).all() == []


def _written_at(moment: datetime, *paths: Path) -> None:
    for path in paths:
        os.utime(path, (moment.timestamp(), moment.timestamp()))


@pytest.mark.parametrize(
    ("name", "content"),
    [("liste.csv", b""), ("liste.exe", b"MZ"), ("liste", b"x"), ("liste.csv", b"x" * (LARGEST + 1))],
)
def test_empty_oversized_or_unexpected_file_is_refused(
    installation: Installation, command: Actor, now: datetime, name: str, content: bytes
) -> None:
    with installation.database.writing() as session:
        token = token_for(session, "a@example.org", command, now)
        with pytest.raises(FileRefused):
            hold(
                session,
                installation.settings.home,
                token=token,
                study="calci_sts",
                purpose="list",
                name=name,
                content=content,
                now=now,
            )


def test_identities_are_shown_to_the_session_and_study_that_asked(
    installation: Installation, command: Actor, now: datetime
) -> None:
    with installation.database.writing() as session:
        staff = settled_staff(session, "a@example.org", "manager", now=now)
        mine, other = open_session(session, staff, now).token, open_session(session, staff, now).token
        assert not identities_shown(session, token=mine, study="calci_sts")
        show_identities(session, staff, token=mine, study="calci_sts", now=now)
        show_identities(session, staff, token=mine, study="calci_sts", now=now)
        assert identities_shown(session, token=mine, study="calci_sts")
        assert not identities_shown(session, token=mine, study="cmv_mbv")
        assert not identities_shown(session, token=other, study="calci_sts")
