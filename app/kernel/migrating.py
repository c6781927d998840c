"""Bringing the database to the version that this code needs, with Alembic used directly."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from app.kernel.database import Database
from app.kernel.errors import DatabaseNotReady

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


def head_revision() -> str:
    """The newest revision in `migrations/`."""
    return ScriptDirectory.from_config(_config()).get_current_head() or "base"


def current_revision(database: Database) -> str:
    """The revision that this database is at; "base" for an empty one."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() or "base"


def migrate(database: Database, revision: str = "head") -> None:
    """Upgrades (or, for an older revision, downgrades) in one transaction; safe to repeat."""
    with database.engine.connect() as connection:
        connection.execution_options(recueil_writes=True)
        config = _config()
        config.attributes["connection"] = connection
        with connection.begin():
            down = revision == "base" or _is_older(revision, MigrationContext.configure(connection))
            (command.downgrade if down else command.upgrade)(config, revision)


def assert_at_head(database: Database) -> None:
    """Raises DatabaseNotReady unless the database is at the newest revision."""
    found, expected = current_revision(database), head_revision()
    if found != expected:
        raise DatabaseNotReady(found=found, expected=expected)


def _is_older(revision: str, context: MigrationContext) -> bool:
    # Revisions are numbered 0001, 0002, …, so that their order is their text's.
    current = context.get_current_revision()
    return current is not None and revision != "head" and revision < current


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config
