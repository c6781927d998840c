"""A database's schema as plain data, as its own engine tells it, so that two of them can be compared."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect

from app.kernel.tables import Base

ROOMS = Path(__file__).resolve().parents[2] / "app"
BOOKKEEPING = "alembic_version"


def all_models() -> type[Base]:
    """The base with the tables of every room imported."""
    for path in sorted(ROOMS.glob("*/models.py")):
        importlib.import_module(f"app.{path.parent.name}.models")
    return Base


def schema_of(connection: Connection) -> dict[str, dict[str, Any]]:
    """Columns, keys, uniques, CHECKs and indexes of every table, by name."""
    found = inspect(connection)
    return {table: _table(found, table) for table in found.get_table_names() if table != BOOKKEEPING}


def _table(found: Any, table: str) -> dict[str, Any]:
    return {
        "columns": {
            one["name"]: (str(one["type"]), one["nullable"], _default(one["default"]))
            for one in found.get_columns(table)
        },
        "primary key": tuple(found.get_pk_constraint(table)["constrained_columns"]),
        "foreign keys": sorted(_foreign_key(one) for one in found.get_foreign_keys(table)),
        "uniques": sorted((one["name"], *one["column_names"]) for one in found.get_unique_constraints(table)),
        "checks": {one["name"]: _squeezed(one["sqltext"]) for one in found.get_check_constraints(table)},
        "indexes": sorted(_index(one) for one in found.get_indexes(table)),
    }


def _foreign_key(one: Any) -> tuple[str, ...]:
    columns = (",".join(one["constrained_columns"]), one["referred_table"], ",".join(one["referred_columns"]))
    options = one.get("options") or {}
    return (str(one["name"]), *columns, str(options.get("ondelete")), str(options.get("onupdate")))


def _index(one: Any) -> tuple[str, ...]:
    options = one.get("dialect_options") or {}
    where = options.get("sqlite_where", options.get("postgresql_where", ""))
    return (
        str(one["name"]),
        *map(str, one["column_names"]),
        f"unique={bool(one['unique'])}",
        _squeezed(str(where)),
    )


def _default(default: object) -> str:
    return _squeezed(str(default)) if default is not None and "nextval" not in str(default) else ""


def _squeezed(sql: str) -> str:
    return " ".join(sql.split())
