"""How the tests act in a browser: no click leaves for another page without waiting for that page to be whole."""

from __future__ import annotations

import time

from playwright.sync_api import Locator, Page, expect

from tests.fixtures.browser import LONGEST_MS

PATIENTS = ".patient__code a"


def follow(tab: Page, target: Locator) -> None:
    """Clicks what leads to another page; returns once that page has loaded."""
    with tab.expect_navigation():
        target.click()


def key(tab: Page, name: str) -> None:
    """Presses a key that leads to another page; returns once that page has loaded."""
    with tab.expect_navigation():
        tab.keyboard.press(name)


def enter(tab: Page, link: str, who: str = "Dr MARTIN") -> str:
    """Comes in by a centre's link as somebody it knows; the code of the first patient of the worklist."""
    tab.goto(link)
    follow(tab, tab.get_by_role("button", name="Accéder"))
    follow(tab, tab.get_by_role("button", name=f"Je suis {who}"))
    return tab.locator(PATIENTS).first.inner_text()


def settled(tab: Page) -> None:
    """Nothing typed is on its way any more, and what follows from it is shown."""
    expect(tab.locator("#etat")).not_to_contain_text("Enregistrement…")
    expect(tab.locator("#questions[aria-busy]")).to_have_count(0)


def saved(tab: Page) -> None:
    """The page says that everything is stored."""
    expect(tab.locator("#etat")).to_contain_text("enregistré à")


def until(tab: Page, script: str) -> None:
    """The script says yes. (Playwright's own waiting for a script needs `eval`, which the pages forbid.)"""
    deadline = time.monotonic() + LONGEST_MS / 1000
    while not tab.evaluate(script):
        assert time.monotonic() < deadline, f"never true: {script}"
        tab.wait_for_timeout(50)
