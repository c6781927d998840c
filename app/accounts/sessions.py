"""Sign-in and the sessions it opens: random tokens kept by their hash, ended here on the server."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from app.accounts.addresses import canonical_email
from app.accounts.errors import BadEmail, LoginRefused
from app.accounts.models import Staff, StaffSession
from app.accounts.passwords import verify_password
from app.accounts.roles import Role
from app.accounts.throttling import assert_calm, forgive, network_of, note_failure
from app.journal.recording import record
from app.kernel.actor import Actor
from app.kernel.vault import Vault

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)


# Built once, and run past the ORM: it is asked at every request.
_HOLDER = (
    select(Staff.id, Staff.email, Staff.role, Staff.must_change_password)
    .join(StaffSession, StaffSession.staff_id == Staff.id)
    .where(
        StaffSession.token_hash == bindparam("token_hash"),
        StaffSession.ended_at.is_(None),
        StaffSession.opened_at > bindparam("oldest"),
        Staff.active,
    )
)


@dataclass(frozen=True)
class SignedIn:
    """A staff session just opened: `token` goes to the browser and is kept nowhere else."""

    staff: Staff
    token: str


@dataclass(frozen=True)
class Holder:
    """Whoever holds a session in force, as far as every request needs it."""

    id: int
    email: str
    role: Role
    must_change_password: bool


def staff_actor(staff: Staff | Holder) -> Actor:
    """This person as the journal names them."""
    return Actor("staff", staff.email, staff.role, "Promoteur", str(staff.id))


def token_hash(token: str) -> str:
    """What is kept of a session token."""
    return hashlib.sha256(token.encode()).hexdigest()


def knows_password(
    session: Session, vault: Vault, *, email: str, password: str, address: str | None, now: datetime
) -> bool:
    """Whether this is the password of an account that may enter: for `sign_in`, and slow on purpose.

    Only reads, so that the hash of a guess never holds up somebody who writes. Unknown addresses cost the same
    time. Raises TooManyFailures.
    """
    canonical = _canonical(email)
    assert_calm(session, *_guesser(vault, canonical, address), now)
    staff = _named(session, canonical)
    return verify_password(staff.password_hash if staff else None, password) and _may_enter(staff, now)


def sign_in(
    session: Session, vault: Vault, *, email: str, proven: bool, address: str | None, now: datetime
) -> SignedIn:
    """Opens a session for whoever is `proven` to know the password.

    Raises LoginRefused (the failure is counted in `session`, which the caller commits all the same) and
    TooManyFailures. Every failure gets the same sentence.
    """
    canonical = _canonical(email)
    mailbox, network = _guesser(vault, canonical, address)
    assert_calm(session, mailbox, network, now)
    staff = _named(session, canonical)
    if staff is None or not proven or not _may_enter(staff, now):
        note_failure(session, mailbox, network, now)
        raise LoginRefused()
    forgive(session, mailbox, network)
    staff.last_signed_in_at = now
    record(
        session,
        actor=staff_actor(staff),
        at=now,
        action="staff.signed_in",
        subject_type="staff",
        subject_id=str(staff.id),
    )
    return open_session(session, staff, now)


def _canonical(email: str) -> str:
    try:
        return canonical_email(email)
    except BadEmail:
        return email.strip().lower()[:254]


def _guesser(vault: Vault, canonical: str, address: str | None) -> tuple[str, str]:
    return vault.index("login", canonical), network_of(address)


def _named(session: Session, canonical: str) -> Staff | None:
    return session.scalar(select(Staff).where(Staff.email == canonical))


def open_session(session: Session, staff: Staff, now: datetime) -> SignedIn:
    """A new session with a new token."""
    token = secrets.token_urlsafe(32)
    session.add(StaffSession(token_hash=token_hash(token), staff_id=staff.id, opened_at=now))
    session.flush()
    return SignedIn(staff, token)


def holder_of(session: Session, token: str, now: datetime) -> Holder | None:
    """Who holds this token, or None when the session was ended, is too old, or never was."""
    wanted = {"token_hash": token_hash(token), "oldest": now - ABSOLUTE}
    session.flush()
    found = session.connection().execute(_HOLDER, wanted).first()
    return Holder(*found) if found else None


def sign_out(session: Session, token: str, now: datetime) -> None:
    """Ends this one session."""
    session.execute(
        update(StaffSession)
        .where(StaffSession.token_hash == token_hash(token), StaffSession.ended_at.is_(None))
        .values(ended_at=now, end_reason="signed_out")
    )


def end_sessions(session: Session, staff: Staff, reason: str, now: datetime) -> None:
    """Ends every session of this person at once, wherever it is open."""
    session.execute(
        update(StaffSession)
        .where(StaffSession.staff_id == staff.id, StaffSession.ended_at.is_(None))
        .values(ended_at=now, end_reason=reason)
    )


def _may_enter(staff: Staff | None, now: datetime) -> bool:
    if staff is None or not staff.active:
        return False
    return staff.one_time_until is None or now < staff.one_time_until
