"""Collection: the call in which a reason for no answer was said."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Names the call of a disposition that was said in one."""
    op.add_column("disposition", sa.Column("call_id", sa.String(32)))
    heard = sa.text("call_id IS NOT NULL")
    op.create_index(
        "ix_disposition_call_id", "disposition", ["call_id"], sqlite_where=heard, postgresql_where=heard
    )


def downgrade() -> None:
    """Takes it away again."""
    op.drop_index("ix_disposition_call_id", "disposition")
    op.drop_column("disposition", "call_id")
