"""Tracking: counters of each centre and day, kept by triggers in the transaction that they count."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

# One centre, counted afresh. A patient stands in one column only (app/tracking/models.py).
RECOUNT = """
    UPDATE centre_count SET (asked, answered, disposed, started, entries) = (
        SELECT count(*),
            coalesce(sum(CASE WHEN r.status <> 'draft' THEN 1 ELSE 0 END), 0),
            coalesce(sum(CASE WHEN coalesce(r.status, 'draft') = 'draft' AND d.id IS NOT NULL
                THEN 1 ELSE 0 END), 0),
            coalesce(sum(CASE WHEN r.status = 'draft' AND d.id IS NULL THEN 1 ELSE 0 END), 0),
            (SELECT count(*) FROM entry e JOIN link l ON l.id = e.link_id
                JOIN respondent q ON q.id = l.respondent_id WHERE q.centre_id = {centre})
        FROM patient p
        LEFT JOIN response r ON r.patient_id = p.id
        LEFT JOIN disposition d ON d.patient_id = p.id AND d.withdrawn_at IS NULL
        WHERE p.centre_id = {centre} AND p.merged_into_id IS NULL
    ), version = version + 1 WHERE centre_id = {centre};
"""
BIRTH = """
    INSERT INTO centre_count (centre_id, study_id, asked, answered, disposed, started, entries, version)
    VALUES (NEW.id, NEW.study_id, 0, 0, 0, 0, 0, 1);
"""
ASK = """
    UPDATE centre_count SET asked = asked + 1, version = version + 1
    WHERE centre_id = NEW.centre_id AND NEW.merged_into_id IS NULL;
"""
# A new response is the commonest change, and comes by the hundred thousand in an import: it only adds.
RESPOND = """
    UPDATE centre_count SET
        answered = answered + CASE WHEN NEW.status <> 'draft' THEN 1 ELSE 0 END,
        disposed = disposed - CASE WHEN NEW.status <> 'draft' AND EXISTS (SELECT 1 FROM disposition
                WHERE patient_id = NEW.patient_id AND withdrawn_at IS NULL) THEN 1 ELSE 0 END,
        started = started + CASE WHEN NEW.status = 'draft' AND NOT EXISTS (SELECT 1 FROM disposition
                WHERE patient_id = NEW.patient_id AND withdrawn_at IS NULL) THEN 1 ELSE 0 END,
        version = version + 1
    WHERE centre_id = (SELECT centre_id FROM patient WHERE id = NEW.patient_id AND merged_into_id IS NULL);
"""
ENTER = """
    UPDATE centre_count SET entries = entries + 1, version = version + 1 WHERE centre_id = (
        SELECT q.centre_id FROM link l JOIN respondent q ON q.id = l.respondent_id WHERE l.id = NEW.link_id);
"""
RENAME = "UPDATE centre_count SET version = version + 1 WHERE centre_id = NEW.id;"
DAY = """
    INSERT INTO day_count (study_id, day, answered)
    SELECT {row}.study_id, {day}, {step} FROM patient p
    WHERE p.id = {row}.patient_id AND p.merged_into_id IS NULL AND {row}.submitted_at IS NOT NULL
    ON CONFLICT (study_id, day) DO UPDATE SET answered = day_count.answered + excluded.answered;
"""
MERGED_DAY = """
    INSERT INTO day_count (study_id, day, answered)
    SELECT r.study_id, {day}, CASE WHEN NEW.merged_into_id IS NULL THEN 1 ELSE -1 END FROM response r
    WHERE r.patient_id = NEW.id AND r.submitted_at IS NOT NULL
        AND (NEW.merged_into_id IS NULL) <> (OLD.merged_into_id IS NULL)
    ON CONFLICT (study_id, day) DO UPDATE SET answered = day_count.answered + excluded.answered;
"""
DAYS = """
    INSERT INTO day_count (study_id, day, answered)
    SELECT r.study_id, {day}, count(*) FROM response r JOIN patient p ON p.id = r.patient_id
    WHERE r.submitted_at IS NOT NULL AND p.merged_into_id IS NULL GROUP BY r.study_id, {day}
"""
SQLITE_DAY, POSTGRES_DAY = "substr({0}.submitted_at, 1, 10)", "({0}.submitted_at AT TIME ZONE 'UTC')::date"
PATIENTS_CENTRE = "(SELECT centre_id FROM patient WHERE id = {row}.patient_id)"


def upgrade() -> None:
    """Creates the counters, counts what is there, and keeps them from now on."""
    _create_tables()
    sqlite = op.get_bind().dialect.name == "sqlite"
    if not sqlite:
        op.execute(_postgres_recount())
    for name, event, bodies in _triggers(SQLITE_DAY if sqlite else POSTGRES_DAY):
        (_sqlite_trigger if sqlite else _postgres_trigger)(name, event, bodies)
    _count_what_is_there(SQLITE_DAY if sqlite else POSTGRES_DAY)


def downgrade() -> None:
    """Removes the counters and their triggers."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for name, event, _ in _triggers(SQLITE_DAY):
        table = event.rsplit(" ", 1)[-1]
        op.execute(f"DROP TRIGGER {name}" if sqlite else f"DROP TRIGGER {name} ON {table}")
        if not sqlite:
            op.execute(f"DROP FUNCTION {name}()")
    if not sqlite:
        op.execute("DROP FUNCTION tracking_recount(integer)")
    op.drop_table("day_count")
    op.drop_table("centre_count")


def _create_tables() -> None:
    counts = ("asked", "answered", "disposed", "started", "entries", "version")
    op.create_table(
        "centre_count",
        sa.Column("centre_id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("study_id", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in counts),
        sa.PrimaryKeyConstraint("centre_id", name="pk_centre_count"),
        sa.ForeignKeyConstraint(
            ["centre_id"], ["centre.id"], name="fk_centre_count_centre_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name="fk_centre_count_study_id"),
        sa.CheckConstraint(
            "asked >= 0 AND answered >= 0 AND disposed >= 0 AND started >= 0 AND entries >= 0",
            name="ck_centre_count_positive",
        ),
    )
    op.create_index("ix_centre_count_study_id", "centre_count", ["study_id", "version"])
    op.create_table(
        "day_count",
        sa.Column("study_id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("answered", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("study_id", "day", name="pk_day_count"),
        sa.ForeignKeyConstraint(["study_id"], ["study.id"], name="fk_day_count_study_id"),
    )


def _triggers(day: str) -> list[tuple[str, str, tuple[str, ...]]]:
    """Name, event with its table last, and the statements of each; `recount:x` counts centre x afresh."""
    of_new, of_old = PATIENTS_CENTRE.format(row="NEW"), PATIENTS_CENTRE.format(row="OLD")
    one_more = DAY.format(row="NEW", day=day.format("NEW"), step="1")
    one_less = DAY.format(row="OLD", day=day.format("OLD"), step="-1")
    merged = MERGED_DAY.format(day=day.format("r"))
    both = ("recount:OLD.centre_id", "recount:NEW.centre_id")
    return [
        ("tracking_centre_new", "INSERT ON centre", (BIRTH,)),
        ("tracking_centre_named", "UPDATE OF code, name, city ON centre", (RENAME,)),
        ("tracking_patient_new", "INSERT ON patient", (ASK,)),
        ("tracking_patient_moved", "UPDATE OF centre_id, merged_into_id ON patient", (*both, merged)),
        ("tracking_patient_gone", "DELETE ON patient", ("recount:OLD.centre_id",)),
        ("tracking_response_new", "INSERT ON response", (RESPOND, one_more)),
        (
            "tracking_response_changed",
            "UPDATE OF status, submitted_at, patient_id ON response",
            (f"recount:{of_old}", f"recount:{of_new}", one_less, one_more),
        ),
        ("tracking_response_gone", "DELETE ON response", (f"recount:{of_old}", one_less)),
        ("tracking_disposition_new", "INSERT ON disposition", (f"recount:{of_new}",)),
        ("tracking_disposition_changed", "UPDATE OF withdrawn_at ON disposition", (f"recount:{of_new}",)),
        ("tracking_disposition_gone", "DELETE ON disposition", (f"recount:{of_old}",)),
        ("tracking_entry_new", "INSERT ON entry", (ENTER,)),
        ("tracking_respondent_moved", "UPDATE OF centre_id ON respondent", both),
    ]


def _sqlite_trigger(name: str, event: str, bodies: tuple[str, ...]) -> None:
    statements = (
        RECOUNT.format(centre=body.removeprefix("recount:")) if body.startswith("recount:") else body
        for body in bodies
    )
    op.execute(f"CREATE TRIGGER {name} AFTER {event} BEGIN {' '.join(statements)} END")


def _postgres_recount() -> str:
    # The row is locked first: the UPDATE then starts with a snapshot that sees what the last one to hold it
    # committed. Without the lock two simultaneous submissions of a centre would count one.
    return (
        "CREATE FUNCTION tracking_recount(wanted integer) RETURNS void LANGUAGE plpgsql AS $$ BEGIN "
        "PERFORM 1 FROM centre_count WHERE centre_id = wanted FOR UPDATE; "
        f"{RECOUNT.format(centre='wanted')} END $$"
    )


def _postgres_trigger(name: str, event: str, bodies: tuple[str, ...]) -> None:
    statements = (
        f"PERFORM tracking_recount({body.removeprefix('recount:')});" if body.startswith("recount:") else body
        for body in bodies
    )
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {' '.join(statements)} RETURN NULL; END $$"
    )
    op.execute(f"CREATE TRIGGER {name} AFTER {event} FOR EACH ROW EXECUTE FUNCTION {name}()")


def _count_what_is_there(day: str) -> None:
    op.execute(
        "INSERT INTO centre_count "
        "(centre_id, study_id, asked, answered, disposed, started, entries, version) "
        "SELECT id, study_id, 0, 0, 0, 0, 0, 1 FROM centre"
    )
    op.execute(
        RECOUNT.format(centre="centre_count.centre_id").replace(
            "WHERE centre_id = centre_count.centre_id", ""
        )
    )
    op.execute(DAYS.replace("{day}", day.format("r")))
