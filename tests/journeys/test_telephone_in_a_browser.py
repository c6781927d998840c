"""In a real browser a manager types what a pharmacist says on the telephone; the centre then sees whose words they are."""

from __future__ import annotations

from dataclasses import replace

from playwright.sync_api import Browser, Page, expect

from tests.accounts.builders import PASSWORD, settled_staff
from tests.doors_centre.builders import busy_centres, page, token_for
from tests.fixtures.browser import LONGEST_MS
from tests.fixtures.serving import LiveServer
from tests.fixtures.studies import Opened
from tests.journeys.browsing import PATIENTS, enter, follow, saved
from tests.journeys.looking import look
from tests.journeys.test_sponsor_in_a_browser import sign_in

WIDTHS = (390, 1280)
SAID = "Saisi par claire@example.org au téléphone avec Dr Durand, Pharmacien"


def test_answers_said_on_the_telephone_are_typed_live_and_shown_to_their_centre(
    browser_page: Page, browser: Browser, live_server: LiveServer, opened: Opened
) -> None:
    desk, served = browser_page, replace(opened, installation=live_server.installation)
    centre = busy_centres(served)[0]
    with served.installation.database.writing() as session:
        settled_staff(session, "claire@example.org", "manager", now=served.installation.clock())
    sign_in(live_server, desk, "claire@example.org", PASSWORD)
    desk.goto(f"{live_server.sponsor_url}studies/calci_sts/chase/{centre}")
    assert look(desk, WIDTHS) == []
    desk.fill("#name", "Dr Durand")
    desk.fill("#function", "Pharmacien")
    follow(desk, desk.get_by_role("button", name="Saisir les réponses"))
    assert look(desk, WIDTHS) == []
    code = desk.locator(PATIENTS).first.inner_text()
    call = desk.url.rstrip("/")
    desk.goto(call + page(code, "terrain"))
    desk.fill("#i-weight_kg", "70")
    desk.keyboard.press("Tab")
    saved(desk)
    assert look(desk, WIDTHS) == []
    theirs = browser.new_context(locale="fr-FR").new_page()
    theirs.set_default_timeout(LONGEST_MS)
    enter(theirs, f"{live_server.url}/r/{token_for(served.installation, served.code, centre)}")
    theirs.goto(live_server.url + page(code, "terrain"))
    weight = theirs.locator("#q-weight_kg")
    expect(weight).to_contain_text(SAID)
    theirs.fill("#i-weight_kg", "72")
    theirs.keyboard.press("Tab")
    saved(theirs)
    expect(weight).not_to_contain_text(SAID)
    theirs.context.close()
    follow(desk, desk.get_by_role("button", name="Raccrocher"))
    expect(desk.get_by_text("Réponses saisies, dites par Dr Durand, Pharmacien.")).to_be_visible()
