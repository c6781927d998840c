"""Outreach and collection: calls in which answers are taken, and what was handed in during one."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Creates call, and names the call of a submission that was made in one."""
    op.create_table(
        "call",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("contact_id", sa.Integer, nullable=False),
        sa.Column("staff_id", sa.Integer, nullable=False),
        sa.Column("person_name", sa.String(200), nullable=False),
        sa.Column("person_function", sa.String(200), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_call"),
        sa.UniqueConstraint("contact_id", name="uq_call_contact_id"),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_call_contact_id"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_call_staff_id"),
    )
    op.add_column("submission", sa.Column("call_id", sa.String(32)))
    heard = sa.text("call_id IS NOT NULL")
    op.create_index(
        "ix_submission_call_id", "submission", ["call_id"], sqlite_where=heard, postgresql_where=heard
    )


def downgrade() -> None:
    """Takes them away again."""
    op.drop_index("ix_submission_call_id", "submission")
    op.drop_column("submission", "call_id")
    op.drop_table("call")
