"""Response rates told apart: by patient and by centre, by region, and by the mail that an answer came after.

By region it reads counters. By mail it reads the time of each submission, never an answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from unicodedata import normalize

from sqlalchemy import BindParameter, Row, bindparam, func, select
from sqlalchemy.orm import Session

from app.cohort.models import Centre, Patient, Study
from app.collection.models import Disposition, Response, Submission
from app.kernel.prepared import Prepared, either, flushed
from app.kernel.tables import UtcDateTime
from app.outreach.models import Entry, Link, Mail, Respondent, Wave
from app.tracking.models import CentreCount
from app.tracking.rates import Counts, stamp
from app.tracking.regions import UNKNOWN, region_of

# The mails that ask for a first answer; a correction asked comes after one, a colleague's mail beside them.
STEPS = ("invitation", "reminder_nothing", "reminder_partial")


@dataclass(frozen=True)
class CentreCounts:
    """Centres asked about somebody: how many came in, handed in something, and are through with all."""

    asked: int = 0
    entered: int = 0
    answering: int = 0
    complete: int = 0

    @property
    def rate(self) -> float | None:
        """Centres that handed in at least one questionnaire, over centres asked."""
        return self.answering / self.asked if self.asked else None

    def as_json(self) -> dict[str, Any]:
        """For `rates --json`."""
        counts = {"asked": self.asked, "entered": self.entered, "answering": self.answering}
        return {**counts, "complete": self.complete, "rate": _rounded(self.rate)}


@dataclass(frozen=True)
class RegionRate:
    """One region (UNKNOWN: no department is known), counted by patient and by centre."""

    region: str
    patients: Counts
    centres: CentreCounts

    def as_json(self) -> dict[str, Any]:
        """For `rates --json`; an unknown region is null."""
        apart = {"disposed": self.patients.disposed, "centres": self.centres.as_json()}
        return {"region": self.region or None, **self.patients.as_json(), **apart}


@dataclass(frozen=True)
class StepRate:
    """What came after one mail of the campaign and before the next one to the same centre.

    `rank` 0 is the invitation, 1 the first reminder…; None is what came before any mail. `written`: centres that
    it was sent to; `entered`: those where a person came in (scanners cannot); `first`: those whose first
    questionnaire came then. `waited`: patients of the centres written to that had not been handed in; `answered`
    and `disposed`: what came of them; `heard` and `disposed_heard`: of those, what was said on the telephone.
    """

    rank: int | None
    written: int = 0
    entered: int = 0
    first: int = 0
    waited: int = 0
    answered: int = 0
    disposed: int = 0
    heard: int = 0
    disposed_heard: int = 0
    first_heard: int = 0
    """Of `first`, the centres whose first questionnaire was handed in on the telephone."""

    @property
    def rate(self) -> float | None:
        """Handed in, over the patients that were waited for."""
        return self.answered / self.waited if self.waited else None

    @property
    def centre_rate(self) -> float | None:
        """Centres that began to answer, over those written to."""
        return self.first / self.written if self.written else None

    def as_json(self) -> dict[str, Any]:
        """For `rates --json`."""
        step = {None: "before", 0: "invitation"}.get(self.rank, f"reminder {self.rank}")
        centres = {"written": self.written, "entered": self.entered, "first": self.first}
        centres["first_by_telephone"] = self.first_heard
        patients = {"waited": self.waited, "answered": self.answered, "disposed": self.disposed}
        patients["by_telephone"], patients["disposed_by_telephone"] = self.heard, self.disposed_heard
        rates = {"rate": _rounded(self.rate), "centre_rate": _rounded(self.centre_rate)}
        return {"after": step, **patients, **centres, **rates}


@dataclass
class _Centre:
    """One centre's campaign: when it was written to, and everything that came from it."""

    asked: int
    mailed: list[datetime]
    entered: list[datetime]
    answered: list[datetime]
    disposed: list[datetime]
    heard: list[datetime]
    disposed_heard: list[datetime]


def by_region(session: Session, study: Study) -> list[RegionRate]:
    """Each region with a centre that is asked, in alphabetical order, the unknown last."""
    found: dict[str, RegionRate] = {}
    for row in _centre_rows(session, study):
        region = region_of(row.department, row.postcode)
        so_far = found.get(region, RegionRate(region, Counts(0, 0, 0, 0, 0), CentreCounts()))
        found[region] = RegionRate(region, _added(so_far.patients, row), _one_more(so_far.centres, row))
    return sorted(found.values(), key=lambda one: (one.region == UNKNOWN, _plain(one.region)))


def centre_counts(regions: Sequence[RegionRate]) -> CentreCounts:
    """The whole study counted by centre."""
    parts = [one.centres for one in regions]
    names = ("asked", "entered", "answering", "complete")
    return CentreCounts(*(sum(getattr(part, name) for part in parts) for name in names))


def by_mail(session: Session, study: Study) -> list[StepRate]:
    """What came before any mail (where something did), after the invitation, after each reminder; in order."""
    centres = _campaigns(session, study).values()
    steps = 1 + max((len(one.mailed) for one in centres), default=0)
    found = [StepRate(rank - 1 if rank else None) for rank in range(steps)]
    for centre in centres:
        for rank in range(len(centre.mailed) + 1):
            found[rank] = _with(found[rank], centre, rank)
    before, *mailed = found
    return found if before.answered or before.disposed else mailed


def by_telephone(session: Session, study: Study) -> int:
    """How many of the questionnaires handed in were so on the telephone; it reads those alone."""
    return len(_HEARD.all(flushed(session), study=study.id))


def disposed_by_telephone(session: Session, study: Study) -> int:
    """How many of the reasons for no answer were said on the telephone; it reads those alone."""
    return len(_DISPOSED_HEARD.all(flushed(session), study=study.id))


def step_stamp(session: Session, study: Study) -> tuple[int, int, datetime | None]:
    """Changes whenever `by_mail` would say something else, and is read from a few rows: counters, and mails sent."""
    sent = select(func.count(), func.max(Mail.sent_at)).where(Mail.study_id == study.id, Mail.state == "sent")
    count, last = session.execute(sent).one()
    return stamp(session, study.id), count, last


def breakdown_as_json(session: Session, study: Study) -> dict[str, Any]:
    """The keys that `rates --json` adds to the rates themselves."""
    regions = by_region(session, study)
    return {
        "by_telephone": by_telephone(session, study),
        "disposed_by_telephone": disposed_by_telephone(session, study),
        "by_centre": centre_counts(regions).as_json(),
        "regions": [one.as_json() for one in regions],
        "after_mails": [one.as_json() for one in by_mail(session, study)],
    }


def _with(step: StepRate, centre: _Centre, rank: int) -> StepRate:
    """The step with one centre's part of it: what came from its mail number `rank` to the next."""
    start = centre.mailed[rank - 1] if rank else None
    end = centre.mailed[rank] if rank < len(centre.mailed) else None

    def within(times: list[datetime]) -> int:
        return sum((start is None or at >= start) and (end is None or at < end) for at in times)

    earlier = sum(at < start for at in centre.answered) if start else 0
    first = min(centre.answered, default=None)
    return replace(
        step,
        written=step.written + (rank > 0),
        entered=step.entered + (within(centre.entered) > 0),
        first=step.first + (first is not None and within([first]) > 0),
        waited=step.waited + centre.asked - earlier,
        answered=step.answered + within(centre.answered),
        disposed=step.disposed + within(centre.disposed),
        heard=step.heard + within(centre.heard),
        disposed_heard=step.disposed_heard + within(centre.disposed_heard),
        first_heard=step.first_heard + (first in centre.heard and within([first]) > 0),
    )


def _campaigns(session: Session, study: Study) -> dict[int, _Centre]:
    asked = select(CentreCount.centre_id, CentreCount.asked)
    asked = asked.where(CentreCount.study_id == study.id, CentreCount.asked > 0)
    found = {centre: _Centre(count, [], [], [], [], [], []) for centre, count in session.execute(asked)}
    connection = flushed(session)
    for query, kept in (
        (_MAILED, "mailed"),
        (_ENTERED, "entered"),
        (_ANSWERED, "answered"),
        (_DISPOSED, "disposed"),
        (_HEARD, "heard"),
        (_DISPOSED_HEARD, "disposed_heard"),
    ):
        for centre, at in query.all(connection, study=study.id):
            if centre in found:
                getattr(found[centre], kept).append(at)
    return found


# Every submission of the study is read by one of these, as (centre, time).
_STUDY: BindParameter[int] = bindparam("study")
_FIRST = func.min(Mail.sent_at, type_=UtcDateTime).label("at")
# A wave that reaches several people of a centre is one step of it, from the first of these mails on.
_MAILED = Prepared(
    select(Respondent.centre_id, _FIRST)
    .join(Mail, Mail.respondent_id == Respondent.id)
    .join(Wave, Wave.id == Mail.wave_id)
    .where(Mail.study_id == _STUDY, Mail.state == "sent", either(Wave.kind, STEPS))
    .group_by(Respondent.centre_id, Wave.kind, Wave.number)
    .order_by(Respondent.centre_id, _FIRST)
)
_ENTERED = Prepared(
    select(Respondent.centre_id, Entry.entered_at)
    .join(Link, Link.respondent_id == Respondent.id)
    .join(Entry, Entry.link_id == Link.id)
    .where(Respondent.study_id == _STUDY)
)
_SUBMITTED = (
    select(Patient.centre_id, Response.submitted_at)
    .join(Response, Response.patient_id == Patient.id)
    .where(Patient.merged_into_id.is_(None), Response.submitted_at.is_not(None))
)
_ANSWERED = Prepared(_SUBMITTED.where(Patient.study_id == _STUDY))
# "+ 0": or SQLite would begin with every patient of the study, where only a few were heard.
_HEARD = Prepared(
    _SUBMITTED.join(Submission, Submission.response_id == Response.id).where(
        Submission.call_id.is_not(None), Patient.study_id + 0 == _STUDY
    )
)
_SET_APART = (
    select(Patient.centre_id, Disposition.at)
    .join(Disposition, Disposition.patient_id == Patient.id)
    .outerjoin(Response, Response.patient_id == Patient.id)
    .where(Patient.merged_into_id.is_(None), Disposition.withdrawn_at.is_(None), Response.submitted_at.is_(None))
)
_DISPOSED = Prepared(_SET_APART.where(Patient.study_id == _STUDY))
_DISPOSED_HEARD = Prepared(
    _SET_APART.where(Disposition.call_id.is_not(None), Patient.study_id + 0 == _STUDY)
)


def _centre_rows(session: Session, study: Study) -> Sequence[Row[Any]]:
    query = (
        select(
            Centre.department,
            Centre.postcode,
            CentreCount.asked,
            CentreCount.answered,
            CentreCount.disposed,
            CentreCount.started,
            CentreCount.entries,
        )
        .join(CentreCount, CentreCount.centre_id == Centre.id)
        .where(CentreCount.study_id == study.id, CentreCount.asked > 0)
    )
    return session.execute(query).all()  # type: ignore[return-value]  # rows of seven columns


def _added(counts: Counts, row: Row[Any]) -> Counts:
    return Counts(
        counts.asked + row.asked,
        counts.answered + row.answered,
        counts.disposed + row.disposed,
        counts.started + row.started,
        counts.entries + row.entries,
    )


def _one_more(centres: CentreCounts, row: Row[Any]) -> CentreCounts:
    return CentreCounts(
        centres.asked + 1,
        centres.entered + (row.entries > 0),
        centres.answering + (row.answered > 0),
        centres.complete + (row.answered + row.disposed == row.asked),
    )


def _plain(region: str) -> str:
    return normalize("NFKD", region)


def _rounded(rate: float | None) -> float | None:
    return None if rate is None else round(rate, 6)
