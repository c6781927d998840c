"""Staff for tests, with a password that is already their own."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.models import Staff
from app.accounts.passwords import hash_password
from app.accounts.sessions import SignedIn, knows_password, sign_in
from app.kernel.installation import Installation

PASSWORD = "le chat dort sur le radiateur"
_HASH = hash_password(PASSWORD)


def settled_staff(session: Session, email: str, role: str, *, now: datetime) -> Staff:
    """An account that has left its one-time password behind."""
    staff = Staff(
        email=email,
        password_hash=_HASH,
        role=role,
        active=True,
        must_change_password=False,
        one_time_until=None,
        added_at=now,
    )
    session.add(staff)
    session.flush()
    return staff


def enter(
    installation: Installation,
    session: Session,
    now: datetime,
    *,
    email: str,
    password: str = PASSWORD,
    address: str | None = "192.0.2.7",
) -> SignedIn:
    """A sign-in as the door does it."""
    vault = installation.vault
    proven = knows_password(session, vault, email=email, password=password, address=address, now=now)
    return sign_in(session, vault, email=email, proven=proven, address=address, now=now)
