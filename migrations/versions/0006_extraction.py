"""Extraction: frozen cuts, and the exports that somebody asked for."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Creates the two tables."""
    _cut()
    _export_job()


def _cut() -> None:
    op.create_table(
        "cut",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=True),
        sa.Column("study_id", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("frozen_at", INSTANT, nullable=False),
        sa.Column("frozen_by", sa.Text, nullable=False),
        sa.Column("data_at", INSTANT, nullable=False),
        sa.Column("questionnaire_version", sa.Integer, nullable=False),
        sa.Column("questionnaire_sha256", sa.String(64), nullable=False),
        sa.Column("rules_sha256", sa.String(64)),
        sa.Column("filters", sa.Text, nullable=False),
        sa.Column("counts", sa.Text, nullable=False),
        sa.Column("data_sha256", sa.String(64), nullable=False),
        sa.Column("file_sha256", sa.String(64), nullable=False),
        sa.Column("journal_entries", sa.Integer, nullable=False),
        sa.Column("journal_head", sa.String(64), nullable=False),
        sa.Column("software", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cut"),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name="fk_cut_study_id"),
        sa.UniqueConstraint("study_id", "number", name="uq_cut_study_number"),
        sa.CheckConstraint("number >= 1", name="ck_cut_number"),
        sa.CheckConstraint("journal_entries >= 0", name="ck_cut_journal_entries"),
    )


def _export_job() -> None:
    op.create_table(
        "export_job",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("study_id", sa.Integer, nullable=False),
        sa.Column("format", sa.String(4), nullable=False),
        sa.Column("labels", sa.Boolean, nullable=False),
        sa.Column("submitted_only", sa.Boolean, nullable=False),
        sa.Column("since_cut", sa.Integer),
        sa.Column("freeze_as", sa.Text),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("asked_by", sa.Text, nullable=False),
        sa.Column("asked_role", sa.Text, nullable=False),
        sa.Column("asked_organisation", sa.Text, nullable=False),
        sa.Column("asked_ref", sa.String(64)),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("rows_done", sa.Integer, nullable=False),
        sa.Column("rows_total", sa.Integer, nullable=False),
        sa.Column("beat_at", INSTANT),
        sa.Column("finished_at", INSTANT),
        sa.Column("file_name", sa.Text),
        sa.Column("file_sha256", sa.String(64)),
        sa.Column("failure", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_export_job"),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name="fk_export_job_study_id"),
        sa.CheckConstraint("format IN ('xlsx', 'csv', 'sav', 'dta', 'xpt')", name="ck_export_job_format"),
        sa.CheckConstraint(
            "state IN ('asked', 'building', 'done', 'failed')", name="ck_export_job_state"
        ),
        sa.CheckConstraint(
            "(state = 'done') = (file_sha256 IS NOT NULL)", name="ck_export_job_done_has_file"
        ),
        sa.CheckConstraint(
            "state != 'failed' OR failure IS NOT NULL", name="ck_export_job_failed_has_reason"
        ),
        sa.CheckConstraint("rows_done >= 0 AND rows_total >= 0", name="ck_export_job_rows"),
    )
    op.create_index("ix_export_job_state_asked_at", "export_job", ["state", "asked_at"])
    op.create_index("ix_export_job_study_id", "export_job", ["study_id"])


def downgrade() -> None:
    """Removes both tables."""
    op.drop_table("export_job")
    op.drop_table("cut")
