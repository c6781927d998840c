"""The brake on guessing passwords. It counts failures only: a busy office behind one address goes on."""

import ipaddress
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, func, select
from sqlalchemy.orm import Session

from app.accounts.errors import TooManyFailures
from app.accounts.models import LoginFailure

WINDOW = timedelta(minutes=15)
KEPT = timedelta(days=1)
# The pair is tight; the mailbox alone is loose, or anybody could lock a colleague out from afar.
LIMIT_PAIR, LIMIT_MAILBOX, LIMIT_NETWORK = 5, 40, 100


def network_of(address: str | None) -> str:
    """The network an address belongs to (IPv4 /24, IPv6 /56): what is cheap to change is left out."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    bits = 24 if found.version == 4 else 56
    return str(ipaddress.ip_network(f"{found}/{bits}", strict=False))


def assert_calm(session: Session, mailbox: str, network: str, now: datetime) -> None:
    """Raises TooManyFailures when this mailbox, this network or both have failed too often of late."""
    same_mailbox, same_network = LoginFailure.mailbox == mailbox, LoginFailure.network == network
    counts = session.execute(
        select(
            func.count().filter(and_(same_mailbox, same_network)),
            func.count().filter(same_mailbox),
            func.count().filter(same_network),
        ).where(LoginFailure.at > now - WINDOW)
    ).one()
    if any(
        count >= limit
        for count, limit in zip(counts, (LIMIT_PAIR, LIMIT_MAILBOX, LIMIT_NETWORK), strict=True)
    ):
        raise TooManyFailures(minutes=int(WINDOW.total_seconds() // 60))


def note_failure(session: Session, mailbox: str, network: str, now: datetime) -> None:
    """Counts one failure, and forgets those of yesterday."""
    session.execute(delete(LoginFailure).where(LoginFailure.at < now - KEPT))
    session.add(LoginFailure(mailbox=mailbox, network=network, at=now))
    session.flush()


def forgive(session: Session, mailbox: str, network: str) -> None:
    """Clears the count of a person who signed in from here after all."""
    session.execute(
        delete(LoginFailure).where(LoginFailure.mailbox == mailbox, LoginFailure.network == network)
    )
