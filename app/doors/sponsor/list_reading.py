"""Imported lists as screens show them: rows with codes and fates, never an identity."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from app.cohort.models import Authorisation, Centre, ListImport, ListRow, Patient, Study


@dataclass(frozen=True)
class ImportedList:
    """One file that was imported, with the counts its report gave."""

    id: int
    name: str
    at: datetime
    by: str
    sha256: str
    counts: dict[str, int]


@dataclass(frozen=True)
class ImportedRow:
    """One row of it and what became of it."""

    sheet: str
    source_row: int
    sheet_row: int | None
    fate: str
    reason: str
    patient: str | None
    centre: str | None
    course: int | None
    granted_on: date | None


def imports_of(session: Session, study: Study) -> list[ImportedList]:
    """Every import of the study, the newest first."""
    query = select(ListImport).where(ListImport.study_id == study.id).order_by(ListImport.id.desc())
    return [_imported(one) for one in session.scalars(query)]


def find_import(session: Session, study: Study, import_id: int) -> ImportedList:
    """One import of this study; somebody else's is not found."""
    found = session.get(ListImport, import_id)
    if found is None or found.study_id != study.id:
        raise NotFound
    return _imported(found)


def import_rows(
    session: Session, study: Study, import_id: int, *, fate: str, limit: int, offset: int
) -> list[ImportedRow]:
    """A page of the rows of an import, those of one fate when `fate` names it."""
    query = (
        select(
            ListRow.sheet,
            ListRow.source_row,
            ListRow.sheet_row,
            ListRow.fate,
            ListRow.reason,
            Patient.code,
            Centre.code,
            Authorisation.course_no,
            Authorisation.granted_on,
        )
        .outerjoin(Authorisation, Authorisation.id == ListRow.id)
        .outerjoin(Patient, Patient.id == Authorisation.patient_id)
        .outerjoin(Centre, Centre.id == Authorisation.centre_id)
        .where(ListRow.study_id == study.id, ListRow.import_id == import_id)
        .order_by(ListRow.source_row)
    )
    if fate:
        query = query.where(ListRow.fate == fate)
    rows = session.execute(query.limit(limit).offset(offset))
    return [ImportedRow(*row) for row in rows]


def _imported(row: ListImport) -> ImportedList:
    counts: dict[str, Any] = orjson.loads(row.counts)
    return ImportedList(row.id, row.file_name, row.imported_at, row.imported_by, row.sha256, counts)
