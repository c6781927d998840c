"""From files to a questionnaire and to its canonical JSON, with the place of every mistake."""

import subprocess
import sys
from pathlib import Path

import pytest

from forms.answers import Address, Answers, Cell, NotAnAddress
from forms.canonical import NotCanonical, canonical
from forms.definition import Contact, Formula, Place, Questionnaire
from forms.faults import FaultyDefinition
from forms.loading import dumps, load, loads, read, shipped, shipped_codes
from forms.reading import place_inside
from tests.forms.builders import MAIN, STUDY, example, folder, indent, study


def faults(at: Path, **files: str) -> list[tuple[str, int, int, str]]:
    found = read(folder(at, **files))[1]
    return [(one.file, one.line, one.column, one.code) for one in found]


def test_an_unknown_key_is_refused_with_the_nearest_known_one(tmp_path: Path) -> None:
    text = MAIN + indent("{name: a, label: A, type: integer, ask_iff: start_d}")
    found = read(folder(tmp_path, main=text))[1]
    assert [(one.file, one.line, one.code) for one in found] == [("main.yaml", 7, "unknown_key")]
    assert text.splitlines()[6][found[0].column - 1 :].startswith("ask_iff")
    assert "Did you mean 'ask_if'?" in found[0].text("en")
    assert "Vouliez-vous dire « ask_if » ?" in found[0].text("fr")


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("{name: a, label: {fr: A}, type: integer}", "label_missing"),
        ("{name: a, label: {en: A}, type: integer}", "label_missing"),
        ("{name: a, type: integer}", "missing_key"),
        ("{name: a, label: A, type: integer, required: cor}", "wrong_value"),
        ("{name: a, label: A, type: integer, dates: maybe}", "wrong_value"),
        ("{name: a, label: A, type: integer, soft: 5}", "bad_range"),
        ("{name: a, label: A, type: integer, other_units: {mg: x 3}}", "bad_unit"),
        ("{name: a, label: A, type: single, choices: colours}", "unknown_list"),
        ("{name: a, label: A, type: single, choices: {1: A, 1: B}}", "double_code"),
        ("{name: a, name: b, label: A, type: integer}", "double_key"),
        ("{name: start_d, label: A, type: integer}", "double_name"),
        ("{name: [a], label: A, type: integer}", "wrong_shape"),
        ("just text", "wrong_shape"),
    ],
)
def test_mistakes_of_shape_are_named(tmp_path: Path, row: str, code: str) -> None:
    assert code in [one[3] for one in faults(tmp_path, main=MAIN + indent(row))]


def test_a_missing_file_and_a_file_that_is_no_yaml_are_named(tmp_path: Path) -> None:
    assert faults(tmp_path / "a", study=STUDY.replace("main.yaml", "other.yaml"))[0][3] == "no_file"
    file, line, _, code = faults(tmp_path / "b", main=MAIN + "  - {name: a\n  - b: [\n")[0]
    assert (file, code) == ("main.yaml", "not_yaml")
    assert line > 6
    assert read(tmp_path / "nowhere")[1][0].code == "no_file"


def test_an_invisible_character_in_a_file_is_named(tmp_path: Path) -> None:
    assert faults(tmp_path, main=MAIN.replace("Start", "St\x07art"))[0][3] == "not_yaml"


def test_load_raises_with_every_fault(tmp_path: Path) -> None:
    with pytest.raises(FaultyDefinition) as raised:
        load(folder(tmp_path, main=MAIN + indent("{name: a}\n{name: b, label: {fr: B}, type: integer}")))
    assert len(raised.value.faults) == 3
    assert "main.yaml:7" in raised.value.message("fr")


def test_yes_no_and_numbers_are_read_as_written(tmp_path: Path) -> None:
    small = study(
        tmp_path, "{name: a, label: A, type: single, choices: {no: Non, 01: Un, 1: Deux, on: Trois}}"
    )
    assert [choice.code for choice in small.questions["a"].choices] == ["no", "01", 1, "on"]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_label_falls_back_to_the_other_language(tmp_path: Path, language: str) -> None:
    assert study(tmp_path).questions["start_d"].label[language] == "Start"


def test_the_place_of_a_character_is_found_through_quotes_and_folded_lines() -> None:
    quoted = Formula("a = b", Place("f", 3, 9, '"a = b"'))
    assert place_inside(quoted, 4).column == 14
    folded = Formula("a and c", Place("f", 3, 9, ">-\n      a and\n      c"))
    assert (place_inside(folded, 6).line, place_inside(folded, 6).column) == (5, 7)


def test_the_canonical_json_gives_the_same_questionnaire_and_hash(tmp_path: Path) -> None:
    small = example(tmp_path)
    again = loads(dumps(small))
    assert again == small
    assert (again.sha256, again.source) == (small.sha256, small.source)
    assert list(again.questions) == list(small.questions)


def test_a_study_may_say_who_leads_it_and_how_long_one_patient_takes(tmp_path: Path) -> None:
    told = "contact: {name: Pr A, organisation: CHU B, telephone: 05 00 00 00 00}\nminutes: 12\n"
    one = load(folder(tmp_path / "a", study=STUDY + told))
    assert one.contact == Contact("Pr A", "CHU B", "05 00 00 00 00")
    assert (one.contact.organiser, str(one.contact)) == ("Pr A (CHU B)", "Pr A, CHU B, 05 00 00 00 00")
    assert one.minutes == 12
    assert loads(dumps(one)) == one
    silent = study(tmp_path / "b")
    assert (str(silent.contact), silent.contact.organiser, silent.minutes) == ("", "", 0)
    assert faults(tmp_path / "c", study=STUDY + "contact: {phone: 1}\n")[0][3] == "unknown_key"
    assert Contact(organisation="CHU B").organiser == "CHU B"


def test_comments_and_layout_do_not_change_the_hash_but_content_does(tmp_path: Path) -> None:
    one = study(tmp_path / "a")
    other = load(folder(tmp_path / "b", main="# a comment\n" + MAIN.replace("type: date,", "type:   date,")))
    assert one.sha256 == other.sha256
    assert one.sha256 != study(tmp_path / "c", "{name: a, label: A, type: integer}").sha256


@pytest.mark.parametrize("text", ["[]", "{}", '{"code": 1}', '{"unknown": 1}', "nonsense"])
def test_a_text_that_is_no_published_version_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        loads(text)


def test_shipped_studies_are_found_by_code_only() -> None:
    assert shipped_codes() == ["calci_sts", "cmv_mbv", "hiv_fos"]
    for code in ("nothing", "../studies/calci_sts", ""):
        with pytest.raises(KeyError):
            shipped(code)


@pytest.mark.parametrize("code", ["calci_sts", "cmv_mbv", "hiv_fos"])
def test_a_shipped_study_survives_publishing_with_its_sources(code: str) -> None:
    small: Questionnaire = load(shipped(code))
    again = loads(small.source)
    assert again == small
    assert any(question.source for question in again.questions.values())


@pytest.mark.parametrize("text", ["weight_kg", "v_surf@m12", "ag_drug@j0#2", "ae_term#1"])
def test_an_address_reads_back_from_its_text(text: str) -> None:
    assert str(Address.parse(text)) == text


@pytest.mark.parametrize(
    "text", ["", "A", "a@", "a#0", "a#x", "a@j0#", "a b", "a@j0@m3", "1a", "a#1@j0", "é", "a\n"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(NotAnAddress):
        Address.parse(text)


def test_answers_survive_their_document() -> None:
    answers = Answers(
        {Address("a", "j0", 2): Cell("x", typed="X", comment="c"), Address("b"): Cell(missing="NF")},
        {"ag@j0": [2]},
    )
    assert Answers.from_json(answers.to_json()) == answers
    assert answers.to_json()["answers"]["b"] == {"m": "NF"}
    assert answers.add_line("ag", "j0") == 3
    assert answers.lines_of("ag", "j0") == [2, 3]


@pytest.mark.parametrize("bad", ["\x00", "\x1f", "\x7f\x0b", "\ud800", "\ufffe", "\ufdd0", "\U0010ffff"])
def test_characters_that_cannot_be_stored_are_refused(bad: str) -> None:
    with pytest.raises(NotCanonical) as refused:
        canonical(f"a{bad}b")
    assert "U+" in refused.value.message("fr")


def test_text_becomes_nfc_with_plain_line_ends() -> None:
    assert canonical("e\u0301\r\nb\rc\td") == "é\nb\nc\td"


def test_the_language_needs_neither_the_web_framework_nor_the_database() -> None:
    modules = "forms.evaluation, forms.checking, forms.printing, forms.comparison, forms.reference"
    script = f"import sys, {modules}; print({{name.split('.')[0] for name in sys.modules}} & {{'flask', 'sqlalchemy', 'app'}})"
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=root
    )
    assert done.stdout.strip() == "set()"
