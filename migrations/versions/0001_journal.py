"""The journal: chained entries, their values, and the triggers that make both append-only on both engines."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")
APPEND_ONLY = ("journal_entry", "journal_value")


def upgrade() -> None:
    """Creates the journal."""
    op.create_table(
        "journal_entry",
        sa.Column("seq", BIG, nullable=False, autoincrement=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_kind", sa.String(16), nullable=False),
        sa.Column("actor_name", sa.Text, nullable=False),
        sa.Column("actor_role", sa.Text, nullable=False),
        sa.Column("actor_organisation", sa.Text, nullable=False),
        sa.Column("actor_ref", sa.String(64)),
        sa.Column("study", sa.String(64)),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("subject_type", sa.String(64), nullable=False),
        sa.Column("subject_id", sa.String(128), nullable=False),
        sa.Column("field", sa.String(128)),
        sa.Column("commitment", sa.String(64), nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_journal_entry"),
        sa.CheckConstraint(
            "actor_kind IN ('staff', 'respondent', 'command', 'system')", name="ck_journal_entry_actor_kind"
        ),
    )
    op.create_index("ix_journal_entry_subject", "journal_entry", ["subject_type", "subject_id"])
    op.create_index("ix_journal_entry_study_action", "journal_entry", ["study", "action"])
    op.create_table(
        "journal_value",
        sa.Column("seq", BIG, nullable=False, autoincrement=False),
        sa.Column("salt", sa.String(32), nullable=False),
        sa.Column("old", sa.Text),
        sa.Column("new", sa.Text),
        sa.Column("reason", sa.Text),
        sa.PrimaryKeyConstraint("seq", name="pk_journal_value"),
        sa.ForeignKeyConstraint(["seq"], ["journal_entry.seq"], name="fk_journal_value_seq"),
    )
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table in APPEND_ONLY:
        (_guard_sqlite if sqlite else _guard_postgres)(table)


def downgrade() -> None:
    """Removes the journal."""
    op.drop_table("journal_value")
    op.drop_table("journal_entry")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION journal_is_append_only()")


def _guard_sqlite(table: str) -> None:
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
        )


def _guard_postgres(table: str) -> None:
    op.execute(
        "CREATE OR REPLACE FUNCTION journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the journal is append-only'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only()"
    )
