"""Tables of the cohort: studies, centres, patients and the list rows they came from; identities lie apart."""

from datetime import date, datetime
from typing import Literal

from sqlalchemy import (
    BigInteger,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.tables import Base, RandomKey, UtcDateTime, enum_check, intpk

Fate = Literal[
    "kept", "duplicate", "refused", "other_product", "other_indication", "outside_window", "review"
]
FATES: tuple[Fate, ...] = (
    "kept",
    "duplicate",
    "refused",
    "other_product",
    "other_indication",
    "outside_window",
    "review",
)
AUTH_KINDS = ("atu_nominative", "atu_cohorte", "aac", "aap", "rtu")
REQUEST_TYPES = ("initial", "renewal")
STATUSES = ("granted", "refused", "cancelled", "pending")
LINK_RULES = ("first", "a", "b", "c", "d", "decided")
ALIAS_ORIGINS = ("list", "typo", "decided", "given")
CASE_KINDS = ("patient", "centre", "row", "number", "changed", "withdrawn")
CASE_STATES = ("open", "decided", "settled")


class Study(Base):
    """One study that was opened here; `code_prefix` starts the patients' public codes."""

    __tablename__ = "study"

    id: Mapped[intpk]
    code: Mapped[str] = mapped_column(String(64), unique=True)
    title_fr: Mapped[str] = mapped_column(Text)
    title_en: Mapped[str] = mapped_column(Text)
    code_prefix: Mapped[str] = mapped_column(String(8))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Centre(Base):
    """A hospital of a study. A merged centre stays, pointing at the one that took over: it can come back."""

    __tablename__ = "centre"
    __table_args__ = (
        UniqueConstraint("study_id", "number"),
        Index("ix_centre_merged_into_id", "merged_into_id"),
    )

    id: Mapped[intpk]
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"))
    number: Mapped[int]
    code: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(Text)
    city: Mapped[str | None] = mapped_column(Text)
    postcode: Mapped[str | None] = mapped_column(String(5))
    department: Mapped[str | None] = mapped_column(String(3))
    finess: Mapped[str | None] = mapped_column(String(9))
    legal_body: Mapped[str | None] = mapped_column(String(32))
    patients_coded: Mapped[int] = mapped_column(default=0)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("centre.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CentreAlias(Base):
    """One spelling of one centre, remembered for the next list; `origin` says how it was resolved."""

    __tablename__ = "centre_alias"
    __table_args__ = (
        UniqueConstraint("study_id", "spelling_key"),
        enum_check("origin", ALIAS_ORIGINS),
        Index("ix_centre_alias_centre_id", "centre_id"),
    )

    id: Mapped[intpk]
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"))
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    spelling_key: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    city: Mapped[str] = mapped_column(Text)
    postcode: Mapped[str] = mapped_column(String(16))
    finess: Mapped[str] = mapped_column(String(16))
    origin: Mapped[str] = mapped_column(String(8))
    seen: Mapped[int] = mapped_column(default=0)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Patient(Base):
    """A patient under a random key. A merged patient stays, pointing at the one who took over.

    `code` is public, given once, and survives moves and merges; `centre_id` is the centre that is asked.
    """

    __tablename__ = "patient"
    __table_args__ = (
        UniqueConstraint("study_id", "code"),
        Index("ix_patient_study_id_centre_id", "study_id", "centre_id"),
    )

    id: Mapped[RandomKey]
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"))
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    code: Mapped[str] = mapped_column(String(32))
    first_grant_on: Mapped[date | None] = mapped_column(Date)
    last_grant_on: Mapped[date | None] = mapped_column(Date)
    incident: Mapped[bool | None]
    incident_decided: Mapped[bool] = mapped_column(default=False)
    sex: Mapped[int | None] = mapped_column(SmallInteger)
    enrolled: Mapped[bool] = mapped_column(default=False)
    merged_into_id: Mapped[str | None] = mapped_column(ForeignKey("patient.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PatientIdentity(Base):
    """What could name a patient: initials and birth, one sealed JSON text bound to this row."""

    __tablename__ = "patient_identity"

    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"), primary_key=True)
    identity: Mapped[bytes] = mapped_column(LargeBinary)


class ListImport(Base):
    """One file that was imported; `counts` is what the report said, as JSON."""

    __tablename__ = "list_import"
    __table_args__ = (Index("ix_list_import_study_id_sha256", "study_id", "sha256"),)

    id: Mapped[intpk]
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"))
    file_name: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    imported_at: Mapped[datetime] = mapped_column(UtcDateTime)
    imported_by: Mapped[str] = mapped_column(Text)
    counts: Mapped[str] = mapped_column(Text)


class ListRow(Base):
    """One data row of an imported file and what became of it.

    `id` is the import's id times 1,000,000 plus the row's position: a row can be sealed before it is stored.
    `source_row` counts the data rows of the file over its sheets; `sheet_row` is the number that the sheet itself
    shows beside the row. `fingerprint` meets its exact twins, `number_index` the same number; both are keyed.
    """

    __tablename__ = "list_row"
    __table_args__ = (
        enum_check("fate", FATES),
        # No more indexes than this: every one is paid for 100,000 times an import, and a list is read whole.
        Index("ix_list_row_study_id_import_id", "study_id", "import_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    import_id: Mapped[int] = mapped_column(ForeignKey("list_import.id"))
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"))
    sheet: Mapped[str] = mapped_column(Text)
    source_row: Mapped[int]
    sheet_row: Mapped[int | None]
    fingerprint: Mapped[str] = mapped_column(String(32))
    number_index: Mapped[str | None] = mapped_column(String(32))
    fate: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(32))
    flags: Mapped[str] = mapped_column(Text)


class ListRowIdentity(Base):
    """Every raw cell of a row, kept unchanged beside what was read from it: one sealed JSON text."""

    __tablename__ = "list_row_identity"

    row_id: Mapped[int] = mapped_column(ForeignKey("list_row.id"), primary_key=True, autoincrement=False)
    raw: Mapped[bytes] = mapped_column(LargeBinary)


class Authorisation(Base):
    """One authorisation, the reading of one list row (same id) that is no exact twin of another.

    `link_rule` says which rule gave it its patient (`first`, `a`, `b`, `c`, `d`, `decided`).
    """

    __tablename__ = "authorisation"
    __table_args__ = (
        enum_check("auth_kind", AUTH_KINDS),
        enum_check("request_type", REQUEST_TYPES),
        enum_check("status", STATUSES),
        enum_check("link_rule", LINK_RULES),
        Index("ix_authorisation_patient_id", "patient_id"),
    )

    id: Mapped[int] = mapped_column(ForeignKey("list_row.id"), primary_key=True, autoincrement=False)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"))
    patient_id: Mapped[str | None] = mapped_column(ForeignKey("patient.id"))
    centre_id: Mapped[int | None] = mapped_column(ForeignKey("centre.id"))
    auth_kind: Mapped[str] = mapped_column(String(16))
    request_type: Mapped[str | None] = mapped_column(String(8))
    request_type_inferred: Mapped[bool]
    status: Mapped[str | None] = mapped_column(String(16))
    granted_on: Mapped[date | None] = mapped_column(Date)
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    duration_days: Mapped[int | None]
    product: Mapped[str | None] = mapped_column(String(64))
    strength: Mapped[str | None] = mapped_column(String(32))
    sex: Mapped[int | None] = mapped_column(SmallInteger)
    in_window: Mapped[bool | None]
    course_no: Mapped[int | None]
    link_rule: Mapped[str | None] = mapped_column(String(8))


class ReviewCase(Base):
    """Something the rules would not decide alone. `facts` (JSON) names rows and candidates, no identity."""

    __tablename__ = "review_case"
    __table_args__ = (
        enum_check("kind", CASE_KINDS),
        enum_check("state", CASE_STATES),
        Index("ix_review_case_study_id_state", "study_id", "state"),
    )

    id: Mapped[intpk]
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"))
    import_id: Mapped[int | None] = mapped_column(ForeignKey("list_import.id"))
    kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(8))
    weight: Mapped[int]
    probability: Mapped[float | None]
    facts: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Decision(Base):
    """What a person decided on a case (or on two centres or patients), with all that undoing it needs."""

    __tablename__ = "decision"
    __table_args__ = (Index("ix_decision_case_id", "case_id"), Index("ix_decision_study_id", "study_id"))

    id: Mapped[intpk]
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("review_case.id"))
    mutation_id: Mapped[str] = mapped_column(String(64), unique=True)
    action: Mapped[str] = mapped_column(String(16))
    decided_by: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str | None] = mapped_column(Text)
    before: Mapped[str] = mapped_column(Text)
    undone_by: Mapped[str | None] = mapped_column(Text)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ListMapping(Base):
    """A saved answer to «which column is which» of a study: header → field, as JSON, kept under a name."""

    __tablename__ = "list_mapping"
    __table_args__ = (UniqueConstraint("study_id", "name"),)

    id: Mapped[intpk]
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"))
    name: Mapped[str] = mapped_column(Text)
    headers: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    saved_by: Mapped[str] = mapped_column(Text)
