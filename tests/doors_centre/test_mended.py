"""What a pharmacist stumbled over: each page says what is wanted, where it is, and what can be done now."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest

from app.cohort.imports import import_list
from app.cohort.rules import ListRules
from app.collection.opening import open_study
from app.kernel.actor import Actor
from app.kernel.installation import Installation
from forms.loading import shipped
from tests.doors_centre.builders import Visitor, page, text_of, visitor
from tests.fixtures.studies import Opened
from tests.studies.test_cmv_mbv_list import LIST


@pytest.fixture
def person(opened: Opened) -> Visitor:
    """Somebody inside."""
    return visitor(opened).enter()


@pytest.fixture
def code(person: Visitor) -> str:
    """A patient of theirs."""
    return person.codes[0]


def submit(person: Visitor, code: str) -> None:
    """Submits what there is."""
    where = f"/patients/{code}/relecture"
    assert person.send(where, because="dossier incomplet").status_code == 303


def question(html: str, name: str) -> str:
    """The part of a page from one question to the next."""
    start = html.index(f'id="q-{name}"')
    end = re.compile(r'id="q-|<div class="save"').search(html, start + 1)
    return html[start : end.start()] if end else html[start:]


def test_a_death_corrected_without_its_date_asks_for_the_date_on_the_same_page(
    person: Visitor, code: str
) -> None:
    where = page(code, "statut")
    person.send(where, vs_last="1", last_d="01/06/2014", do="next")
    submit(person, code)
    answer = person.send(where, vs_last="2", reason="décès appris", do="stay")
    assert answer.status_code == 422
    assert 'href="#i-death_d"' in answer.text
    assert " hidden" not in question(answer.text, "death_d").partition(">")[0]
    assert 'value="2" checked' in question(answer.text, "vs_last")
    assert 'value="décès appris"' in answer.text


def test_what_a_correction_opens_elsewhere_is_listed_on_page_review_and_worklist(
    person: Visitor, code: str
) -> None:
    person.send(page(code, "dossier"), chart_found="1", sts_given="0", do="next")
    submit(person, code)
    where = page(code, "dossier")
    assert person.send(where, sts_given="1", reason="bien traité", do="stay").status_code == 303
    for path in (where, f"/patients/{code}/relecture"):
        answer = person.get(path)
        assert "que vos corrections demandent" in text_of(answer)
        assert f'href="{page(code, "traitement")}#q-sts_start_d"' in answer.text
    assert "il reste " in text_of(person.get("/"))


def test_the_errors_come_before_anything_else_and_the_sections_are_closed(person: Visitor, code: str) -> None:
    answer = person.send(page(code, "terrain"), weight_kg="705", do="next")
    main = answer.text[answer.text.index("<main") :]
    assert main.index('id="erreurs"') < main.index("<h1")
    assert '<details class="menu__box">' in answer.text
    assert 'id="erreurs" tabindex="-1" autofocus' in main


def test_the_worklist_leads_to_the_essentials(person: Visitor, code: str) -> None:
    assert f'href="{page(code, "essentiel")}"' in person.get("/").text


def test_indispensable_and_expected_answers_are_told_apart(person: Visitor, code: str) -> None:
    where = f"/patients/{code}/relecture"
    person.send(page(code, "dossier"), chart_found="1", do="next")
    before = text_of(person.get(where))
    assert "indispensables manquent" in before
    assert "Transmettre l’essentiel" not in before
    refused = text_of(person.send(where, because=""))
    assert re.search(r"\d+ réponse\(s\) attendue\(s\) manquent, dont \d+ indispensable", refused)


def test_with_every_indispensable_answer_the_essentials_can_be_handed_in_at_once(
    person: Visitor, code: str
) -> None:
    where, essential = f"/patients/{code}/relecture", page(code, "essentiel")
    for _ in range(6):
        filled = person.form(essential)
        shown = person.get(essential).text
        for name in re.findall(r'data-a="([^"]+)" data-k="(?:line|select|area|ticks)"', shown):
            filled[f"{name}!m"] = "NSP"
        for name in re.findall(r'data-a="([^"]+)" data-k="radio"', shown):
            filled[name] = "!NSP"
        person.client.post(essential, data=filled)
    assert "Transmettre l’essentiel" in text_of(person.get(where))
    assert person.form(where)["because"] == "Seul l’essentiel a été rempli"
    assert person.send(where).status_code == 303


def test_an_error_on_another_page_is_linked_there_with_its_visit(person: Visitor, code: str) -> None:
    evolution = page(code, "evolution", "m12")
    person.send(page(code, "dossier"), chart_found="1", sts_given="1", do="next")
    person.send(page(code, "traitement"), sts_start_d="12/03/2013", do="next")
    person.send(evolution, v_surf__at_m12="12", do="next")
    person.send(page(code, "statut"), vs_last="1", last_d="01/06/2015", do="next")
    submit(person, code)
    answer = person.send(
        page(code, "statut"), vs_last="2", death_d="01/06/2013", last_d="01/06/2013", reason="relu", do="stay"
    )
    assert answer.status_code == 422
    assert f'href="{evolution}#q-v_surf.m12"' in answer.text
    assert "· M12" in text_of(answer)


def test_a_finding_stands_beside_the_answer_that_has_a_value(person: Visitor, code: str) -> None:
    evolution = page(code, "evolution", "m12")
    person.send(page(code, "dossier"), chart_found="1", sts_given="1", do="next")
    person.send(page(code, "traitement"), sts_start_d="12/03/2013", do="next")
    person.send(page(code, "statut"), vs_last="2", death_d="01/06/2013", do="next")
    person.send(evolution, v_surf__at_m12__m="NF", v_evol__at_m12="1", do="stay")
    shown = person.get(evolution).text
    assert "décédé avant cette visite" in question(shown, "v_evol.m12")
    assert "décédé avant cette visite" not in question(shown, "v_surf.m12")


def test_the_explanation_stands_below_the_value_and_takes_words_only(person: Visitor, code: str) -> None:
    where = page(code, "terrain")
    person.send(where, weight_kg="180", do="stay")
    part = question(person.get(where).text, "weight_kg")
    assert part.index('name="weight_kg"') < part.index('name="weight_kg!c"')
    for bare in ("80", "80,5", "12/03/2014", "2014-03-12", "> 80"):
        answer = person.send(where, weight_kg__c=bare, do="stay")
        assert "Une explication se donne en mots" in text_of(answer)
        assert person.form(where)["weight_kg!c"] == ""
    person.send(where, weight_kg__c="pesé 2 fois", do="stay")
    assert person.form(where)["weight_kg!c"] == "pesé 2 fois"


def test_a_duration_that_runs_backwards_is_not_shown(person: Visitor, code: str) -> None:
    where = page(code, "traitement")
    person.send(page(code, "dossier"), chart_found="1", sts_given="1", do="next")
    person.send(where, sts_start_d="12/03/2013", sts_ongoing="0", sts_end_d="12/04/2013", do="stay")
    assert re.search(r"3[12] jours", text_of(person.get(where)))
    person.send(where, sts_end_d="02/02/2013", do="stay")
    assert not re.search(r"-\d+\s*jours", text_of(person.get(where)))


def test_a_converted_value_is_printed_with_four_digits(person: Visitor, code: str) -> None:
    person.send(page(code, "biologie"), phos_mmol="95 mg/L", do="stay")
    assert "3,065" in text_of(person.get(f"/patients/{code}/imprimer"))
    assert "3,06451" not in text_of(person.get(f"/patients/{code}/imprimer"))


def test_a_fresh_empty_line_is_not_called_missing(person: Visitor, code: str) -> None:
    where = page(code, "antalgiques", "j0")
    person.send(page(code, "dossier"), chart_found="1", sts_given="1", do="next")
    person.send(where, ag_any__at_j0="1", do="stay")
    shown = person.get(where)
    assert 'name="ag_drug@j0#1"' in shown.text
    assert "Ajoutez au moins" not in text_of(shown)
    assert "Ajoutez au moins" in text_of(person.get(f"/patients/{code}/relecture"))


def test_the_link_page_speaks_english_on_request_and_keeps_its_place(opened: Opened) -> None:
    person = visitor(opened)
    where = f"/r/{person.token}"
    form = person.form(where, "/langue")
    form["language"] = "en"
    assert person.client.post("/langue", data=form).headers["Location"] == where
    assert "You are invited" in text_of(person.get(where))


def test_a_page_that_only_the_list_fills_is_asked_and_codes_are_said_by_their_label(
    installation: Installation, command: Actor, now: datetime, tmp_path: Path
) -> None:
    path = tmp_path / "liste.csv"
    path.write_text(LIST, encoding="utf-8")
    rules = ListRules.load(shipped("cmv_mbv") / "list.yaml")
    with installation.database.writing() as session:
        study = open_study(session, "cmv_mbv", actor=command, now=now)
        import_list(session, installation.vault, study, rules, path, actor=command, now=now)
    person = visitor(Opened(installation, "cmv_mbv")).enter()
    shown = text_of(person.get(page(person.codes[0], "dossier")))
    assert "Accès compassionnel (AAC) C’est exact" in shown
    assert "rien n’est demandé sur cette page" not in shown
    assert "Habituel : 1." in text_of(person.get(page(person.codes[0], "greffe")))
    person.send(page(person.codes[0], "charges"), **{"vl_val#1": "709", "do": "stay"})
    assert "Habituel : CMV." in text_of(person.get(page(person.codes[0], "charges"))).replace("\u00a0", " ")


def test_units_are_in_the_language_of_the_page(person: Visitor, code: str) -> None:
    person.client.post(
        "/langue", data={"language": "en", "csrf_token": person.form("/", "/langue")["csrf_token"]}
    )
    shown = text_of(person.get(page(code, "traitement")))
    assert "days" in shown
    assert "jours" not in shown
