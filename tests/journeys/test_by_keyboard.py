"""The whole of calci_sts by keyboard alone: Tab, Shift+Tab, arrows, Space, Enter and typing, from the link to the receipt."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.doors_centre.builders import busy_centres, token_for
from tests.fixtures.serving import LiveServer
from tests.fixtures.studies import Opened
from tests.journeys.browsing import PATIENTS, key, settled
from tests.journeys.whole import Typed, stored, whole_answers

MOST_KEYS = 400
FOCUSED = """() => { const one = document.activeElement;
  return {name: one.name || "", type: one.type || one.tagName, value: one.value || "", checked: !!one.checked,
          text: one.textContent.trim()}; }"""


class Keyboard:
    """Somebody without a mouse."""

    def __init__(self, tab: Page, answers: Typed) -> None:
        self.tab = tab
        self.answers = answers

    def press(self, name: str) -> dict[str, Any]:
        """One key; what has the focus then."""
        self.tab.keyboard.press(name)
        found: dict[str, Any] = self.tab.evaluate(FOCUSED)
        return found

    def reach(self, text: str) -> None:
        """Tabs on to the button or link of that text and presses Enter."""
        for _ in range(MOST_KEYS):
            if self.press("Tab")["text"].startswith(text):
                key(self.tab, "Enter")
                return
        raise AssertionError(f"{text} is out of reach of the keyboard")

    def fill(self) -> None:
        """Tabs through a page of questions, answers what is met, and goes on by its button."""
        done: set[str] = set()
        for _ in range(MOST_KEYS):
            at = self.press("Tab")
            name, _, part = at["name"].partition("!")
            if at["text"] == "Enregistrer et continuer":
                settled(self.tab)
                key(self.tab, "Enter")
                return
            if at["text"] == "Ajouter une ligne":
                self._add_line(at["value"].removeprefix("add:"))
            elif name in self.answers and at["name"] not in done:
                self._answer(name, part, at)
                done.add(at["name"])
                settled(self.tab)
        raise AssertionError("no end to this page")

    def _add_line(self, group: str) -> None:
        repeat, _, visit = group.partition("@")
        mark = f"@{visit}#" if visit else "#"
        numbers = [
            one.partition("#")[2] for one in self.answers if one.startswith(f"{repeat}_") and mark in one
        ]
        lines = self.tab.locator(f'[name="l:{group}"]')
        there = lines.count()
        if 0 < there < max(map(int, numbers), default=0):
            self.tab.keyboard.press("Enter")
            expect(lines).to_have_count(there + 1)
            self.press("Shift+Tab")

    def _answer(self, name: str, part: str, at: dict[str, Any]) -> None:
        typed, missing = self.answers[name]
        if part not in ("", "m"):
            return  # an explanation is not asked for here
        if at["type"] == "radio":
            wanted = (missing if part else typed or f"!{missing}") if missing or not part else ""
            if wanted:
                self._choose(at, str(wanted))
        elif at["type"] == "checkbox":
            self._tick(name, at, typed)
        elif at["type"] == "select-one" and typed:
            for _ in range(40):
                if at["value"] == typed:
                    return
                at = self.press("ArrowDown")
            raise AssertionError(f"{name}: {typed} is not offered")
        elif typed and not part:
            self.tab.keyboard.type(str(typed))
            self.press("Tab")  # leaving the field is what saves it
            self.press("Shift+Tab")

    def _choose(self, at: dict[str, Any], wanted: str) -> None:
        if at["value"] == wanted:
            self.tab.keyboard.press("Space")
            return
        for _ in range(20):
            at = self.press("ArrowDown")
            if at["value"] == wanted:
                return
        raise AssertionError(f"{at['name']}: {wanted} is not offered")

    def _tick(self, name: str, at: dict[str, Any], typed: str | list[str]) -> None:
        ticks = self.tab.locator(f'[name="{name}"]').count()
        for rank in range(ticks):
            if at["value"] in typed and not at["checked"]:
                self.tab.keyboard.press("Space")
                settled(self.tab)
            if rank < ticks - 1:
                at = self._next_tick(name)

    def _next_tick(self, name: str) -> dict[str, Any]:
        for _ in range(MOST_KEYS):
            at = self.press("Tab")
            if at["name"] == name:
                return at
            dated = self.answers.get(at["name"])
            if dated and isinstance(dated[0], str) and at["type"] == "text":
                self.tab.keyboard.type(dated[0])
        raise AssertionError(f"the ticks of {name} are out of reach of the keyboard")


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_the_whole_questionnaire_is_filled_and_handed_in_by_keyboard_alone(
    browser_page: Page, live_server: LiveServer, opened: Opened
) -> None:
    served = replace(opened, installation=live_server.installation)
    token = token_for(live_server.installation, "calci_sts", busy_centres(served)[0])
    tab = browser_page
    tab.goto(f"{live_server.url}/r/{token}")
    Keyboard(tab, {}).reach("Accéder")
    Keyboard(tab, {}).reach("Je suis Dr MARTIN")
    code = tab.locator(PATIENTS).first.inner_text()
    answers = whole_answers(served, code)
    keyboard = Keyboard(tab, answers)
    keyboard.reach("Commencer")
    for _ in range(60):
        if tab.url.endswith("/relecture"):
            break
        keyboard.fill()
    keyboard.reach("Transmettre")
    expect(tab.get_by_role("heading", name="Merci")).to_be_visible()
    status, document = stored(served, code)
    held = {name for name, cell in document.answers.items() if "v" in cell or "m" in cell}
    assert (status, set(answers) - held - {"sex", "atu_first_d"}) == ("submitted", set())
