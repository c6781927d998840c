"""Accounts: added once, changed by somebody else, every change in the journal and the end of sessions."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.errors import (
    BadEmail,
    LastManager,
    LoginRefused,
    OwnAccount,
    StaffExists,
    UnknownRole,
    WeakPassword,
    WrongPassword,
)
from app.accounts.models import Staff
from app.accounts.sessions import holder_of, staff_actor
from app.accounts.staff import add_staff, change_password, change_role, renew_password, set_active
from app.journal.models import JournalEntry
from app.kernel.actor import Actor
from app.kernel.installation import Installation
from tests.accounts.builders import PASSWORD, enter, settled_staff
from tests.fixtures.racing import second_of_two


def test_fresh_installation_has_no_account(installation: Installation) -> None:
    with installation.database.reading() as session:
        assert session.scalars(select(Staff)).all() == []


def test_one_time_password_opens_an_account_that_must_change_it(
    installation: Installation, command: Actor, now: datetime
) -> None:
    with installation.database.writing() as session:
        new = add_staff(session, email=" Claire@Example.ORG ", role="manager", actor=command, now=now)
        signed = enter(installation, session, now, email="claire@example.org", password=new.password)
        assert new.staff.email == "claire@example.org"
        assert signed.staff.must_change_password


def test_one_time_password_dies_after_a_week(
    installation: Installation, command: Actor, now: datetime
) -> None:
    with installation.database.writing() as session:
        new = add_staff(session, email="claire@example.org", role="reader", actor=command, now=now)
        with pytest.raises(LoginRefused):
            enter(
                installation,
                session,
                now + timedelta(days=7),
                email="claire@example.org",
                password=new.password,
            )


@pytest.mark.parametrize("twin", ["claire@example.org", "CLAIRE@EXAMPLE.ORG", "Claire@example.org"])
def test_twin_address_is_refused(
    installation: Installation, command: Actor, now: datetime, twin: str
) -> None:
    with installation.database.writing() as session:
        add_staff(session, email="claire@example.org", role="reader", actor=command, now=now)
        with pytest.raises(StaffExists):
            add_staff(session, email=twin, role="manager", actor=command, now=now)


@pytest.mark.parametrize(
    "bad", ["claıre@example.org", "claire", "a b@example.org", "claire@exam\nple.org", ""]
)
def test_address_that_is_none_or_looks_like_another_is_refused(
    installation: Installation, command: Actor, now: datetime, bad: str
) -> None:
    with installation.database.writing() as session, pytest.raises(BadEmail):
        add_staff(session, email=bad, role="reader", actor=command, now=now)


def test_unknown_role_is_refused(installation: Installation, command: Actor, now: datetime) -> None:
    with installation.database.writing() as session, pytest.raises(UnknownRole):
        add_staff(session, email="claire@example.org", role="admin", actor=command, now=now)


Change = Callable[..., object]


@pytest.mark.parametrize(
    ("change", "action"),
    [
        (lambda s, who, **k: change_role(s, who, "reader", **k), "staff.role_changed"),
        (lambda s, who, **k: set_active(s, who, False, **k), "staff.disabled"),
        (lambda s, who, **k: renew_password(s, who, **k), "staff.password_renewed"),
    ],
)
def test_change_of_rights_ends_sessions_at_once_and_is_journalled(
    installation: Installation, command: Actor, now: datetime, change: Change, action: str
) -> None:
    with installation.database.writing() as session:
        settled_staff(session, "boss@example.org", "manager", now=now)
        who = settled_staff(session, "claire@example.org", "manager", now=now)
        signed = enter(installation, session, now, email=who.email)
        assert holder_of(session, signed.token, now)
        change(session, who, actor=command, now=now)
        assert holder_of(session, signed.token, now) is None
    with installation.database.reading() as session:
        assert action in session.scalars(select(JournalEntry.action)).all()


def test_nobody_changes_their_own_rights(installation: Installation, command: Actor, now: datetime) -> None:
    with installation.database.writing() as session:
        settled_staff(session, "boss@example.org", "manager", now=now)
        who = settled_staff(session, "claire@example.org", "manager", now=now)
        me = staff_actor(who)
        with pytest.raises(OwnAccount):
            change_role(session, who, "reader", actor=me, now=now)
        with pytest.raises(OwnAccount):
            set_active(session, who, False, actor=me, now=now)
        with pytest.raises(OwnAccount):
            renew_password(session, who, actor=me, now=now)


def test_last_active_manager_stays(installation: Installation, command: Actor, now: datetime) -> None:
    with installation.database.writing() as session:
        who = settled_staff(session, "claire@example.org", "manager", now=now)
        settled_staff(session, "reader@example.org", "reader", now=now)
        with pytest.raises(LastManager):
            change_role(session, who, "reader", actor=command, now=now)
        with pytest.raises(LastManager):
            set_active(session, who, False, actor=command, now=now)


def test_own_change_of_password_ends_every_session_and_opens_a_new_one(
    installation: Installation, command: Actor, now: datetime
) -> None:
    with installation.database.writing() as session:
        who = settled_staff(session, "claire@example.org", "reader", now=now)
        before = enter(installation, session, now, email=who.email)
        after = change_password(
            session, who, current=PASSWORD, new="une autre phrase bien longue", own_words=(), now=now
        )
        assert holder_of(session, before.token, now) is None
        assert holder_of(session, after.token, now)


@pytest.mark.parametrize(
    ("current", "new", "refusal"),
    [
        ("not this one, surely", "une autre phrase bien longue", WrongPassword),
        (PASSWORD, "trop court", WeakPassword),
        (PASSWORD, PASSWORD, WeakPassword),
    ],
)
def test_change_of_password_is_refused(
    installation: Installation,
    command: Actor,
    now: datetime,
    current: str,
    new: str,
    refusal: type[Exception],
) -> None:
    with installation.database.writing() as session:
        who = settled_staff(session, "claire@example.org", "reader", now=now)
        with pytest.raises(refusal):
            change_password(session, who, current=current, new=new, own_words=(), now=now)


def test_two_managers_cannot_demote_each_other_at_the_same_moment(installation: Installation, now: datetime) -> None:
    with installation.database.writing() as session:
        one, two = (settled_staff(session, f"{name}@example.org", "manager", now=now).id for name in ("a", "b"))

    def demoting(whom: int, by: int) -> Callable[[Session], object]:
        return lambda session: change_role(
            session, session.get_one(Staff, whom), "reader", actor=staff_actor(session.get_one(Staff, by)), now=now
        )

    refused = second_of_two(installation.database, demoting(one, two), demoting(two, one))
    assert isinstance(refused, LastManager)
    with installation.database.reading() as session:
        assert session.scalars(select(Staff.id).where(Staff.role == "manager")).all() == [two]


def test_an_account_added_twice_at_the_same_moment_is_refused_once(
    installation: Installation, command: Actor, now: datetime
) -> None:
    def adding(session: Session) -> None:
        add_staff(session, email="a@example.org", role="reader", actor=command, now=now)

    assert isinstance(second_of_two(installation.database, adding, adding), StaffExists)
