"""The schema that migrations make is the one that the models say, on both engines, up, down and up again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import inspect

from app.kernel.database import Database
from app.kernel.migrating import current_revision, head_revision, migrate
from tests.architecture.repository import ROOT
from tests.architecture.schemas import BOOKKEEPING, all_models, schema_of


@pytest.fixture
def empty(empty_database_url: str) -> Iterator[Database]:
    database = Database(empty_database_url)
    yield database
    database.dispose()


def _schema(database: Database) -> dict[str, dict[str, object]]:
    with database.engine.connect() as connection:
        return schema_of(connection)


def test_schema_after_upgrade_equals_the_models(empty: Database, database_url: str) -> None:
    with empty.engine.connect() as connection:
        connection.execution_options(recueil_writes=True)
        with connection.begin():
            all_models().metadata.create_all(connection)
    migrated = Database(database_url)
    found, wanted = _schema(migrated), _schema(empty)
    migrated.dispose()
    assert sorted(found) == sorted(wanted)
    for table, parts in wanted.items():
        for part, content in parts.items():
            assert found[table][part] == content, f"{part} of {table}"


def test_every_check_and_unique_has_a_name(database_url: str) -> None:
    database = Database(database_url)
    schema = _schema(database)
    database.dispose()
    assert sum(len(parts["checks"]) for parts in schema.values()) > 20  # type: ignore[arg-type]  # a dict
    assert [table for table, parts in schema.items() if None in parts["checks"]] == []  # type: ignore[operator]


def test_up_down_and_up_again_gives_the_same_schema(empty: Database) -> None:
    migrate(empty)
    first = _schema(empty)
    migrate(empty, "base")
    with empty.engine.connect() as connection:
        assert set(inspect(connection).get_table_names()) <= {BOOKKEEPING}
    migrate(empty)
    assert _schema(empty) == first
    assert current_revision(empty) == head_revision()


def test_migrating_twice_changes_nothing(empty: Database) -> None:
    migrate(empty)
    first = _schema(empty)
    migrate(empty)
    assert _schema(empty) == first


def test_migrations_are_one_numbered_chain() -> None:
    names = sorted(path.name for path in (ROOT / "migrations" / "versions").glob("*.py"))
    assert [name[:4] for name in names] == [f"{number:04d}" for number in range(1, len(names) + 1)]
