"""Outreach: the mail that says a new person came in, and sealed copies of what was sent."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

KINDS = ("announcement", "invitation", "reminder_nothing", "reminder_partial", "reminder_query", "colleague")
TABLES = ("mail", "wave", "message_text")


def upgrade() -> None:
    """One more kind of mail, and the table of copies."""
    _allow((*KINDS, "newcomer"), instead_of=KINDS)
    op.create_table(
        "mail_copy",
        sa.Column("mail_id", sa.String(32), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("mail_id", name="pk_mail_copy"),
        sa.ForeignKeyConstraint(["mail_id"], ["mail.id"], name="fk_mail_copy_mail_id"),
    )


def downgrade() -> None:
    """Takes both away, with the mails of that kind."""
    op.drop_table("mail_copy")
    for table in TABLES:
        gone = sa.table(table, sa.column("kind"))
        op.execute(sa.delete(gone).where(gone.c.kind == "newcomer"))
    _allow(KINDS, instead_of=(*KINDS, "newcomer"))


def _allow(kinds: tuple[str, ...], instead_of: tuple[str, ...]) -> None:
    new, old = (", ".join(f"'{kind}'" for kind in some) for some in (kinds, instead_of))
    if op.get_bind().dialect.name == "sqlite":
        _rewrite(f"kind IN ({old})", f"kind IN ({new})")
        return
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_kind")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_kind CHECK (kind IN ({new}))")


def _rewrite(old: str, new: str) -> None:
    # SQLite changes no CHECK; copying the tables would lose their triggers and keys. Its manual names this way for a
    # change that touches no row (lang_altertable.html, section 7); the schema's number makes every reader read it anew.
    connection = op.get_bind()
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    connection.exec_driver_sql(
        "UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name IN (?, ?, ?)",
        (old, new, *TABLES),
    )
    connection.exec_driver_sql(f"PRAGMA schema_version = {int(version) + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")
