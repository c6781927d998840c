"""Frozen cuts: what was handed to statisticians, by number; listed, made again and checked, compared."""

from pathlib import Path

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cohort.models import Study
from app.extraction.errors import UnknownCut
from app.extraction.models import Cut


def list_cuts(session: Session, study: Study) -> list[Cut]:
    """The cuts of a study, newest first."""
    return list(session.scalars(select(Cut).where(Cut.study_id == study.id).order_by(Cut.number.desc())))


def cut_numbered(session: Session, study: Study, number: int) -> Cut:
    """The cut of that number. Raises UnknownCut."""
    found = session.scalar(select(Cut).where(Cut.study_id == study.id, Cut.number == number))
    if found is None:
        raise UnknownCut(number=number)
    return found


def next_number(session: Session, study: Study) -> int:
    """The number that the next cut of a study gets."""
    return (session.scalar(select(func.max(Cut.number)).where(Cut.study_id == study.id)) or 0) + 1


def cut_path(home: Path, study_code: str, number: int) -> Path:
    """Where the workbook of a cut is kept."""
    return home / "cuts" / study_code / f"{study_code}-{number:03d}.xlsx"


def counts_of(cut: Cut) -> dict[str, int]:
    """Rows of each sheet of a cut."""
    counts: dict[str, int] = orjson.loads(cut.counts)
    return counts


