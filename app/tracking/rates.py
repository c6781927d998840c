"""Response rates of a study: overall, by centre, over time. It reads counters and never an answer."""

from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from typing import Any

from sqlalchemy import Select, SQLColumnExpression, bindparam, func, select
from sqlalchemy.orm import Session

from app.cohort.models import Centre, Study
from app.kernel.prepared import Prepared
from app.tracking.models import CentreCount, DayCount

_COUNTED = (
    CentreCount.asked,
    CentreCount.answered,
    CentreCount.disposed,
    CentreCount.started,
    CentreCount.entries,
)
_STAMP = Prepared(
    select(func.coalesce(func.sum(CentreCount.version), 0)).where(CentreCount.study_id == bindparam("study"))
)
_TOLD = (CentreCount.asked > 0) | (CentreCount.entries > 0)

SORTS: dict[str, SQLColumnExpression[Any]] = {
    "code": Centre.number,
    "name": func.lower(Centre.name),
    "asked": CentreCount.asked,
    "answered": CentreCount.answered,
    "rate": CentreCount.answered * 1.0 / func.nullif(CentreCount.asked, 0),
    "disposed": CentreCount.disposed,
    "entries": CentreCount.entries,
}


@dataclass(frozen=True)
class Counts:
    """Patients asked about, by what became of them; each stands in one place only.

    `answered`: handed in; `disposed`: no answer will come, and a disposition says why; `started`: a draft.
    `entries`: how often somebody entered by a link and said who they were (scanners cannot).
    """

    asked: int
    answered: int
    disposed: int
    started: int
    entries: int

    @property
    def untouched(self) -> int:
        """Patients for whom nothing has come yet."""
        return self.asked - self.answered - self.disposed - self.started

    @property
    def rate(self) -> float | None:
        """Answered over asked, dispositions not counted as answers; None where nobody is asked."""
        return self.answered / self.asked if self.asked else None

    @property
    def settled_rate(self) -> float | None:
        """Answered or explained, over asked."""
        return (self.answered + self.disposed) / self.asked if self.asked else None

    def as_json(self) -> dict[str, Any]:
        """The three figures that `rates` prints."""
        rate = None if self.rate is None else round(self.rate, 6)
        return {"asked": self.asked, "answered": self.answered, "rate": rate}


@dataclass(frozen=True)
class CentreRate:
    """One centre's counts."""

    code: str
    name: str
    city: str | None
    counts: Counts


@dataclass(frozen=True)
class DayTotal:
    """How many questionnaires had been handed in by the end of a day in Paris."""

    day: date
    answered: int


@dataclass(frozen=True)
class Rates:
    """The response rates of a study at one instant."""

    overall: Counts
    centres: list[CentreRate]
    over_time: list[DayTotal]

    def as_json(self) -> dict[str, Any]:
        """As `./recueil rates --json` says it."""
        return {
            "overall": self.overall.as_json(),
            "centres": [{"centre": one.code, **one.counts.as_json()} for one in self.centres],
            "over_time": [{"date": one.day.isoformat(), "answered": one.answered} for one in self.over_time],
        }


def rates(session: Session, study: Study) -> Rates:
    """The rates of `study`: centres by code, days in order with what had come by then."""
    return Rates(overall(session, study), by_centre(session, study), over_time(session, study))


def stamp(session: Session, study_id: int) -> int:
    """A number that grows whenever any figure of `rates` changes: pages drawn at the same stamp are the same."""
    found = _STAMP.first(session.connection(), study=study_id)
    return int(found[0]) if found else 0


def overall(session: Session, study: Study) -> Counts:
    """The whole study's counts."""
    sums = [func.coalesce(func.sum(column), 0) for column in _COUNTED]
    found = session.execute(select(*sums).where(CentreCount.study_id == study.id)).one()
    return Counts(*(int(count) for count in found))


def by_centre(session: Session, study: Study) -> list[CentreRate]:
    """Each centre that is asked about somebody, or that somebody entered for."""
    return _centre_rates(session, _centres(study).order_by(Centre.number))


def over_time(session: Session, study: Study) -> list[DayTotal]:
    """Questionnaires handed in, cumulative, on each day that brought one."""
    query = select(DayCount.day, DayCount.answered).where(
        DayCount.study_id == study.id, DayCount.answered > 0
    )
    days = session.execute(query.order_by(DayCount.day)).all()
    totals = accumulate(answered for _, answered in days)
    return [DayTotal(day, total) for (day, _), total in zip(days, totals, strict=True)]


def centre_total(session: Session, study: Study) -> int:
    """How many centres `by_centre` tells of."""
    query = select(func.count()).select_from(CentreCount).where(CentreCount.study_id == study.id, _TOLD)
    return session.scalar(query) or 0


def unasked_centres(session: Session, study: Study) -> int:
    """How many centres of the lists have no patient to be asked about: theirs are asked elsewhere."""
    query = select(func.count()).select_from(CentreCount).join(Centre, Centre.id == CentreCount.centre_id)
    nobody = (CentreCount.study_id == study.id, CentreCount.asked == 0, Centre.merged_into_id.is_(None))
    return session.scalar(query.where(*nobody)) or 0


def centres_sorted(
    session: Session, study: Study, by: str, *, descending: bool, limit: int, offset: int
) -> list[CentreRate]:
    """A page of `by_centre`, sorted by one of SORTS (KeyError for anything else), ties by centre."""
    column = SORTS[by]
    ordered = _centres(study).order_by(
        (column.desc() if descending else column.asc()).nulls_last(), Centre.number
    )
    return _centre_rates(session, ordered.limit(limit).offset(offset))


def _centres(study: Study) -> Select[*tuple[Any, ...]]:
    return (
        select(Centre.code, Centre.name, Centre.city, *_COUNTED)
        .join(CentreCount, CentreCount.centre_id == Centre.id)
        .where(CentreCount.study_id == study.id, _TOLD)
    )


def _centre_rates(session: Session, query: Select[*tuple[Any, ...]]) -> list[CentreRate]:
    return [CentreRate(code, name, city, Counts(*rest)) for code, name, city, *rest in session.execute(query)]
