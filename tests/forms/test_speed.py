"""An evaluation is part of every autosave: it must be a small part. Measured against Python
itself, not a clock."""

from datetime import date
from time import process_time

import pytest

from forms.answers import Address, Answers, Cell, lines_key
from forms.definition import Question, Questionnaire
from forms.evaluation import evaluate
from forms.loading import load, loads, shipped
from forms.planning import plan_of

FACTS = {
    "birth": "1948-03",
    "first_grant_on": date(2012, 1, 10),
    "last_grant_on": date(2013, 1, 10),
    "sex": 2,
    "cover_days": 100,
}
SOME = {
    "date": "2014-03-12",
    "partial_date": "2014-04",
    "integer": 20,
    "decimal": 20.0,
    "yes_no": 1,
    "limit": {"op": 1, "value": 500.0},
}


def filled(questionnaire: Questionnaire, lines: int) -> Answers:
    """An answer to every question at every visit, and so many lines in every group."""
    answers = Answers()
    for repeat in questionnaire.repeats.values():
        for visit in repeat.visits or (None,):
            answers.lines[lines_key(repeat.code, visit)] = list(range(1, lines + 1))
    for question in questionnaire.questions.values():
        for visit in question.visits or (None,):
            for line in range(1, lines + 1) if question.repeat else (None,):
                answers.cells[Address(question.name, visit, line)] = Cell(some(question))
    return answers


def some(question: Question) -> object:
    """A value of the question's type."""
    if question.choices:
        first = question.choices[0].code
        return [first] if question.type == "multiple" else first
    return SOME.get(question.type, ["E756Q"] if question.type == "mutations" else "x")


def seconds(act: object, times: int) -> float:
    best = float("inf")
    for _ in range(times):
        start = process_time()
        act()  # type: ignore[operator]
        best = min(best, process_time() - start)
    return best


def floor() -> None:
    """About 5 ms of plain Python on two shared cores."""
    table = {}
    for number in range(50_000):
        table[number & 1023] = number


@pytest.mark.parametrize(("code", "lines"), [("calci_sts", 3), ("hiv_fos", 3), ("cmv_mbv", 8)])
def test_a_whole_evaluation_costs_less_than_a_little_loop(code: str, lines: int) -> None:
    questionnaire = load(shipped(code))
    answers = filled(questionnaire, lines)
    evaluate(questionnaire, answers, FACTS, date(2026, 1, 1))
    assert seconds(lambda: evaluate(questionnaire, answers, FACTS, date(2026, 1, 1)), 15) < 3 * seconds(
        floor, 15
    )


def test_the_plan_of_a_version_is_made_once() -> None:
    one = load(shipped("calci_sts"))
    other = loads(one.source)
    assert one is not other
    assert plan_of(one) is plan_of(other)
