"""The questionnaire without any script: saved page by page, refused beside its field, never losing a word."""

from __future__ import annotations

import re

import pytest

from tests.doors_centre.builders import Visitor, colleague, page, text_of, visitor
from tests.fixtures.studies import Opened


@pytest.fixture
def person(opened: Opened) -> Visitor:
    """Somebody inside."""
    return visitor(opened).enter()


@pytest.fixture
def code(person: Visitor) -> str:
    """A patient of theirs."""
    return person.codes[0]


def test_a_saved_page_leads_to_the_next_and_shows_what_was_typed(person: Visitor, code: str) -> None:
    answer = person.send(page(code, "terrain"), weight_kg="70,5", comorb=["dm", "hta"], do="next")
    assert answer.headers["Location"] == page(code, "calciphylaxie")
    form = person.form(page(code, "terrain"))
    assert form["weight_kg"] == "70,5"
    assert form.getlist("comorb") == ["dm", "hta"]


def test_what_is_refused_stays_in_its_field_and_the_rest_is_saved(person: Visitor, code: str) -> None:
    answer = person.send(page(code, "terrain"), weight_kg="70,5", height_cm="abc", do="next")
    assert 'value="abc"' in answer.text
    assert "« abc » n’est pas un nombre" in text_of(answer)
    assert 'href="#i-height_cm"' in answer.text
    assert person.form(page(code, "terrain"))["weight_kg"] == "70,5"


def test_a_value_out_of_the_hard_range_is_refused_and_shown_again(person: Visitor, code: str) -> None:
    answer = person.send(page(code, "terrain"), weight_kg="700", do="next")
    assert answer.status_code == 422
    assert 'value="700"' in answer.text
    assert person.form(page(code, "terrain"))["weight_kg"] == ""


@pytest.mark.parametrize("typed", ["70\x00", "7\ufffe0", "\ud80070", "7\x0b0"])
def test_characters_that_no_chart_contains_are_refused_beside_their_field(
    person: Visitor, code: str, typed: str
) -> None:
    form = person.form(page(code, "statut"))
    body = f"csrf_token={form['csrf_token']}&comment_txt=".encode() + typed.encode("utf-8", "surrogatepass")
    answer = person.client.post(
        page(code, "statut"), data=body, content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code in (200, 303, 400, 422)
    stored = person.form(page(code, "statut"))["comment_txt"]
    assert stored in ("", "\ufffd70", "\ufffd\ufffd\ufffd70")


def test_each_question_says_how_much_its_answer_is_wanted_there(person: Visitor, code: str) -> None:
    marks = {
        where: re.findall(r'class="q__(?:need|free)">([^<]+)', person.get(page(code, *where)).text)
        for where in (("evolution", "j0"), ("evolution", "m3"), ("cicatrisation",))
    }
    free = "facultatif"
    assert marks["evolution", "j0"] == ["indispensable", free, free]
    assert marks["evolution", "m3"] == [free] * 7
    assert marks["cicatrisation",] == ["indispensable selon le cas", free, free]


def test_an_unusual_value_asks_for_a_comment_and_is_quiet_once_it_has_one(person: Visitor, code: str) -> None:
    person.send(page(code, "terrain"), weight_kg="180", do="stay")
    assert "Valeur inhabituelle" in text_of(person.get(page(code, "terrain")))
    person.send(page(code, "terrain"), weight_kg__c="pesé deux fois", do="stay")
    assert person.form(page(code, "terrain"))["weight_kg!c"] == "pesé deux fois"
    assert "1 valeur inhabituelle" not in text_of(person.get(f"/patients/{code}/relecture"))


def test_a_missing_reason_replaces_the_value_and_a_value_replaces_the_reason(
    person: Visitor, code: str
) -> None:
    where = page(code, "terrain")
    person.send(where, weight_kg="70", do="stay")
    person.send(where, weight_kg__m="NF", do="stay")
    form = person.form(where)
    assert (form["weight_kg"], form["weight_kg!m"]) == ("", "NF")
    person.send(where, weight_kg="71", do="stay")
    form = person.form(where)
    assert (form["weight_kg"], form.get("weight_kg!m", "")) == ("71", "")


def test_another_unit_is_kept_as_typed_and_a_date_is_shown_as_it_was_understood(
    person: Visitor, code: str
) -> None:
    person.send(page(code, "biologie"), ca_mmol="88 mg/L", bio_d="12/3/14", do="stay")
    form = person.form(page(code, "biologie"))
    assert (form["ca_mmol"], form["bio_d"]) == ("88 mg/L", "12/03/2014")
    assert "= 2,2 mmol/L" in text_of(person.get(page(code, "biologie")))
    assert "2,2" in text_of(person.get(f"/patients/{code}/imprimer"))


def test_colleagues_on_different_questions_never_disturb_each_other(person: Visitor, code: str) -> None:
    other, where = colleague(person).enter("Dr LEROY", "interne"), page(code, "terrain")
    mine, theirs = person.form(where), other.form(where)
    assert person.send(where, mine, weight_kg="70", do="next").status_code == 303
    assert other.send(where, theirs, height_cm="170", do="next").status_code == 303
    form = person.form(where)
    assert (form["weight_kg"], form["height_cm"]) == ("70", "170")


def test_on_the_same_question_the_second_sees_both_values_and_chooses(person: Visitor, code: str) -> None:
    other, where = colleague(person).enter("Dr LEROY", "interne"), page(code, "terrain")
    theirs = other.form(where)
    person.send(where, weight_kg="70", do="next")
    answer = other.send(where, theirs, weight_kg="90", height_cm="171", do="next")
    assert answer.status_code in (200, 409)
    assert "Dr MARTIN a enregistré « 70 kg »" in text_of(answer).replace("\xa0", " ")
    assert 'value="90"' in answer.text
    assert other.form(where)["weight_kg"] == "70"
    assert other.form(where)["height_cm"] == "171"


def test_after_seeing_both_values_saving_again_keeps_ones_own(person: Visitor, code: str) -> None:
    other, where = colleague(person).enter("Dr LEROY", "interne"), page(code, "terrain")
    theirs = other.form(where)
    person.send(where, weight_kg="70", do="next")
    shown = other.send(where, theirs, weight_kg="90", do="next")
    again = _form_in(shown.text, where)
    assert other.send(where, again).status_code == 303
    assert person.form(where)["weight_kg"] == "90"


def test_the_stored_value_can_be_kept_with_one_tick(person: Visitor, code: str) -> None:
    other, where = colleague(person).enter("Dr LEROY", "interne"), page(code, "terrain")
    theirs = other.form(where)
    person.send(where, weight_kg="70", do="next")
    shown = other.send(where, theirs, weight_kg="90", do="next")
    again = _form_in(shown.text, where)
    again["weight_kg!k"] = "1"
    other.send(where, again)
    assert person.form(where)["weight_kg"] == "70"


def test_an_expired_token_gives_back_every_word_and_sends_it_with_one_click(
    person: Visitor, code: str
) -> None:
    where = page(code, "terrain")
    answer = person.send(where, csrf_token="expired", weight_kg="72,5", do="next")
    assert answer.status_code == 400
    again = _form_in(answer.text, where)
    assert again["weight_kg"] == "72,5"
    assert person.client.post(where, data=again).status_code == 303
    assert person.form(where)["weight_kg"] == "72,5"


def test_a_lost_session_gives_back_every_word_and_takes_it_after_entering_again(
    person: Visitor, code: str
) -> None:
    where = page(code, "terrain")
    form = person.form(where)
    person.client.delete_cookie("recueil-centre")
    answer = person.send(where, form, weight_kg="73,5", do="next")
    assert "73,5" in answer.text
    person.enter()
    again = person.client.post(where, data=_form_in(answer.text, where))
    assert "73,5" in again.text
    assert person.client.post(where, data=_form_in(again.text, where)).status_code == 303
    assert person.form(where)["weight_kg"] == "73,5"


def test_what_is_not_asked_any_more_is_kept_marked_and_comes_back(person: Visitor, code: str) -> None:
    person.send(page(code, "terrain"), ckd_mod="1", dial_start="2010", do="stay")
    person.send(page(code, "terrain"), ckd_mod="8", do="stay")
    assert "Réponse conservée : 2010" in text_of(person.get(page(code, "terrain")))
    person.send(page(code, "terrain"), ckd_mod="1", do="stay")
    assert "Réponse conservée" not in text_of(person.get(page(code, "terrain")))
    assert person.form(page(code, "terrain"))["dial_start"] == "2010"


def test_lines_are_added_copied_and_removed_by_buttons(person: Visitor, code: str) -> None:
    where = page(code, "antalgiques", "j0")
    person.send(where, ag_any__at_j0="1", do="stay")
    person.send(where, ag_drug__at_j0__n_1="20", ag_dose__at_j0__n_1="30", do="copy:ag@j0:1")
    form = person.form(where)
    assert form.getlist("l:ag@j0") == ["1", "2"]
    assert (form["ag_drug@j0#2"], form["ag_dose@j0#2"]) == ("20", "30")
    person.send(where, do="remove:ag@j0:1")
    person.send(where, do="add:ag@j0")
    assert person.form(where).getlist("l:ag@j0") == ["2", "3"]


def test_a_body_of_ten_megabytes_is_refused_at_once(person: Visitor, code: str) -> None:
    answer = person.client.post(page(code, "terrain"), data={"weight_kg": "7" * 10_000_000})
    assert answer.status_code == 413


def test_hostile_text_is_shown_as_text(person: Visitor, code: str) -> None:
    typed = '"><script>alert(1)</script>{{7*7}}'
    person.send(page(code, "statut"), comment_txt=typed, do="stay")
    for path in (page(code, "statut"), f"/patients/{code}/imprimer"):
        html = person.get(path).text
        assert "<script>alert" not in html
        assert "49" not in html.partition("{{7*7}}")[0][-40:]
    assert person.form(page(code, "statut"))["comment_txt"] == typed


def _form_in(html: str, action: str):  # type: ignore[no-untyped-def]  # MultiDict, as Visitor.form gives
    from werkzeug.datastructures import MultiDict

    from tests.doors_centre.builders import Forms

    return MultiDict([fields for to, fields in Forms(html).found if to == action][-1])
