"""The journal: complete with its transaction, append-only, chained, and tampering is found."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.journal.recording import record
from app.journal.verifying import head, verify
from app.kernel.actor import Actor
from app.kernel.installation import Installation

ACTOR = Actor("respondent", "Dr Test", "pharmacist", "CH de Test", "entry-1")


def _write(installation: Installation, count: int = 1, **facts: str) -> None:
    with installation.database.writing() as session:
        for number in range(count):
            record(
                session,
                actor=ACTOR,
                at=installation.clock(),
                action="answer.saved",
                subject_type="patient",
                subject_id=f"p{number}",
                study="calci_sts",
                field="v_surf@m12",
                old="12.5",
                new="É œ 漢",
                **facts,
            )


def _verify(
    installation: Installation, anchor: tuple[int, str] | None = None
) -> tuple[bool, int, str | None]:
    with installation.database.reading() as session:
        found = verify(session, anchor)
    return found.ok, found.entries, found.problem


def test_an_empty_journal_verifies(installation: Installation) -> None:
    assert _verify(installation) == (True, 0, None)


def test_facts_are_chained_in_order(installation: Installation) -> None:
    _write(installation, 3)
    _write(installation, 2)
    assert _verify(installation) == (True, 5, None)
    with installation.database.reading() as session:
        assert len(head(session)) == 64


def test_a_rolled_back_change_leaves_no_fact(installation: Installation) -> None:
    def fail_half_way() -> None:
        with installation.database.writing() as session:
            _record(session, installation)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    assert _verify(installation) == (True, 0, None)


def test_a_rolled_back_savepoint_leaves_no_fact(installation: Installation) -> None:
    with installation.database.writing() as session:
        _record(session, installation)
        savepoint = session.begin_nested()
        _record(session, installation)
        savepoint.rollback()
        with session.begin_nested():
            _record(session, installation)
    assert _verify(installation) == (True, 2, None)


def _record(session: Session, installation: Installation) -> None:
    record(session, actor=ACTOR, at=installation.clock(), action="a", subject_type="t", subject_id="1")


def test_an_actor_without_a_role_is_refused(installation: Installation) -> None:
    nameless = Actor("respondent", "Dr Test", " ", "CH de Test")
    with installation.database.writing() as session, pytest.raises(ValueError, match="role"):
        record(session, actor=nameless, at=installation.clock(), action="a", subject_type="t", subject_id="1")


def test_a_clock_going_back_never_reorders(installation: Installation) -> None:
    for hours in (0, -30, 2):
        with installation.database.writing() as session:
            record(
                session, actor=ACTOR, at=installation.clock() + timedelta(hours=hours),
                action="a", subject_type="t", subject_id=str(hours),
            )  # fmt: skip
    with installation.database.reading() as session:
        order = session.execute(text("SELECT subject_id FROM journal_entry ORDER BY seq")).scalars().all()
    assert order == ["0", "-30", "2"]
    assert _verify(installation)[0]


STATEMENTS = [
    "UPDATE journal_entry SET actor_name = 'x' WHERE seq = 1",
    "DELETE FROM journal_entry WHERE seq = 3",
    "UPDATE journal_value SET new = 'x' WHERE seq = 1",
    "DELETE FROM journal_value",
]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_database_itself_refuses_to_rewrite(installation: Installation, statement: str) -> None:
    _write(installation, 3)
    with pytest.raises(DBAPIError, match="append-only"), installation.database.writing() as session:
        session.execute(text(statement))
    assert _verify(installation) == (True, 3, None)


def test_replacing_and_truncating_are_refused_too(installation: Installation) -> None:
    _write(installation, 3)
    sqlite = installation.database.is_sqlite
    statement = (
        "INSERT OR REPLACE INTO journal_value (seq, salt) VALUES (1, 's')"
        if sqlite
        else "TRUNCATE journal_entry CASCADE"
    )
    with pytest.raises(DBAPIError, match="append-only"), installation.database.writing() as session:
        session.execute(text(statement))


def _without_triggers(session: Session, sqlite: bool) -> None:
    for table in ("journal_entry", "journal_value"):
        if sqlite:
            for verb in ("update", "delete"):
                session.execute(text(f"DROP TRIGGER {table}_no_{verb}"))
        else:
            session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))


def _swap(session: Session) -> None:
    session.execute(text("UPDATE journal_entry SET seq = -1 WHERE seq = 2"))
    session.execute(text("UPDATE journal_entry SET seq = 2 WHERE seq = 3"))
    session.execute(text("UPDATE journal_entry SET seq = 3 WHERE seq = -1"))


def _run(*statements: str) -> Callable[[Session], None]:
    def tamper(session: Session) -> None:
        for statement in statements:
            session.execute(text(statement))

    return tamper


TAMPERINGS = {
    "an actor renamed": _run("UPDATE journal_entry SET actor_name = 'x' WHERE seq = 2"),
    "a fact back-dated": _run("UPDATE journal_entry SET at = '2020-01-01 00:00:00+00:00' WHERE seq = 2"),
    "a field changed": _run("UPDATE journal_entry SET field = 'other' WHERE seq = 2"),
    "a value changed": _run("UPDATE journal_value SET new = 'x' WHERE seq = 2"),
    "an old value changed": _run("UPDATE journal_value SET old = NULL WHERE seq = 2"),
    "a salt changed": _run("UPDATE journal_value SET salt = 'x' WHERE seq = 2"),
    "a hash recomputed alone": _run(f"UPDATE journal_entry SET hash = '{'1' * 64}' WHERE seq = 2"),
    "the middle cut": _run(
        "DELETE FROM journal_value WHERE seq = 3", "DELETE FROM journal_entry WHERE seq = 3"
    ),
    "the beginning cut": _run(
        "DELETE FROM journal_value WHERE seq = 1", "DELETE FROM journal_entry WHERE seq = 1"
    ),
    "the tail cut": _run(
        "DELETE FROM journal_value WHERE seq = 5", "DELETE FROM journal_entry WHERE seq = 5"
    ),
    "two facts swapped": _swap,
}


@pytest.mark.parametrize("tampering", TAMPERINGS, ids=list(TAMPERINGS))
def test_tampering_past_the_triggers_is_found_with_the_anchor(
    installation: Installation, tampering: str
) -> None:
    _write(installation, 5)
    with installation.database.reading() as session:
        anchor = (5, head(session))
    with installation.database.writing() as session:
        _without_triggers(session, installation.database.is_sqlite)
        if installation.database.is_sqlite:
            session.execute(text("PRAGMA defer_foreign_keys = ON"))
        TAMPERINGS[tampering](session)
    ok, _, problem = _verify(installation, anchor)
    assert not ok
    assert problem is not None
    assert "entry" in problem


def test_erased_values_leave_the_chain_whole(installation: Installation) -> None:
    _write(installation, 5)
    with installation.database.writing() as session:
        _without_triggers(session, installation.database.is_sqlite)
        session.execute(text("DELETE FROM journal_value WHERE seq = 2"))
    assert _verify(installation) == (True, 5, None)


def test_concurrent_writers_make_one_unbroken_chain(installation: Installation) -> None:
    import threading

    threads = [threading.Thread(target=lambda: [_write(installation) for _ in range(20)]) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _verify(installation) == (True, 120, None)
