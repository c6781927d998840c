"""An evaluation kept beside its answers, so that an export need not evaluate everybody again.

Pure but for `key_of`. The packed form is compact JSON, read by `app.extraction` alone; it holds no identity:

- ``d``: derived values by address; ``v``: effective values that the document does not hold (facts of the list);
- ``z``: addresses whose stored answer or reason does not count (their question is not asked);
- ``m``: missing reasons that no person gave (a visit closed by a death);
- ``h``: sections hidden as a whole (``name`` or ``name@visit``);
- ``o`` and ``l``: addresses that are not plainly answered, in the order of the questionnaire, and a letter for each:
  x not asked (outside hidden sections), n not answered, u unknown, f not done, a not applicable.
"""

import hashlib
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import orjson
from sqlalchemy import BigInteger, ColumnElement, Label, Select, String, bindparam, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.cohort.models import Authorisation, ListRow, Patient, PatientIdentity
from app.cohort.patients import IS_ACCEPTED
from app.kernel.prepared import Prepared, flushed
from forms.answers import Address
from forms.definition import Questionnaire
from forms.states import REASON_OF, Evaluation, State

Chosen = Callable[[InstrumentedAttribute[Any]], ColumnElement[bool]]
FORM = 1
"""Raised when the packed form or the meaning of an evaluation changes: older ones are then made again."""

LETTERS = {
    State.NOT_ASKED: "x",
    State.NOT_ANSWERED: "n",
    State.UNKNOWN: "u",
    State.NOT_DONE: "f",
    State.NOT_APPLICABLE: "a",
}


def pack(questionnaire: Questionnaire, evaluation: Evaluation) -> str:
    """The evaluation as one compact text."""
    derived = {str(a): _tidy(value) for a, value in evaluation.derived.items() if value is not None}
    packed: dict[str, object] = {"d": derived}
    hidden = _hidden(questionnaire, evaluation)
    packed["h"] = sorted(hidden)
    packed |= _states(questionnaire, evaluation, hidden)
    return orjson.dumps(packed, default=str).decode()


def _states(questionnaire: Questionnaire, evaluation: Evaluation, hidden: set[str]) -> dict[str, object]:
    order: list[str] = []
    letters: list[str] = []
    overruled: list[str] = []
    values: dict[str, object] = {}
    reasons: dict[str, str] = {}
    for address, state in evaluation.states.items():
        question = questionnaire.questions[address.name]
        if question.identity:
            continue
        text, cell, letter = str(address), evaluation.answers.cell(address), LETTERS.get(state)
        if letter is None:
            if cell.value is None:
                values[text] = evaluation.filled[address]
            continue
        if state is State.NOT_ASKED:
            if not cell.empty:
                overruled.append(text)
            if _section_at(question.section, address) in hidden:
                continue
        elif cell.missing is None and state is not State.NOT_ANSWERED:
            reasons[text] = REASON_OF[state]
        order.append(text)
        letters.append(letter)
    return {"o": order, "l": "".join(letters), "z": overruled, "v": values, "m": reasons}


def _tidy(value: object) -> object:
    # Twelve digits: 2.38 and not 2.3800000000000003, which only says how a computer counts.
    return float(f"{value:.12g}") if isinstance(value, float) else value


def _section_at(section: str, address: Address) -> str:
    return f"{section}@{address.visit}" if address.visit else section


def _hidden(questionnaire: Questionnaire, evaluation: Evaluation) -> set[str]:
    asked: dict[str, bool] = {}
    for address, state in evaluation.states.items():
        place = _section_at(questionnaire.questions[address.name].section, address)
        asked[place] = asked.get(place, False) or state is not State.NOT_ASKED
    return {place for place, any_asked in asked.items() if not any_asked}


def _keys(chosen: Chosen) -> Select[Any]:
    """Patient id and all that an evaluation rests on besides answers and definition, for the patients chosen.

    The identity counts as its sealed cell: what it says never leaves the vault for a comparison.
    """
    row = Authorisation
    authorised = (
        select(row.patient_id.label("patient_id"), func.count().label("n"), func.sum(row.id).label("ids"),
               *(_weighed(day) for day in (row.granted_on, row.valid_from, row.valid_to)))
        .join(ListRow, ListRow.id == row.id)
        .where(row.study_id == bindparam("study"), IS_ACCEPTED, chosen(row.patient_id))
        .group_by(row.patient_id)
        .subquery()
    )  # fmt: skip
    return (
        select(
            Patient.id, Patient.code, Patient.first_grant_on, Patient.last_grant_on, Patient.sex,
            PatientIdentity.identity, authorised.c.n, authorised.c.ids, authorised.c.granted_on,
            authorised.c.valid_from, authorised.c.valid_to,
        )
        .outerjoin(PatientIdentity, PatientIdentity.patient_id == Patient.id)
        .outerjoin(authorised, authorised.c.patient_id == Patient.id)
        .where(chosen(Patient.id))
    )  # fmt: skip


def _weighed(day: InstrumentedAttribute[date | None]) -> Label[Any]:
    # Each day counts with its row, so that no row's day can change without the sum changing.
    number = cast(func.replace(cast(day, String), "-", ""), BigInteger)
    return func.sum(Authorisation.id * number).label(day.key)


# Built once: making them costs more than running them, and every save asks for the first.
_KEY = Prepared(_keys(lambda column: column == bindparam("patient")))
_KEYS = _keys(lambda column: column.in_(bindparam("among", expanding=True)))


def key_from(questionnaire_sha256: str, facts: tuple[object, ...]) -> str:
    """The key of an evaluation from a row of `_keys` (without the patient's id): equal keys, equal evaluation."""
    digest = hashlib.sha256(f"{FORM}|{questionnaire_sha256}|".encode())
    for fact in facts:
        digest.update(fact if isinstance(fact, bytes) else str(fact).encode())
        digest.update(b"|")
    return digest.hexdigest()


def key_of(session: Session, questionnaire_sha256: str, patient: Patient) -> str:
    """The key under which an evaluation of this patient made now is kept (one query)."""
    found = _KEY.first(flushed(session), study=patient.study_id, patient=patient.id)
    if found is None:
        raise LookupError(patient.id)
    return key_from(questionnaire_sha256, found[1:])


def keys_of(session: Session, study_id: int, among: Sequence[str]) -> dict[str, tuple[object, ...]]:
    """Facts of some patients by their id."""
    rows = flushed(session).execute(_KEYS, {"study": study_id, "among": among})
    return {row[0]: tuple(row)[1:] for row in rows}
