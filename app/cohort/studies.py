"""Studies: registering one and finding it. What a study asks lies in its questionnaire, not here."""

from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from app.cohort.errors import PrefixTaken, UnknownStudy
from app.cohort.models import Study
from app.journal.recording import record
from app.kernel.actor import Actor
from app.kernel.prepared import Prepared, flushed

_CODE = Prepared(select(Study.code).where(Study.id == bindparam("study")))


def register_study(
    session: Session,
    *,
    code: str,
    title_fr: str,
    title_en: str,
    code_prefix: str,
    now: datetime,
    actor: Actor,
) -> Study:
    """The study of this code, created and journalled the first time; safe to repeat. Raises PrefixTaken."""
    known = known_study(session, code, code_prefix)
    if known is not None:
        return known
    study = Study(code=code, title_fr=title_fr, title_en=title_en, code_prefix=code_prefix, opened_at=now)
    session.add(study)
    session.flush()
    record(
        session,
        actor=actor,
        at=now,
        action="study.opened",
        subject_type="study",
        subject_id=code,
        study=code,
        new=title_fr,
    )
    return study


def known_study(session: Session, code: str, prefix: str) -> Study | None:
    """The study of this code if it is open. Raises PrefixTaken where opening it would give two studies one prefix."""
    known = session.scalar(select(Study).where(Study.code == code))
    if known is not None:
        return known
    taken = session.scalar(select(Study.code).where(func.upper(Study.code_prefix) == prefix.upper()).limit(1))
    if taken is not None:
        raise PrefixTaken(study=code, prefix=prefix, other=taken)
    return None


def find_study(session: Session, code: str) -> Study:
    """The open study of this code. Raises UnknownStudy."""
    study = session.scalar(select(Study).where(Study.code == code))
    if study is None:
        raise UnknownStudy(study=code)
    return study


def code_of(session: Session, study_id: int) -> str:
    """The code of the study of this id."""
    found = _CODE.first(flushed(session), study=study_id)
    if found is None:
        raise LookupError(study_id)
    return str(found[0])


def list_studies(session: Session) -> list[Study]:
    """Every open study, in the order of opening."""
    return list(session.scalars(select(Study).order_by(Study.id)))
