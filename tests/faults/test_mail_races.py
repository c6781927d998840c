"""Submissions against reminders; the long form is `./recueil bench faults`."""

from __future__ import annotations

import pytest

from app.kernel.installation import Installation
from app.outreach import inviting
from tests.faults.mail_races import check_then_mark, run_races
from tests.faults.mail_schedulers import run_schedulers

ROUNDS = 40


def test_no_reminder_begins_after_a_committed_submission(installation: Installation) -> None:
    races = run_races(installation, ROUNDS)
    assert races.late == 0
    assert min(races.first, races.held_back) > 0, "the two never met: the race proves nothing"


def test_checking_before_marking_is_caught(installation: Installation) -> None:
    assert run_races(installation, ROUNDS, check_then_mark).late > 0


def test_two_schedulers_and_two_workers_write_once_to_each_mailbox(installation: Installation) -> None:
    found = run_schedulers(installation, mails=40)
    assert found.promises_kept, found


# SQLite has one writer at a time: there is no turn to leave out.
@pytest.mark.parametrize("engine_name", ["postgres"], indirect=True)
def test_schedulers_that_do_not_take_turns_are_caught(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inviting, "lock_study", lambda session, study: None)
    assert not run_schedulers(installation, mails=40, schedulers=4).promises_kept
