"""Outreach: a manager's word that reminders may leave by the calendar."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Creates mandate."""
    op.create_table(
        "mandate",
        sa.Column("study_id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("people", sa.Integer, nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_by", sa.String(200), nullable=False),
        sa.Column("ran_on", sa.Date),
        sa.PrimaryKeyConstraint("study_id", name="pk_mandate"),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name="fk_mandate_study_id"),
        sa.CheckConstraint("people >= 1", name="ck_mandate_people"),
    )


def downgrade() -> None:
    """Removes mandate."""
    op.drop_table("mandate")
