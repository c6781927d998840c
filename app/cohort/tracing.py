"""The trace: one line per data row ever imported, from the file to the patient and the centre. Reads only."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from app.cohort.models import Authorisation, Centre, ListImport, ListRow, ListRowIdentity, Patient, Study
from app.cohort.patients import raw_cells
from app.cohort.reasons import reason_text
from app.kernel.language import Language
from app.kernel.vault import Vault


@dataclass(frozen=True, slots=True)
class TraceRow:
    """What became of one row. Codes are empty while undecided; `centre` is the row's own."""

    file: str
    sheet: str
    source_row: int
    sheet_row: int | None
    atu_num: str
    patient: str
    centre: str
    course: int | str
    fate: str
    reason: str


def trace_rows(
    session: Session, vault: Vault, study: Study, *, language: Language = "fr", patient: Patient | None = None
) -> Iterator[TraceRow]:
    """Every imported row in order of import and position; of one patient only, when given."""
    taker, house = aliased(Patient), aliased(Centre)
    query = (
        select(
            ListImport.file_name,
            ListRow.id,
            ListRow.sheet,
            ListRow.source_row,
            ListRow.sheet_row,
            ListRow.fingerprint,
            ListRow.fate,
            ListRow.reason,
            ListRowIdentity.raw,
            taker.code,
            house.code,
            Authorisation.course_no,
        )
        .join(ListImport, ListImport.id == ListRow.import_id)
        .join(ListRowIdentity, ListRowIdentity.row_id == ListRow.id)
        .outerjoin(Authorisation, Authorisation.id == ListRow.id)
        .outerjoin(taker, taker.id == Authorisation.patient_id)
        .outerjoin(house, house.id == Authorisation.centre_id)
        .where(ListRow.study_id == study.id)
        .order_by(ListRow.import_id, ListRow.source_row)
    )
    if patient is not None:
        query = query.where(Authorisation.patient_id == patient.id)
    # A twin has no authorisation of its own: it shows where its original went.
    originals: dict[str, tuple[str, str, int | str]] = {}
    found = session.execute(query)
    for file, key, sheet, row, there, fingerprint, fate, reason, raw, code, centre, course in found:
        went = (code or "", centre or "", course if course is not None else "")
        went = originals.setdefault(fingerprint, went)
        number = raw_cells(vault, key, raw).get("atu_num", "").strip()
        yield TraceRow(file, sheet, row, there, number, *went, fate, reason_text(reason, language))
