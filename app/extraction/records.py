"""One patient's answers as the sheets take them: values and reasons by address, what does not count taken out.

The evaluation kept beside the answers is used when its key still fits; otherwise the answers are evaluated again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from app.collection.documents import NOT_IN_FORCE
from app.collection.evaluated import key_from, pack
from app.collection.questionnaires import Published
from app.extraction.reading import PatientRow
from app.kernel.clock import day_of
from forms.answers import Answers
from forms.evaluation import evaluate

Facts = Callable[[str], Mapping[str, object]]


@dataclass(slots=True)
class Record:
    """The answers of one patient. ``values`` holds derived values too; ``packed`` the states (app.collection.evaluated)."""

    values: dict[str, Any]
    missing: dict[str, str]
    lines: Mapping[str, list[int]]
    packed: Mapping[str, Any]
    cells: Mapping[str, Mapping[str, Any]]


def evaluation_of(
    row: PatientRow, version: Published, facts: tuple[object, ...], list_facts: Facts
) -> Mapping[str, Any]:
    """The packed evaluation of a response: as kept, or made again as of the day of its last answer."""
    if row.evaluated is not None and row.evaluated_key == key_from(version.sha256, facts):
        return orjson.loads(row.evaluated)  # type: ignore[no-any-return]  # what pack wrote
    document = orjson.loads(row.document or b"{}")
    answered = {address: cell for address, cell in document["answers"].items() if _counts(cell)}
    answers = Answers.from_json({"answers": answered, "lines": document["lines"]})
    day = day_of(row.last_answer_at) if row.last_answer_at is not None else date.min
    evaluation = evaluate(version.questionnaire, answers, list_facts(row.patient_id), day)
    return orjson.loads(pack(version.questionnaire, evaluation))  # type: ignore[no-any-return]  # what pack wrote


def record_of(document: Mapping[str, Any], packed: Mapping[str, Any]) -> Record:
    """Values and reasons of a decoded document: hidden answers out, facts of the list and derived values in."""
    cells = document["answers"]
    values = {address: cell["v"] for address, cell in cells.items() if "v" in cell and _counts(cell)}
    missing = {address: cell["m"] for address, cell in cells.items() if "m" in cell and _counts(cell)}
    for address in packed["z"]:
        values.pop(address, None)
        missing.pop(address, None)
    values.update(packed["v"])
    values.update(packed["d"])
    missing.update(packed["m"])
    return Record(values, missing, document["lines"], packed, cells)


def _counts(cell: Mapping[str, Any]) -> bool:
    """Whether an answer counts: not one that corrects the list and was not accepted."""
    return ("v" in cell or "m" in cell) and cell.get("p") not in NOT_IN_FORCE
