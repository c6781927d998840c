"""Every check of every study speaks when it should, and none speaks of a patient without contradiction."""

from datetime import date
from pathlib import Path

import pytest

from forms.answers import Address, Answers
from forms.evaluation import evaluate
from forms.loading import load, shipped, shipped_codes
from tests.studies.elsewhere import Patches, cell_of, evaluated


def cases(study: str) -> dict[str, Patches]:
    """The lines of one file: `code: address=value; …`."""
    text = (Path(__file__).parent / "contradictions" / f"{study}.txt").read_text(encoding="utf-8")
    lines = [line.partition(": ") for line in text.splitlines() if not line.startswith("#")]
    return {code: dict(one.split("=", 1) for one in pairs.split("; ")) for code, _, pairs in lines}


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
    answers = Answers({Address.parse(name): cell_of(questionnaire, Address.parse(name), typed) for name, typed in base.items()})
    early = evaluate(questionnaire, answers, {}, date(2014, 6, 1))
    assert {finding.code for finding in early.blocking} >= {"hard:sts_end_d", "hard:last_d"}


@pytest.mark.parametrize("study", shipped_codes())
def test_every_finding_stands_at_an_answer_that_can_be_explained_or_mended(study: str) -> None:
    """Identities are never stored as answers, so that no comment could be left there."""
    questionnaire = load(shipped(study))
    bound = {name for name, question in questionnaire.questions.items() if question.identity}
    assert [check.code for check in questionnaire.checks if set(check.on) <= bound] == []
