"""Simulated lives: they contradict no check of their study, can be told again, and look like the published ones."""

from __future__ import annotations

from datetime import date, timedelta
from statistics import median, quantiles

import pytest

from app.doors.centre.plans import ESSENTIAL, page_of
from app.simulation.calci_story import Story, tell
from app.simulation.chance import Chance
from app.simulation.generic import answers_of
from app.simulation.playing import answers_for
from app.simulation.sheet import Sheet
from forms.answers import Address
from forms.definition import Questionnaire
from forms.evaluation import evaluate
from forms.loading import load, shipped

TODAY = date(2026, 11, 20)
LIVES = 300


@pytest.fixture(scope="module")
def calci() -> Questionnaire:
    return load(shipped("calci_sts"))


def _facts(number: int) -> dict[str, object]:
    first = date(2012, 1, 5) + timedelta(days=5 * number)
    last = first + timedelta(days=90 * (number % 4))
    return {
        "first_grant_on": first,
        "last_grant_on": last,
        "authorisations": 1 + number % 4,
        "cover_days": 91 * (1 + number % 4),
        "sex": 1 + number % 2,
        "birth": "1944-05",
        "atu_first": "1200001",
    }


@pytest.fixture(scope="module")
def sheets(calci: Questionnaire) -> list[Sheet]:
    return [answers_for(calci, f"life {number}", _facts(number), TODAY) for number in range(LIVES)]


def test_no_simulated_patient_contradicts_a_check(calci: Questionnaire, sheets: list[Sheet]) -> None:
    for number, sheet in enumerate(sheets):
        found = evaluate(calci, answers_of(calci, sheet), _facts(number), TODAY)
        assert [finding.code for finding in found.blocking] == [], number
        assert list(found.missing_required) == [], number


def test_the_same_seed_tells_the_same_life(calci: Questionnaire) -> None:
    first, again, other = (answers_for(calci, seed, _facts(3), TODAY).answers for seed in ("a", "a", "b"))
    assert first == again
    assert first != other


def test_mortality_and_healing_look_like_the_published_ones() -> None:
    stories = [tell(Chance("figures", number), _facts(number)) for number in range(1000)]
    known = [story for story in stories if story.dead or story.followed >= 365]
    died = sum(story.dead and story.followed <= 365 for story in known) / len(known)
    assert 0.30 < died < 0.60
    assert 0.10 < sum(story.healed is not None for story in stories) / len(stories) < 0.30


def test_nobody_is_treated_or_healed_after_death() -> None:
    for number in range(1000):
        story: Story = tell(Chance("order", number), _facts(number))
        for day in (story.sts_end, story.healed):
            assert day is None or story.j0 <= day <= story.last


def test_missing_shares_are_those_of_charts(sheets: list[Sheet]) -> None:
    treated = [sheet for sheet in sheets if Address("v_surf", "j0") in sheet.answers]
    unmeasured = sum(sheet.answers[Address("v_surf", "j0")].missing == "NF" for sheet in treated)
    assert len(treated) > 0.85 * LIVES
    assert 0.45 < unmeasured / len(treated) < 0.65
    doses = [
        played
        for sheet in treated
        for where, played in sheet.answers.items()
        if where.name == "ag_dose" and sheet.answers[Address("ag_drug", where.visit, where.line)].typed != 1
    ]
    assert 0.2 < sum(played.missing is not None for played in doses) / len(doses) < 0.4


@pytest.mark.parametrize("code", ["cmv_mbv", "hiv_fos"])
def test_a_study_without_a_profile_is_filled_without_contradiction(code: str) -> None:
    questionnaire = load(shipped(code))
    for number in range(15):
        sheet = answers_for(questionnaire, f"{code} {number}", {}, TODAY)
        found = evaluate(questionnaire, answers_of(questionnaire, sheet), {}, TODAY)
        assert len(sheet.answers) > 30
        assert [finding.code for finding in found.blocking] == [], number
        assert list(found.missing_required) == [], number


def test_the_essentials_are_the_core_questions_of_the_protocol_and_take_five_minutes(
    calci: Questionnaire,
) -> None:
    page = page_of(calci, ESSENTIAL, None)
    assert page is not None
    once = {str(at) for block in page.blocks for at in (*block.before, *block.after)}
    assert once == {
        "chart_found", "sts_given", "sts_start_d", "sts_ongoing", "sts_end_d", "sts_stop_why", "at", "v_surf@j0",
        "v_surf@m12", "v_evol@m12", "heal_d", "ag_any@j0", "ag_any@m12", "ae_any", "last_d", "vs_last", "death_d",
    }  # fmt: skip
    lines = {(name, block.visit) for block in page.blocks for name in block.line}
    inputs = []
    for number in range(LIVES):
        sheet = answers_for(calci, f"essentials:{number}", _facts(number), TODAY)
        if sheet.typed("sts_given") == 1:
            inputs.append(sum(str(at) in once or (at.name, at.visit) in lines for at in sheet.answers))
    # The protocol counts ten seconds for each input, with the chart open.
    assert 10 * median(inputs) <= 240
    assert 10 * quantiles(inputs, n=20)[-1] <= 300
