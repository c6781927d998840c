"""Verifying: the chain recomputed from its first entry, and its head to be anchored elsewhere."""

from contextlib import closing
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.journal.chaining import CHAINED, GENESIS, commitment, entry_hash
from app.journal.models import JournalEntry, JournalValue

PAGE = 2_000


@dataclass(frozen=True)
class Verification:
    """What a recomputation found: `problem` names the first entry that does not fit, in English."""

    ok: bool
    entries: int
    head: str
    problem: str | None = None


def head(session: Session) -> str:
    """The hash of the newest entry (64 zeros for an empty journal): anchored in every workbook."""
    newest = select(JournalEntry.hash).order_by(JournalEntry.seq.desc()).limit(1)
    return session.scalar(newest) or GENESIS


def verify(session: Session, anchor: tuple[int, str] | None = None) -> Verification:
    """Recomputes every commitment and hash. `anchor` (entries, head) of an earlier day also finds a cut tail.

    A value row that a lawful erasure emptied away does not break the chain; an altered one does.
    """
    previous, count = GENESIS, 0
    query = (
        select(JournalEntry, JournalValue)
        .outerjoin(JournalValue, JournalValue.seq == JournalEntry.seq)
        .order_by(JournalEntry.seq)
        .execution_options(yield_per=PAGE)
    )
    anchored = anchor is None or anchor[0] == 0
    # Closed at once when a problem ends the walk: the rows come through a cursor of the server.
    with closing(session.execute(query)) as rows:
        for entry, value in rows:
            count += 1
            problem = _problem(entry, value, count, previous)
            if problem:
                return Verification(False, count, previous, problem)
            previous = entry.hash
            anchored = anchored or anchor == (count, previous)
    if not anchored:
        return Verification(False, count, previous, f"entry {anchor[0] if anchor else 0}: not as anchored")
    return Verification(True, count, previous)


def _problem(entry: JournalEntry, value: JournalValue | None, expected_seq: int, previous: str) -> str | None:
    if entry.seq != expected_seq:
        return f"entry {expected_seq}: missing, {entry.seq} found in its place"
    if entry.previous_hash != previous:
        return f"entry {entry.seq}: does not follow the one before it"
    if entry.hash != entry_hash({name: getattr(entry, name) for name in CHAINED}, entry.at):
        return f"entry {entry.seq}: altered"
    if value and entry.commitment != commitment(value.salt, value.old, value.new, value.reason):
        return f"entry {entry.seq}: its values were altered"
    return None
