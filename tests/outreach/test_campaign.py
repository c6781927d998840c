"""A small simulated campaign, run by its calendar; the whole one is `./recueil bench campaign`."""

from __future__ import annotations

from bench.campaign import run


def test_a_campaign_runs_by_its_calendar_within_every_budget_and_with_a_reason_for_every_day() -> None:
    played = run(json=True, centres=12, weeks=6)
    assert played["within_budget"], played
    mails = played["mails"]
    assert mails["ann"] == 12, "everybody known was announced to, and nobody who came later"
    assert mails["inv"] == 12 - 1 + 5, (
        "one address refused the announcement; five came later and were confirmed"
    )
    assert 0 < mails["rem1"] <= 16
    assert played["days_without_mail"]["away"] > 0
    assert any("not included: announcement 0, invitation 5, reminders 5" in line for line in played["desk"])
    assert played["answered_by_week"][-1] > 12
