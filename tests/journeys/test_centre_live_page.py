"""The live page in a real browser: each answer saved when its field is left, and nothing lost whatever happens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import APIResponse, Browser, Locator, Page, Route, expect
from sqlalchemy import select

from app.cohort.models import Patient
from app.collection.documents import Document
from app.collection.models import Response
from tests.collection.builders import COLLEAGUE, Chart, change
from tests.doors_centre.builders import busy_centres, page, token_for
from tests.fixtures.browser import LONGEST_MS
from tests.fixtures.serving import LiveServer
from tests.fixtures.studies import Opened
from tests.journeys import browsing
from tests.journeys.browsing import PATIENTS, follow, saved, settled, until
from tests.journeys.looking import HEIGHT, look

SAVES = "**/reponses"
# What a script does in a page does not depend on the engine below: whole journeys, and every request by the plain
# client, run on both.
pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


@pytest.fixture
def desk(live_server: LiveServer, opened: Opened) -> tuple[LiveServer, str]:
    """A served study and the token of a link."""
    served = replace(opened, installation=live_server.installation)
    return live_server, token_for(live_server.installation, "calci_sts", busy_centres(served)[0])


def enter(tab: Page, desk: tuple[LiveServer, str]) -> str:
    """Comes in by the link; the code of the first patient."""
    return browsing.enter(tab, f"{desk[0].url}/r/{desk[1]}")


def stored(server: LiveServer) -> Document:
    """The answers as the database holds them."""
    with server.installation.database.reading() as session:
        text = session.scalars(select(Response.document)).first()
    return Document.loads(text) if text else Document()


def chart(server: LiveServer) -> Chart:
    """The chart that the browser fills."""
    with server.installation.database.reading() as session:
        return Chart(server.installation, session.scalars(select(Response.patient_id)).one())


def patient_of(server: LiveServer, code: str) -> str:
    """The patient whom the browser shows, also before anything is stored."""
    with server.installation.database.reading() as session:
        return session.scalars(select(Patient.id).where(Patient.code == code)).one()


def test_an_answer_is_stored_when_its_field_is_left(browser_page: Page, desk: tuple[LiveServer, str]) -> None:
    code = enter(browser_page, desk)
    browser_page.goto(desk[0].url + page(code, "terrain"))
    browser_page.fill("[name=weight_kg]", "70,5")
    browser_page.keyboard.press("Tab")
    saved(browser_page)
    assert stored(desk[0]).answers["weight_kg"]["v"] == 70.5
    follow(browser_page, browser_page.get_by_role("button", name="Enregistrer et continuer"))
    expect(browser_page).to_have_url(re.compile("/calciphylaxie$"))
    assert stored(desk[0]).answers["weight_kg"]["r"] == 1


def test_what_follows_from_an_answer_appears_at_once(
    browser_page: Page, desk: tuple[LiveServer, str]
) -> None:
    code = enter(browser_page, desk)
    browser_page.goto(desk[0].url + page(code, "terrain"))
    expect(browser_page.locator("#q-dial_start")).to_be_hidden()
    browser_page.locator("[name=ckd_mod][value='1']").check()
    expect(browser_page.locator("#q-dial_start")).to_be_visible()
    browser_page.fill("[name=weight_kg]", "180")
    browser_page.keyboard.press("Tab")
    expect(browser_page.locator("#q-weight_kg")).to_contain_text("Valeur inhabituelle")


def test_lines_are_added_and_removed_by_keyboard_without_leaving_the_page(
    browser_page: Page, desk: tuple[LiveServer, str]
) -> None:
    code = enter(browser_page, desk)
    browser_page.goto(desk[0].url + page(code, "antalgiques", "j0"))
    browser_page.locator("[name='ag_any@j0'][value='1']").check()
    browser_page.locator("[name='ag_drug@j0#1']").select_option("20")
    settled(browser_page)
    browser_page.get_by_role("button", name="Ajouter une ligne").press("Enter")
    expect(browser_page.locator("[name='ag_drug@j0#2']")).to_be_focused()
    browser_page.get_by_role("button", name="Retirer cette ligne").first.press("Enter")
    expect(browser_page.locator("[name='ag_drug@j0#1']")).to_have_count(0)
    assert stored(desk[0]).lines["ag@j0"] == [2]


def test_what_is_answered_and_typed_while_lines_are_drawn_anew_is_kept(
    browser_page: Page, desk: tuple[LiveServer, str]
) -> None:
    code = enter(browser_page, desk)
    browser_page.goto(desk[0].url + page(code, "essentiel"))
    late: list[tuple[Route, APIResponse]] = []

    def hold(route: Route) -> None:
        late.append((route, route.fetch()))

    browser_page.route("**/questions/essentiel", hold, times=1)
    browser_page.locator("[name=ae_any][value='1']").check()
    while not late:
        browser_page.wait_for_timeout(20)
    browser_page.locator("[name=vs_last][value='1']").check()
    saved(browser_page)
    browser_page.locator("[name=last_d]").press_sequentially("20/06/2016")
    late[0][0].fulfill(response=late[0][1])
    expect(browser_page.locator("[name='ae_term#1']")).to_be_visible()
    expect(browser_page.locator("[name=vs_last][value='1']")).to_be_checked()
    expect(browser_page.locator("[name=last_d]")).to_have_value("20/06/2016")
    expect(browser_page.locator("[name=last_d]")).to_be_focused()
    browser_page.keyboard.press("Tab")
    saved(browser_page)
    assert stored(desk[0]).answers["last_d"]["v"] == "2016-06-20"


def test_offline_answers_wait_in_the_page_and_leave_when_the_network_is_back(
    browser_page: Page, desk: tuple[LiveServer, str]
) -> None:
    code = enter(browser_page, desk)
    browser_page.goto(desk[0].url + page(code, "terrain"))
    browser_page.context.set_offline(True)
    browser_page.fill("[name=weight_kg]", "70")
    browser_page.keyboard.press("Tab")
    expect(browser_page.locator("#etat")).to_contain_text("Hors connexion")
    browser_page.fill("[name=height_cm]", "170")
    browser_page.keyboard.press("Tab")
    browser_page.context.set_offline(False)
    saved(browser_page)
    assert {"weight_kg", "height_cm"} <= stored(desk[0]).answers.keys()
    assert browser_page.evaluate("sessionStorage.length") == 0


def test_a_busy_server_is_waited_for_and_gets_the_same_answer_again(
    browser_page: Page, desk: tuple[LiveServer, str]
) -> None:
    code = enter(browser_page, desk)
    browser_page.goto(desk[0].url + page(code, "terrain"))
    waits, sent = ["59", "1"], []

    def busy(route: Route) -> None:
        sent.append(route.request.post_data)
        if waits:
            route.fulfill(status=429, headers={"Retry-After": waits.pop(0)})
        else:
            route.continue_()

    browser_page.route(SAVES, busy)
    browser_page.fill("[name=weight_kg]", "70")
    browser_page.keyboard.press("Tab")
    expect(browser_page.locator("#etat")).to_contain_text("Le serveur est occupé")
    browser_page.get_by_role("button", name="Réessayer").click()
    saved(browser_page)
    assert stored(desk[0]).answers["weight_kg"]["v"] == 70
    assert len(sent) == 3
    assert len(set(sent)) == 1


def test_a_refused_answer_holds_up_no_other_and_is_not_forgotten(
    browser_page: Page, desk: tuple[LiveServer, str]
) -> None:
    code = enter(browser_page, desk)
    browser_page.goto(desk[0].url + page(code, "terrain"))
    held: list[Route] = []
    browser_page.route(SAVES, lambda route: held.append(route), times=1)
    browser_page.fill("[name=height_cm]", "abc")
    browser_page.keyboard.press("Tab")
    browser_page.fill("[name=weight_kg]", "71")
    browser_page.keyboard.press("Tab")
    while not held:
        browser_page.wait_for_timeout(20)
    with browser_page.expect_response(lambda reply: reply.url.endswith("/reponses") and reply.ok):
        held[0].continue_()
    expect(browser_page.locator("#q-height_cm")).to_contain_text("n’est pas un nombre")
    expect(browser_page.locator("#etat")).to_contain_text("Non enregistré")
    assert stored(desk[0]).answers["weight_kg"]["v"] == 71
    browser_page.fill("[name=height_cm]", "170")
    browser_page.keyboard.press("Tab")
    saved(browser_page)
    assert stored(desk[0]).answers["height_cm"]["v"] == 170


def test_typing_that_was_never_sent_is_found_again_after_a_crash(
    browser_page: Page, desk: tuple[LiveServer, str]
) -> None:
    code = enter(browser_page, desk)
    browser_page.goto(desk[0].url + page(code, "statut"))
    browser_page.locator("[name=comment_txt]").press_sequentially("vu en consultation", delay=5)
    until(browser_page, "JSON.stringify(sessionStorage).includes('vu en consultation')")
    browser_page.reload()
    saved(browser_page)
    assert stored(desk[0]).answers["comment_txt"]["v"] == "vu en consultation"


def test_a_lost_session_keeps_the_text_until_the_link_is_opened_again(
    browser_page: Page, desk: tuple[LiveServer, str]
) -> None:
    code = enter(browser_page, desk)
    browser_page.goto(desk[0].url + page(code, "terrain"))
    browser_page.context.clear_cookies()
    browser_page.fill("[name=weight_kg]", "70")
    browser_page.keyboard.press("Tab")
    expect(browser_page.locator("#etat")).to_contain_text("Votre session est terminée")
    elsewhere = browser_page.context.new_page()
    elsewhere.set_default_timeout(LONGEST_MS)
    enter(elsewhere, desk)
    browser_page.get_by_role("button", name="Réessayer").click()
    saved(browser_page)
    assert stored(desk[0]).answers["weight_kg"]["v"] == 70.0


@pytest.mark.parametrize("choice", ["Prendre celle-ci", "Garder la mienne"])
def test_two_answers_to_one_question_are_both_shown_to_choose_from(
    browser_page: Page, desk: tuple[LiveServer, str], choice: str
) -> None:
    code = enter(browser_page, desk)
    browser_page.goto(desk[0].url + page(code, "terrain"))
    browser_page.fill("[name=height_cm]", "170")
    browser_page.keyboard.press("Tab")
    saved(browser_page)
    chart(desk[0]).save(change("weight_kg", "80", 0), actor=COLLEAGUE)
    browser_page.fill("[name=weight_kg]", "90")
    browser_page.keyboard.press("Tab")
    expect(browser_page.locator("#q-weight_kg")).to_contain_text("Dr LEROY")
    browser_page.get_by_role("button", name=choice).click()
    expect(browser_page.locator("#q-weight_kg .q__keep")).to_have_count(0)
    settled(browser_page)
    expected = "80" if choice.startswith("Prendre") else "90"
    expect(browser_page.locator("[name=weight_kg]")).to_have_value(expected)
    assert stored(desk[0]).answers["weight_kg"]["v"] == float(expected)


@pytest.fixture
def theirs(desk: tuple[LiveServer, str], browser_page: Page) -> Iterator[Locator]:
    """A question of the open page that a colleague answers 99 and we 33: in the end both are shown, and 99 stored."""
    code = enter(browser_page, desk)
    browser_page.goto(desk[0].url + page(code, "essentiel"))
    Chart(desk[0].installation, patient_of(desk[0], code)).save(
        change("v_surf@m12", "99", 0), actor=COLLEAGUE
    )
    question = browser_page.locator("[data-a='v_surf@m12']")
    yield question
    expect(question).to_contain_text("99")
    expect(question).to_contain_text("Dr LEROY")
    settled(browser_page)
    assert stored(desk[0]).answers["v_surf@m12"]["v"] == 99


def answer_unseen(tab: Page) -> None:
    """Types over the answer that was not seen."""
    tab.fill("[name='v_surf@m12']", "33")
    tab.keyboard.press("Tab")


def test_a_colleagues_answer_is_seen_after_the_network_was_lost(browser_page: Page, theirs: Locator) -> None:
    browser_page.context.set_offline(True)
    browser_page.locator(
        "[name=ae_any][value='1']"
    ).check()  # once stored, it draws the lines anew while these leave
    for name, typed in (("v_surf@j0", "5"), ("last_d", "20/06/2016"), ("sts_start_d", "15/06/2014")):
        browser_page.fill(f"[name='{name}']", typed)
    answer_unseen(browser_page)
    browser_page.context.set_offline(False)
    expect(theirs.get_by_role("button", name="Prendre celle-ci : 99")).to_be_visible()


def test_a_colleagues_answer_is_seen_after_the_tab_was_closed(browser_page: Page, theirs: Locator) -> None:
    browser_page.route(SAVES, lambda route: route.abort())
    answer_unseen(browser_page)
    expect(browser_page.locator("#etat")).to_contain_text("Hors connexion")
    browser_page.unroute(SAVES)
    browser_page.once("dialog", lambda dialog: dialog.accept())
    browser_page.reload()
    expect(theirs.get_by_role("button", name="Prendre celle-ci : 99")).to_be_visible()


def test_a_choice_to_make_outlives_a_page_drawn_anew(browser_page: Page, theirs: Locator) -> None:
    answer_unseen(browser_page)
    choice = theirs.get_by_role("button", name="Prendre celle-ci : 99")
    expect(choice).to_be_visible()
    browser_page.locator("[name=ae_any][value='1']").check()
    expect(browser_page.locator("[name='ae_term#1']")).to_be_visible()
    expect(choice).to_be_visible()
    follow(browser_page, browser_page.locator("button[name=do][value=next]"))
    expect(choice).to_have_count(0)


def test_what_is_not_saved_stays_told_and_is_named(browser_page: Page, desk: tuple[LiveServer, str]) -> None:
    code = enter(browser_page, desk)
    browser_page.goto(desk[0].url + page(code, "essentiel"))
    browser_page.fill("[name='v_surf@m12']", "douze")
    browser_page.keyboard.press("Tab")
    question = browser_page.locator("[data-a='v_surf@m12']")
    expect(question).to_contain_text("n’est pas un nombre")
    browser_page.locator("[name=ae_any][value='1']").check()
    expect(browser_page.locator("[name='ae_term#1']")).to_be_visible()
    settled(browser_page)
    expect(question).to_contain_text("n’est pas un nombre")
    expect(question.locator("input[type=text]").first).to_have_attribute("aria-invalid", "true")
    browser_page.locator("#etat a", has_text="Surface totale").click()
    assert stored(desk[0]).answers["ae_any"]["v"] == 1


def test_nothing_of_the_patient_is_left_in_the_browser_after_submission(
    browser_page: Page, desk: tuple[LiveServer, str]
) -> None:
    code = enter(browser_page, desk)
    browser_page.goto(desk[0].url + page(code, "terrain"))
    browser_page.fill("[name=weight_kg]", "70")
    browser_page.keyboard.press("Tab")
    saved(browser_page)
    browser_page.evaluate(f"sessionStorage.setItem('recueil:/patients/{code}/questions/x', '{{}}')")
    browser_page.goto(f"{desk[0].url}/patients/{code}/relecture")
    browser_page.get_by_label("Pourquoi restent-elles sans réponse").fill("essai")
    follow(browser_page, browser_page.get_by_role("button", name="Transmettre ainsi"))
    expect(browser_page.get_by_role("heading", name="Merci")).to_be_visible()
    assert browser_page.evaluate("sessionStorage.length + localStorage.length") == 0


def test_the_list_is_confirmed_with_one_tap_or_corrected_without_leaving_the_page(
    browser_page: Page, desk: tuple[LiveServer, str]
) -> None:
    code = enter(browser_page, desk)
    browser_page.goto(desk[0].url + page(code, "dossier"))
    browser_page.locator("#q-atu_first_d").get_by_role("button", name="C’est exact").click()
    expect(browser_page.locator("#q-atu_first_d")).to_contain_text("Confirmé par Dr MARTIN")
    expect(browser_page.locator("#q-atu_first button")).to_be_focused()
    browser_page.locator("#q-birth_my summary").press("Enter")
    browser_page.fill("[name=birth_my]", "02/1921")
    browser_page.keyboard.press("Tab")
    expect(browser_page.locator("#q-birth_my")).to_contain_text("Proposé au promoteur : « 02/1921 »")
    assert [cell["p"] for cell in stored(desk[0]).answers.values() if "p" in cell] == [
        "confirmed",
        "proposed",
    ]


def test_a_correction_shows_what_it_asks_for_before_it_is_stored(
    browser_page: Page, desk: tuple[LiveServer, str]
) -> None:
    code = enter(browser_page, desk)
    browser_page.goto(desk[0].url + page(code, "statut"))
    browser_page.locator("[name=vs_last][value='1']").check()
    saved(browser_page)
    browser_page.goto(f"{desk[0].url}/patients/{code}/relecture")
    browser_page.get_by_label("Pourquoi restent-elles sans réponse").fill("essai")
    follow(browser_page, browser_page.get_by_role("button", name="Transmettre ainsi"))
    browser_page.goto(desk[0].url + page(code, "statut"))
    expect(browser_page.locator("#q-death_d")).to_be_hidden()
    browser_page.locator("[name=vs_last][value='2']").check()
    expect(browser_page.locator("#q-death_d")).to_be_visible()
    browser_page.locator("[name=vs_last][value='1']").check()
    expect(browser_page.locator("#q-death_d")).to_be_hidden()
    assert stored(desk[0]).answers["vs_last"]["v"] == 1


def look_while_entering(
    tab: Page, desk: tuple[LiveServer, str], language: str, widths: list[int]
) -> list[str]:
    """The pages before the worklist, and the worklist."""
    tab.goto(f"{desk[0].url}/r/{desk[1]}")
    if language == "en":
        follow(tab, tab.get_by_role("button", name="English"))
    problems = look(tab, widths)
    follow(tab, tab.locator("form[action^='/r/'] button"))
    problems += look(tab, widths)
    follow(tab, tab.locator("main a[href='/pas-pour-moi']"))
    problems += look(tab, widths)
    tab.go_back()
    follow(tab, tab.locator("button[name=who]").first)
    expect(tab.locator("html")).to_have_attribute("lang", language)
    return problems + look(tab, widths)


def look_while_answering(tab: Page, url: str, code: str, widths: list[int]) -> list[str]:
    """A page with a line, one with a warning and an error, and the plain ones."""
    tab.goto(url + page(code, "antalgiques", "j0"))
    tab.locator("[name='ag_any@j0'][value='1']").check()
    tab.locator("[name='ag_drug@j0#1']").select_option("20")
    settled(tab)
    expect(tab.locator("#etat.is-good")).to_be_visible()
    tab.goto(url + page(code, "terrain"))
    tab.fill("[name=weight_kg]", "180")
    tab.fill("[name=height_cm]", "abc")
    tab.keyboard.press("Tab")
    expect(tab.locator("#q-height_cm .field__error")).to_be_visible()
    settled(tab)
    problems = look(tab, widths)
    questions = ("dossier", "associes", "evolution/m12", "antalgiques/j0", "effets", "essentiel")
    others = ("relecture", "imprimer", "sans-reponse", "recu")
    for path in [page(code, one) for one in questions] + [f"/patients/{code}/{one}" for one in others]:
        tab.goto(url + path)
        problems += look(tab, widths)
    return problems


@pytest.mark.parametrize(("language", "zoom", "widths"), [("fr", 1, [390, 768, 1280]), ("en", 2, [640])])
def test_axe_finds_nothing_on_any_page(
    browser: Browser, desk: tuple[LiveServer, str], language: str, zoom: int, widths: list[int]
) -> None:
    # 640 CSS pixels at two device pixels each are a screen of 1280 at 200 %.
    context = browser.new_context(viewport={"width": widths[0], "height": HEIGHT}, device_scale_factor=zoom)
    tab = context.new_page()
    tab.set_default_timeout(LONGEST_MS)
    problems = look_while_entering(tab, desk, language, widths)
    code = tab.locator(PATIENTS).first.inner_text()
    problems += look_while_answering(tab, desk[0].url, code, widths)
    context.close()
    assert problems == []
