"""The tables of extraction: frozen cuts, and the exports that somebody asked for. No answer is copied into them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.cohort import models as cohort  # the tables that these ones point at
from app.extraction.formats import FORMATS
from app.kernel.tables import Base, RandomKey, UtcDateTime, enum_check, intpk

__all__ = ["STATES", "Cut", "ExportJob", "cohort"]

STATES = ("asked", "building", "done", "failed")


class Cut(Base):
    """A frozen export: what it held and how to know it again. `counts` and `filters` are JSON."""

    __tablename__ = "cut"
    __table_args__ = (
        UniqueConstraint("study_id", "number", name="uq_cut_study_number"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("journal_entries >= 0", name="journal_entries"),
    )

    id: Mapped[intpk]
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"))
    number: Mapped[int]
    name: Mapped[str] = mapped_column(Text)
    frozen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    frozen_by: Mapped[str] = mapped_column(Text)
    data_at: Mapped[datetime] = mapped_column(UtcDateTime)
    questionnaire_version: Mapped[int]
    questionnaire_sha256: Mapped[str] = mapped_column(String(64))
    rules_sha256: Mapped[str | None] = mapped_column(String(64))
    filters: Mapped[str] = mapped_column(Text)
    counts: Mapped[str] = mapped_column(Text)
    data_sha256: Mapped[str] = mapped_column(String(64))
    file_sha256: Mapped[str] = mapped_column(String(64))
    journal_entries: Mapped[int]
    journal_head: Mapped[str] = mapped_column(String(64))
    software: Mapped[str] = mapped_column(String(40))


class ExportJob(Base):
    """An export asked at the sponsor door, built by the worker; it says how far it has come."""

    __tablename__ = "export_job"
    __table_args__ = (
        enum_check("format", FORMATS),
        enum_check("state", STATES),
        CheckConstraint("(state = 'done') = (file_sha256 IS NOT NULL)", name="done_has_file"),
        CheckConstraint("state != 'failed' OR failure IS NOT NULL", name="failed_has_reason"),
        CheckConstraint("rows_done >= 0 AND rows_total >= 0", name="rows"),
        Index("ix_export_job_state_asked_at", "state", "asked_at"),
        Index("ix_export_job_study_id", "study_id"),
    )

    id: Mapped[RandomKey]
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"))
    format: Mapped[str] = mapped_column(String(4))
    labels: Mapped[bool]
    submitted_only: Mapped[bool]
    since_cut: Mapped[int | None]
    freeze_as: Mapped[str | None] = mapped_column(Text)
    again: Mapped[int | None]
    """The cut that is made again and compared; ``found`` then says what came out, as JSON."""
    found: Mapped[str | None] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by: Mapped[str] = mapped_column(Text)
    asked_role: Mapped[str] = mapped_column(Text)
    asked_organisation: Mapped[str] = mapped_column(Text)
    asked_ref: Mapped[str | None] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(8))
    rows_done: Mapped[int] = mapped_column(default=0)
    rows_total: Mapped[int] = mapped_column(default=0)
    beat_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    file_name: Mapped[str | None] = mapped_column(Text)
    file_sha256: Mapped[str | None] = mapped_column(String(64))
    failure: Mapped[str | None] = mapped_column(Text)
