"""What can be found wrong with a page by looking at it: axe, and whether it has to be scrolled sideways."""

from __future__ import annotations

from collections.abc import Sequence

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

# Only what is wrong is described and sent over: the long list of what is right takes as long as the looking.
AXE = """() => axe.run({resultTypes: ["violations"],
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then(report =>
  report.violations.map(one => one.id + " " + JSON.stringify(one.nodes.slice(0, 3).map(node => node.target))))"""
HEIGHT = 900
# What centre.js does when a page loads on a screen of this width.
MENU = """() => document.querySelector(".menu__box")?.toggleAttribute("open", matchMedia("(min-width: 62rem)").matches)"""
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def findings(tab: Page) -> list[str]:
    """What axe finds on the page as it stands, and whether it scrolls sideways."""
    if not tab.evaluate("'axe' in window"):
        tab.evaluate(AXE_SCRIPT)
    problems: list[str] = tab.evaluate(AXE)
    wider = tab.evaluate(SIDEWAYS)
    if wider > 0:
        problems.append(f"scrolls sideways by {wider} px")
    width = (tab.viewport_size or {}).get("width")
    return [f"{tab.url} at {width} px: {one}" for one in problems]


def look(tab: Page, widths: Sequence[int]) -> list[str]:
    """The findings on the page in each of these widths."""
    problems = []
    for width in widths:
        tab.set_viewport_size({"width": width, "height": HEIGHT})
        tab.evaluate(MENU)
        problems += findings(tab)
    return problems
