"""What waits for somebody of the staff, in numbers. Reads only."""

from dataclasses import dataclass

from sqlalchemy import BindParameter, Connection, ScalarSelect, Select, bindparam, exists, func, select

from app.cohort.models import ReviewCase
from app.collection.models import FactCheck
from app.journal.models import JournalEntry
from app.kernel.prepared import Prepared, either
from app.outreach.models import Chase, Mail, Mailbox, Query, Respondent
from app.tracking.models import CentreCount

_STUDY: BindParameter[int] = bindparam("study")


@dataclass(frozen=True)
class Pending:
    """Questions on list rows, corrections of the list that centres propose, replies to corrections asked, mails of
    uncertain fate, people whose address is refused, and centres with patients left where nobody can be written to
    (unless the centre declined, or its follow-up is closed at the telephone desk)."""

    cases: int = 0
    proposals: int = 0
    replies: int = 0
    uncertain: int = 0
    bounced: int = 0
    lost: int = 0


def _count(query: Select[int]) -> ScalarSelect[int]:
    return query.scalar_subquery()


_BOX = Mailbox.id == Respondent.mailbox
_REACHED = (Respondent.centre_id == CentreCount.centre_id) & Respondent.stopped_at.is_(None) & Mailbox.bounced_at.is_(None)
_NUMBER = select(func.count())
_UNCERTAIN = _count(_NUMBER.where(Mail.study_id == _STUDY, Mail.state == "uncertain"))
_COUNTS = Prepared(
    select(
        _count(_NUMBER.where(ReviewCase.study_id == _STUDY, ReviewCase.state == "open")),
        _count(_NUMBER.where(FactCheck.study_id == _STUDY, FactCheck.state == "proposed")),
        _count(_NUMBER.where(Query.study_id == _STUDY, Query.answered_at.is_not(None), Query.closed_at.is_(None))),
        _UNCERTAIN,
        _count(
            _NUMBER.select_from(Respondent)
            .join(Mailbox, _BOX)
            .where(Respondent.study_id == _STUDY, Respondent.stopped_at.is_(None), Mailbox.bounced_at.is_not(None))
        ),
        _count(
            _NUMBER.where(
                CentreCount.study_id == _STUDY,
                CentreCount.asked > CentreCount.answered + CentreCount.disposed,
                ~exists(select(1).select_from(Respondent).join(Mailbox, _BOX).where(_REACHED)),
                ~exists().where(Chase.centre_id == CentreCount.centre_id, either(Chase.status, ("refused", "closed"))),
            )
        ),
    )
)
# A refused recipient marks its mailbox, and its mail failed.
_FAILED = _count(_NUMBER.where(Mail.study_id == _STUDY, Mail.state == "failed"))
_STAMP = Prepared(select(_count(select(func.coalesce(func.max(JournalEntry.seq), 0))), _UNCERTAIN, _FAILED))


def pending_stamp(connection: Connection, study_id: int) -> tuple[int, ...]:
    """Changes whenever `pending` may say something else: all of it is journalled but the fate of a mail."""
    return _STAMP.first(connection, study=study_id) or ()


def pending(connection: Connection, study_id: int) -> Pending:
    """What waits in this study."""
    return Pending(*(_COUNTS.first(connection, study=study_id) or ()))
