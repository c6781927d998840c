"""The database: one way to write (a whole transaction) and one way to read (a consistent snapshot)."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.orm import Session

from app.kernel.errors import BadSetting

BUSY_MILLISECONDS = 10_000
PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: NORMAL loses acknowledged rows in a power cut (measured, 13 %).
    "foreign_keys": 1,
    "recursive_triggers": 1,  # without it INSERT OR REPLACE walks past the journal's delete trigger
}


class Database:
    """Sessions on SQLite or PostgreSQL that keep the same promises on both."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self._writers = threading.Lock()
        self.engine: Engine = _sqlite_writers(url) if self.is_sqlite else _postgres_engine(url)
        self._readers: Engine = _sqlite_readers(url) if self.is_sqlite else _postgres_readers(self.engine)
        self._idle_writers: list[Connection] = []
        self._idle_readers: list[Connection] = []

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session in a write transaction: committed when the block ends, rolled back on any error."""
        with self._turn(), self._open(self.engine, self._idle_writers) as connection:
            connection.execution_options(recueil_writes=True)
            with Session(bind=connection, expire_on_commit=False) as session, session.begin():
                yield session

    @contextmanager
    def _open(self, engine: Engine, idle: list[Connection]) -> Iterator[Connection]:
        # SQLite's connections stay open: to take one from SQLAlchemy's pool and to give it back is a tenth of a page.
        # There are as many as were ever used at once; what an error has touched goes back to the pool.
        if not self.is_sqlite:
            with engine.connect() as connection:
                yield connection
            return
        try:
            connection = idle.pop()
        except IndexError:
            connection = engine.connect()
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        idle.append(connection)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        # SQLite lets waiting writers sleep and try again, so that the unlucky wait for seconds; the threads
        # of one process queue here instead. Whoever waited too long goes on to SQLite's own time limit.
        taken = self.is_sqlite and self._writers.acquire(timeout=BUSY_MILLISECONDS / 1000)
        try:
            yield
        finally:
            if taken:
                self._writers.release()

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A connection that sees one consistent snapshot and can never change anything."""
        with self._open(self._readers, self._idle_readers) as connection:
            if not self.is_sqlite:
                yield connection
                return
            # Said to the driver itself: through SQLAlchemy the two words cost as much as the queries between them.
            driver: Any = connection.connection.driver_connection
            driver.execute("BEGIN")
            yield connection
            connection.rollback()
            driver.rollback()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """The same snapshot through a session."""
        with self.snapshot() as connection, reader(connection) as session:
            yield session

    def dispose(self) -> None:
        """Closes every connection that nobody uses."""
        for idle in (self._idle_writers, self._idle_readers):
            while idle:
                idle.pop().close()
        self._readers.dispose()
        self.engine.dispose()

    def assert_durable(self) -> None:
        """Refuses a database that could lose what it acknowledged."""
        with self.engine.connect() as connection:
            found = _sqlite_durability(connection) if self.is_sqlite else _postgres_durability(connection)
        if found:
            raise BadSetting(name="RECUEIL_DATABASE_URL", why_fr=found, why_en=found)


def reader(snapshot: Connection) -> Session:
    """A session over a snapshot that is open already. Closing it gives up what it read, and no more."""
    if not snapshot.in_transaction():
        snapshot.begin()  # else the session would, and end the snapshot with itself
    return Session(bind=snapshot, autoflush=False, expire_on_commit=False)


def _sqlite_engine(url: str) -> Engine:
    # autocommit mode of the driver: SQLAlchemy's own BEGIN would be deferred, and two deferred
    # writers that both read first lose each other's update.
    engine = create_engine(
        url,
        connect_args={
            "isolation_level": None,
            "timeout": BUSY_MILLISECONDS / 1000,
            "check_same_thread": False,
        },
    )
    event.listen(engine, "connect", _set_pragmas)
    return engine


def _sqlite_writers(url: str) -> Engine:
    engine = _sqlite_engine(url)
    event.listen(engine, "begin", _begin)
    return engine


def _sqlite_readers(url: str) -> Engine:
    # Connections of their own, because query_only set anew makes SQLite prepare every statement again,
    # which cost half of a page.
    engine = _sqlite_engine(url)
    event.listen(engine, "connect", _forbid_writing)
    return engine


def _set_pragmas(connection: sqlite3.Connection, record: Any) -> None:
    for name, value in PRAGMAS.items():
        connection.execute(f"PRAGMA {name} = {value}")
    connection.execute("PRAGMA cache_size = -16000")


def _forbid_writing(connection: sqlite3.Connection, record: Any) -> None:
    connection.execute("PRAGMA query_only = 1")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("recueil_writes", False)
    # Said to the driver itself: through SQLAlchemy the word costs as much as the query that follows it.
    driver: Any = connection.connection.driver_connection
    driver.execute("BEGIN IMMEDIATE" if writes else "BEGIN")


def _postgres_engine(url: str) -> Engine:
    return create_engine(url, pool_pre_ping=True, isolation_level="READ COMMITTED")


def _postgres_readers(engine: Engine) -> Engine:
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _sqlite_durability(connection: Connection) -> str | None:
    for name, wanted in PRAGMAS.items():
        found = connection.exec_driver_sql(f"PRAGMA {name}").scalar()
        if found != wanted:
            return f"PRAGMA {name} = {found}, {wanted} wanted"
    return None


def _postgres_durability(connection: Connection) -> str | None:
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        found = connection.execute(text("SELECT current_setting(:name)"), {"name": name}).scalar()
        if found == "off":
            return f"{name} = off"
    return None
