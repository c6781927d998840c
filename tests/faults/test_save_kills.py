"""A server killed while people save: nothing acknowledged is lost, nobody clashes with their own save.

The long form is `./recueil bench faults`.
"""

from __future__ import annotations

from app.kernel.installation import Installation
from tests.faults.save_kills import run_kills


def test_four_kills_lose_nothing_and_nobody_clashes_with_their_own_save(installation: Installation) -> None:
    count = run_kills(installation, 4)
    assert count.promises_kept, count
    assert count.acknowledged > 4
    assert count.sent_again > 0, "no kill cost anybody a reply: the harness proves nothing"


def test_a_server_that_acknowledges_what_it_forgets_is_caught(installation: Installation) -> None:
    count = run_kills(installation, 2, forgetful=True)
    assert count.lost > 0, count
