"""What holds for every input: print and parse round-trip, evaluation ends and does not depend on order, states
are exclusive and exhaustive."""

import random
import string
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import example as such_as
from hypothesis import strategies as st

from forms.answers import Address, Answers, Cell
from forms.definition import Choice, Label, Question, Questionnaire, Unit
from forms.evaluation import State, evaluate
from forms.expressions.parsing import NotAnExpression, parse
from forms.faults import FaultyDefinition
from forms.loading import load, shipped
from forms.refusals import AnswerRefused
from forms.spans import NotADate, read_iso
from forms.types import TYPES, kind_of
from tests.forms.builders import TODAY, answer, example

CHOICES = tuple(Choice(code, Label(f"fr{code}", f"en{code}")) for code in (1, 2, 88, "dm", "3tc", "none"))
UNITS = (Unit("mg/L", (("/", 40.0),)), Unit("F", (("-", 32.0), ("/", 1.8))))


def outcome(act: Callable[[], Any], refusal: type[Exception]) -> Any:
    """What the act gives, or the refusal it raises."""
    try:
        return act()
    except refusal as refused:
        return refused


def question(kind: str) -> Question:
    return Question(
        "x",
        Label("X", "X"),
        kind,
        "main",
        choices=CHOICES,
        exclusive="none",
        operator="x_op",
        unit="mmol/L",
        other_units=UNITS,
    )


dates = st.dates(min_value=date(1880, 1, 1), max_value=date(2100, 12, 31))
numbers = st.one_of(
    st.integers(min_value=-(10**14), max_value=10**14).map(float),
    st.floats(min_value=-1e14, max_value=1e14).filter(lambda n: abs(n) > 1e-9 or n == 0),
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": st.text(string.printable[:94] + "éœ№ عر", min_size=1)
    .map(str.strip)
    .filter(lambda t: t and t not in ("NSP", "NF", "SO")),
    "long_text": st.text(string.ascii_letters + "\n é", min_size=1)
    .map(str.strip)
    .filter(lambda t: t and t not in ("NSP", "NF", "SO")),
    "integer": st.integers(min_value=-(10**14), max_value=10**14),
    "decimal": numbers,
    "single": st.sampled_from([choice.code for choice in CHOICES]),
    "multiple": st.one_of(
        st.just(["none"]), st.sets(st.sampled_from([1, 2, 88, "dm", "3tc"]), min_size=1)
    ).map(lambda codes: [choice.code for choice in CHOICES if choice.code in codes]),
    "yes_no": st.sampled_from([0, 1]),
    "date": dates.map(date.isoformat),
    "partial_date": st.tuples(dates.map(date.isoformat), st.sampled_from([4, 7, 10])).map(
        lambda pair: pair[0][: pair[1]]
    ),
    "limit": st.one_of(
        st.just({"op": 4}),
        st.builds(lambda op, n: {"op": op, "value": n}, st.sampled_from([1, 2, 3]), numbers),
    ),
    "mutations": st.lists(
        st.from_regex(r"[A-Z][1-9][0-9]{0,2}[A-Z]", fullmatch=True), min_size=1, unique=True
    ),
}


@pytest.mark.parametrize("kind", sorted(TYPES))
@pytest.mark.parametrize("language", ["fr", "en"])
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_what_is_shown_in_a_field_reads_back_as_the_same_value(
    kind: str, language: str, data: st.DataObject
) -> None:
    value, one = data.draw(VALUES[kind]), question(kind)
    shown = kind_of(kind).editable(Cell(value), one, language)
    assert kind_of(kind).parse(shown, one).value == value
    assert kind_of(kind).parse(value, one).value == value


@pytest.mark.parametrize("kind", sorted(TYPES))
@given(
    typed=st.one_of(
        st.text(max_size=30), st.none(), st.integers(), st.floats(), st.lists(st.text(max_size=4), max_size=3)
    )
)
@such_as(typed=";")
@settings(max_examples=80, deadline=None)
def test_anything_typed_becomes_a_cell_or_a_refusal_in_both_languages(kind: str, typed: object) -> None:
    one = question(kind)
    cell = outcome(lambda: kind_of(kind).parse(typed, one), AnswerRefused)
    if isinstance(cell, AnswerRefused):
        assert cell.fr != cell.en
        return
    assert cell.value is None or cell.missing is None
    if cell.value is not None:
        assert kind_of(kind).parse(kind_of(kind).editable(cell, one, "fr"), one).value == cell.value
        assert isinstance(kind_of(kind).display(cell, one, "en"), str)
        assert len(kind_of(kind).values(cell, one)) == len(kind_of(kind).columns(one))


@given(
    day=dates,
    form=st.sampled_from(["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d%m%Y", "%Y-%m-%d", "%Y/%m/%d", "%d %m %Y"]),
)
def test_a_date_reads_the_same_in_every_way_of_writing_it(day: date, form: str) -> None:
    assert read_iso(day.strftime(form)) == day.isoformat()


@given(text=st.text(alphabet=string.digits + "/-. janvmrs", max_size=14))
@settings(max_examples=300)
def test_whatever_is_read_as_a_date_is_one(text: str) -> None:
    try:
        iso = read_iso(text)
    except NotADate:
        return
    assert date.fromisoformat((iso + "-01-01")[:10])


@lru_cache(maxsize=3)
def shipped_version(code: str) -> Questionnaire:
    return load(shipped(code))


@lru_cache(maxsize=1)
def small() -> Questionnaire:
    with TemporaryDirectory() as folder:
        return example(Path(folder))


WORDS = [
    "weight_kg",
    "height_cm",
    "onset_d",
    "sts_start_d",
    "ckd_mod",
    "comorb",
    "relapse",
    "v_surf@j0",
    "today",
    "nothing",
    "0",
    "1",
    "2.5",
    "'x'",
    "date('2012')",
    "list.first_grant_on",
    "vl",
    "ag@j0",
    "death_d",
    "gt_mut",
]
LEAVES = st.sampled_from(WORDS)
SIGNS = st.sampled_from(["+", "-", "*", "/", "^", "=", "!=", "<", "<=", ">", ">=", "and", "or"])
CALLS = [
    "days", "years", "anniversary", "middle", "log10", "round", "abs", "least",
    "greatest", "coalesce", "min", "max", "sum", "if", "known", "any",
    "count", "first", "last",
]  # fmt: skip


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("({} {} {})".format, inner, SIGNS, inner),
        st.builds("(not {})".format, inner),
        st.builds("-({})".format, inner),
        st.builds(
            "{}({})".format, st.sampled_from(CALLS), st.lists(inner, min_size=1, max_size=3).map(", ".join)
        ),
    )


FORMULAS = st.recursive(LEAVES, grown, max_leaves=20)
GIVEN: dict[str, st.SearchStrategy[Any]] = {
    "weight_kg": VALUES["decimal"], "height_cm": VALUES["decimal"], "onset_d": VALUES["partial_date"],
    "sts_start_d": VALUES["date"],
    "death_d": VALUES["partial_date"], "ckd_mod": st.sampled_from([1, 2, 3]), "relapse": VALUES["yes_no"],
    "v_surf@j0": VALUES["decimal"],
    "at": st.sampled_from([["amp"], ["none"]]), "amp_d": VALUES["date"], "ag_any@j0": VALUES["yes_no"],
    "ag_dose@j0#1": VALUES["decimal"],
    "ag_dose@j0#2": VALUES["decimal"], "vl_d#1": VALUES["date"], "vl_val#1": VALUES["limit"], "vl_d#2": VALUES["date"],
}  # fmt: skip


@st.composite
def answered(draw: st.DrawFn) -> Answers:
    """Some answers to the example study, each a value, a missing reason, or nothing."""
    names = draw(st.lists(st.sampled_from(sorted(GIVEN)), unique=True))
    cells = {}
    for name in names:
        reason = draw(st.sampled_from([None, None, None, "NSP", "NF", "SO"]))
        cells[Address.parse(name)] = Cell(missing=reason) if reason else Cell(draw(GIVEN[name]))
    return Answers(
        cells,
        {
            "ag@j0": draw(st.sampled_from([[], [1, 2], [2, 1]])),
            "vl": draw(st.sampled_from([[], [1], [1, 2]])),
        },
    )


@given(formula=FORMULAS, answers=answered())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_formula_ends_with_a_value_or_a_named_fault(formula: str, answers: Answers) -> None:
    value = outcome(lambda: answer(small(), answers, formula), FaultyDefinition)
    if isinstance(value, FaultyDefinition):
        assert {fault.code for fault in value.faults} <= {
            "wrong_arity",
            "unknown_variable",
            "unknown_repeat",
            "out_of_scope",
            "unknown_code",
        }
        return
    assert value is None or isinstance(value, int | float | str)


@given(text=st.text(alphabet="ab1.'()@,+-*/^=<> \n\tandornothasiné#", max_size=60))
@settings(max_examples=400)
def test_any_text_is_an_expression_or_says_where_it_is_not(text: str) -> None:
    error = outcome(lambda: parse(text), NotAnExpression)
    if isinstance(error, NotAnExpression):
        assert 0 <= error.at <= len(text)
        assert error.detail != error.detail_fr


@given(answers=answered(), seed=st.integers())
@settings(max_examples=150, deadline=None)
def test_evaluation_does_not_depend_on_the_order_of_answers(answers: Answers, seed: int) -> None:
    pairs = list(answers.cells.items())
    random.Random(seed).shuffle(pairs)
    one, other = (
        evaluate(small(), answers, {}, TODAY),
        evaluate(small(), Answers(dict(pairs), answers.lines), {}, TODAY),
    )
    assert (one.states, one.derived, one.findings, one.progress) == (
        other.states,
        other.derived,
        other.findings,
        other.progress,
    )
    assert list(one.states) == list(other.states)


@given(answers=answered())
@settings(max_examples=150, deadline=None)
def test_states_are_exhaustive_and_exclusive_and_agree_with_the_cells(answers: Answers) -> None:
    found = evaluate(small(), answers, {}, TODAY)
    lines = [Address(question.name, visit, line) for question in small().questions.values() if question.scope == "line"
             for visit in question.visits or (None,) for line in answers.lines_of(question.repeat or "", visit)]  # fmt: skip
    plain = [Address(question.name, visit) for question in small().questions.values() if question.scope != "line"
             for visit in question.visits or (None,)]  # fmt: skip
    assert set(found.states) == {*lines, *plain}
    for address, state in found.states.items():
        cell = answers.cell(address)
        assert isinstance(state, State)
        assert (found.value(address) is not None) == (state is State.ANSWERED)
        assert (found.missing(address) is not None) == (
            state in (State.UNKNOWN, State.NOT_DONE, State.NOT_APPLICABLE)
        )
        if state is State.NOT_ANSWERED:
            assert cell.empty
        elif state is not State.NOT_ASKED and not cell.empty:
            assert cell.missing == found.missing(address)


@given(answers=answered())
@settings(max_examples=100, deadline=None)
def test_progress_counts_what_is_required(answers: Answers) -> None:
    found = evaluate(small(), answers, {}, TODAY)
    assert (
        found.total.left == len(found.missing_required) == sum(part.left for part in found.progress.values())
    )
    assert all(0 <= part.done <= part.required for part in found.progress.values())
    assert all(
        found.state(address) is State.NOT_ANSWERED
        for address in (*found.missing_required, *found.express_left)
    )


@pytest.mark.parametrize("code", ["calci_sts", "cmv_mbv", "hiv_fos"])
@given(data=st.data())
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
def test_the_shipped_studies_evaluate_whatever_is_answered(code: str, data: st.DataObject) -> None:
    questionnaire = shipped_version(code)
    names = data.draw(st.lists(st.sampled_from(sorted(questionnaire.questions)), max_size=40, unique=True))
    answers = Answers(lines={f"{repeat.code}@{visit}" if visit else repeat.code: [1,
        3] for repeat in questionnaire.repeats.values() for visit in repeat.visits or (None,)})  # fmt: skip
    for name in names:
        one = questionnaire.questions[name]
        values = (
            st.sampled_from([choice.code for choice in one.choices])
            if one.type == "single"
            else VALUES[one.type]
        )
        value = (
            [data.draw(st.sampled_from([choice.code for choice in one.choices]))]
            if one.type == "multiple"
            else data.draw(values)
        )
        for visit in one.visits or (None,):
            for line in (1, 3) if one.repeat else (None,):
                answers.cells[Address(name, visit, line)] = Cell(value)
    found = evaluate(
        questionnaire, answers, {"birth": "1948-03", "first_grant_on": date(2012, 1, 10), "sex": 2}, TODAY
    )
    assert set(map(type, found.states.values())) == {State}
    assert all(finding.message.fr and finding.message.en for finding in found.findings)
