"""A centre follows its mailed link in a real browser, fills one patient and submits; the sponsor sees the rate
move, and the exported cells are what was typed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from app.kernel.actor import Actor
from tests.fixtures.campaigns import STAFF
from tests.fixtures.serving import LiveServer
from tests.fixtures.studies import DATA
from tests.journeys.answering import code_of
from tests.journeys.browsing import follow, settled
from tests.journeys.people import NEW_PASSWORD

TYPED: dict[str, str | list[str]] = {
    "chart_found": "1", "sts_given": "1", "site_moved": "0", "sts_prior": "0", "filler_role": "1",
    "weight_kg": "62,5", "ckd_mod": "1", "dial_start": "2010", "comorb": ["dm", "hta"], "rf_drug": ["avk"],
    "onset_d": "03/2014", "diag_d": "2014", "diag_base": "2", "les_type": ["ulc"], "les_site": ["leg", "thigh"],
    "ca_mmol": "88 mg/L", "sts_start_d": "15/06/2014", "sts_route": "1", "sts_dose_g": "25", "sts_freq_wk": "3",
    "sts_mod": "0", "sts_ongoing": "0", "sts_end_d": "15/09/2014", "sts_stop_why": "5",
    "at": ["wound", "vk_stop"], "at_ac_switch": "2",
    "v_d@j0": "15/06/2014", "v_surf@j0": "12,5", "v_surf_meth@j0": "1", "v_pain@j0": "7",
    "v_d@m12": "10/06/2015", "v_surf@m12": "0", "v_evol@m12": "1", "v_pain@m12": "0", "heal_d": "12/2014",
    "ag_any@j0": "0", "ag_any@m12": "0", "ae_any": "1",
    "ae_term#1": "1", "ae_start_d#1": "06/2014", "ae_grade#1": "1", "ae_serious#1": "0", "ae_action#1": "0",
    "ae_caus#1": "3", "ae_out#1": "1",
    "last_d": "20/06/2016", "vs_last": "1", "vs_src": "1", "comment_txt": "=1+1 ; -5, œdème",
}  # fmt: skip
EXPORTED: dict[str, Any] = {
    "weight_kg": 62.5, "ckd_mod": 1, "dial_start": "2010", "comorb___dm": 1, "comorb___cirr": 0,
    "onset_d": "2014-03", "diag_d": "2014", "les_site___thigh": 1, "les_site___foot": 0, "ca_mmol": 2.2,
    "sts_start_d": datetime(2014, 6, 15), "sts_end_d": datetime(2014, 9, 15), "sts_dose_g": 25,
    "at___vk_stop": 1, "at___larva": 0, "at_ac_switch": 2, "v_surf_j0": 12.5, "v_surf_m12": 0, "heal_d": "2014-12",
    "last_d": datetime(2016, 6, 20), "comment_txt": "=1+1 ; -5, œdème", "statut": "submitted",
}  # fmt: skip
MOST_PAGES = 40
ASKED = "[...document.querySelectorAll('[data-a]')].map(one => one.dataset.a)"


def test_a_centre_answers_by_its_mailed_link_and_the_sponsor_sees_it(
    live_server: LiveServer, browser_page: Page, command: Actor, tmp_path: Path
) -> None:
    password, link = _begin(live_server, command)
    page = browser_page
    _sign_in(page, live_server, password)
    assert _rate(page, live_server) == "0"
    page.goto(link)
    follow(page, page.get_by_role("button", name="Accéder aux questionnaires"))
    page.fill("#name", "Dr Essai")
    page.fill("#function", "Pharmacien")
    follow(page, page.locator("button[name=who][value=other]"))
    follow(page, page.locator("a[href*='/questions/']").first)
    code = code_of(page.url)
    _fill_every_page(page, TYPED)
    if page.locator("#because").count():
        page.fill("#because", "Non retrouvé dans le dossier")
    follow(page, page.locator("form[action$='/relecture'] button"))
    expect(page).to_have_url(re.compile("/recu$"))
    assert _rate(page, live_server) == "1"
    _check_export(live_server, command, code, tmp_path / "classeur.xlsx")


def _begin(server: LiveServer, actor: Actor) -> tuple[str, str]:
    from app.accounts.staff import add_staff
    from app.simulation.desk import Desk

    installation = server.installation
    now = installation.clock()
    desk = Desk(installation, "calci_sts", actor)
    desk.open(DATA / "liste_propre.xlsx", DATA / "liste_propre.respondents.csv", now)
    desk.invite(now)
    with installation.database.writing() as session:
        password = add_staff(session, email=STAFF, role="manager", actor=actor, now=now).password
    mail = next(iter(sorted((installation.settings.home / "mail").rglob("*.eml"))))
    message = message_from_bytes(mail.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    plain = message.get_body(("plain",))
    assert plain is not None
    found = re.search(r"http://127\.0\.0\.1:\d+/r/\S+", plain.get_content())
    assert found is not None
    return password, found.group()


def _sign_in(page: Page, server: LiveServer, password: str) -> None:
    page.goto(f"{server.sponsor_url}login")
    page.fill("input[name=email]", STAFF)
    page.fill("input[name=password]", password)
    follow(page, page.locator("form:has(input[name=password]) button"))
    for name, value in (("current", password), ("new", NEW_PASSWORD), ("again", NEW_PASSWORD)):
        page.fill(f"input[name={name}]", value)
    follow(page, page.locator("form:has(input[name=again]) button"))


def _rate(page: Page, server: LiveServer) -> str:
    """How many questionnaires the sponsor's page says were handed in."""
    page.goto(f"{server.sponsor_url}studies/calci_sts")
    return page.locator(".legend dd").first.inner_text().strip()


def _fill_every_page(page: Page, typed: Mapping[str, str | list[str]]) -> None:
    for _ in range(MOST_PAGES):
        if page.url.split("?")[0].endswith("/relecture"):
            return
        asked = page.evaluate(ASKED)
        for name in [one for one in typed if one in asked]:
            _fill(page, name, typed[name])
        if "ae_any" in asked:
            for name in [one for one in typed if one.startswith("ae_") and one.endswith("#1")]:
                _fill(page, name, typed[name])
        # What is typed last may still be on its way: the page leaves once that is saved.
        follow(page, page.locator("button[name=do][value=next]"))
    raise AssertionError(f"no end to this questionnaire: {page.url}")


def _fill(page: Page, name: str, value: str | list[str]) -> None:
    # A question that another answer opens shows once that answer is saved and evaluated.
    page.locator(f"[data-a='{name}']").wait_for(state="visible")
    field = page.locator(f"[name='{name}']").first
    kind = field.evaluate("field => field.type")
    for one in value if isinstance(value, list) else [value]:
        if kind in ("radio", "checkbox"):
            page.locator(f"label:has(input[name='{name}'][value='{one}'])").click()
        elif kind == "select-one":
            field.select_option(one)
        else:
            field.fill(one)
            field.press("Tab")
        # What follows from an answer may be drawn anew: the next one is typed when that is done.
        settled(page)


def _check_export(server: LiveServer, actor: Actor, code: str, out: Path) -> None:
    from app.extraction.exporting import export

    export(server.installation, "calci_sts", out, format="xlsx", actor=actor, now=server.installation.clock())
    patient = _rows(out, "patients", code)[0]
    assert {name: patient[name] for name in EXPORTED} == EXPORTED
    event = _rows(out, "effets_indesirables", code)
    assert [(row["ae_term"], row["ae_start_d"], row["ae_grade"]) for row in event] == [(1, "2014-06", 1)]
    assert {row["visit"]: row["v_surf"] for row in _rows(out, "visites", code)}["j0"] == 12.5


def _rows(workbook: Path, sheet: str, code: str) -> list[dict[str, Any]]:
    rows = load_workbook(workbook)[sheet].iter_rows(values_only=True)
    header = [str(name) for name in next(rows)]
    found = [dict(zip(header, row, strict=True)) for row in rows]
    return [row for row in found if row["patient_id"] == code]
