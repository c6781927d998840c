"""Every check of every study speaks when it should, and none speaks of a patient without contradiction (domain.md 3.2)."""

from datetime import date
from pathlib import Path

import pytest

from forms.answers import Address, Answers, Cell
from forms.definition import Questionnaire
from forms.evaluation import Evaluation, evaluate
from forms.loading import load, shipped, shipped_codes
from forms.types import kind_of
from tests.studies.elsewhere import TODAY

Patches = dict[str, str]


def cases(study: str) -> dict[str, Patches]:
    """The lines of one file: `code: address=value; …`."""
    text = (Path(__file__).parent / "contradictions" / f"{study}.txt").read_text(encoding="utf-8")
    lines = [line.partition(": ") for line in text.splitlines() if not line.startswith("#")]
    return {code: dict(one.split("=", 1) for one in pairs.split("; ")) for code, _, pairs in lines}


def _cell(questionnaire: Questionnaire, address: Address, typed: str) -> Cell:
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
        answers.cells[address] = _cell(questionnaire, address, typed)
        if address.line:
            repeat = questionnaire.questions[address.name].repeat or ""
            group = f"{repeat}@{address.visit}" if address.visit else repeat
            answers.lines.setdefault(group, [])
            if address.line not in answers.lines[group]:
                answers.lines[group].append(address.line)
    return evaluate(questionnaire, answers, facts, TODAY)


def _numbered() -> list[tuple[str, str]]:
    return [(study, code) for study in shipped_codes() for code in cases(study) if code != "base"]


@pytest.mark.parametrize("study", shipped_codes())
def test_every_check_has_its_case(study: str) -> None:
    assert sorted(cases(study)) == sorted([*(check.code for check in load(shipped(study)).checks), "base"])


@pytest.mark.parametrize("study", shipped_codes())
def test_a_patient_without_contradiction_raises_nothing(study: str) -> None:
    found = evaluated(load(shipped(study)), cases(study)["base"])
    assert [finding.code for finding in found.findings] == []


@pytest.mark.parametrize(("study", "code"), _numbered())
def test_a_check_speaks_of_what_it_is_for(study: str, code: str) -> None:
    questionnaire, known = load(shipped(study)), cases(study)
    found = evaluated(questionnaire, known["base"] | known[code])
    raised = [finding for finding in found.findings if finding.code == code]
    assert raised, [finding.code for finding in found.findings]
    assert raised[0].level == code[0]
    assert raised[0].addresses, "a finding is shown at an answer"


def test_partial_dates_that_may_be_right_raise_nothing() -> None:
    questionnaire, base = load(shipped("calci_sts")), cases("calci_sts")["base"]
    may_be_right = {"onset_d": "2014", "diag_d": "03/2014", "heal_d": "2014", "ckd_mod": "1", "dial_start": "2014"}
    assert evaluated(questionnaire, base | may_be_right).blocking == []


def test_an_absent_answer_is_no_contradiction() -> None:
    questionnaire = load(shipped("calci_sts"))
    for patches in ({"sts_stop_why": "3"}, {"ae_term#1": "1"}, {"death_d": "2014"}, {"v_evol@m12": "1"}, {"vs_last": "2"}):
        assert evaluated(questionnaire, {"sts_start_d": "2014-03-10", **patches}).blocking == []


def test_today_is_given_not_fetched() -> None:
    questionnaire, base = load(shipped("calci_sts")), cases("calci_sts")["base"]
    answers = Answers({Address.parse(name): _cell(questionnaire, Address.parse(name), typed) for name, typed in base.items()})
    early = evaluate(questionnaire, answers, {}, date(2014, 6, 1))
    assert {finding.code for finding in early.blocking} >= {"hard:sts_end_d", "hard:last_d"}
