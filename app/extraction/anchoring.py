"""Where a study's data stand in the journal: the newest entry that is about data, its time and its hash.

Reading is not a change: exports, listed links and shown identities are left out, so that two exports of the same
data name the same entry and have the same bytes. The entry's number and hash anchor the journal.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import not_, or_, select
from sqlalchemy.orm import Session

from app.cohort.models import Study
from app.journal.chaining import GENESIS
from app.journal.models import JournalEntry

READINGS = ("export.", "cut.", "links.", "identities.", "identity.", "staff.", "message.")


@dataclass(frozen=True)
class Anchor:
    """The journal's newest entry about the data of a study."""

    entries: int
    head: str
    at: datetime


def anchor_of(session: Session, study: Study) -> Anchor:
    """The anchor; a study that only was opened stands at its opening."""
    reads = or_(*(JournalEntry.action.startswith(prefix, autoescape=True) for prefix in READINGS))
    query = (
        select(JournalEntry.seq, JournalEntry.hash, JournalEntry.at)
        .where(JournalEntry.study == study.code, not_(reads))
        .order_by(JournalEntry.seq.desc())
        .limit(1)
    )
    found = session.execute(query).first()
    return Anchor(*found) if found else Anchor(0, GENESIS, study.opened_at)
