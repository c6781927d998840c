"""Reads the fixtures as `answers import` does, without a database: one evaluation per patient."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from forms.answers import Address, Answers, Cell
from forms.definition import Questionnaire
from forms.evaluation import Evaluation, evaluate
from forms.loading import load, shipped
from forms.types import kind_of

Patches = dict[str, str]
TODAY = date(2026, 11, 20)
FIXTURES = Path(__file__).parent / "fixtures"


def objects(name: str) -> list[dict[str, Any]]:
    """The objects of one fixture file, in the format of that command."""
    found: list[dict[str, Any]] = json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))
    return found


def answers_of(questionnaire: Questionnaire, given: dict[str, Any]) -> Answers:
    """The answers of one object, each parsed by its question type."""
    answers = Answers()

    def put(name: str, typed: object, visit: str | None = None, line: int | None = None) -> None:
        question = questionnaire.questions[name]
        answers.cells[Address(name, visit, line)] = kind_of(question.type).parse(typed, question)

    for name, typed in given.get("answers", {}).items():
        put(name, typed)
    for visit, cells in given.get("visits", {}).items():
        for name, typed in cells.items():
            put(name, typed, visit)
    for repeat, lines in given.get("repeats", {}).items():
        for cells in lines:
            visit = cells.get("visit")
            line = answers.add_line(repeat, visit)
            for name, typed in cells.items():
                if name != "visit":
                    put(name, typed, visit, line)
    return answers


def evaluations(study: str, fixture: str | None = None) -> dict[str, Evaluation]:
    """Each patient of a fixture evaluated, by key."""
    questionnaire = load(shipped(study))
    return {
        given["key"]: evaluate(questionnaire, answers_of(questionnaire, given), {}, TODAY)
        for given in objects(fixture or study)
    }


def value(evaluation: Evaluation, address: str) -> Any:
    """A derived value, else the answer that counts there."""
    where = Address.parse(address)
    return evaluation.derived[where] if where in evaluation.derived else evaluation.value(where)


def cell_of(questionnaire: Questionnaire, address: Address, typed: str) -> Cell:
    """What a person types at an address; the codes of a multiple choice stand one after the other."""
    question = questionnaire.questions[address.name]
    return kind_of(question.type).parse(typed.split() if question.type == "multiple" else typed, question)


def evaluated(questionnaire: Questionnaire, patches: Patches) -> Evaluation:
    """The patient with these answers and facts."""
    answers, facts = Answers(), {}
    for text, typed in patches.items():
        if text.startswith("list."):
            name = text.removeprefix("list.")
            facts[name] = int(typed) if name in ("sex", "cover_days") else typed
            continue
        address = Address.parse(text)
        answers.cells[address] = cell_of(questionnaire, address, typed)
        if address.line:
            repeat = questionnaire.questions[address.name].repeat or ""
            group = f"{repeat}@{address.visit}" if address.visit else repeat
            answers.lines.setdefault(group, [])
            if address.line not in answers.lines[group]:
                answers.lines[group].append(address.line)
    return evaluate(questionnaire, answers, facts, TODAY)
