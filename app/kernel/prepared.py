"""Short statements that every request makes, compiled once and run on the driver's own cursor.

SQLAlchemy finds its compiled form of a statement by hashing the statement anew, and wraps each row: for one row
by its key that is nine tenths of the time. Here the statement is still SQLAlchemy's, and so are its types.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    Insert,
    Select,
    SQLColumnExpression,
    TextClause,
    Update,
    or_,
)
from sqlalchemy.orm import Session

Statement = Select[*tuple[Any, ...]] | Insert | Update | TextClause
Values = dict[str, Any]
Convert = Callable[[Any], Any]


class Prepared:
    """A statement whose parameters are named by `bindparam`, and by the columns that it inserts or updates.

    It may hold no IN: its values are expanded at each run only (`either`).
    It sees nothing that a session has not flushed.
    """

    def __init__(self, statement: Statement, *columns: str) -> None:
        self._statement, self._columns = statement, columns
        self._forms: dict[str, _Form] = {}

    def first(self, connection: Connection, **values: Any) -> tuple[Any, ...] | None:
        """The first row in the transaction of `connection`, or None."""
        form, cursor = self._run(connection, values)
        row = cursor.fetchone()
        return None if row is None else form.typed(row)

    def all(self, connection: Connection, **values: Any) -> list[tuple[Any, ...]]:
        """Every row in the transaction of `connection`."""
        form, cursor = self._run(connection, values)
        return [form.typed(row) for row in cursor.fetchall()]

    def run(self, connection: Connection, *rows: Values) -> int:
        """Writes `rows` in the transaction of `connection`; how many rows of the table that touched."""
        form, driver = self._form(connection)
        if len(rows) == 1:
            cursor = driver.execute(form.sql, form.bound(rows[0]))
        else:
            cursor = driver.cursor()
            cursor.executemany(form.sql, [form.bound(row) for row in rows])
        touched: int = cursor.rowcount
        return touched

    def _run(self, connection: Connection, values: Values) -> "tuple[_Form, Any]":
        form, driver = self._form(connection)
        return form, driver.execute(form.sql, form.bound(values))

    def _form(self, connection: Connection) -> "tuple[_Form, Any]":
        dialect = connection.dialect
        form = self._forms.get(dialect.name)
        if form is None:
            form = self._forms[dialect.name] = _compiled(self._statement, self._columns, dialect)
        return form, connection.connection.driver_connection


def either(column: SQLColumnExpression[str], values: Iterable[str]) -> ColumnElement[bool]:
    """Whether a column holds one of a few known values, in words that a prepared statement may hold."""
    return or_(*(column == value for value in values))


def flushed(session: Session) -> Connection:
    """The connection of a session, everything written so far sent to it."""
    session.flush()
    return session.connection()


@dataclass(frozen=True)
class _Form:
    """A statement in one dialect: `order` names its parameters where they go by place, `defaults` those it holds itself."""

    sql: str
    order: Sequence[str] | None
    defaults: Values
    senders: Mapping[str, Convert]
    readers: tuple[tuple[int, Convert], ...]

    def bound(self, values: Values) -> Values | list[Any]:
        whole = self.defaults | values
        for name, convert in self.senders.items():
            whole[name] = convert(whole[name])
        return whole if self.order is None else [whole[name] for name in self.order]

    def typed(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        if not self.readers:
            return row
        cells = list(row)
        for place, convert in self.readers:
            cells[place] = convert(cells[place])
        return tuple(cells)


def _compiled(statement: Statement, columns: Sequence[str], dialect: Dialect) -> _Form:
    compiled: Any = statement.compile(dialect=dialect, column_keys=columns or None)
    selected = statement.selected_columns if isinstance(statement, Select) else ()
    readers = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in selected]
    senders = {
        name: bound.type.dialect_impl(dialect).bind_processor(dialect)
        for name, bound in compiled.binds.items()
    }
    return _Form(
        str(compiled),
        getattr(compiled, "positiontup", None),
        dict(compiled.params),
        {name: convert for name, convert in senders.items() if convert is not None and name in compiled.params},
        tuple((place, convert) for place, convert in enumerate(readers) if convert is not None),
    )
