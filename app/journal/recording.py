"""Recording: facts are gathered during a transaction and chained in one go just before it commits."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import event, insert, select, text
from sqlalchemy.orm import Session, SessionTransaction

from app.journal.chaining import GENESIS, commitment, entry_hash
from app.journal.models import JournalEntry, JournalValue
from app.kernel.actor import Actor
from app.kernel.prepared import Prepared

PENDING = "journal_pending"
MARKS = "journal_marks"
# Any constant will do; it only has to be the same in every process that appends.
POSTGRES_CHAIN_LOCK = 5_243_117


_NEWEST = Prepared(select(JournalEntry.seq, JournalEntry.hash).order_by(JournalEntry.seq.desc()).limit(1))
_ENTRIES = Prepared(insert(JournalEntry))
_VALUES = Prepared(insert(JournalValue))


@dataclass(frozen=True)
class Fact:
    """One thing to be journalled, not yet chained."""

    actor: Actor
    at: datetime
    action: str
    subject_type: str
    subject_id: str
    study: str | None
    field: str | None
    old: str | None
    new: str | None
    reason: str | None


def record(
    session: Session,
    *,
    actor: Actor,
    at: datetime,
    action: str,
    subject_type: str,
    subject_id: str,
    study: str | None = None,
    field: str | None = None,
    old: str | None = None,
    new: str | None = None,
    reason: str | None = None,
) -> None:
    """Journals one fact with the transaction of `session`: both are kept, or neither.

    Who acts must be named with a role and an organisation (EMA 112288/2023 6.2.1); ValueError otherwise.
    """
    if not (actor.name.strip() and actor.role.strip() and actor.organisation.strip()):
        raise ValueError("a journalled change needs the name, role and organisation of its actor")
    fact = Fact(actor, at, action, subject_type, subject_id, study, field, old, new, reason)
    session.info.setdefault(PENDING, []).append(fact)


def _chain_before_commit(session: Session) -> None:
    if session.in_nested_transaction():
        return
    facts: list[Fact] = session.info.pop(PENDING, [])
    if not facts:
        return
    # Everything else is written first: the lock below is taken last, or it could deadlock with a row's.
    session.flush()
    # Taken as late as possible: on PostgreSQL every journalled commit queues on this lock.
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": POSTGRES_CHAIN_LOCK})
    connection = session.connection()
    seq, previous = _NEWEST.first(connection) or (0, GENESIS)
    entries: list[dict[str, object]] = []
    values: list[dict[str, object]] = []
    for fact in facts:
        seq += 1
        entry, value = _rows(fact, seq, previous)
        previous = str(entry["hash"])
        entries.append(entry)
        values.append(value)
    _ENTRIES.run(connection, *entries)
    _VALUES.run(connection, *values)


def _rows(fact: Fact, seq: int, previous: str) -> tuple[dict[str, object], dict[str, object]]:
    salt = secrets.token_hex(16)
    entry: dict[str, object] = {
        "seq": seq,
        "at": fact.at,
        "actor_kind": fact.actor.kind,
        "actor_name": fact.actor.name,
        "actor_role": fact.actor.role,
        "actor_organisation": fact.actor.organisation,
        "actor_ref": fact.actor.ref,
        "study": fact.study,
        "action": fact.action,
        "subject_type": fact.subject_type,
        "subject_id": fact.subject_id,
        "field": fact.field,
        "commitment": commitment(salt, fact.old, fact.new, fact.reason),
        "previous_hash": previous,
    }
    entry["hash"] = entry_hash(entry, fact.at)
    return entry, {"seq": seq, "salt": salt, "old": fact.old, "new": fact.new, "reason": fact.reason}


def _mark_savepoint(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        session.info.setdefault(MARKS, {})[transaction] = len(session.info.get(PENDING, []))


def _forget_after_rollback(session: Session, transaction: SessionTransaction) -> None:
    # A fact recorded inside a savepoint that was rolled back did not happen.
    if transaction.nested:
        mark = session.info.get(MARKS, {}).pop(transaction, 0)
        del session.info.get(PENDING, [])[mark:]
    else:
        session.info.pop(PENDING, None)
        session.info.pop(MARKS, None)


event.listen(Session, "before_commit", _chain_before_commit)
event.listen(Session, "after_transaction_create", _mark_savepoint)
event.listen(Session, "after_soft_rollback", _forget_after_rollback)
