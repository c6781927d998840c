"""The outbox's states and the transactions that move a mail from one to the next. It sends nothing itself.

planned → leased → started → sent; or suppressed, failed, uncertain, and later bounced. `started` is committed
just before the content goes: only a mail stopped between there and `sent` is uncertain.
"""

from datetime import datetime, timedelta

from sqlalchemy import Executable, bindparam, delete, func, select, text, update
from sqlalchemy.orm import Session

from app.cohort.models import Patient
from app.collection.models import Response
from app.kernel.prepared import Prepared, either
from app.kernel.tables import UtcDateTime
from app.outreach.conditions import Verdict, facts_of, verdict
from app.outreach.copies import keep_copy
from app.outreach.letters import Written
from app.outreach.models import Link, Mail, Mailbox, Worker

SILENT = timedelta(seconds=4)
FORGOTTEN = timedelta(days=1)
MOST_TRIES = 6
# After the first try, the second, …: six tries lie within 48 hours.
BACK_OFF = (
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=12),
    timedelta(hours=24),
)
LAST_HOUR = timedelta(hours=1)
# RFC 3463: 5.7.x is a policy of the server (our address is unwelcome), not a fault of the recipient's address.
POLICY = " 5.7."

# Both run for every mail.
STARTED = Prepared(
    update(Mail)
    .where(Mail.id == bindparam("mail_id"))
    .values(
        state="started",
        started_at=bindparam("now", type_=UtcDateTime),
        attempts=Mail.attempts + 1,
        first_tried_at=func.coalesce(Mail.first_tried_at, bindparam("now", type_=UtcDateTime)),
    )
)
SENT = Prepared(
    update(Mail)
    .where(
        Mail.id == bindparam("mail_id"),
        Mail.worker == bindparam("held_by"),
        either(Mail.state, ("started", "uncertain")),
    )
    .values(state="sent", sent_at=bindparam("now"), reply=bindparam("reply"), worker=None)
)
BEAT = text(
    "INSERT INTO worker (id, started_at, beat_at) VALUES (:worker, :now, :now) "
    "ON CONFLICT (id) DO UPDATE SET beat_at = excluded.beat_at"
).bindparams(bindparam("now", type_=UtcDateTime))


def lease(session: Session, worker: str, now: datetime, most: int, per_hour: int | None) -> list[str]:
    """Takes up to `most` due mails for this worker; their ids, the longest due first.

    On PostgreSQL the rows that another worker is taking are stepped over.
    """
    if per_hour is not None:
        # A mailbox gets one mail a day (a rule of the database): there are as many, in a table that mails do not grow.
        begun = select(func.count()).where(Mailbox.last_started_at > now - LAST_HOUR)
        most = min(most, per_hour - (session.scalar(begun) or 0))
    if most <= 0:
        return []
    due = (
        select(Mail.id)
        .where(Mail.state == "planned", Mail.due_at <= now)
        .order_by(Mail.due_at, Mail.queued_at, Mail.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    ids = list(session.scalars(due))
    if ids:
        session.execute(update(Mail).where(Mail.id.in_(ids)).values(state="leased", worker=worker))
    return ids


def start(session: Session, worker: str, written: Written, now: datetime) -> Verdict | None:
    """Marks the mail started, in the transaction that has just checked that it may still go.

    None when it is started; else why not, the row already suppressed or put off. A mail that this worker no
    longer holds, or whose link was changed since it was written, is a Verdict too.
    """
    facts = facts_of(session, written.mail_id)
    if facts is None or facts.worker != worker or facts.state != "leased":
        return Verdict("taken_over")
    if _hold_still(session, facts.centre_id):
        facts = facts_of(session, written.mail_id) or facts
    found = verdict(session, facts, now, written.mail_id)
    if found.go and not _carries_valid_links(session, written, (facts.link_id, facts.generation)):
        # Written anew at the next round, with the links of then.
        found = Verdict("link_changed", now)
    if found.go:
        STARTED.run(session.connection(), {"mail_id": written.mail_id, "now": now})
        keep_copy(session, written.mail_id, written.sealed)
        return None
    ending = {"state": "planned", "due_at": found.again_at, "worker": None}
    if found.again_at is None:
        ending = {"state": "suppressed", "reason": found.reason, "worker": None}
    session.execute(update(Mail).where(Mail.id == written.mail_id).values(ending))
    return found


def mark_sent(session: Session, worker: str, mail_id: str, reply: str, now: datetime) -> bool:
    """The server took it. Also from uncertain: another worker may have given this one up for dead meanwhile."""
    values = {"mail_id": mail_id, "held_by": worker, "reply": reply, "now": now}
    return SENT.run(session.connection(), values) == 1


def mark_lost(session: Session, worker: str, mail_id: str, reply: str) -> bool:
    """Nobody knows whether it arrived: a person will decide, it is never tried again by itself."""
    held = (Mail.id == mail_id, Mail.worker == worker, Mail.state == "started")
    return _moved(session, update(Mail).where(*held).values(state="uncertain", reply=reply, worker=None))


def mark_refused(
    session: Session, worker: str, mail_id: str, code: int, reply: str, recipient: bool, now: datetime
) -> bool:
    """The server said no: for good (5xx: failed; a refused recipient marks its mailbox), or for now (4xx)."""
    mail = session.get(Mail, mail_id, with_for_update=True, populate_existing=True)
    if mail is None or mail.worker != worker or mail.state not in ("leased", "started", "uncertain"):
        return False
    if mail.state == "leased":
        mail.attempts += 1
        mail.first_tried_at = mail.first_tried_at or now
    mail.reply, mail.worker = reply, None
    if code >= 500:
        mail.state, mail.reason = "failed", "refused"
        if recipient and POLICY not in reply:
            _mark_mailbox(session, mail, reply, now)
    elif mail.attempts >= MOST_TRIES:
        mail.state, mail.reason = "failed", "gave_up"
    else:
        mail.state, mail.due_at = "planned", now + BACK_OFF[mail.attempts - 1]
    session.flush()
    return True


def mark_unwritable(session: Session, worker: str, mail_id: str, why: str) -> bool:
    """The mail cannot even be made: a person has to look, trying again would not help."""
    held = (Mail.id == mail_id, Mail.worker == worker, Mail.state == "leased")
    values = {"state": "failed", "reason": "unwritable", "reply": why, "worker": None}
    return _moved(session, update(Mail).where(*held).values(values))


def release(session: Session, worker: str) -> int:
    """Gives back what this worker holds and has not started; how many. They stay due."""
    held = update(Mail).where(Mail.worker == worker, Mail.state == "leased")
    freed = held.values(state="planned", worker=None)
    return session.execute(freed).rowcount  # type: ignore[attr-defined,no-any-return]  # a CursorResult


def take_back(session: Session, worker: str, now: datetime) -> tuple[int, int]:
    """Mails of workers that fell silent: (planned again, uncertain). Safe in any number of workers at once."""
    alive = select(Worker.id).where(Worker.beat_at > now - SILENT)
    orphan = (Mail.worker.is_not(None), Mail.worker != worker, Mail.worker.not_in(alive))
    session.execute(delete(Worker).where(Worker.beat_at < now - FORGOTTEN))
    freed = update(Mail).where(*orphan, Mail.state == "leased").values(state="planned", worker=None)
    # The worker's name stays: should it only have been slow, it may still report what the server said.
    doubtful = (
        update(Mail).where(*orphan, Mail.state == "started").values(state="uncertain", reply="worker died")
    )
    return session.execute(freed).rowcount, session.execute(doubtful).rowcount  # type: ignore[attr-defined]  # CursorResult


def held_by_others(session: Session, worker: str) -> bool:
    """Whether another worker holds mails that are neither back nor done."""
    held = select(Mail.id).where(Mail.state.in_(("leased", "started")), Mail.worker != worker).limit(1)
    return session.scalar(held) is not None


def beat(session: Session, worker: str, now: datetime) -> None:
    """This worker's sign of life. Its thread that beats and its rounds may both be the first to give one."""
    session.connection().execute(BEAT, {"worker": worker, "now": now})


def sign_off(session: Session, worker: str) -> None:
    """Gives everything back and forgets the worker."""
    release(session, worker)
    session.execute(delete(Worker).where(Worker.id == worker))


def _carries_valid_links(session: Session, written: Written, own: tuple[str, int]) -> bool:
    if written.carries == (own,):
        return True
    query = select(Link.id, Link.generation).where(Link.id.in_([link for link, _ in written.carries]))
    return set(written.carries) == {(key, generation) for key, generation in session.execute(query)}


def _hold_still(session: Session, centre_id: int) -> bool:
    """No submission of this centre can commit between the check and the mark.

    SQLite writes one transaction at a time anyway. On PostgreSQL a submission needs a key-share lock on the
    patient (its first save) or the row of the response: both wait for this transaction, or this one for them.
    True when it may have waited, so that what was read before may be old.
    """
    if session.get_bind().dialect.name == "sqlite":
        return False
    session.execute(text("SET LOCAL lock_timeout = '3s'"))
    of_centre = select(Patient.id).where(Patient.centre_id == centre_id)
    session.execute(of_centre.order_by(Patient.id).with_for_update())
    responses = select(Response.id).where(Response.patient_id.in_(of_centre))
    session.execute(responses.order_by(Response.id).with_for_update())
    return True


def _mark_mailbox(session: Session, mail: Mail, reply: str, now: datetime) -> None:
    mailbox = session.get_one(Mailbox, mail.mailbox, with_for_update=True)
    if mailbox.bounced_at is None:
        mailbox.bounced_at, mailbox.bounce_reason = now, reply


def _moved(session: Session, statement: Executable) -> bool:
    found = session.connection().execute(statement)
    return found.rowcount == 1
