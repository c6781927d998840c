"""Mails that come back: read from a maildir or over IMAP, matched by their envelope address, never by their words.

Each mail leaves with an envelope sender that holds its id (composing.py), so that a bounce's recipient names it.
"""

import email
import email.policy
import imaplib
import logging
import mailbox
import re
import ssl
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sqlalchemy.orm import Session

from app.cohort.models import Study
from app.journal.recording import record
from app.kernel.actor import Actor
from app.kernel.installation import Installation
from app.outreach.models import Mail, Mailbox

log = logging.getLogger("recueil.bounces")

NAMED = re.compile(r"\+([0-9a-f]{32})@")
STATUS = re.compile(r"^Status:\s*([245]\.\d{1,3}\.\d{1,3})", re.MULTILINE | re.IGNORECASE)
# Where the server that gave the report writes to whom it was addressed.
TO_WHOM = ("Delivered-To", "X-Original-To", "Envelope-To", "To")
IMAP_SECONDS = 30
TROUBLE = (OSError, imaplib.IMAP4.error, mailbox.Error)
LONGEST_REPORT = 1_000_000


@dataclass(frozen=True)
class Bounce:
    """A delivery report: which mail it is about and its status (RFC 3463: 5.x for good, 4.x for now)."""

    mail_id: str
    status: str

    @property
    def for_good(self) -> bool:
        """Whether the address refuses mail for good."""
        return self.status.startswith("5")


@dataclass(frozen=True)
class Returned:
    """A message of a mailbox, and how to tell the mailbox that it was taken in and committed."""

    message: EmailMessage
    acknowledge: Callable[[], object]


@dataclass(frozen=True)
class BounceReport:
    """What reading the bounces did: messages read, mails marked, addresses marked."""

    read: int
    matched: int
    marked: int


def read_bounce(message: EmailMessage) -> Bounce | None:
    """What a message reports, or None when it is no delivery report on one of our mails."""
    named = next(
        (
            found.group(1)
            for name in TO_WHOM
            for value in message.get_all(name, [])
            if (found := NAMED.search(str(value)))
        ),
        None,
    )
    status = _status(message)
    return Bounce(named, status) if named and status else None


def take_in(
    session: Session, messages: Iterable[EmailMessage], *, actor: Actor, now: datetime
) -> BounceReport:
    """Marks what the messages report: the mail is bounced, and with 5.x its address gets no more mail.

    A 4.x report changes nothing: the server that gave it is still trying. Safe to repeat.
    """
    read = matched = marked = 0
    for message in messages:
        read += 1
        bounce = _understood(message)
        mail = session.get(Mail, bounce.mail_id) if bounce else None
        if bounce is None or mail is None:
            continue
        matched += 1
        if bounce.for_good:
            marked += _mark(session, mail, bounce, actor, now)
    return BounceReport(read, matched, marked)


def collect(installation: Installation, now: datetime) -> BounceReport:
    """Takes in what waits at RECUEIL_BOUNCES_URL; nothing without that setting.

    A message is acknowledged to its mailbox only after the commit: what goes wrong before is read again later.
    A mailbox that cannot be reached is told to the log and looked at again later: mails go on leaving.
    """
    url, report = installation.settings.bounces_url, BounceReport(0, 0, 0)
    if url is None:
        return report
    try:
        with (
            from_imap(url) if url.startswith("imaps:") else from_maildir(Path(urlsplit(url).path)) as waiting
        ):
            returned = list(_until_trouble(waiting))
            if returned:
                with installation.database.writing() as session:
                    messages = [one.message for one in returned]
                    report = take_in(session, messages, actor=Actor.system("worker"), now=now)
            for one in returned:
                one.acknowledge()
    except TROUBLE as error:
        log.warning("returned mails could not be read: %s", type(error).__name__)
    return report


def _until_trouble(waiting: Iterable[Returned]) -> Iterator[Returned]:
    try:
        yield from waiting
    except TROUBLE as error:
        log.warning("the rest of the returned mails could not be read: %s", type(error).__name__)


@contextmanager
def from_maildir(folder: Path) -> Iterator[Iterator[Returned]]:
    """The new messages of a maildir; each is moved from `new` to `cur` when it is acknowledged."""
    box = mailbox.Maildir(folder, create=False)
    held = ((key, box.get_message(key)) for key in sorted(box.keys()))
    yield (
        Returned(_parsed(box.get_bytes(key)), partial(_seen, box, key, one))
        for key, one in held
        if one.get_subdir() == "new"
    )


def _seen(box: mailbox.Maildir, key: str, held: mailbox.MaildirMessage) -> None:
    held.set_subdir("cur")
    held.add_flag("S")
    box[key] = held


@contextmanager
def from_imap(url: str) -> Iterator[Iterator[Returned]]:
    """The unseen messages of `imaps://user:password@host/folder`; each is marked seen when it is acknowledged.

    The server's certificate is verified before the password is said: imaplib by itself would not.
    """
    parts = urlsplit(url)
    trusted = ssl.create_default_context()
    client = imaplib.IMAP4_SSL(
        parts.hostname or "", parts.port or 993, ssl_context=trusted, timeout=IMAP_SECONDS
    )
    try:
        client.login(unquote(parts.username or ""), unquote(parts.password or ""))
        client.select(parts.path.strip("/") or "INBOX")
        yield (
            Returned(_parsed(part[1]), partial(client.store, number, "+FLAGS", "(\\Seen)"))
            for number in client.search(None, "UNSEEN")[1][0].split()
            for part in client.fetch(number, f"(BODY.PEEK[]<0.{LONGEST_REPORT}>)")[1]
            if isinstance(part, tuple)
        )
    finally:
        with suppress(imaplib.IMAP4.error, OSError):
            client.logout()


def _understood(message: EmailMessage) -> Bounce | None:
    # The parser of the standard library raises of all kinds on malformed headers; such a message is nobody's bounce,
    # and must not keep the others waiting.
    try:
        return read_bounce(message)
    except Exception as error:
        log.warning("a returned mail was not understood: %s", type(error).__name__)
        return None


def _status(message: EmailMessage) -> str | None:
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            found = STATUS.search("\n".join(str(block) for block in part.get_payload()))
            if found:
                return found.group(1)
    return None


def _mark(session: Session, mail: Mail, bounce: Bounce, actor: Actor, now: datetime) -> int:
    reply = f"bounce {bounce.status}"
    if mail.state in ("sent", "uncertain"):
        # A bounce proves that an uncertain mail had left.
        mail.sent_at = mail.sent_at or mail.started_at or now
        mail.state, mail.reason, mail.reply, mail.worker = "bounced", "bounced", reply, None
        if mail.started_at is None:
            mail.resolved_at, mail.resolved_by = now, actor.name
    box = session.get_one(Mailbox, mail.mailbox, with_for_update=True)
    if box.bounced_at is not None:
        return 0
    box.bounced_at, box.bounce_reason = now, reply
    session.flush()
    record(
        session,
        actor=actor,
        at=now,
        action="mailbox.bounced",
        subject_type="respondent",
        subject_id=str(mail.respondent_id),
        study=session.get_one(Study, mail.study_id).code,
        new=bounce.status,
    )
    return 1


def _parsed(raw: bytes) -> EmailMessage:
    parsed = email.message_from_bytes(raw[:LONGEST_REPORT], policy=email.policy.default)
    return parsed
