"""Cohort: rows may be linked by rule (d), the rarity of initials in the list itself."""

from alembic import op

revision = "0012"
down_revision = "0011"

RULES = ("first", "a", "b", "c", "decided")
WITH_D = ("first", "a", "b", "c", "d", "decided")


def upgrade() -> None:
    """One more rule."""
    _allow(WITH_D, instead_of=RULES)


def downgrade() -> None:
    """Takes it away; what it linked was linked by rule (c), the nearest there is."""
    op.execute("UPDATE authorisation SET link_rule = 'c' WHERE link_rule = 'd'")
    op.execute("UPDATE list_row SET reason = 'c' WHERE reason = 'd'")
    _allow(RULES, instead_of=WITH_D)


def _allow(rules: tuple[str, ...], instead_of: tuple[str, ...]) -> None:
    new, old = (", ".join(f"'{rule}'" for rule in some) for some in (rules, instead_of))
    if op.get_bind().dialect.name == "sqlite":
        _rewrite(f"link_rule IN ({old})", f"link_rule IN ({new})")
        return
    op.execute("ALTER TABLE authorisation DROP CONSTRAINT ck_authorisation_link_rule")
    op.execute(f"ALTER TABLE authorisation ADD CONSTRAINT ck_authorisation_link_rule CHECK (link_rule IN ({new}))")


def _rewrite(old: str, new: str) -> None:
    # As in 0009: SQLite changes no CHECK, and copying the table would cost its keys and the time of all its rows.
    connection = op.get_bind()
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    connection.exec_driver_sql(
        "UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = 'authorisation'",
        (old, new),
    )
    connection.exec_driver_sql(f"PRAGMA schema_version = {int(version) + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")
