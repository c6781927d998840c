"""Who said at the door what they do there is not asked again; and a correction is looked at before it is stored."""

from __future__ import annotations

from tests.doors_centre.builders import page, visitor
from tests.doors_centre.dumping import dump
from tests.fixtures.studies import Opened


def test_the_function_given_at_entry_is_stored_with_the_first_answer_and_can_be_changed(opened: Opened) -> None:
    person = visitor(opened)
    person.send(f"/r/{person.token}")
    assert '<option value="Pharmacien">' in person.get("/entrer").text
    person.send("/entrer", who="other", name="Mme ROY", function="pharmacien")
    code = person.codes[0]
    assert "filler_role" not in person.form(page(code, "dossier"))
    person.send(page(code, "terrain"), weight_kg="70", do="stay")
    assert person.form(page(code, "dossier"))["filler_role"] == "4"
    person.send(page(code, "dossier"), filler_role="3", do="stay")
    person.send(page(code, "terrain"), weight_kg="71", do="stay")
    assert person.form(page(code, "dossier"))["filler_role"] == "3"


def test_a_correction_is_looked_at_without_being_stored(opened: Opened) -> None:
    person = visitor(opened).enter()
    code, where = person.codes[0], page(person.codes[0], "statut")
    person.send(where, vs_last="1", last_d="01/06/2014", do="next")
    person.send(f"/patients/{code}/relecture", because="dossier incomplet")
    assert "data-preview" in person.get(where).text
    before, form = dump(opened.installation), person.form(where)
    form.setlist("vs_last", ["2"])
    form.setlist("last_d", ["31/02/2014"])
    form["section"] = "statut"
    marks = person.client.post(f"/patients/{code}/apercu", data=form).get_json()["marks"]
    assert dump(opened.installation) == before
    assert (marks["death_d"][1], person.form(where)["vs_last"]) == (False, "1")
    assert "field__error" in marks["last_d"][2]
