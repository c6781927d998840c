"""The two tables of the journal: the chained entries, and beside them the values that they commit to."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.tables import Base, UtcDateTime, enum_check

ACTOR_KINDS = ("staff", "respondent", "command", "system")


class JournalEntry(Base):
    """One fact: who did what to which thing, when. Append-only by trigger; `hash` chains it to its elder."""

    __tablename__ = "journal_entry"
    __table_args__ = (
        enum_check("actor_kind", ACTOR_KINDS),
        Index("ix_journal_entry_subject", "subject_type", "subject_id"),
        Index("ix_journal_entry_study_action", "study", "action"),
    )

    seq: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_kind: Mapped[str] = mapped_column(String(16))
    actor_name: Mapped[str] = mapped_column(Text)
    actor_role: Mapped[str] = mapped_column(Text)
    actor_organisation: Mapped[str] = mapped_column(Text)
    actor_ref: Mapped[str | None] = mapped_column(String(64))
    study: Mapped[str | None] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(64))
    subject_type: Mapped[str] = mapped_column(String(64))
    subject_id: Mapped[str] = mapped_column(String(128))
    field: Mapped[str | None] = mapped_column(String(128))
    commitment: Mapped[str] = mapped_column(String(64))
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class JournalValue(Base):
    """The values behind an entry's commitment, apart so that a lawful erasure leaves the chain verifiable."""

    __tablename__ = "journal_value"

    seq: Mapped[int] = mapped_column(ForeignKey("journal_entry.seq"), primary_key=True, autoincrement=False)
    salt: Mapped[str] = mapped_column(String(32))
    old: Mapped[str | None] = mapped_column(Text)
    new: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
