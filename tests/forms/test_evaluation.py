"""States, derived values, findings and progress that follow from answers."""

from pathlib import Path
from typing import Any

import pytest

from forms.answers import Address
from forms.definition import Questionnaire
from forms.evaluation import Evaluation, State
from forms.faults import FaultyDefinition
from tests.forms.builders import evaluated, example, indent, study


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Questionnaire:
    return example(tmp_path_factory.mktemp("example"))


def state(evaluation: Evaluation, address: str) -> State:
    return evaluation.state(Address.parse(address))


def codes(evaluation: Evaluation) -> list[str]:
    return [finding.code for finding in evaluation.findings]


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [("72", State.ANSWERED), ("", State.NOT_ANSWERED), ("NSP", State.UNKNOWN), ("NF", State.NOT_DONE), ("SO",
        State.NOT_APPLICABLE)],
)  # fmt: skip
def test_the_state_of_a_question_that_is_asked(small: Questionnaire, typed: str, wanted: State) -> None:
    assert state(evaluated(small, {"weight_kg": typed}), "weight_kg") is wanted


def test_a_hidden_answer_is_kept_but_not_asked_and_comes_back(small: Questionnaire) -> None:
    hidden = evaluated(small, {"at": ["none"], "amp_d": "01/02/2013"})
    assert state(hidden, "amp_d") is State.NOT_ASKED
    assert hidden.answers.cell(Address("amp_d")).value == "2013-02-01"
    assert hidden.value(Address("amp_d")) is None
    shown = evaluated(small, {"at": ["amp"], "amp_d": "01/02/2013"})
    assert state(shown, "amp_d") is State.ANSWERED
    assert state(shown, "at_amp_d") is State.NOT_ANSWERED


def test_a_tick_that_is_missing_for_a_reason_asks_nothing(small: Questionnaire) -> None:
    assert state(evaluated(small, {"at": "NSP"}), "amp_d") is State.NOT_ASKED


@pytest.mark.parametrize(
    ("gate", "lines"),
    [({"ag_any@j0": "oui"}, True), ({"ag_any@j0": "non"}, False), ({"ag_any@j0": "NSP"}, False), ({}, True)],
)
def test_the_gate_opens_the_lines_and_lines_without_a_gate_count(
    small: Questionnaire, gate: dict[str, Any], lines: bool
) -> None:
    found = evaluated(small, {**gate, "ag_drug@j0#4": "20", "ag_dose@j0#4": "10"})
    assert state(found, "ag_dose@j0#4") is (State.ANSWERED if lines else State.NOT_ASKED)
    assert found.derived[Address("ome", "j0")] == (
        10 if gate.get("ag_any@j0") == "oui" else 0 if gate.get("ag_any@j0") == "non" else None
    )


def test_an_opened_gate_wants_a_line_and_not_too_many(small: Questionnaire) -> None:
    none = evaluated(small, {"ag_any@j0": "oui"})
    assert [(one.level, one.code, one.addresses) for one in none.findings] == [
        ("H", "lines:ag", (Address("ag_any", "j0"),))
    ]
    many = evaluated(small, {"ag_any@j0": "oui"} | {f"ag_dose@j0#{line}": "1" for line in range(1, 10)})
    assert "9 lignes ; 8 au plus." in [one.message.fr for one in many.findings]


def test_a_closed_visit_answers_by_itself_but_a_typed_answer_stays(small: Questionnaire) -> None:
    dead = {"sts_start_d": "15/01/2012", "death_d": "03/2012", "v_surf@j0": "10"}
    found = evaluated(small, dead)
    assert state(found, "v_surf@m12") is State.NOT_APPLICABLE
    assert found.missing(Address("v_surf", "m12")) == "SO"
    assert Address("v_surf", "m12") not in found.missing_required
    assert state(evaluated(small, {**dead, "v_surf@m12": "3"}), "v_surf@m12") is State.ANSWERED


def test_required_answers_are_listed_until_answered_or_excused(small: Questionnaire) -> None:
    empty = evaluated(small, {})
    assert [str(one) for one in empty.missing_required] == ["sts_start_d", "weight_kg", "v_surf@m12"]
    assert (
        empty.progress["patient"].required,
        empty.progress["patient"].done,
        empty.progress["patient"].left,
    ) == (2, 0, 2)
    assert [str(one) for one in empty.express_left] == ["sts_start_d", "v_surf@m12"]
    done = evaluated(small, {"sts_start_d": "15/01/2012", "weight_kg": "NSP", "v_surf@m12": "NF"})
    assert (done.missing_required, done.total.left, done.total.required, done.blocking) == ([], 0, 3, [])


def test_soft_ranges_warn_with_the_range_and_a_comment_confirms(small: Questionnaire) -> None:
    found = evaluated(small, {"weight_kg": "200"}).findings[0]
    assert (found.level, found.code, found.confirmed) == ("W", "soft:weight_kg", False)
    assert (
        found.message.fr.replace("\u00a0", " ")
        == "Valeur inhabituelle : 200 kg (attendu : 35 à 160 kg). Vérifiez-la."
    )
    assert evaluated(small, {"weight_kg": {"value": "200", "comment": "obésité"}}).findings[0].confirmed


def test_a_range_with_an_expression_is_judged_at_evaluation(small: Questionnaire) -> None:
    found = evaluated(small, {"sts_start_d": "01/02/2020"})
    assert [(one.level, one.code) for one in found.findings] == [("H", "hard:sts_start_d")]
    assert (
        found.findings[0].message.fr == "01/02/2020 est hors de l’intervalle possible : jusqu’au 01/01/2020."
    )
    assert found.blocking == found.findings


def test_a_check_fires_only_when_certainly_true_and_tells_values(small: Questionnaire) -> None:
    late = evaluated(small, {"sts_start_d": "15/01/2012", "onset_d": "02/2012"})
    assert codes(late) == ["ONSET"]
    assert late.findings[0].message.fr == "Les lésions ont débuté après la première perfusion (15/01/2012)."
    assert late.findings[0].addresses == (Address("onset_d"),)
    for onset in ("01/2012", "2012", "NSP", ""):
        assert codes(evaluated(small, {"sts_start_d": "15/01/2012", "onset_d": onset})) == []


def test_checks_per_visit_and_per_line_point_at_their_own_answers(tmp_path: Path) -> None:
    rows = """
      {code: V, level: W, when: v_a > 1, visits: [j0, m12], message: Loud}
      {code: L, level: H, when: ln_a > 1, repeat: ln, on: [ln_a, start_d], message: {fr: "{ln_a} de trop", en: "{ln_a} too many"}}
    """
    visits = "section: v\nlabel: V\nvisits: [j0, m12]\nquestions:\n" + indent(
        "{name: v_a, label: A, type: integer}"
    )
    lines = "section: l\nlabel: L\nrepeat: ln\nquestions:\n" + indent("{name: ln_a, label: A, type: integer}")
    small = study(
        tmp_path, v=visits, l=lines, checks="checks:\n" + indent(rows), study=_study("v.yaml, l.yaml")
    )
    found = evaluated(small, {"v_a@m12": "2", "v_a@j0": "1", "ln_a#2": "5", "ln_a#1": "1"}).findings
    assert [(one.code, [str(at) for at in one.addresses]) for one in found] == [
        ("V", ["v_a@m12"]),
        ("L", ["ln_a#2", "start_d"]),
    ]
    assert found[1].message.en == "5 too many"


def _study(sections: str) -> str:
    from tests.forms.builders import STUDY

    return STUDY.replace("[main.yaml]", f"[main.yaml, {sections}]")


def test_the_list_fills_read_only_questions_until_corrected(tmp_path: Path) -> None:
    small = study(
        tmp_path,
        "{name: sex, label: S, type: single, choices: {1: M, 2: F}, from_list: sex, read_only: yes, required: core}",
    )
    filled = evaluated(small, {}, {"sex": 2})
    assert (state(filled, "sex"), filled.value(Address("sex"))) == (State.ANSWERED, 2)
    assert evaluated(small, {"sex": "1"}, {"sex": 2}).value(Address("sex")) == 1
    assert state(evaluated(small, {}, {}), "sex") is State.NOT_ANSWERED
    assert Address("sex") in evaluated(small, {}, {}).missing_required
    assert Address("sex") not in filled.missing_required


def test_optional_visits_require_nothing_unless_said(tmp_path: Path) -> None:
    rows = """
      {name: v_a, label: A, type: integer, required: core}
      {name: v_b, label: B, type: integer, required: core, required_at: {m3: reason}}
    """
    visits = "section: v\nlabel: V\nvisits: [j0, m3, m12]\nquestions:\n" + indent(rows)
    small = study(tmp_path, v=visits, study=_study("v.yaml"))
    left = {str(one) for one in evaluated(small, {}).missing_required}
    assert left == {"start_d", "v_a@j0", "v_a@m12", "v_b@j0", "v_b@m3", "v_b@m12"}


def test_required_if_and_unless_follow_the_answers(tmp_path: Path) -> None:
    rows = """
      {name: a, label: A, type: yes_no}
      {name: b, label: B, type: integer, required: core, required_if: a = 1}
      {name: c, label: C, type: integer, unless: a = 0}
    """
    small = study(tmp_path, rows)
    assert Address("b") not in evaluated(small, {}).missing_required
    assert Address("b") in evaluated(small, {"a": "oui"}).missing_required
    assert state(evaluated(small, {}), "c") is State.NOT_ANSWERED
    assert state(evaluated(small, {"a": "non"}), "c") is State.NOT_ASKED


def test_a_section_hides_its_questions_lines_and_derived_values(tmp_path: Path) -> None:
    lines = "section: l\nlabel: L\nrepeat: ln\nask_if: open = 1\nquestions:\n" + indent(
        "{name: ln_a, label: A, type: integer}"
    )
    derived = "derived:\n" + indent("{name: total, label: T, type: integer, value: 'sum(ln, ln_a)'}")
    small = study(
        tmp_path, "{name: open, label: O, type: yes_no}", l=lines, derived=derived, study=_study("l.yaml")
    )
    shut = evaluated(small, {"open": "non", "ln_a#1": "4"})
    assert (state(shut, "ln_a#1"), shut.derived[Address("total")]) == (State.NOT_ASKED, 0)
    assert evaluated(small, {"open": "oui", "ln_a#1": "4"}).derived[Address("total")] == 4


def test_a_question_asked_once_in_a_section_of_visits_is_hidden_with_all_of_them(tmp_path: Path) -> None:
    rows = "{name: once, label: O, type: integer, per: patient}\n{name: v_a, label: A, type: integer}"
    visits = (
        "section: v\nlabel: V\nvisits: [j0, m12]\nask_if: open = 1 or visit = 'j0' and open = 2\nquestions:\n"
        + indent(rows)
    )
    small = study(tmp_path, "{name: open, label: O, type: integer}", v=visits, study=_study("v.yaml"))
    assert state(evaluated(small, {"open": "0"}), "once") is State.NOT_ASKED
    assert state(evaluated(small, {"open": "2"}), "once") is State.NOT_ANSWERED
    assert state(evaluated(small, {"open": "2"}), "v_a@m12") is State.NOT_ASKED


def test_a_circular_definition_cannot_be_evaluated(tmp_path: Path) -> None:
    small = study(
        tmp_path,
        "{name: a, label: A, type: yes_no, ask_if: b = 1}\n{name: b, label: B, type: yes_no, ask_if: a = 1}",
    )
    with pytest.raises(FaultyDefinition) as raised:
        evaluated(small, {})
    assert "a → b → a" in str(raised.value) or "b → a → b" in str(raised.value)


def test_what_the_questionnaire_does_not_know_is_not_asked(small: Questionnaire) -> None:
    assert state(evaluated(small, {}), "v_surf@m6") is State.NOT_ASKED


def test_answers_of_another_version_do_no_harm(tmp_path: Path) -> None:
    from forms.answers import Answers, Cell
    from forms.evaluation import evaluate
    from tests.forms.builders import TODAY

    small = study(
        tmp_path, "{name: a, label: A, type: partial_date}\n{name: b, label: B, type: limit, hard: 0..5}"
    )
    old = Answers({Address("a"): Cell(5), Address("b"): Cell(3.0), Address("gone"): Cell("x")})
    found = evaluate(small, old, {}, TODAY)
    assert (state(found, "a"), state(found, "b")) == (State.ANSWERED, State.ANSWERED)
