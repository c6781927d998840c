"""The tables of the collection: questionnaires, responses, submissions, dispositions, facts checked. No rule lives here."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.tables import Base, RandomKey, UtcDateTime, enum_check, intpk

STATUSES = ("draft", "submitted", "corrected")
HANDED_IN = ("submitted", "corrected")
FACT_STATES = ("confirmed", "proposed", "accepted", "refused", "withdrawn")
DISPOSITIONS = ("not_our_patient", "never_treated", "chart_not_found", "moved", "opposed")


class QuestionnaireVersion(Base):
    """A questionnaire as it was published: immutable; a changed definition is the next number."""

    __tablename__ = "questionnaire_version"
    __table_args__ = (
        UniqueConstraint("study_id", "number", name="uq_questionnaire_version_number"),
        UniqueConstraint("study_id", "sha256", name="uq_questionnaire_version_sha256"),
        CheckConstraint("number >= 1", name="number"),
    )

    id: Mapped[intpk]
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"))
    number: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    body: Mapped[str] = mapped_column(Text)
    changes: Mapped[str] = mapped_column(Text)
    list_rules: Mapped[str | None] = mapped_column(Text)
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_by: Mapped[str] = mapped_column(Text)


class Response(Base):
    """One patient's questionnaire. It belongs to the patient, never to the person who types."""

    __tablename__ = "response"
    __table_args__ = (
        UniqueConstraint("patient_id", name="uq_response_patient_id"),
        enum_check("status", STATUSES),
        CheckConstraint("(status = 'draft') = (submitted_at IS NULL)", name="submitted_has_time"),
        CheckConstraint("revision >= 0", name="revision"),
        CheckConstraint("required_left >= 0 AND required_left <= required_total", name="required_left"),
        Index("ix_response_study_status", "study_id", "status"),
    )

    id: Mapped[RandomKey]
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"))
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("questionnaire_version.id"))
    document: Mapped[str] = mapped_column(Text)
    revision: Mapped[int]
    status: Mapped[str] = mapped_column(String(16))
    first_answer_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_answer_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Counted in the transaction of every save, so that worklists and dashboards never read an answer.
    required_total: Mapped[int]
    required_left: Mapped[int]
    blocking: Mapped[int]
    warnings: Mapped[int]
    situation: Mapped[str] = mapped_column(Text)
    evaluated: Mapped[str | None] = mapped_column(Text)
    evaluated_key: Mapped[str | None] = mapped_column(String(64))
    simulated: Mapped[bool]


class Mutation(Base):
    """One acknowledged save or submission: the id its sender gave it, and the reply that a replay gets again."""

    __tablename__ = "mutation"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    response_id: Mapped[str] = mapped_column(ForeignKey("response.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64))
    reply: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Submission(Base):
    """A response handed in: by whom, at which revision, with its receipt, and what was deliberately left out."""

    __tablename__ = "submission"
    __table_args__ = (
        UniqueConstraint("response_id", name="uq_submission_response_id"),
        UniqueConstraint("receipt", name="uq_submission_receipt"),
        CheckConstraint("(left_out = '[]') = (left_out_because IS NULL)", name="left_out_has_reason"),
        Index(
            "ix_submission_call_id",
            "call_id",
            sqlite_where=text("call_id IS NOT NULL"),
            postgresql_where=text("call_id IS NOT NULL"),
        ),
    )

    id: Mapped[intpk]
    response_id: Mapped[str] = mapped_column(ForeignKey("response.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("questionnaire_version.id"))
    revision: Mapped[int]
    receipt: Mapped[str] = mapped_column(String(16))
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_name: Mapped[str] = mapped_column(Text)
    by_role: Mapped[str] = mapped_column(Text)
    by_organisation: Mapped[str] = mapped_column(Text)
    left_out: Mapped[str] = mapped_column(Text)
    left_out_because: Mapped[str | None] = mapped_column(Text)
    # The telephone call in which it was handed in; the calls are kept by the room that makes them, above this one.
    call_id: Mapped[str | None] = mapped_column(String(32))


class Disposition(Base):
    """Why there is no answer for a patient; withdrawn rather than deleted. At most one is in force."""

    __tablename__ = "disposition"
    __table_args__ = (
        enum_check("kind", DISPOSITIONS),
        CheckConstraint("kind != 'moved' OR destination IS NOT NULL", name="moved_has_destination"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="withdrawn_by_somebody"),
        Index(
            "uq_disposition_in_force",
            "patient_id",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        Index(
            "ix_disposition_call_id",
            "call_id",
            sqlite_where=text("call_id IS NOT NULL"),
            postgresql_where=text("call_id IS NOT NULL"),
        ),
    )

    id: Mapped[intpk]
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"))
    kind: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_name: Mapped[str] = mapped_column(Text)
    by_role: Mapped[str] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    destination: Mapped[str | None] = mapped_column(Text)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[str | None] = mapped_column(Text)
    # The telephone call in which it was said.
    call_id: Mapped[str | None] = mapped_column(String(32))


class FactCheck(Base):
    """What a centre said of one fact of the list: that it is right, or another value proposed; and what became of that.

    `sealed` holds the list's value and the proposed one, since either may be an identity.
    """

    __tablename__ = "fact_check"
    __table_args__ = (
        UniqueConstraint("response_id", "name", name="uq_fact_check_response_id_name"),
        enum_check("state", FACT_STATES),
        CheckConstraint("(state IN ('accepted', 'refused')) = (decided_at IS NOT NULL)", name="decided_at"),
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decided_by"),
        CheckConstraint("state != 'refused' OR reason IS NOT NULL", name="refused_has_reason"),
        Index("ix_fact_check_study_state", "study_id", "state"),
    )

    id: Mapped[RandomKey]
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"))
    response_id: Mapped[str] = mapped_column(ForeignKey("response.id"))
    name: Mapped[str] = mapped_column(String(32))
    fact: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(16))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    revision: Mapped[int]
    said_at: Mapped[datetime] = mapped_column(UtcDateTime)
    said_by: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)

    def typed_by(self, name: str | None) -> bool:
        """Whether this account typed it, as staff do on the telephone."""
        return name is not None and self.said_by.partition(", ")[0] == name
