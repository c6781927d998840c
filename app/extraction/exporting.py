"""An export: one snapshot read, one file written beside its final name and moved there when whole, and journalled."""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from app.cohort.studies import find_study
from app.extraction.anchoring import Anchor
from app.extraction.cuts import cut_numbered
from app.extraction.errors import CannotWrite, NoFolder, TableRefused, UnknownFormat
from app.extraction.feeding import Progress
from app.extraction.formats import FORMATS
from app.extraction.tables import Extraction, Wishes
from app.journal.recording import record
from app.kernel.actor import Actor
from app.kernel.installation import Installation
from exports.errors import ExportRefused
from exports.separated import write_csv
from exports.tables import Written
from exports.workbook import write_workbook

Write = Callable[[BinaryIO, Extraction, str | None], Written]


@dataclass(frozen=True)
class Exported:
    """What was written. ``companions`` are the other tables of a format that holds one table a file."""

    file: Path
    sha256: str
    sheets: Mapping[str, int]
    anchor: Anchor
    data_sha256: str
    companions: tuple[Path, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """As ``./recueil export --json`` says it."""
        said: dict[str, Any] = {"file": str(self.file), "sha256": self.sha256, "sheets": dict(self.sheets)}
        return said | ({"companions": [str(path) for path in self.companions]} if self.companions else {})


def export(
    installation: Installation,
    study_code: str,
    out: Path,
    *,
    actor: Actor,
    now: datetime,
    format: str = "xlsx",
    labels: bool = False,
    submitted_only: bool = False,
    since: int | None = None,
    progress: Progress = lambda done: None,
) -> Exported:
    """Write the tables of a study to ``out`` and journal it; nobody who saves meanwhile waits.

    ``since`` names an earlier cut: the changes since then get a sheet. Raises UnknownStudy, UnknownFormat, UnknownCut,
    NoFolder, CannotWrite, TableRefused; after a refusal ``out`` is as it was.
    """
    with installation.database.reading() as session:
        study = find_study(session, study_code)
        named = cut_numbered(session, study, since) if since is not None else None
        wishes = Wishes(labels, submitted_only, named)
        extraction = Extraction(session, installation.vault, study, wishes, progress)
        exported = write_extraction(extraction, out, format)
        code, facts = study.code, _facts(exported, format, wishes)
    with installation.database.writing() as session:
        record(
            session, actor=actor, at=now, action="export.made", subject_type="study", subject_id=code,
            study=code, new=orjson.dumps(facts).decode(),
        )  # fmt: skip
    return exported


def write_extraction(extraction: Extraction, out: Path, format: str, cut: str | None = None) -> Exported:
    """Write an extraction to ``out`` in a format, whole or not at all."""
    if format not in FORMATS:
        raise UnknownFormat(format=format, known=", ".join(FORMATS))
    if not out.parent.exists():
        raise NoFolder(folder=out.parent)
    try:
        if format in ("xlsx", "csv"):
            written, sha256 = _one_file(extraction, out, _WRITERS[format], cut)
            return Exported(out, sha256, written.sheets, extraction.anchor, extraction.data_sha256)
        from app.extraction.companions import write_companions

        return write_companions(extraction, out, format, cut)
    except ExportRefused as refused:
        raise TableRefused(why_fr=refused.message("fr"), why_en=refused.message("en")) from refused


def _one_file(extraction: Extraction, out: Path, write: Write, cut: str | None) -> tuple[Written, str]:
    with written_whole(out) as stream:
        written = write(stream, extraction, cut)
    return written, file_sha256(out)


def _xlsx(stream: BinaryIO, extraction: Extraction, cut: str | None) -> Written:
    return write_workbook(stream, extraction.passes(), extraction.front(cut))


def _csv(stream: BinaryIO, extraction: Extraction, cut: str | None) -> Written:
    front = extraction.front(cut)
    package = extraction.study.code.replace("_", "-")
    return write_csv(stream, extraction.passes(), front.opening, package=package, title=front.title)


_WRITERS: dict[str, Write] = {"xlsx": _xlsx, "csv": _csv}


def own_folder(file: Path) -> Path:
    """``file``, its folder in the home made where it is missing. Raises CannotWrite."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotWrite(file=file, why=error.strerror or error) from error
    return file


@contextmanager
def written_whole(out: Path) -> Iterator[BinaryIO]:
    """A stream that becomes ``out`` when the block ends well; after an error ``out`` is as it was."""
    try:
        handle, name = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.")
    except OSError as error:
        raise CannotWrite(file=out, why=error.strerror or error) from error
    try:
        with os.fdopen(handle, "w+b") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(name, out)
    except OSError as error:
        raise CannotWrite(file=out, why=error.strerror or error) from error
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)


def file_sha256(path: Path) -> str:
    """Fingerprint of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _facts(exported: Exported, format: str, wishes: Wishes) -> dict[str, Any]:
    return {
        "format": format, "labels": wishes.labels, "submitted_only": wishes.submitted_only,
        "since": wishes.since.number if wishes.since else None, "sha256": exported.sha256,
        "data_sha256": exported.data_sha256, "sheets": dict(exported.sheets),
    }  # fmt: skip
