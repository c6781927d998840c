"""Facts of the list that a centre confirmed, or proposed otherwise; and what the sponsor decided."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Creates fact_check."""
    op.create_table(
        "fact_check",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("study_id", sa.Integer, nullable=False),
        sa.Column("response_id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("fact", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("said_at", INSTANT, nullable=False),
        sa.Column("said_by", sa.Text, nullable=False),
        sa.Column("decided_at", INSTANT),
        sa.Column("decided_by", sa.Text),
        sa.Column("reason", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_fact_check"),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name="fk_fact_check_study_id"),
        sa.ForeignKeyConstraint(["response_id"], ["response.id"], name="fk_fact_check_response_id"),
        sa.UniqueConstraint("response_id", "name", name="uq_fact_check_response_id_name"),
        sa.CheckConstraint(
            "state IN ('confirmed', 'proposed', 'accepted', 'refused', 'withdrawn')",
            name="ck_fact_check_state",
        ),
        sa.CheckConstraint(
            "(state IN ('accepted', 'refused')) = (decided_at IS NOT NULL)", name="ck_fact_check_decided_at"
        ),
        sa.CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="ck_fact_check_decided_by"),
        sa.CheckConstraint(
            "state != 'refused' OR reason IS NOT NULL", name="ck_fact_check_refused_has_reason"
        ),
    )
    op.create_index("ix_fact_check_study_state", "fact_check", ["study_id", "state"])


def downgrade() -> None:
    """Removes fact_check."""
    op.drop_table("fact_check")
