"""Tables for the writers' tests: every kind of column, and texts that have broken other exports."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from exports.tables import Choice, Column, Table

LONG = "é😀x" * 14_000
HOSTILE: tuple[str, ...] = (
    "-5", "+41 79", "=1+1", "@x", "=HYPERLINK(\"http://x\")", "\tx", "a\nb\n", "œuvre", "مرحبا بالعالم", "x" * 40_000,
    LONG, "_x000D_", "_x0041_", "_X0041_", "\x0b\x01", "a\rb", " bord ", "a;b,c", 'dit « "oui" »', "<b>&amp;</b>", "'=x",
    "\ufffe", "]]>", "NA", "TRUE", "2012-01-01", "1e5", "0012",
)  # fmt: skip
SEX = (Choice(1, "Masculin", "Male"), Choice(2, "Féminin", "Female"))
COLUMNS = (
    Column("patient_id", "text", "Patient", "Patient"),
    Column("n", "integer", "Entier", "Integer", may_be_missing=True),
    Column("n_mq", "text", "Entier : motif", "Integer: why", reason_for="n"),
    Column("x", "decimal", "Décimal", "Decimal", unit="mmol/L"),
    Column("d", "date", "Date", "Date"),
    Column("p", "partial_date", "Date partielle", "Partial date"),
    Column("at_utc", "datetime", "Heure", "Time"),
    Column("sex", "code", "Sexe", "Sex", choices=SEX),
    Column("yes", "flag", "Oui", "Yes"),
    Column("statut", "code", "Statut", "Status", choices=(Choice("draft", "brouillon", "draft"),)),
    Column("t", "text", "Texte", "Text", parts=3),
)


def row(place: int) -> list[Any]:
    """A row whose cells differ from those of its neighbours."""
    missing = place % 5 == 0
    return [
        f"CAL-001-{place:03d}", None if missing else place - 7, ("NSP", "NF", "SO")[place // 5 % 3] if missing else None,
        place / 7, date(2012, 1, 1 + place % 28), ("2012", "2012-02", "2012-02-29")[place % 3],
        datetime(2012, 1, 1, 12, place % 60, 1), 1 + place % 2, place % 2, "draft", HOSTILE[place % len(HOSTILE)],
    ]  # fmt: skip


def hostile(rows: int = len(HOSTILE), name: str = "patients") -> Table:
    """A table with a row for each hostile text."""
    made = [row(place) for place in range(rows)]
    return Table(name, COLUMNS, lambda: iter(made), "Patients", "Patients", frozen=1)


def plain(name: str = "patients", rows: int = 3) -> Table:
    """A small table without hostile text."""
    made = [row(place)[:-1] for place in range(rows)]
    return replace(hostile(name=name), columns=COLUMNS[:-1], rows=lambda: iter(made))
