"""Instants as cells: naive UTC and its twin on the clock of Paris, to the second."""

from datetime import UTC, datetime

from app.kernel.clock import PARIS
from exports.tables import Column


def utc(at: datetime | None) -> datetime | None:
    """The instant in UTC, its zone left to the column's label."""
    return None if at is None else at.astimezone(UTC).replace(tzinfo=None, microsecond=0)


def paris(at: datetime | None) -> datetime | None:
    """The same instant as clocks in Paris showed it."""
    return None if at is None else at.astimezone(PARIS).replace(tzinfo=None, microsecond=0)


def twins(name: str, fr: str, en: str) -> tuple[Column, Column]:
    """The two columns of an instant: ``name`` in UTC and ``name_paris``."""
    return (
        Column(name, "datetime", f"{fr} (UTC)", f"{en} (UTC)", unit="UTC"),
        Column(f"{name}_paris", "datetime", f"{fr} (heure de Paris)", f"{en} (Europe/Paris)", unit="Europe/Paris"),
    )


def said(at: datetime) -> str:
    """An instant in words, with both zones."""
    return f"{utc(at)!s} UTC ; {paris(at)!s} Europe/Paris"
