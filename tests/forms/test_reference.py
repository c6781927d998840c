"""LANGUAGE.md is complete and true: every example on it runs."""

from pathlib import Path

import pytest

from forms.answers import Answers
from forms.checking import check
from forms.definition import Questionnaire
from forms.expressions.calls import FUNCTIONS, Function
from forms.reference import OPERATORS, PAGE, TYPE_EXAMPLES, TypeExample, page
from forms.types import TYPES, kind_of
from tests.forms.builders import answer, example, example_answers

Example = tuple[Questionnaire, Answers]


@pytest.fixture(scope="module")
def the_example(tmp_path_factory: pytest.TempPathFactory) -> Example:
    questionnaire = example(tmp_path_factory.mktemp("example"))
    return questionnaire, example_answers(questionnaire)


def written(value: object) -> str:
    """A result as the page writes it."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value)


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda one: one.name)
def test_the_example_of_every_function_gives_its_result(the_example: Example, function: Function) -> None:
    assert written(answer(*the_example, function.example)) == function.result


@pytest.mark.parametrize(("text", "result", "_says"), OPERATORS)
def test_the_example_of_every_operator_gives_its_result(
    the_example: Example, text: str, result: str, _says: str
) -> None:
    assert written(answer(*the_example, text)) == result


@pytest.mark.parametrize("one", TYPE_EXAMPLES, ids=lambda one: f"{one.type}-{one.question}")
def test_the_example_of_every_type_shows_as_said(the_example: Example, one: TypeExample) -> None:
    question = the_example[0].questions[one.question]
    kind = kind_of(question.type)
    assert kind.display(kind.parse(one.typed, question), question, "fr") == one.shown


def test_every_type_and_every_function_stands_on_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert page(text) == text, "run python -m forms.reference"
    assert all(f"| `{name}` |" in text for name in (*TYPES, *FUNCTIONS))


def test_the_example_study_has_no_fault(tmp_path: Path) -> None:
    example(tmp_path)
    assert check(tmp_path) == []
