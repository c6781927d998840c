"""Freezing a cut: its workbook kept in the home, its facts in the database; and making it again to compare.

The same data, questionnaire and software give the same bytes; a cut made again from changed data says so.
"""

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.cohort.models import Study
from app.cohort.studies import find_study
from app.extraction.changes import count_changes
from app.extraction.cuts import counts_of, cut_numbered, cut_path, next_number
from app.extraction.errors import CutBusy
from app.extraction.exporting import Exported, file_sha256, own_folder, write_extraction
from app.extraction.feeding import Progress
from app.extraction.models import Cut
from app.extraction.reading import Filters
from app.extraction.software import software
from app.extraction.tables import Extraction, Wishes
from app.journal.recording import record
from app.kernel.actor import Actor
from app.kernel.installation import Installation
from app.kernel.tables import random_key

MOST_AT_ONCE = 10
Wanted = tuple[str, bool, bool, int | None]


@dataclass(frozen=True)
class Frozen:
    """A cut that was made: its number, its file, and what was written."""

    number: int
    exported: Exported


@dataclass(frozen=True)
class Comparison:
    """A cut made again: whether the kept file is untouched, data, software and bytes the same, and what changed since.

    ``sha256`` is that of the file made again. ``sheets`` has the sheets that gained or lost rows, then and now; ``changes``
    counts the journalled changes by kind (the sheet ``changements`` of an export since this cut tells each).
    """

    number: int
    file_intact: bool
    same_data: bool
    same_bytes: bool
    same_software: bool
    sha256: str
    sheets: dict[str, tuple[int, int]]
    changes: dict[str, int]

    def as_json(self) -> dict[str, Any]:
        """As ``./recueil cuts --again --json`` says it."""
        return {"number": self.number, "file_intact": self.file_intact, "same_data": self.same_data,
                "same_bytes": self.same_bytes, "same_software": self.same_software, "sha256": self.sha256,
                "sheets": self.sheets, "changes": self.changes}


def freeze(
    installation: Installation,
    study_code: str,
    *,
    actor: Actor,
    now: datetime,
    name: str = "",
    labels: bool = False,
    submitted_only: bool = False,
    since: int | None = None,
    progress: Progress = lambda done: None,
) -> Frozen:
    """The next cut of a study: written, then recorded and journalled. Raises UnknownStudy, UnknownCut, CannotWrite, CutBusy.

    Its number is in the file, and is taken only when the file is recorded: whoever comes second writes again under the
    next one, and no file that was kept is ever replaced.
    """
    wanted = name, labels, submitted_only, since
    for _ in range(MOST_AT_ONCE):
        cut, exported = _written(installation, study_code, wanted, actor, now, progress)
        try:
            return _kept(installation, study_code, cut, exported, actor, now)
        except IntegrityError:
            continue
        finally:
            exported.file.unlink(missing_ok=True)
    raise CutBusy


def _written(
    installation: Installation, study_code: str, wanted: Wanted, actor: Actor, now: datetime, progress: Progress
) -> tuple[Cut, Exported]:
    """The next cut in a file of its own beside its place, under the number that is free now."""
    name, labels, submitted_only, since = wanted
    with installation.database.reading() as session:
        study = find_study(session, study_code)
        number = next_number(session, study)
        wishes = Wishes(labels, submitted_only, cut_numbered(session, study, since) if since else None)
        path = cut_path(installation.settings.home, study.code, number)
        extraction = Extraction(session, installation.vault, study, wishes, progress)
        beside = own_folder(path.with_name(f".{random_key()}.xlsx"))
        exported = write_extraction(extraction, beside, "xlsx", title_of(number, name))
        return _cut(extraction, exported, number, name, actor, now, since), exported


def _kept(
    installation: Installation, study_code: str, cut: Cut, exported: Exported, actor: Actor, now: datetime
) -> Frozen:
    """The cut under its number, its file in its place. Raises IntegrityError when the number was taken meanwhile."""
    path = cut_path(installation.settings.home, study_code, cut.number)
    with installation.database.writing() as session:
        session.add(cut)
        session.flush()
        _journal(session, study_code, cut, actor, now)
        os.replace(exported.file, path)
    return Frozen(cut.number, replace(exported, file=path))


def title_of(number: int, name: str) -> str:
    """How lisez_moi names a cut."""
    return f"n° {number}" + (f" : {name}" if name else "")


def _cut(
    extraction: Extraction, exported: Exported, number: int, name: str, actor: Actor, now: datetime, since: int | None
) -> Cut:
    newest = max(extraction.reading.published.values(), key=lambda one: one.number)
    wishes = extraction.wishes
    filters = {"submitted_only": wishes.submitted_only, "labels": wishes.labels, "since": since}
    return Cut(
        study_id=extraction.study.id, number=number, name=name, frozen_at=now, frozen_by=actor.name,
        data_at=exported.anchor.at, questionnaire_version=newest.number, questionnaire_sha256=newest.sha256,
        rules_sha256=extraction.reading.rules_sha256, filters=orjson.dumps(filters).decode(),
        counts=orjson.dumps(dict(exported.sheets)).decode(), data_sha256=exported.data_sha256,
        file_sha256=exported.sha256, journal_entries=exported.anchor.entries, journal_head=exported.anchor.head,
        software=software(),
    )  # fmt: skip


def _journal(session: Session, study_code: str, cut: Cut, actor: Actor, now: datetime) -> None:
    record(
        session, actor=actor, at=now, action="cut.frozen", subject_type="study", subject_id=study_code,
        study=study_code, field=str(cut.number), new=cut.file_sha256,
    )  # fmt: skip


def make_again(
    installation: Installation, study_code: str, number: int, progress: Progress = lambda done: None
) -> Comparison:
    """The cut made again from today's data, beside the kept one; nothing is changed. Raises UnknownStudy, UnknownCut."""
    with installation.database.reading() as session, tempfile.TemporaryDirectory() as folder:
        study = find_study(session, study_code)
        cut = cut_numbered(session, study, number)
        exported = _again(installation, session, study, cut, Path(folder), progress)
        kept = cut_path(installation.settings.home, study.code, number)
        intact = kept.exists() and file_sha256(kept) == cut.file_sha256
        filters = Filters(orjson.loads(cut.filters)["submitted_only"])
        return Comparison(
            number, intact, exported.data_sha256 == cut.data_sha256, exported.sha256 == cut.file_sha256,
            cut.software == software(), exported.sha256, _sheets(counts_of(cut), exported.sheets),
            count_changes(session, study, cut, filters),
        )  # fmt: skip


def _sheets(then: Mapping[str, int], now: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    return {name: (then.get(name, 0), now.get(name, 0)) for name in {**then, **now} if then.get(name) != now.get(name)}


def _again(
    installation: Installation, session: Session, study: Study, cut: Cut, folder: Path, progress: Progress
) -> Exported:
    filters = orjson.loads(cut.filters)
    since = cut_numbered(session, study, filters["since"]) if filters["since"] else None
    wishes = Wishes(filters["labels"], filters["submitted_only"], since)
    extraction = Extraction(session, installation.vault, study, wishes, progress)
    return write_extraction(extraction, folder / "again.xlsx", "xlsx", title_of(cut.number, cut.name))
