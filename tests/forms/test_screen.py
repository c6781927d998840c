"""The WTForms form of a section: built once, and what a page posts becomes cells."""

import pytest
from werkzeug.datastructures import MultiDict

from forms.answers import Address, Cell
from forms.definition import Questionnaire
from forms.loading import loads
from forms.screen import section_data, section_form
from tests.forms.builders import example, typed


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Questionnaire:
    return example(tmp_path_factory.mktemp("example"))


def test_the_class_is_built_once_per_version_language_and_lines(small: Questionnaire) -> None:
    one = section_form(small, "patient", "fr")
    assert section_form(loads(small.source), small.section("patient"), "fr") is one
    assert section_form(small, "patient", "en") is not one
    assert section_form(small, "analgesics", "fr", {"ag@j0": [1]}) is not section_form(
        small, "analgesics", "fr"
    )


def test_field_names_are_addresses(small: Questionnaire) -> None:
    names = set(section_form(small, "analgesics", "fr", {"ag@j0": [1, 4]})()._fields)
    assert {"ag_any@j0", "ag_any@m12", "ag_dose@j0#4", "ag_dose@j0#4!mq", "ag_dose@j0#4!why"} <= names
    assert "ag_dose@m12#1" not in names


def test_what_is_posted_becomes_cells(small: Questionnaire) -> None:
    posted = MultiDict(
        [
            ("weight_kg", "72,5"), ("weight_kg!why", " pesé ce jour "), ("height_cm!mq", "NF"), ("ckd_mod", "2"),
            ("comorb", "hta"),
            ("comorb", "dm"), ("relapse", "0"), ("onset_d", "mars 2014"), ("ca_mmol", "88 mg/L"),
        ]
    )  # fmt: skip
    form = section_form(small, "patient", "fr")(posted)
    assert form.validate()
    cells = form.cells()
    assert cells[Address("weight_kg")] == Cell(72.5, comment="pesé ce jour")
    assert cells[Address("height_cm")].missing == "NF"
    assert cells[Address("comorb")].value == ["dm", "hta"]
    assert (cells[Address("ckd_mod")].value, cells[Address("relapse")].value) == (2, 0)
    assert (cells[Address("ca_mmol")].value, cells[Address("ca_mmol")].typed) == (2.2, "88 mg/L")
    assert cells[Address("n_visits")].empty


@pytest.mark.parametrize(
    ("language", "says"), [("fr", "hors de l’intervalle"), ("en", "out of the possible range")]
)
def test_a_refusal_stands_on_its_field_in_the_language_of_the_page(
    small: Questionnaire, language: str, says: str
) -> None:
    form = section_form(small, "patient", language)(MultiDict({"weight_kg": "705", "height_cm": "170"}))
    assert not form.validate()
    assert says in form.errors["weight_kg"][0]
    assert Address("weight_kg") not in form.cells()
    assert form.cells()[Address("height_cm")].value == 170


def test_a_value_beside_a_missing_reason_is_refused(small: Questionnaire) -> None:
    form = section_form(small, "patient", "fr")(MultiDict({"weight_kg": "70", "weight_kg!mq": "NSP"}))
    assert not form.validate()
    assert "l’une ou l’autre" in form.errors["weight_kg"][0]


def test_a_tampered_reason_or_code_is_not_stored(small: Questionnaire) -> None:
    form = section_form(small, "patient", "fr")(MultiDict({"height_cm!mq": "XXX", "ckd_mod": "9"}))
    assert not form.validate()
    assert form.cells()[Address("height_cm")].empty
    assert Address("ckd_mod") not in form.cells()


def test_stored_answers_fill_the_fields_and_come_back_the_same(small: Questionnaire) -> None:
    answers = typed(
        small,
        {"weight_kg": {"value": "72,5", "comment": "c"}, "comorb": ["dm"], "height_cm": "NF", "ca_mmol": "88 mg/L",
            "onset_d": "2014", "relapse": "oui"},
    )  # fmt: skip
    section = small.section("patient")
    data = section_data(small, section, "fr", answers)
    assert (data["weight_kg"], data["height_cm!mq"], data["ca_mmol"]) == ("72,5", "NF", "88 mg/L")
    flat = [
        (name, one)
        for name, value in data.items()
        for one in (value if isinstance(value, list) else [value])
        if one
    ]
    form = section_form(small, section, "fr")(MultiDict(flat))
    assert form.validate()
    again = {address: cell for address, cell in form.cells().items() if not cell.empty}
    assert {a: (c.value, c.missing, c.comment) for a, c in again.items()} == {
        a: (c.value, c.missing, c.comment) for a, c in answers.cells.items()
    }


def test_the_fields_render_with_label_help_and_choices(small: Questionnaire) -> None:
    form = section_form(small, "patient", "fr")(data={"comorb": ["dm"], "ckd_mod": "2"})
    assert str(form["weight_kg"].label) == '<label for="weight_kg">Poids</label>'
    assert 'type="checkbox"' in str(form["comorb"]())
    assert str(form["comorb"]()).count("checked") == 1
    assert str(form["ckd_mod"]()).count("checked") == 1
    assert "<textarea" in str(form["comment_txt"]())
