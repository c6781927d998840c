"""How the tests act in a browser: no click leaves for another page without waiting for that page to be whole."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

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
    """Nothing that was typed is on its way any more: it is stored, or the page says why not."""
    expect(tab.locator("#etat")).not_to_contain_text("Enregistrement…")


def saved(tab: Page) -> None:
    """The page says that everything is stored."""
    expect(tab.locator("#etat")).to_contain_text("enregistré à")
