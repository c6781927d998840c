"""Several people saving at once: the short form of tests/faults/saving.py, and the variants that it must catch."""

from __future__ import annotations

from tests.collection.builders import chart
from tests.faults.saving import run, without_revision_check
from tests.fixtures.studies import Opened

CLIENTS, SAVES = 8, 12


def test_every_acknowledged_answer_is_journalled_and_none_is_overwritten_unseen(opened: Opened) -> None:
    report = run(opened.installation, chart(opened).patient_id, clients=CLIENTS, saves=SAVES)
    assert report.problems == []
    assert len(report.acknowledged) + report.conflicts == CLIENTS * SAVES
    assert report.conflicts > 0, "nobody met anybody: the run proves nothing"
    assert report.sent_again > 0


def test_the_harness_catches_saves_without_a_revision_check(opened: Opened) -> None:
    mine = chart(opened).patient_id
    report = run(opened.installation, mine, clients=CLIENTS, saves=SAVES, alter=without_revision_check)
    assert report.overwritten


def test_the_harness_catches_an_answer_that_is_not_in_the_journal(opened: Opened) -> None:
    report = run(opened.installation, chart(opened).patient_id, clients=2, saves=3, drop_journal=True)
    assert len(report.lost) == 1
