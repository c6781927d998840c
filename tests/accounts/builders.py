"""Staff for tests, with a password that is already their own."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.models import Staff
from app.accounts.passwords import hash_password
from app.accounts.staff import add_staff
from app.kernel.actor import Actor

PASSWORD = "le chat dort sur le radiateur"
_HASH = hash_password(PASSWORD)


def settled_staff(session: Session, email: str, role: str, *, actor: Actor, now: datetime) -> Staff:
    """An account that has left its one-time password behind."""
    staff = add_staff(session, email=email, role=role, actor=actor, now=now).staff
    staff.password_hash, staff.must_change_password, staff.one_time_until = _HASH, False, None
    session.flush()
    return staff
