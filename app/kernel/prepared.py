"""Short reads that every request makes, compiled once and run on the driver's own cursor.

SQLAlchemy finds its compiled form of a statement by hashing the statement anew, and wraps each row: for one row
by its key that is nine tenths of the time. Here the statement is still SQLAlchemy's, and so are its types.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Dialect, Select

Values = dict[str, Any]


class Prepared:
    """A statement whose parameters are named by `bindparam`, texts and whole numbers: they reach the driver as they are."""

    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        self._statement = statement
        self._forms: dict[str, _Form] = {}

    def first(self, connection: Connection, **values: Any) -> tuple[Any, ...] | None:
        """The first row in the transaction of `connection`, or None."""
        if not connection.in_transaction():
            connection.begin()
        form = self._forms.get(connection.dialect.name)
        if form is None:
            form = self._forms[connection.dialect.name] = _form(self._statement, connection.dialect)
        driver: Any = connection.connection.driver_connection
        row = driver.execute(form.sql, form.bound(values)).fetchone()
        return None if row is None else form.typed(row)


@dataclass(frozen=True)
class _Form:
    """A statement in one dialect: `order` names its parameters where they go by place, `defaults` those it holds itself."""

    sql: str
    order: Sequence[str] | None
    defaults: Values
    converters: tuple[tuple[int, Callable[[Any], Any]], ...]

    def bound(self, values: Values) -> Values | list[Any]:
        whole = self.defaults | values
        return whole if self.order is None else [whole[name] for name in self.order]

    def typed(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        cells = list(row)
        for place, convert in self.converters:
            cells[place] = convert(cells[place])
        return tuple(cells)


def _form(statement: Select[*tuple[Any, ...]], dialect: Dialect) -> _Form:
    compiled = statement.compile(dialect=dialect)
    kinds = [column.type.dialect_impl(dialect) for column in statement.selected_columns]
    converters = [(place, kind.result_processor(dialect, None)) for place, kind in enumerate(kinds)]
    return _Form(
        str(compiled),
        getattr(compiled, "positiontup", None),
        dict(compiled.params),
        tuple((place, convert) for place, convert in converters if convert is not None),
    )
