"""The expression language: what it gives, what it says of mistakes, and that it always ends."""

from pathlib import Path

import pytest

from forms.answers import Answers
from forms.definition import Questionnaire
from forms.expressions.parsing import NotAnExpression, parse
from tests.forms.builders import answer, example, example_answers, faults_of, typed


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Questionnaire:
    return example(tmp_path_factory.mktemp("example"))


@pytest.fixture(scope="module")
def given(small: Questionnaire) -> Answers:
    return example_answers(small)


@pytest.mark.parametrize(
    ("formula", "result"),
    [
        ("1 + 2 * 3", 7), ("(1 + 2) * 3", 9), ("-2 ^ 2", -4), ("2 ^ -1", 0.5), ("8 / 2 / 2", 2), ("1 - -1", 2), ("- - 1", 1),
        ("1 / 0", None), ("0 / 0", None), ("10 ^ 200", None), ("(0 - 8) ^ 0.5", None), ("log10(0)", None), ("1 = 1.0", 1),
        ("'a' = 'a'", 1), ("'a' < 'b'", 1), ("1 < 'b'", None), ("1 = 'b'", 0), ("date('2012') + 1.9", "2012-01-02"),
        ("round(2.5)", 3), ("round(0 - 2.5)", -3), ("round(1234, 0 - 2)", 1200), ("abs(nothing)", None),
        ("min(3, nothing)", None), ("sum(1, 2, 3)", 6),
        ("least(nothing)", None), ("date('2012-01-15') - date('2012-01-01')", 14), ("date('2012-01-31') - 400000000", None),
        ("anniversary(date('2012'), 600)", None), ("1 in (2, nothing)", None), ("1 in (1, nothing)", 1),
        ("nothing in (1, 2)", None),
        ("if(nothing, 1, 2)", None), ("if(0, 1)", None), ("if(1 = 1, 'yes', 'no')", "yes"), ("not nothing", None),
        ("not not 1", 1),
        ("'text' + 1", None), ("'text' and 1", None), ("days(date('2012'), date('2013'))", None),
        ("days(date('2012-01-05'), 3)", None), ("years(date('1948'), date('2012-06-01'))", None),
        ("years(date('1948'), date('2012-12-31'))", 64),
    ],
)  # fmt: skip
def test_values(small: Questionnaire, given: Answers, formula: str, result: object) -> None:
    assert answer(small, given, formula) == result


LOGIC = {"1": True, "0": False, "nothing": None}


@pytest.mark.parametrize("left", LOGIC)
@pytest.mark.parametrize("right", LOGIC)
def test_and_or_are_those_of_kleene(small: Questionnaire, given: Answers, left: str, right: str) -> None:
    a, b = LOGIC[left], LOGIC[right]
    both = False if False in (a, b) else None if None in (a, b) else True
    either = True if True in (a, b) else None if None in (a, b) else False
    assert answer(small, given, f"{left} and {right}") == both
    assert answer(small, given, f"{left} or {right}") == either


@pytest.mark.parametrize(
    ("formula", "result"),
    [
        ("date('2013') < date('2014')", 1), ("date('2013') < date('2013-06')", None), ("date('2013') <= date('2013-12-31')", 1),
        ("date('2013') > date('2013-12-31')", 0), ("date('2013') = date('2013')", None), ("date('2013') = date('2014')", 0),
        ("date('2013-06') >= date('2013-06-01')", 1), ("date('2013') != date('2012-12')", 1),
        ("earliest(date('2013')) + 364 = latest(date('2013'))", 1),
    ],
)  # fmt: skip
def test_partial_dates_compare_as_intervals(
    small: Questionnaire, given: Answers, formula: str, result: object
) -> None:
    assert answer(small, given, formula) == result


@pytest.mark.parametrize(
    ("formula", "result"),
    [
        ("sum(ag@j0, ome_line)", 85), ("ome@j0", 85), ("sum(ag@m12, ag_dose)", 0), ("count(ag@m12)", 0),
        ("max(ag@m12, ag_dose)", None),
        ("any(ag@m12, 1)", 0), ("all(ag@m12, 0)", 1), ("first(ag@j0, ag_dose, ag_drug = 21)", 10), ("last(ag@j0, ag_dose)", 5),
        ("count(ag@j0, any(ag@j0, ag_dose > outer.ag_dose))", 2), ("sum(ag@j0, repeat_no)", 6),
        ("count(ag@j0, ag_dose = max(ag@j0, ag_dose))", 1), ("first(vl, vl_val)", 1360), ("first(vl, repeat_no)", 2),
        ("min(vl, vl_d)", "2022-05-04"), ("sum(vl, vl_val, vl_op = 1)", 2069), ("any(vl, nothing)", None),
        ("all(vl, nothing)", None),
        ("any(vl, if(vl_op = 2, 1))", 1), ("sum(vl, if(vl_op = 2, 1))", None), ("count(vl, nothing)", 0),
        ("max(vl, if(vl_op = 1, vl_val))", 1360),
    ],
)  # fmt: skip
def test_aggregates_over_lines(small: Questionnaire, given: Answers, formula: str, result: object) -> None:
    assert answer(small, given, formula) == result


def test_inside_a_visit_a_bare_name_is_the_same_visits(small: Questionnaire, given: Answers) -> None:
    visits = {"scope": "visit", "visits": ("j0", "m12")}
    assert answer(small, given, "v_surf", **visits) == [100, 25]
    assert answer(small, given, "v_surf - v_surf@j0", **visits) == [0, -75]
    assert answer(small, given, "sum(ag, ag_dose)", **visits) == [75, 0]
    assert answer(small, given, "previous(v_surf)", **visits) == [None, 100]
    assert answer(small, given, "next(v_surf)", **visits) == [25, None]
    assert answer(small, given, "visit", **visits) == ["j0", "m12"]
    assert answer(small, given, "visit_from", **visits) == ["2012-01-01", "2012-11-15"]
    assert answer(small, given, "visit_to", **visits) == ["2012-01-29", "2013-03-15"]
    assert answer(small, given, "visit_on - sts_start_d", **visits) == [0, 365]


def test_on_a_line_a_bare_name_is_the_same_lines(small: Questionnaire, given: Answers) -> None:
    lines = {"scope": "line", "repeat": "vl"}
    assert answer(small, given, "previous(vl_val)", **lines) == [709, None, 1360]
    assert answer(small, given, "count(vl, vl_d < outer.vl_d)", **lines) == [2, 0, 1]
    assert answer(small, given, "repeat_no", **lines) == [1, 2, 3]


@pytest.mark.parametrize(
    ("formula", "code", "offset", "says"),
    [
        ("weight_kgg > 1", "unknown_variable", 0, "weight_kg"),
        ("1 + dayz(a, b)", "unknown_function", 4, "days"),
        ("days(onset_d)", "wrong_arity", 0, "2"),
        ("sum(ag@j0)", "wrong_arity", 0, "2-3"),
        ("sum(agg, 1, 2, 3)", "unknown_variable", 4, "ag"),
        ("any(vll, 1)", "unknown_repeat", 4, "vl"),
        ("v_surf > 1", "out_of_scope", 0, "visit"),
        ("ag_dose > 1", "out_of_scope", 0, "line"),
        ("v_surf@m6 > 1", "unknown_visit", 0, "m12"),
        ("count(ag@m6)", "unknown_visit", 6, "m12"),
        ("ckd_mod = 9", "unknown_code", 10, "3"),
        ("9 = ckd_mod", "unknown_code", 0, "3"),
        ("ckd_mod in (1, 9)", "unknown_code", 15, "3"),
        ("comorb has dmm", "unknown_code", 7, "dm"),
        ("has_any(comorb, dm, hta2)", "unknown_code", 20, "hta"),
        ("lookup(opioid, 20, factor)", "unknown_table", 7, "opioids"),
        ("lookup(opioids, 20, factors)", "unknown_column", 20, "factor"),
        ("lookup(opioids, 29, factor)", "unknown_code", 16, "20"),
        ("list.sexe = 1", "unknown_fact", 0, "sex"),
        ("lists.sex = 1", "unknown_variable", 0, "list"),
        ("lloq(weight_kg)", "unknown_variable", 5, "vl_val"),
        ("date(12)", "syntax", 5, "date("),
        ("date('12/03/2014')", "syntax", 5, "date("),
        ("visit = 'j0'", "out_of_scope", 0, "visit"),
        ("previous(weight_kg)", "out_of_scope", 0, "visit"),
        ("1 +", "syntax", 3, "value is missing"),
        ("(1 + 2", "syntax", 6, "')'"),
        ("1 2", "syntax", 2, "'2'"),
        ("1 < 2 < 3", "syntax", 6, "'and'"),
        ("'open", "syntax", 0, "Close"),
        ("a ? b", "syntax", 2, "?"),
        ("comorb has", "syntax", 10, "code"),
        ("", "syntax", 0, "value is missing"),
    ],
)  # fmt: skip
def test_mistakes_are_named_with_their_place_and_how_to_mend_them(
    small: Questionnaire, formula: str, code: str, offset: int, says: str
) -> None:
    from dataclasses import replace

    from forms.definition import Formula, Place
    from forms.expressions.formulas import bind
    from forms.expressions.vocabulary import vocabulary

    placed = Formula(formula, Place("checks.yaml", 7, 1, formula))
    found = bind(placed, vocabulary(small)).faults[0]
    assert (found.code, found.file, found.line, found.column) == (code, "checks.yaml", 7, 1 + offset)
    assert says in found.text("en")
    assert found.text("fr") != replace(found).text("en")


@pytest.mark.parametrize(
    "text", ["(" * 500 + "1" + ")" * 500, "1" + " + 1" * 5000, "not " * 1500 + "1", "- " * 1900 + "1"]
)
def test_monsters_are_refused_or_read_without_harm(text: str) -> None:
    try:
        node = parse(text)
    except NotAnExpression:
        return
    assert node.at >= 0


def test_a_long_chain_of_derived_values_ends_without_deep_recursion(tmp_path: Path) -> None:
    from tests.forms.builders import evaluated, study

    rows = ["{name: d0, label: D, type: decimal, value: '1'}"]
    rows += [f"{{name: d{i}, label: D, type: decimal, value: 'd{i - 1} * 3'}}" for i in range(1, 400)]
    from tests.forms.builders import indent

    chained = study(tmp_path, derived="derived:\n" + indent("\n".join(rows)))
    values = evaluated(chained, {}).derived
    assert [value for address, value in values.items() if address.name == "d10"] == [3**10]
    assert [value for address, value in values.items() if address.name == "d399"] == [None]


def test_unasked_answers_read_as_missing_and_a_reason_can_be_read(small: Questionnaire) -> None:
    answers = typed(small, {"at": ["none"], "amp_d": "01/02/2013", "height_cm": "NF", "relapse": "NSP"})
    assert answer(small, answers, "known(amp_d)") == 0
    assert answer(small, answers, "reason(height_cm) = NF") == 1
    assert answer(small, answers, "reason(relapse) in (NSP, SO)") == 1
    assert answer(small, answers, "reason(weight_kg)") is None


def test_a_good_formula_has_no_fault(small: Questionnaire) -> None:
    assert (
        faults_of(small, "coalesce(v_surf@m12 = 0, 0) or count(vl, vl_op = 2 and outer.weight_kg > 3) > 1")
        == []
    )
