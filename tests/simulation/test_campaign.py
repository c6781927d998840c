"""Simulated campaigns: most centres answer, some after reminders, in working hours, in order of time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app.simulation.campaign import CAMPAIGN, DEEDS, REMINDED_AFTER, plan

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
CENTRES, EACH = 200, 4


def _patients() -> list[tuple[int, str, str]]:
    return [(c, f"id{c}-{p}", f"CAL-{c:03}-{p:03}") for c in range(CENTRES) for p in range(EACH)]


def test_about_seven_centres_in_ten_answer_and_a_fifth_of_them_late() -> None:
    acts = plan("a", START, _patients())
    first: dict[int, datetime] = {}
    for act in acts:
        first.setdefault(act.centre_id, act.at)
    late = sum(at - START > REMINDED_AFTER[-1] for at in first.values())
    assert 0.6 < len(first) / CENTRES < 0.8
    assert 0.1 < late / len(first) < 0.32


def test_a_centre_that_answers_deals_with_each_of_its_patients_once() -> None:
    acts = plan("seed", START, _patients())
    dealt = [act.patient_id for act in acts]
    assert len(dealt) == len(set(dealt))
    assert len(dealt) % EACH == 0
    assert {act.deed for act in acts} == set(DEEDS)


def test_acts_come_in_order_of_time_on_working_days() -> None:
    acts = plan("seed", START, _patients())
    assert [act.at for act in acts] == sorted(act.at for act in acts)
    assert all(act.at.weekday() < 5 for act in acts)
    assert all(START < act.at < START + CAMPAIGN + timedelta(days=30) for act in acts)


def test_each_centre_enters_before_it_does_anything() -> None:
    seen: set[int] = set()
    for act in plan("seed", START, _patients()):
        assert act.entering or act.centre_id in seen
        seen.add(act.centre_id)


def test_the_same_seed_plans_the_same_campaign() -> None:
    assert plan("a", START, _patients()) == plan("a", START, _patients())
    assert plan("a", START, _patients()) != plan("b", START, _patients())
