"""Submissions against reminders; the long form is `./recueil bench faults`."""

from __future__ import annotations

from app.kernel.installation import Installation
from tests.faults.mail_races import check_then_mark, run_races

ROUNDS = 40


def test_no_reminder_begins_after_a_committed_submission(installation: Installation) -> None:
    races = run_races(installation, ROUNDS)
    assert races.late == 0
    assert min(races.first, races.held_back) > 0, "the two never met: the race proves nothing"


def test_checking_before_marking_is_caught(installation: Installation) -> None:
    assert run_races(installation, ROUNDS, check_then_mark).late > 0
