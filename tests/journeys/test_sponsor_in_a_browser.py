"""A study manager in a real browser: first sign-in, a list with unknown headers, ten decisions by keyboard, an undo,
a later list with its difference; every page of the desk in both widths without a finding of axe."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.accounts.staff import add_staff
from app.cohort.centres import list_centres
from app.cohort.studies import find_study
from app.collection.opening import open_study
from app.kernel.actor import Actor
from app.outreach.people import Person, add_respondent
from tests.accounts.builders import PASSWORD, settled_staff
from tests.fixtures.serving import LiveServer
from tests.journeys.browsing import follow, key
from tests.journeys.looking import findings, look

OWN_PASSWORD = "une longue phrase de passe 2026"
RENAMED = {
    "NUM_ATU": "Dossier agence",
    "DATE_OCTROI": "Accordée le",
    "INITIALES": "Lettres",
    "DDN": "Venu au monde",
}
MAPPED = {
    "Dossier agence": "atu_num",
    "Accordée le": "grant_d",
    "Lettres": "pt_ini",
    "Venu au monde": "birth_raw",
}
WIDTHS = (390, 1280)
# What a script does in a page does not depend on the engine below: whole journeys, and every request by the plain
# client, run on both.
pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


@pytest.fixture
def desk(live_server: LiveServer, browser_page: Page, command: Actor) -> Page:
    """A browser signed in as a settled manager, calci_sts open and empty."""
    installation = live_server.installation
    now = installation.clock()
    with installation.database.writing() as session:
        open_study(session, "calci_sts", actor=command, now=now)
        settled_staff(session, "claire@example.org", "manager", now=now)
    sign_in(live_server, browser_page, "claire@example.org", PASSWORD)
    return browser_page


def sign_in(live_server: LiveServer, page: Page, email: str, password: str) -> None:
    """Types the address and the password."""
    page.goto(f"{live_server.sponsor_url}login")
    page.fill("#email", email)
    page.fill("#password", password)
    follow(page, page.locator("text=Se connecter"))


def renamed_list(data: Path) -> bytes:
    """liste_a with headers that nobody knows, and twenty indications that nobody is sure of."""
    text = (data / "liste_a.csv").read_bytes().decode("cp1252")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    indication = rows[0].index("INDICATION")
    for row in rows[400:420]:
        row[indication] = "calcinose"
    rows[0] = [RENAMED.get(cell, cell) for cell in rows[0]]
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


def upload(page: Page, live_server: LiveServer, name: str, content: bytes) -> None:
    """Drops a list on the lists page."""
    page.goto(f"{live_server.sponsor_url}studies/calci_sts/lists")
    page.set_input_files("#file", {"name": name, "mimeType": "text/csv", "buffer": content})
    follow(page, page.locator("text=Voir ce que cela donnerait"))


def test_first_sign_in_leads_through_a_password_of_ones_own(
    live_server: LiveServer, browser_page: Page, command: Actor
) -> None:
    installation = live_server.installation
    with installation.database.writing() as session:
        new = add_staff(
            session, email="new@example.org", role="manager", actor=command, now=installation.clock()
        )
    sign_in(live_server, browser_page, "new@example.org", new.password)
    browser_page.fill("#current", new.password)
    browser_page.fill("#new", OWN_PASSWORD)
    browser_page.fill("#again", OWN_PASSWORD)
    follow(browser_page, browser_page.locator("text=Enregistrer"))
    expect(browser_page.get_by_role("heading", name="Études")).to_be_visible()
    browser_page.click("summary:has-text('new@example.org')")
    follow(browser_page, browser_page.locator("text=Se déconnecter"))
    sign_in(live_server, browser_page, "new@example.org", OWN_PASSWORD)
    expect(browser_page.get_by_role("heading", name="Études")).to_be_visible()


def test_list_is_mapped_tried_out_imported_reviewed_by_keyboard_and_undone(
    live_server: LiveServer, desk: Page, data: Path
) -> None:
    upload(desk, live_server, "liste.csv", renamed_list(data))
    expect(desk.get_by_role("heading", name="Quelle colonne est quoi")).to_be_visible()
    for header, field in MAPPED.items():
        desk.locator("tr", has_text=header).locator("select").select_option(field)
    follow(desk, desk.locator("text=Enregistrer et voir"))
    expect(desk.get_by_role("heading", name="Ce que cette liste donnerait")).to_be_visible()
    follow(desk, desk.locator("text=Importer cette liste"))
    expect(desk.get_by_text("La liste est importée.")).to_be_visible()

    desk.goto(f"{live_server.sponsor_url}studies/calci_sts/review")
    before = _open(desk)
    for _ in range(10):
        key(desk, _key_of_its_answer(desk))
        expect(desk.get_by_text("C’est décidé.")).to_be_visible()
    after = _open(desk)
    assert after <= before - 10
    key(desk, "u")
    expect(desk.get_by_text("La décision est annulée")).to_be_visible()
    assert _open(desk) > after

    upload(desk, live_server, "liste_2.csv", renamed_list(data) + _later_row(data))
    expect(desk.locator(".figures li").first).to_contain_text("1")
    expect(desk.locator(".changes div").first).to_contain_text("1")
    assert findings(desk) == []

    desk.goto(f"{live_server.sponsor_url}studies/calci_sts/patients/CAL-001-001/move?centre=2")
    desk.fill("#reason", "suivi là-bas")
    follow(desk, desk.locator("button:has-text('Rattacher')"))
    expect(desk.get_by_text("C’est décidé.")).to_be_visible()


# What a page looks like does not depend on the engine.
def test_no_page_of_the_desk_has_a_finding_in_either_width(
    live_server: LiveServer, desk: Page, data: Path, command: Actor
) -> None:
    installation = live_server.installation
    upload(desk, live_server, "liste.csv", (data / "golden.csv").read_bytes())
    found = findings(desk)
    follow(desk, desk.locator("text=Importer cette liste"))
    with installation.database.writing() as session:
        study = find_study(session, "calci_sts")
        person = Person("Dr A", "a@example.org", "0102030405", "pharmacien", "fr")
        centre, now = list_centres(session, study)[0], installation.clock()
        add_respondent(session, installation, study, centre, person, source="desk", actor=command, now=now)
    for path in PAGES:
        desk.goto(f"{live_server.sponsor_url}{path}")
        found += look(desk, WIDTHS)
    assert found == []


PAGES = (
    "",
    "team",
    "password",
    "studies/calci_sts/",
    "studies/calci_sts/lists",
    "studies/calci_sts/lists/1",
    "studies/calci_sts/review",
    "studies/calci_sts/decisions",
    "studies/calci_sts/patients",
    "studies/calci_sts/patients/CAL-001-001",
    "studies/calci_sts/patients/CAL-001-001/merge?q=CAL",
    "studies/calci_sts/patients/CAL-001-001/move?centre=2",
    "studies/calci_sts/centres",
    "studies/calci_sts/centres/1",
    "studies/calci_sts/corrections",
    "studies/calci_sts/propositions",
    "studies/calci_sts/respondents",
    "studies/calci_sts/respondents/new",
    "studies/calci_sts/respondents/1",
    "studies/calci_sts/outbox",
    "studies/calci_sts/invitations",
    "studies/calci_sts/reminders",
    "studies/calci_sts/calendar",
    "studies/calci_sts/messages",
    "studies/calci_sts/messages/invitation/fr",
    "studies/calci_sts/chase",
    "studies/calci_sts/exports",
    "studies/calci_sts/flow",
    "studies/calci_sts/completeness",
    "studies/calci_sts/rates",
    "studies/calci_sts/journal",
    "studies/calci_sts/journal/verification",
)


def _key_of_its_answer(desk: Page) -> str:
    """The key of the first answer to a question about patients; of the last, which sets aside, to any other."""
    asked = desk.locator(".question").get_by_role("heading").inner_text()
    answers = desk.locator(".ways form")
    return (answers.first if "patient" in asked else answers.last).locator("kbd").inner_text()


def _open(page: Page) -> int:
    """How many questions the desk says are open."""
    found = re.search(r"(\d+) questions? ouvertes?", page.locator(".review-progress").inner_text())
    assert found
    return int(found.group(1))


def _later_row(data: Path) -> bytes:
    """A row of a patient nobody has seen, in the columns of liste_a."""
    text = (data / "liste_a.csv").read_bytes().decode("cp1252")
    first, second = list(csv.reader(io.StringIO(text), delimiter=";"))[:2]
    row = dict(zip(first, second, strict=True))
    row |= {"NUM_ATU": "9999999", "INITIALES": "ZZZ QQ", "DDN": "01/02/1955"}
    return (";".join(row[column] for column in first) + "\n").encode()
