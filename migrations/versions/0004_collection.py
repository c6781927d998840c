"""Published questionnaires, responses with their counters, mutations, submissions and dispositions."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

INSTANT = sa.DateTime(timezone=True)
TABLES = ("disposition", "submission", "mutation", "response", "questionnaire_version")


def upgrade() -> None:
    """Creates the collection."""
    _questionnaires()
    _responses()
    _mutations()
    _submissions()
    _dispositions()


def downgrade() -> None:
    """Removes the collection."""
    for table in TABLES:
        op.drop_table(table)


def _questionnaires() -> None:
    op.create_table(
        "questionnaire_version",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("study_id", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("changes", sa.Text, nullable=False),
        sa.Column("list_rules", sa.Text),
        sa.Column("published_at", INSTANT, nullable=False),
        sa.Column("published_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_questionnaire_version"),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name="fk_questionnaire_version_study_id"),
        sa.UniqueConstraint("study_id", "number", name="uq_questionnaire_version_number"),
        sa.UniqueConstraint("study_id", "sha256", name="uq_questionnaire_version_sha256"),
        sa.CheckConstraint("number >= 1", name="ck_questionnaire_version_number"),
    )


def _responses() -> None:
    op.create_table(
        "response",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("patient_id", sa.String(32), nullable=False),
        sa.Column("study_id", sa.Integer, nullable=False),
        sa.Column("version_id", sa.Integer, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("first_answer_at", INSTANT),
        sa.Column("last_answer_at", INSTANT),
        sa.Column("submitted_at", INSTANT),
        sa.Column("required_total", sa.Integer, nullable=False),
        sa.Column("required_left", sa.Integer, nullable=False),
        sa.Column("blocking", sa.Integer, nullable=False),
        sa.Column("warnings", sa.Integer, nullable=False),
        sa.Column("situation", sa.Text, nullable=False),
        sa.Column("evaluated", sa.Text),
        sa.Column("evaluated_key", sa.String(64)),
        sa.Column("simulated", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_response"),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_response_patient_id"),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name="fk_response_study_id"),
        sa.ForeignKeyConstraint(["version_id"], ["questionnaire_version.id"], name="fk_response_version_id"),
        sa.UniqueConstraint("patient_id", name="uq_response_patient_id"),
        sa.CheckConstraint("status IN ('draft', 'submitted', 'corrected')", name="ck_response_status"),
        sa.CheckConstraint(
            "(status = 'draft') = (submitted_at IS NULL)", name="ck_response_submitted_has_time"
        ),
        sa.CheckConstraint("revision >= 0", name="ck_response_revision"),
        sa.CheckConstraint(
            "required_left >= 0 AND required_left <= required_total", name="ck_response_required_left"
        ),
    )
    op.create_index("ix_response_study_status", "response", ["study_id", "status"])


def _mutations() -> None:
    op.create_table(
        "mutation",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("response_id", sa.String(32), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("reply", sa.Text, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_mutation"),
        sa.ForeignKeyConstraint(["response_id"], ["response.id"], name="fk_mutation_response_id"),
    )
    op.create_index("ix_mutation_response_id", "mutation", ["response_id"])


def _submissions() -> None:
    op.create_table(
        "submission",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("response_id", sa.String(32), nullable=False),
        sa.Column("version_id", sa.Integer, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("receipt", sa.String(16), nullable=False),
        sa.Column("submitted_at", INSTANT, nullable=False),
        sa.Column("by_name", sa.Text, nullable=False),
        sa.Column("by_role", sa.Text, nullable=False),
        sa.Column("by_organisation", sa.Text, nullable=False),
        sa.Column("left_out", sa.Text, nullable=False),
        sa.Column("left_out_because", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_submission"),
        sa.ForeignKeyConstraint(["response_id"], ["response.id"], name="fk_submission_response_id"),
        sa.ForeignKeyConstraint(
            ["version_id"], ["questionnaire_version.id"], name="fk_submission_version_id"
        ),
        sa.UniqueConstraint("response_id", name="uq_submission_response_id"),
        sa.UniqueConstraint("receipt", name="uq_submission_receipt"),
        sa.CheckConstraint(
            "(left_out = '[]') = (left_out_because IS NULL)", name="ck_submission_left_out_has_reason"
        ),
    )


def _dispositions() -> None:
    op.create_table(
        "disposition",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("patient_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by_name", sa.Text, nullable=False),
        sa.Column("by_role", sa.Text, nullable=False),
        sa.Column("note", sa.Text),
        sa.Column("destination", sa.Text),
        sa.Column("withdrawn_at", INSTANT),
        sa.Column("withdrawn_by", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_disposition"),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_disposition_patient_id"),
        sa.CheckConstraint(
            "kind IN ('not_our_patient', 'never_treated', 'chart_not_found', 'moved', 'opposed')",
            name="ck_disposition_kind",
        ),
        sa.CheckConstraint(
            "kind != 'moved' OR destination IS NOT NULL", name="ck_disposition_moved_has_destination"
        ),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="ck_disposition_withdrawn_by_somebody"
        ),
    )
    op.create_index(
        "uq_disposition_in_force",
        "disposition",
        ["patient_id"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
