"""Everything a database holds, to compare before and after."""

from __future__ import annotations

from sqlalchemy import select

from app.kernel.installation import Installation
from app.kernel.tables import Base


def dump(installation: Installation) -> dict[str, list[str]]:
    """The rows of every table as sorted text."""
    with installation.database.reading() as session:
        return {
            table.name: sorted(repr(tuple(row)) for row in session.execute(select(table)))
            for table in Base.metadata.sorted_tables
        }
