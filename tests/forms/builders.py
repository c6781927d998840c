"""Small studies for tests: folders from text, the example study of LANGUAGE.md, answers from what a person would type."""

import json
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from forms.answers import Address, Answers, lines_key
from forms.definition import Formula, Questionnaire
from forms.evaluation import Evaluation, evaluate
from forms.expressions.formulas import bind
from forms.expressions.vocabulary import vocabulary
from forms.faults import Fault
from forms.loading import load
from forms.reference import PAGE
from forms.types import kind_of

TODAY = date(2020, 1, 1)
FACTS = {"first_grant_on": "2012-01-10"}
_BLOCK = re.compile(r"```(yaml|json) (\S+)\n(.*?)```", re.DOTALL)

STUDY = """
study: small
version: 1
prefix: SMA
title: {fr: Petite, en: Small}
anchor: start_d
visits:
  - {code: j0, label: {fr: J0, en: D0}, day: 0, before: 14, after: 14}
  - {code: m3, label: {fr: M3, en: M3}, day: 91, before: 30, after: 30, asked: optional}
  - {code: m12, label: {fr: M12, en: M12}, day: 365, before: 60, after: 60}
sections: [main.yaml]
"""
MAIN = """
section: main
letter: A
label: {fr: Principal, en: Main}
questions:
  - {name: start_d, label: Start, type: date, required: core}
"""


def folder(at: Path, **files: str) -> Path:
    """A study folder: ``study`` and ``main`` have a default, the others are written as given (``derived="…"``)."""
    at.mkdir(parents=True, exist_ok=True)
    for name, text in ({"study": STUDY, "main": MAIN} | files).items():
        (at / f"{name}.yaml").write_text(text, encoding="utf-8")
    return at


def study(at: Path, questions: str = "", **files: str) -> Questionnaire:
    """A loaded study whose main section has these questions after ``start_d``."""
    return load(folder(at, main=MAIN + indent(questions), **files))


def indent(questions: str) -> str:
    """Question lines ``{name: …}`` as list items."""
    return "".join(f"  - {line.strip()}\n" for line in questions.strip().splitlines())


def blocks() -> dict[str, str]:
    """The code blocks of LANGUAGE.md by their name."""
    return {name: text for _, name, text in _BLOCK.findall(PAGE.read_text(encoding="utf-8"))}


def example(at: Path) -> Questionnaire:
    """The example study of LANGUAGE.md."""
    for name, text in blocks().items():
        if name.endswith(".yaml"):
            (at / name).write_text(text, encoding="utf-8")
    return load(at)


def typed(questionnaire: Questionnaire, values: Mapping[str, Any]) -> Answers:
    """The answers that typing these values would store; a line is there because it is named."""
    answers = Answers()
    for text, value in values.items():
        address = Address.parse(text)
        question = questionnaire.questions[address.name]
        answers.cells[address] = kind_of(question.type).parse(value, question)
        if question.repeat:
            lines = answers.lines.setdefault(lines_key(question.repeat, address.visit), [])
            if address.line not in lines:
                lines.append(address.line or 1)
    return answers


def evaluated(
    questionnaire: Questionnaire, values: Mapping[str, Any], facts: Mapping[str, object] | None = None
) -> Evaluation:
    """The evaluation of what was typed."""
    return evaluate(questionnaire, typed(questionnaire, values), facts or {}, TODAY)


def example_answers(questionnaire: Questionnaire) -> Answers:
    """The answers that the examples of LANGUAGE.md read."""
    return typed(questionnaire, json.loads(blocks()["answers"]))


def with_formula(questionnaire: Questionnaire, formula: str, **standpoint: Any) -> Questionnaire:
    """The study with one more derived value, ``answer``; its type is the formula's own."""
    from dataclasses import replace

    from forms.definition import Derived, Label

    derived = Derived("answer", Label("a", "a"), "decimal", Formula(formula), **standpoint)
    return replace(questionnaire, derived={**questionnaire.derived, "answer": derived}, sha256="")


def answer(questionnaire: Questionnaire, answers: Answers, formula: str, **standpoint: Any) -> Any:
    """What a formula gives, as JSON."""
    asked = with_formula(questionnaire, formula, **standpoint)
    derived = evaluate(asked, answers, FACTS, TODAY).derived
    found = [
        value
        for address, value in sorted(derived.items(), key=lambda pair: str(pair[0]))
        if address.name == "answer"
    ]
    return found if standpoint else found[0]


def faults_of(questionnaire: Questionnaire, formula: str) -> list[Fault]:
    """What is wrong with a formula at patient level."""
    return list(bind(Formula(formula), vocabulary(questionnaire)).faults)
