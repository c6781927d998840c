"""Every row of every table as text, so that "nothing changed" can be said of a whole database."""

from __future__ import annotations

from sqlalchemy import MetaData, select

from app.kernel.database import Database


def dump(database: Database) -> dict[str, list[str]]:
    """All tables of the database, found in the database itself, with their rows in a fixed order."""
    found = MetaData()
    found.reflect(database.engine)
    with database.reading() as session:
        return {
            table.name: sorted(repr(tuple(row)) for row in session.execute(select(table)))
            for table in found.sorted_tables
        }
