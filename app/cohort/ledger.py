"""What a decision changed, value by value, so that undoing it restores exactly. It decides nothing itself."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import orjson
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.cohort.errors import CannotUndo
from app.cohort.models import (
    Authorisation,
    Centre,
    CentreAlias,
    ListRow,
    Patient,
    PatientIdentity,
    ReviewCase,
)

MODELS: dict[str, type[Any]] = {
    model.__tablename__: model
    for model in (ListRow, Authorisation, Patient, PatientIdentity, Centre, CentreAlias, ReviewCase)
}
CHUNK = 500


@dataclass
class Ledger:
    """Changes made through it are remembered: `changes` as (table, key, column, before, after), `added` as (table, key)."""

    session: Session
    changes: list[tuple[str, Any, str, Any, Any]] = field(default_factory=list)
    added: list[tuple[str, Any]] = field(default_factory=list)
    patients: set[str] = field(default_factory=set)

    def set(self, row: Any, **values: Any) -> None:
        """Sets columns of a loaded row; a value that stays is not remembered."""
        for column, after in values.items():
            before = getattr(row, column)
            if before != after:
                self.changes.append((row.__tablename__, _key(row), column, _plain(before), _plain(after)))
                setattr(row, column, after)
                if column == "patient_id":
                    self.patients |= {key for key in (before, after) if key is not None}

    def add(self, row: Any) -> Any:
        """Adds a row that undoing removes again."""
        self.session.add(row)
        self.session.flush()
        self.added.append((row.__tablename__, _key(row)))
        return row

    def added_alias(self, alias_id: int | None) -> None:
        """Remembers a spelling that was stored beside the session."""
        if alias_id is not None:
            self.added.append(("centre_alias", alias_id))

    def dump(self, **facts: Any) -> str:
        """All that undoing needs, as JSON."""
        document = {"changes": self.changes, "added": self.added, "patients": sorted(self.patients), **facts}
        return orjson.dumps(document).decode()


def restore(session: Session, document: dict[str, Any]) -> None:
    """Puts every value back. Raises CannotUndo when something else changed it since, or rests on an added row."""
    session.flush()
    for table, key, column, before, after in reversed(document["changes"]):
        row = session.get(MODELS[table], key)
        if row is None or _plain(getattr(row, column)) != after:
            raise CannotUndo(
                why_fr="une décision plus récente porte sur les mêmes lignes ; annulez-la d’abord.",
                why_en="a later decision touches the same rows; undo that one first.",
            )
        setattr(row, column, _typed(MODELS[table], column, before))
    session.flush()
    _remove(session, document["added"])


def _remove(session: Session, added: Sequence[tuple[str, Any]]) -> None:
    try:
        with session.begin_nested():
            for table, key in reversed(added):
                row = session.get(MODELS[table], key)
                if row is not None:
                    session.delete(row)
                    session.flush()
    except IntegrityError as error:
        raise CannotUndo(
            why_fr="des réponses ou des liens tiennent déjà à ce que cette décision a créé.",
            why_en="answers or links already rest on what this decision made.",
        ) from error


def move_all(session: Session, model: type[Any], column: str, keys: Sequence[Any], value: Any) -> None:
    """Sets one column of many rows by key, in bulk."""
    primary = next(iter(model.__table__.primary_key.columns))
    for start in range(0, len(keys), CHUNK):
        chosen = keys[start : start + CHUNK]
        session.execute(
            update(model)
            .where(primary.in_(chosen))
            .values({column: value})
            .execution_options(synchronize_session="fetch")
        )


def keys_where(session: Session, model: type[Any], column: str, value: Any) -> list[Any]:
    """The keys of the rows whose `column` is `value`, in order."""
    primary = next(iter(model.__table__.primary_key.columns))
    return list(session.scalars(select(primary).where(getattr(model, column) == value).order_by(primary)))


def _key(row: Any) -> Any:
    primary = next(iter(row.__table__.primary_key.columns))
    return getattr(row, primary.name)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _typed(model: type[Any], column: str, value: Any) -> Any:
    is_date = model.__table__.columns[column].type.python_type is date
    return date.fromisoformat(value) if is_date and value is not None else value
