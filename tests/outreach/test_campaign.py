"""A small simulated campaign; the whole one is `./recueil bench campaign`."""

from __future__ import annotations

from bench.campaign import run


def test_a_campaign_keeps_every_mailbox_within_its_budget() -> None:
    played = run(json=True, centres=9, weeks=6)
    assert played["within_budget"], played
    last = played["weeks"][-1]
    assert last["invitation"] == 9
    assert last["reminder_nothing 1"] > 0
    assert last["answered"] > 0
    assert max(played["mails_a_mailbox"]) <= 7
