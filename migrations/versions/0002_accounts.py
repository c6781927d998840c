"""Accounts: staff, their sessions, failed sign-ins, files awaiting a confirmation, identities asked for."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Creates the accounts."""
    op.create_table(
        "staff",
        sa.Column("id", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("must_change_password", sa.Boolean, nullable=False),
        sa.Column("one_time_until", sa.DateTime(timezone=True)),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_signed_in_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
        sa.UniqueConstraint("email", name="uq_staff_email"),
        sa.CheckConstraint("role IN ('manager', 'statistician', 'reader')", name="ck_staff_role"),
    )
    op.create_table(
        "staff_session",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("staff_id", sa.Integer, nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("end_reason", sa.String(16)),
        sa.PrimaryKeyConstraint("token_hash", name="pk_staff_session"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_staff_session_staff_id"),
        sa.CheckConstraint(
            "end_reason IN ('signed_out', 'disabled', 'password', 'role', 'replaced')",
            name="ck_staff_session_end_reason",
        ),
    )
    op.create_index("ix_staff_session_staff_id", "staff_session", ["staff_id"])
    op.create_table(
        "login_failure",
        sa.Column("id", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("mailbox", sa.String(64), nullable=False),
        sa.Column("network", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_login_failure"),
    )
    op.create_index("ix_login_failure_at", "login_failure", ["at"])
    _create_session_belongings()


def _create_session_belongings() -> None:
    op.create_table(
        "held_file",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("session_hash", sa.String(64), nullable=False),
        sa.Column("study", sa.String(64), nullable=False),
        sa.Column("purpose", sa.String(32), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("suffix", sa.String(8), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_held_file"),
        sa.ForeignKeyConstraint(
            ["session_hash"], ["staff_session.token_hash"], name="fk_held_file_session_hash"
        ),
    )
    op.create_index("ix_held_file_expires_at", "held_file", ["expires_at"])
    op.create_table(
        "identity_view",
        sa.Column("session_hash", sa.String(64), nullable=False),
        sa.Column("study", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("session_hash", "study", name="pk_identity_view"),
        sa.ForeignKeyConstraint(
            ["session_hash"], ["staff_session.token_hash"], name="fk_identity_view_session_hash"
        ),
    )


def downgrade() -> None:
    """Removes the accounts."""
    for table in ("identity_view", "held_file", "login_failure", "staff_session", "staff"):
        op.drop_table(table)
