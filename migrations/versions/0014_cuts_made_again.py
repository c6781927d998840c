"""Extraction: a cut made again at the desk, and what came out."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Adds the cut to export_job, and what was found."""
    op.add_column("export_job", sa.Column("again", sa.Integer))
    op.add_column("export_job", sa.Column("found", sa.Text))


def downgrade() -> None:
    """Takes both away again."""
    with op.batch_alter_table("export_job") as table:
        table.drop_column("found")
        table.drop_column("again")
