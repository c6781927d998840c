"""Cohort: the number that a list's own sheet shows beside a row; unknown for rows imported before."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Adds the number."""
    op.add_column("list_row", sa.Column("sheet_row", sa.Integer))


def downgrade() -> None:
    """Takes it away."""
    op.drop_column("list_row", "sheet_row")
