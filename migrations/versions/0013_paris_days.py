"""Tracking: a day of the counters is a day in Paris, as everywhere else."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

ROWS = ("NEW", "OLD", "r")
SQLITE_UTC = "substr({0}.submitted_at, 1, 10)"
# SQLite knows no time zone. Summer time, since 1996: from the last Sunday of March, 01:00 UTC, to that of October.
SQLITE_PARIS = (
    "date({0}.submitted_at, CASE WHEN substr({0}.submitted_at, 1, 19) BETWEEN "
    "date(substr({0}.submitted_at, 1, 4) || '-04-01', 'weekday 0', '-7 days') || ' 01:00:00' AND "
    "date(substr({0}.submitted_at, 1, 4) || '-11-01', 'weekday 0', '-7 days') || ' 00:59:59' "
    "THEN '+2 hours' ELSE '+1 hour' END)"
)
POSTGRES_UTC = "({0}.submitted_at AT TIME ZONE 'UTC')::date"
POSTGRES_PARIS = "({0}.submitted_at AT TIME ZONE 'Europe/Paris')::date"
COUNT = """
    INSERT INTO day_count (study_id, day, answered)
    SELECT r.study_id, {day}, count(*) FROM response r JOIN patient p ON p.id = r.patient_id
    WHERE r.submitted_at IS NOT NULL AND p.merged_into_id IS NULL GROUP BY r.study_id, {day}
"""


def upgrade() -> None:
    """The triggers of 0007 count days in Paris, and what is there is counted again."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    _say(*((SQLITE_UTC, SQLITE_PARIS) if sqlite else (POSTGRES_UTC, POSTGRES_PARIS)))


def downgrade() -> None:
    """Days in UTC again."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    _say(*((SQLITE_PARIS, SQLITE_UTC) if sqlite else (POSTGRES_PARIS, POSTGRES_UTC)))


def _say(old: str, new: str) -> None:
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        known = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND substr(name, 1, 9) = 'tracking_'"
    else:
        known = (
            "SELECT proname, pg_get_functiondef(oid) FROM pg_proc WHERE starts_with(proname, 'tracking_') "
            "AND pronamespace = current_schema()::regnamespace"
        )
    for name, body in connection.exec_driver_sql(known).all():
        said = body
        for row in ROWS:
            said = said.replace(old.format(row), new.format(row))
        if said != body:
            _replace(connection, name, said)
    connection.exec_driver_sql("DELETE FROM day_count")
    connection.exec_driver_sql(COUNT.format(day=new.format("r")))


def _replace(connection: sa.Connection, name: str, body: str) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    # PostgreSQL gives a function back as CREATE OR REPLACE; its trigger stays.
    connection.exec_driver_sql(body)
