"""Workers killed at random moments and at named points: no mail twice, nothing claimed that did not arrive (M1, M3).

The long form is `./recueil bench faults`.
"""

from __future__ import annotations

from app.kernel.installation import Installation
from tests.faults.mail_kills import run_kills, run_together


def test_twenty_kills_send_nothing_twice_and_claim_nothing_that_did_not_arrive(
    installation: Installation,
) -> None:
    count = run_kills(installation, 20)
    assert count.promises_kept, count
    assert count.uncertain > 0, "no kill fell between the mark and the reply: the harness proves nothing"


def test_sending_before_marking_is_caught(installation: Installation) -> None:
    # The eighth kill falls between the server's "received" and the mark.
    count = run_kills(installation, 8, courier="send then mark")
    assert count.duplicates > 0, count


def test_two_workers_send_each_mail_once(installation: Installation) -> None:
    count = run_together(installation, mails=300, workers=2)
    assert (count.arrived, count.duplicates, count.sent) == (300, 0, 300), count
