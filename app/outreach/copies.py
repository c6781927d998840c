"""Copies of what was sent, for people who look at the outbox: sealed, and with every token masked (R2, R31)."""

import re
from dataclasses import dataclass

import orjson
from sqlalchemy import LargeBinary, bindparam, text
from sqlalchemy.orm import Session

from app.kernel.prepared import Prepared
from app.kernel.vault import Vault
from app.outreach.composing import Composed, Reading
from app.outreach.models import Mail, MailCopy

TABLE = MailCopy.__tablename__
COLUMN = "sealed"
MASK = "••••"
# The last step of the two addresses that a mail carries: a centre's link, and the end of the mails.
TOKEN = re.compile(r"(/(?:r|desinscription)/)[A-Za-z0-9_-]+")
KEEP = Prepared(
    text(
        "INSERT INTO mail_copy (mail_id, sealed) VALUES (:mail_id, :sealed) "
        "ON CONFLICT (mail_id) DO UPDATE SET sealed = excluded.sealed"
    ).bindparams(bindparam("sealed", type_=LargeBinary))
)


@dataclass(frozen=True)
class Sent:
    """A mail as it last began to leave, its tokens masked."""

    sender: str
    recipient: str
    subject: str
    text: str
    html: str


def seal_copy(vault: Vault, mail_id: str, composed: Composed, reading: Reading) -> bytes:
    """What is kept of a mail that is about to leave."""
    copy = Sent(
        composed.sender, composed.recipient, reading.subject, _masked(reading.text), _masked(reading.html)
    )
    return vault.seal(TABLE, mail_id, COLUMN, orjson.dumps(vars(copy)).decode())


def keep_copy(session: Session, mail_id: str, sealed: bytes) -> None:
    """Keeps the copy in the transaction that marks the mail started; a later try replaces it."""
    KEEP.run(session.connection(), {"mail_id": mail_id, "sealed": sealed})


def copy_of(session: Session, vault: Vault, mail: Mail) -> Sent | None:
    """What the mail said when it last began to leave, opened; None before that."""
    kept = session.get(MailCopy, mail.id)
    return Sent(**orjson.loads(vault.open(TABLE, mail.id, COLUMN, kept.sealed))) if kept else None


def _masked(words: str) -> str:
    return TOKEN.sub(rf"\1{MASK}", words)
