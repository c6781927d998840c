"""Exports asked at the desk and built by the worker: asked, taken by one worker, told how far, done or failed."""

import logging
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Select, and_, func, or_, select, update
from sqlalchemy.orm import Session

from app.cohort.models import Patient, Study
from app.extraction.cuts import cut_numbered, cut_path
from app.extraction.errors import ExportFailed, UnknownFormat, UnknownJob
from app.extraction.exporting import export, own_folder
from app.extraction.feeding import Progress
from app.extraction.formats import FORMATS
from app.extraction.freezing import freeze, make_again
from app.extraction.models import ExportJob
from app.journal.recording import record
from app.kernel.actor import Actor
from app.kernel.clock import Clock
from app.kernel.errors import Refusal
from app.kernel.installation import Installation
from app.kernel.language import LANGUAGES, Language
from app.kernel.texts import kept_line

log = logging.getLogger("recueil.exports")

LONGEST_NAME = 120
LEASE = timedelta(minutes=2)
"""A building job that gave no sign for so long lost its worker and is taken again."""
TOLD_EVERY = timedelta(seconds=1)
"""How often a building job says how far it is: every word is a durable write."""
_SUFFIX = {"xlsx": "xlsx", "csv": "csv.zip", "sav": "sav.zip", "dta": "dta.zip", "xpt": "xpt.zip"}


def ask_export(
    session: Session,
    study: Study,
    *,
    actor: Actor,
    now: datetime,
    format: str = "xlsx",
    labels: bool = False,
    submitted_only: bool = False,
    since: int | None = None,
    freeze_as: str | None = None,
    again: int | None = None,
) -> ExportJob:
    """A job for the worker; with ``freeze_as`` (a name, may be empty) it becomes the next cut; ``again`` compares a cut.

    Raises UnknownFormat, UnknownCut, TextRefused for a name that cannot be kept.
    """
    if again is not None:
        cut_numbered(session, study, again)
    if format not in FORMATS or (freeze_as is not None and format != "xlsx"):
        raise UnknownFormat(format=format, known=", ".join(FORMATS) if freeze_as is None else "xlsx")
    job = ExportJob(
        study_id=study.id, format=format, labels=labels, submitted_only=submitted_only, since_cut=since,
        freeze_as=_cut_name(freeze_as), again=again, asked_at=now, asked_by=actor.name, asked_role=actor.role,
        asked_organisation=actor.organisation, asked_ref=actor.ref, state="asked", rows_done=0,
        rows_total=_patients(session, study),
    )  # fmt: skip
    session.add(job)
    session.flush()
    record(
        session, actor=actor, at=now, action="export.asked", subject_type="export", subject_id=job.id,
        study=study.code, new=format if again is None else f"again {again}",
    )  # fmt: skip
    return job


def _cut_name(typed: str | None) -> str | None:
    return None if typed is None else kept_line(typed, LONGEST_NAME) or ""


def _patients(session: Session, study: Study) -> int:
    query = select(func.count()).where(Patient.study_id == study.id, Patient.merged_into_id.is_(None))
    return session.scalar(query) or 0


def list_jobs(session: Session, study: Study, limit: int = 50) -> list[ExportJob]:
    """The newest asked exports of a study first."""
    query = select(ExportJob).where(ExportJob.study_id == study.id).order_by(ExportJob.asked_at.desc(), ExportJob.id)
    return list(session.scalars(query.limit(limit)))


def job_of(session: Session, study: Study, job_id: str) -> ExportJob:
    """One asked export of this study. Raises UnknownJob."""
    job = session.scalar(select(ExportJob).where(ExportJob.id == job_id, ExportJob.study_id == study.id))
    if job is None:
        raise UnknownJob()
    return job


def job_path(installation: Installation, job: ExportJob) -> Path:
    """Where the file of a finished job lies. Raises UnknownJob while it is not done, or when the file is gone."""
    if job.state != "done" or job.file_name is None:
        raise UnknownJob()
    path = installation.settings.home / job.file_name
    if not path.is_file():
        raise UnknownJob()
    return path


def build_asked_exports(installation: Installation, clock: Clock) -> int:
    """Build every asked export, oldest first; the number built (failed ones count: they say why). 0: nothing was due."""
    built = 0
    while (job := take_next(installation, clock())) is not None:
        _build(installation, job, clock)
        built += 1
    return built


def take_next(installation: Installation, now: datetime) -> ExportJob | None:
    """The oldest job that waits, or whose worker is silent, now taken by the caller; None when there is none."""
    with installation.database.writing() as session:
        job = session.scalars(_waiting(now)).first()
        if job is None:
            return None
        job.state, job.beat_at, job.rows_done = "building", now, 0
        session.flush()
        session.expunge(job)
        return job


def _waiting(now: datetime) -> Select[ExportJob]:
    silent = and_(ExportJob.state == "building", ExportJob.beat_at < now - LEASE)
    query = select(ExportJob).where(or_(ExportJob.state == "asked", silent))
    return query.order_by(ExportJob.asked_at, ExportJob.id).limit(1).with_for_update(skip_locked=True)


def _build(installation: Installation, job: ExportJob, clock: Clock) -> None:
    told = clock()

    def tell(done: int) -> None:
        nonlocal told
        if clock() - told >= TOLD_EVERY:
            told = clock()
            _set(installation, job.id, rows_done=done, beat_at=told)

    try:
        made = _compare(installation, job, tell) if job.again is not None else _write(installation, job, clock(), tell)
    except Refusal as refusal:
        _fail(installation, job, refusal, clock())
        return
    except Exception:
        # A bug must not be tried for ever, nor keep the worker from its mails.
        reference = job.id[:8]
        log.exception("export %s failed (reference %s)", job.id, reference)
        _fail(installation, job, ExportFailed(reference=reference), clock())
        return
    _set(installation, job.id, state="done", finished_at=clock(), rows_done=ExportJob.rows_total, **made)


def _fail(installation: Installation, job: ExportJob, refusal: Refusal, now: datetime) -> None:
    words = orjson.dumps({language: refusal.message(language) for language in LANGUAGES}).decode()
    _set(installation, job.id, state="failed", failure=words, finished_at=now)


def failure_of(job: ExportJob, language: Language) -> str:
    """Why a job failed, for people; one that failed before both languages were kept says it in French."""
    failure = job.failure or ""
    return str(orjson.loads(failure)[language]) if failure.startswith("{") else failure


def found_of(job: ExportJob) -> dict[str, Any] | None:
    """What a comparison found, as `./recueil cuts --again --json` says it; None for another job, or before its end."""
    found: dict[str, Any] | None = orjson.loads(job.found) if job.found else None
    return found


def _compare(installation: Installation, job: ExportJob, tell: Progress) -> dict[str, object]:
    assert job.again is not None
    found = make_again(installation, _code(installation, job), job.again, tell)
    return {"found": orjson.dumps(found.as_json()).decode(), "file_sha256": found.sha256}


def _code(installation: Installation, job: ExportJob) -> str:
    with installation.database.reading() as session:
        return session.get_one(Study, job.study_id).code


def _write(installation: Installation, job: ExportJob, now: datetime, tell: Progress) -> dict[str, object]:
    home, code = installation.settings.home, _code(installation, job)
    actor = Actor("staff", job.asked_by, job.asked_role, job.asked_organisation, job.asked_ref)
    if job.freeze_as is not None:
        frozen = freeze(installation, code, actor=actor, now=now, name=job.freeze_as, labels=job.labels,
                        submitted_only=job.submitted_only, since=job.since_cut, progress=tell)
        path, exported = cut_path(home, code, frozen.number), frozen.exported
    else:
        path = own_folder(home / "exports" / job.id / f"{code}.{_SUFFIX[job.format]}")
        exported = export(installation, code, path, actor=actor, now=now, format=job.format, labels=job.labels,
                          submitted_only=job.submitted_only, since=job.since_cut, progress=tell)
    return {"file_name": str(path.relative_to(home)), "file_sha256": exported.sha256}


def _set(installation: Installation, job_id: str, **values: object) -> None:
    with installation.database.writing() as session:
        session.execute(update(ExportJob).where(ExportJob.id == job_id).values(**values))


