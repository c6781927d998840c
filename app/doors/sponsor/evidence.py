"""A review case laid out for a person: records as columns, facts as rows, and the answers with their keys."""

from dataclasses import dataclass

from flask_babel import gettext

from app.cohort.meanings import day_meant, same
from app.cohort.review import Candidate, Case, EvidenceRow
from app.doors.sponsor.list_fields import FIELD_LABELS
from app.doors.sponsor.wording import say_date

COMPARED = (
    "atu_num", "atu_prev", "req_type", "req_status", "grant_d", "dur_raw", "valid_from", "valid_to",
    "pt_ini", "pt_ini_sur", "pt_ini_first", "birth_raw", "sex", "site_raw", "finess", "zip", "city",
    "presc_name", "product_raw", "strength", "indic_raw",
)  # fmt: skip
ROWS_SHOWN, CANDIDATE_ROWS_SHOWN, CANDIDATES_SHOWN = 4, 2, 4


@dataclass(frozen=True)
class Column:
    """One record of the comparison; `candidate` is 0 for the case's own rows."""

    candidate: int
    row: EvidenceRow


@dataclass(frozen=True)
class Line:
    """One fact of every record; `differs` where they do not all say the same."""

    label: str
    values: list[str]
    differs: bool


@dataclass(frozen=True)
class Comparison:
    """The table of a case."""

    columns: list[Column]
    lines: list[Line]
    hidden: int


@dataclass(frozen=True)
class Way:
    """One answer: its key on the keyboard, its words, what is sent; `asks` names a value the person gives."""

    key: int
    label: str
    action: str
    target: str = ""
    asks: str = ""


def compare(case: Case) -> Comparison:
    """The case's rows beside those of its candidates; facts that nobody has are left out."""
    columns = [Column(0, row) for row in case.rows[:ROWS_SHOWN]]
    for rank, candidate in enumerate(case.candidates[:CANDIDATES_SHOWN], 1):
        columns += [Column(rank, row) for row in candidate.rows[:CANDIDATE_ROWS_SHOWN]]
    lines = []
    for field in COMPARED:
        if any(column.row.raw.get(field, "").strip() for column in columns):
            values = [_shown(field, column.row.raw.get(field, "")) for column in columns]
            lines.append(Line(str(FIELD_LABELS[field]), values, _differs(field, columns)))
    return Comparison(columns, lines, max(0, len(case.rows) - ROWS_SHOWN))


def _shown(field: str, typed: str) -> str:
    day = day_meant(field, typed)
    return typed if day is None else f"{say_date(day)} ({typed})"


def _differs(field: str, columns: list[Column]) -> bool:
    rows = [column.row for column in columns]
    return any(
        not same(field, one.raw, other.raw) and not _one_centre(field, one, other)
        for rank, one in enumerate(rows)
        for other in rows[rank + 1 :]
    )


def _one_centre(field: str, one: EvidenceRow, other: EvidenceRow) -> bool:
    # Two spellings of one hospital do not differ.
    return field == "site_raw" and one.centre != "" and one.centre == other.centre


def ways(case: Case) -> list[Way]:
    """Every possible answer in the order of its keys, the usual one first."""
    found: list[tuple[str, str, str, str]] = []
    for action in _usual_first(case):
        found += _of_action(case, action)
    return [Way(key, *way) for key, way in enumerate(found, 1)]


def _usual_first(case: Case) -> tuple[str, ...]:
    """A row without a grant date cannot enter the study as it is: correcting it comes first, accepting goes."""
    if case.kind == "row" and any(row.granted_on is None for row in case.rows):
        return "correct", *(action for action in case.actions if action not in ("accept", "correct"))
    return case.actions


def _of_action(case: Case, action: str) -> list[tuple[str, str, str, str]]:
    if case.kind == "patient" and action == "accept":
        return [
            (gettext("C’est le patient %(code)s", code=one.code), action, one.patient or "", "")
            for one in case.candidates[:CANDIDATES_SHOWN]
            if one.code
        ]
    if case.kind == "centre" and action == "assign":
        known = [(_centre(one), action, str(one.centre), "") for one in case.candidates[:CANDIDATES_SHOWN]]
        return [*known, (gettext("Un autre centre connu"), action, "", "centre")]
    asks = "day" if action == "correct" else ""
    return [(_label(case.kind, action), action, "", asks)]


def _centre(candidate: Candidate) -> str:
    return f"{candidate.code} {candidate.name}"


def _label(kind: str, action: str) -> str:
    labels = {
        ("patient", "reject"): gettext("C’est un nouveau patient"),
        ("patient", "set_aside"): gettext("Écarter ces lignes"),
        ("centre", "new"): gettext("C’est un nouveau centre"),
        ("centre", "set_aside"): gettext("Écarter ces lignes"),
        ("row", "accept"): gettext("Elle entre dans l’étude"),
        ("row", "correct"): gettext("Corriger la date d’octroi"),
        ("row", "set_aside"): gettext("L’écarter"),
        ("number", "keep_both"): gettext("Garder les deux"),
        ("number", "keep_this"): gettext("Garder celle-ci"),
        ("number", "keep_other"): gettext("Garder l’autre"),
        ("changed", "accept"): gettext("Oui, elle la remplace"),
        ("changed", "reject"): gettext("Non, garder l’ancienne"),
        ("withdrawn", "accept"): gettext("Oui, elle est retirée"),
        ("withdrawn", "reject"): gettext("Non, la garder"),
    }
    return str(labels.get((kind, action), action))
