"""Sign-in: one answer for every failure, a brake on guessing, and sessions that end when they should."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.accounts.errors import LoginRefused, TooManyFailures
from app.accounts.models import LoginFailure, StaffSession
from app.accounts.sessions import ABSOLUTE, holder_of, sign_out
from app.accounts.staff import set_active
from app.accounts.throttling import LIMIT_PAIR, WINDOW, network_of
from app.kernel.actor import Actor
from app.kernel.installation import Installation
from tests.accounts.builders import PASSWORD, enter, settled_staff

EMAIL = "claire@example.org"


def test_wrong_unknown_and_disabled_get_the_same_sentence(
    installation: Installation, command: Actor, now: datetime
) -> None:
    sentences = set()
    with installation.database.writing() as session:
        settled_staff(session, "boss@example.org", "manager", now=now)
        settled_staff(session, EMAIL, "manager", now=now)
        gone = settled_staff(session, "gone@example.org", "reader", now=now)
        set_active(session, gone, False, actor=command, now=now)
        for email, password in (
            (EMAIL, "wrong"),
            ("who@example.org", PASSWORD),
            (gone.email, PASSWORD),
            ("", ""),
        ):
            with pytest.raises(LoginRefused) as refused:
                enter(installation, session, now, email=email, password=password)
            sentences.add(refused.value.message("fr"))
    assert len(sentences) == 1


def test_guessing_is_braked_even_for_the_right_password_and_the_brake_lets_go(
    installation: Installation, command: Actor, now: datetime
) -> None:
    with installation.database.writing() as session:
        settled_staff(session, EMAIL, "reader", now=now)
        for _ in range(LIMIT_PAIR):
            with pytest.raises(LoginRefused):
                enter(installation, session, now, email=EMAIL, password="wrong")
        with pytest.raises(TooManyFailures):
            enter(installation, session, now, email=EMAIL)
        assert enter(installation, session, now, email=EMAIL, address="198.51.100.1").staff.email == EMAIL
        assert enter(installation, session, now + WINDOW, email=EMAIL, address="192.0.2.7").staff.email == EMAIL


def test_unknown_addresses_are_braked_like_known_ones(installation: Installation, now: datetime) -> None:
    with installation.database.writing() as session:
        for _ in range(LIMIT_PAIR):
            with pytest.raises(LoginRefused):
                enter(installation, session, now, email="nobody@example.org")
        with pytest.raises(TooManyFailures):
            enter(installation, session, now, email="nobody@example.org")


def test_a_colleague_behind_the_same_address_still_enters(
    installation: Installation, command: Actor, now: datetime
) -> None:
    with installation.database.writing() as session:
        settled_staff(session, EMAIL, "reader", now=now)
        for _ in range(LIMIT_PAIR):
            with pytest.raises(LoginRefused):
                enter(installation, session, now, email="other@example.org")
        assert enter(installation, session, now, email=EMAIL).staff.email == EMAIL


def test_success_forgives_and_old_failures_are_forgotten(
    installation: Installation, command: Actor, now: datetime
) -> None:
    with installation.database.writing() as session:
        settled_staff(session, EMAIL, "reader", now=now)
        with pytest.raises(LoginRefused):
            enter(installation, session, now, email=EMAIL, password="wrong")
        enter(installation, session, now, email=EMAIL)
        assert session.scalar(select(func.count()).select_from(LoginFailure)) == 0
        with pytest.raises(LoginRefused):
            enter(installation, session, now, email=EMAIL, password="wrong")
        with pytest.raises(LoginRefused):
            enter(installation, session, now + timedelta(days=2), email=EMAIL, password="wrong")
        assert session.scalar(select(func.count()).select_from(LoginFailure)) == 1


def test_token_is_kept_only_as_a_hash(installation: Installation, command: Actor, now: datetime) -> None:
    with installation.database.writing() as session:
        settled_staff(session, EMAIL, "reader", now=now)
        signed = enter(installation, session, now, email=EMAIL)
        kept = session.scalars(select(StaffSession.token_hash)).all()
        assert signed.token not in kept
        assert len(kept[0]) == 64


def test_each_sign_in_has_a_new_token(installation: Installation, command: Actor, now: datetime) -> None:
    with installation.database.writing() as session:
        settled_staff(session, EMAIL, "reader", now=now)
        assert enter(installation, session, now, email=EMAIL).token != enter(installation, session, now, email=EMAIL).token


def test_session_ends_at_sign_out_and_after_twelve_hours(
    installation: Installation, command: Actor, now: datetime
) -> None:
    with installation.database.writing() as session:
        settled_staff(session, EMAIL, "reader", now=now)
        first, second = enter(installation, session, now, email=EMAIL), enter(installation, session, now, email=EMAIL)
        sign_out(session, first.token, now)
        assert holder_of(session, first.token, now) is None
        assert holder_of(session, second.token, now + ABSOLUTE - timedelta(seconds=1)) is not None
        assert holder_of(session, second.token, now + ABSOLUTE) is None


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2ff::1", "2001:db8:1:200::/56"),
        (None, "unknown"),
        ("not an address", "unknown"),
    ],
)
def test_network_leaves_out_what_a_guesser_changes_cheaply(address: str | None, network: str) -> None:
    assert network_of(address) == network
