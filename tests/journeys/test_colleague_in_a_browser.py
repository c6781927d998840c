"""In a real browser a centre names a colleague, who follows the link of the mail and takes over; axe finds nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from app.outreach.delivery import deliver_due
from tests.doors_centre.builders import busy_centres, token_for
from tests.fixtures.serving import LiveServer
from tests.fixtures.studies import Opened

AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture
def link(live_server: LiveServer, opened: Opened) -> str:
    """The link of somebody at a centre."""
    served = replace(opened, installation=live_server.installation)
    return f"{live_server.url}/r/{token_for(served.installation, served.code, busy_centres(served)[0])}"


def mailed_link(server: LiveServer) -> str:
    """The link in the one mail that leaves."""
    installation = server.installation
    deliver_due(installation, installation.clock)
    (mail,) = (installation.settings.home / "mail").rglob("*.eml")
    message = message_from_bytes(mail.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    plain = message.get_body(("plain",))
    assert plain is not None
    found = re.search(r"http://127\.0\.0\.1:\d+/r/\S+", plain.get_content())
    assert found is not None
    return found.group()


def nothing_found(tab: Page) -> None:
    """What axe says of the page: nothing."""
    assert Axe().run(tab, options=AXE).response["violations"] == []


def test_a_colleague_is_named_follows_the_mailed_link_and_takes_over(
    browser_page: Page, browser: Browser, live_server: LiveServer, link: str
) -> None:
    tab = browser_page
    tab.goto(link)
    tab.get_by_role("button", name="Accéder").click()
    tab.get_by_role("button", name="Je suis Dr MARTIN").click()
    expect(tab.locator(".patient__code a").first).to_be_visible()
    patients = tab.locator(".patient__code a").all_inner_texts()
    tab.get_by_role("link", name="Ajouter un collègue").click()
    nothing_found(tab)
    tab.get_by_label("Son nom").fill("Jo Interne")
    tab.get_by_label("Son courriel").fill("jo@chu.example.org")
    tab.get_by_label("Sa fonction").fill("interne")
    tab.get_by_label("Je lui passe la main").check()
    tab.get_by_role("button", name="Envoyer l’invitation").click()
    expect(tab.get_by_role("listitem").filter(has_text="Jo Interne")).to_contain_text("pas encore venu")
    nothing_found(tab)
    theirs = browser.new_context().new_page()
    theirs.goto(mailed_link(live_server))
    theirs.get_by_role("button", name="Accéder").click()
    theirs.get_by_role("button", name="Je suis Jo Interne").click()
    expect(theirs.locator(".patient__code a")).to_have_text(patients)
    theirs.context.close()
    tab.goto(f"{live_server.url}/")
    expect(tab.locator("main")).not_to_contain_text(patients[0])
