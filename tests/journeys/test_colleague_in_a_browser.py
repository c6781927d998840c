"""In a real browser a centre names a colleague, who follows the link of the mail and takes over; axe finds nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from playwright.sync_api import Browser, Page, expect

from app.outreach.delivery import deliver_due
from tests.doors_centre.builders import busy_centres, token_for
from tests.fixtures.browser import LONGEST_MS
from tests.fixtures.serving import LiveServer
from tests.fixtures.studies import Opened
from tests.journeys.browsing import PATIENTS, enter, follow
from tests.journeys.looking import findings


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


def test_a_colleague_is_named_follows_the_mailed_link_and_takes_over(
    browser_page: Page, browser: Browser, live_server: LiveServer, link: str
) -> None:
    tab = browser_page
    enter(tab, link)
    patients = tab.locator(PATIENTS).all_inner_texts()
    follow(tab, tab.get_by_role("link", name="Ajouter un collègue"))
    assert findings(tab) == []
    tab.get_by_label("Son nom").fill("Jo Interne")
    tab.get_by_label("Son courriel").fill("jo@chu.example.org")
    tab.get_by_label("Sa fonction").fill("interne")
    tab.get_by_label("Je lui passe la main").check()
    follow(tab, tab.get_by_role("button", name="Envoyer l’invitation"))
    expect(tab.get_by_role("listitem").filter(has_text="Jo Interne")).to_contain_text("pas encore venu")
    assert findings(tab) == []
    theirs = browser.new_context().new_page()
    theirs.set_default_timeout(LONGEST_MS)
    enter(theirs, mailed_link(live_server), "Jo Interne")
    expect(theirs.locator(PATIENTS)).to_have_text(patients)
    theirs.context.close()
    tab.goto(f"{live_server.url}/")
    expect(tab.locator("main")).not_to_contain_text(patients[0])
