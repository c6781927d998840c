"""Adding staff, changing their roles and passwords. Every change is journalled and ends their sessions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import get_args

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.addresses import canonical_email
from app.accounts.errors import (
    LastManager,
    OwnAccount,
    StaffExists,
    UnknownRole,
    UnknownStaff,
    WeakPassword,
    WrongPassword,
)
from app.accounts.models import Staff
from app.accounts.passwords import assert_strong, hash_password, one_time_password, verify_password
from app.accounts.roles import ROLES, Role
from app.accounts.sessions import SignedIn, end_sessions, open_session, staff_actor
from app.journal.recording import record
from app.kernel.actor import Actor

ONE_TIME_LASTS = timedelta(days=7)


@dataclass(frozen=True)
class NewStaff:
    """An account with its one-time password, shown once and kept only as a hash."""

    staff: Staff
    password: str


def add_staff(session: Session, *, email: str, role: str, actor: Actor, now: datetime) -> NewStaff:
    """A new account, whose one-time password must be changed at the first sign-in.

    Raises BadEmail, UnknownRole, StaffExists.
    """
    canonical, password = canonical_email(email), one_time_password()
    staff = Staff(
        email=canonical,
        password_hash=hash_password(password),
        role=_role(role),
        active=True,
        must_change_password=True,
        one_time_until=now + ONE_TIME_LASTS,
        added_at=now,
    )
    # The database says whether the address is taken: two managers may add the same person at the same moment.
    try:
        with session.begin_nested():
            session.add(staff)
    except IntegrityError:
        raise StaffExists(email=canonical) from None
    _journal(session, staff, "staff.added", actor, now, field="role", new=staff.role)
    return NewStaff(staff, password)


def list_staff(session: Session) -> Sequence[Staff]:
    """Every account, active ones first, then by address."""
    return session.scalars(select(Staff).order_by(Staff.active.desc(), Staff.email)).all()


def find_staff(session: Session, staff_id: int) -> Staff:
    """The account of this number. Raises UnknownStaff."""
    staff = session.get(Staff, staff_id)
    if staff is None:
        raise UnknownStaff()
    return staff


def change_role(session: Session, staff: Staff, role: str, *, actor: Actor, now: datetime) -> None:
    """Gives another role and ends the sessions opened under the old one. Raises OwnAccount, LastManager."""
    _assert_other(staff, actor)
    wanted, before = _role(role), staff.role
    if wanted == before:
        return
    if wanted != "manager":
        _assert_not_last_manager(session, staff)
    staff.role = wanted
    end_sessions(session, staff, "role", now)
    _journal(session, staff, "staff.role_changed", actor, now, field="role", old=before, new=wanted)


def set_active(session: Session, staff: Staff, active: bool, *, actor: Actor, now: datetime) -> None:
    """Disables an account (its sessions end now) or enables it again. Raises OwnAccount, LastManager."""
    _assert_other(staff, actor)
    if active == staff.active:
        return
    if not active:
        _assert_not_last_manager(session, staff)
        end_sessions(session, staff, "disabled", now)
    staff.active = active
    _journal(session, staff, "staff.enabled" if active else "staff.disabled", actor, now)


def renew_password(session: Session, staff: Staff, *, actor: Actor, now: datetime) -> NewStaff:
    """A fresh one-time password for somebody who lost theirs. Raises OwnAccount."""
    _assert_other(staff, actor)
    password = one_time_password()
    staff.password_hash = hash_password(password)
    staff.must_change_password = True
    staff.one_time_until = now + ONE_TIME_LASTS
    end_sessions(session, staff, "password", now)
    _journal(session, staff, "staff.password_renewed", actor, now)
    return NewStaff(staff, password)


def change_password(
    session: Session, staff: Staff, *, current: str, new: str, own_words: Iterable[str], now: datetime
) -> SignedIn:
    """The person's own change: every session of theirs ends, and a new one is opened in its place.

    Raises WrongPassword, WeakPassword.
    """
    if not verify_password(staff.password_hash, current):
        raise WrongPassword()
    assert_strong(new, (*own_words, staff.email))
    if verify_password(staff.password_hash, new):
        raise WeakPassword(why_fr="c’est encore le même.", why_en="it is still the same one.")
    staff.password_hash = hash_password(new)
    staff.must_change_password = False
    staff.one_time_until = None
    end_sessions(session, staff, "password", now)
    _journal(session, staff, "staff.password_changed", staff_actor(staff), now)
    return open_session(session, staff, now)


def _role(role: str) -> Role:
    for known in get_args(Role):
        if known == role:
            return known  # type: ignore[no-any-return]  # get_args gives the literals untyped
    raise UnknownRole(role=role, roles=", ".join(ROLES))


def _assert_other(staff: Staff, actor: Actor) -> None:
    if actor.kind == "staff" and actor.ref == str(staff.id):
        raise OwnAccount()


def _assert_not_last_manager(session: Session, staff: Staff) -> None:
    # All managers are held, in one order, until this transaction ends: two who demote each other would both see the
    # other one still there.
    managers = (
        select(Staff.id).where(Staff.role == "manager", Staff.active).order_by(Staff.id).with_for_update()
    )
    if set(session.scalars(managers)) == {staff.id}:
        raise LastManager()


def _journal(
    session: Session,
    staff: Staff,
    action: str,
    actor: Actor,
    now: datetime,
    *,
    field: str | None = None,
    old: str | None = None,
    new: str | None = None,
) -> None:
    record(
        session,
        actor=actor,
        at=now,
        action=action,
        subject_type="staff",
        subject_id=str(staff.id),
        field=field,
        old=old,
        new=new,
    )
