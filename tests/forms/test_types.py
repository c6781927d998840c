"""What people type, and what becomes of it, type by type."""

from pathlib import Path
from typing import Any

import pytest

from forms.answers import EMPTY, Cell
from forms.definition import Choice, Formula, Label, Question, Range, Unit
from forms.refusals import SENTENCES, AnswerRefused
from forms.types import TYPES, kind_of
from tests.forms.builders import study


def question(kind: str, **options: Any) -> Question:
    return Question("x", Label("Question", "Question"), kind, "main", **options)


def between(low: str | None, high: str | None) -> Range:
    return Range(Formula(low) if low else None, Formula(high) if high else None)


def parse(one: Question, typed: object, unit: str | None = None) -> Cell:
    return kind_of(one.type).parse(typed, one, unit)


COLOURS = tuple(
    Choice(code, Label(fr, en))
    for code, fr, en in ((1, "Rouge", "Red"), (2, "Vert", "Green"), (88, "Autre", "Other"))
)
TICKS = tuple(Choice(code, Label(code, code)) for code in ("dm", "hta", "3tc", "none"))
CALCIUM = question(
    "decimal",
    unit="mmol/L",
    other_units=(Unit("mg/L", (("/", 40.0),)),),
    soft=between("1.8", "2.9"),
    hard=between("0.8", "5"),
)
SINGLE, MULTIPLE = question("single", choices=COLOURS), question("multiple", choices=TICKS, exclusive="none")


@pytest.mark.parametrize(
    ("typed", "value"),
    [("2,2", 2.2), ("2.2", 2.2), (" 2,20 ", 2.2), ("+2", 2.0), ("2", 2.0), (2, 2.0), ("88 mg/L", 2.2), ("88mg/l",
        2.2), ("2,2 mmol/L", 2.2)],
)  # fmt: skip
def test_decimals_are_read_with_comma_point_or_unit(typed: object, value: float) -> None:
    assert parse(CALCIUM, typed).value == value


@pytest.mark.parametrize(
    ("typed", "value"),
    [("1 234,5", 1234.5), ("1\u202f234", 1234), ("-5", -5), ("1,2e5", 120000), (",5", 0.5), ("0", 0)],
)
def test_decimals_without_a_range_take_any_number(typed: str, value: float) -> None:
    assert parse(question("decimal"), typed).value == value


@pytest.mark.parametrize(
    "typed", ["abc", "1.234,5", "1,2,3", "--5", "1e999", "nan", "inf", "٣", "", True, [1], {"a": 1}, "9" * 61]
)
def test_what_is_no_number_is_refused_or_empty(typed: object) -> None:
    if typed == "":
        assert parse(question("decimal"), typed) == EMPTY
        return
    with pytest.raises(AnswerRefused):
        parse(question("decimal"), typed)


@pytest.mark.parametrize(
    ("typed", "number"), [("<62", "62"), ("< 62", "62"), ("≤62", "62"), ("~ 40", "40"), ("> 2,5 mmol/L", "2,5 mmol/L"),
        ("environ 40", "40")]
)  # fmt: skip
@pytest.mark.parametrize("kind", ["decimal", "integer"])
def test_a_limit_typed_for_a_number_is_refused_with_what_to_do(kind: str, typed: str, number: str) -> None:
    with pytest.raises(AnswerRefused) as refused:
        parse(question(kind), typed)
    assert refused.value.code == "not_exact"
    assert f"Écrivez {number}, et dites en commentaire" in refused.value.fr
    assert f"Write {number}, and say in a comment" in refused.value.en


def test_a_converted_value_keeps_what_was_typed() -> None:
    cell = parse(CALCIUM, "88 mg/l")
    assert (cell.value, cell.typed, cell.unit) == (2.2, "88 mg/l", "mg/L")
    assert parse(CALCIUM, "88", unit="mg/L").value == 2.2


def test_a_hard_range_refusal_says_range_unit_and_the_unit_probably_meant() -> None:
    with pytest.raises(AnswerRefused) as refused:
        parse(CALCIUM, "88")
    assert refused.value.fr.replace("\u00a0", " ") == (
        "88 est hors de l’intervalle possible : 0,8 à 5 mmol/L. Si c’est en mg/L, tapez « 88 mg/L » (= 2,2 mmol/L)."
    )
    assert refused.value.en.replace("\u00a0", " ").startswith(
        "88 is out of the possible range: 0.8 to 5 mmol/L."
    )


def test_an_unknown_unit_is_refused_with_the_known_ones() -> None:
    with pytest.raises(AnswerRefused) as refused:
        parse(CALCIUM, "2 kg")
    assert "mmol/L, mg/L" in refused.value.fr


def test_an_integer_refuses_a_fraction() -> None:
    assert parse(question("integer"), "3,0").value == 3
    with pytest.raises(AnswerRefused):
        parse(question("integer"), "3,5")


@pytest.mark.parametrize("typed", ["1", 1, 1.0, "Rouge", "red"])
def test_a_code_is_read_from_its_code_or_its_label(typed: object) -> None:
    assert parse(SINGLE, typed).value == 1


@pytest.mark.parametrize("typed", ["3", 3, "Bleu", True, [1], {"v": 1}])
def test_a_code_that_is_not_on_the_list_is_refused(typed: object) -> None:
    with pytest.raises(AnswerRefused):
        parse(SINGLE, typed)


@pytest.mark.parametrize("typed", [["hta", "dm"], "hta;dm", "dm, hta", "hta dm dm", ("dm", "hta")])
def test_ticks_come_in_the_order_of_the_list(typed: object) -> None:
    assert parse(MULTIPLE, typed).value == ["dm", "hta"]


def test_the_exclusive_choice_stands_alone() -> None:
    assert parse(MULTIPLE, ["none"]).value == ["none"]
    with pytest.raises(AnswerRefused) as refused:
        parse(MULTIPLE, ["none", "dm"])
    assert "ne peut pas être coché" in refused.value.fr


def test_no_tick_at_all_is_no_answer() -> None:
    assert parse(MULTIPLE, []) == EMPTY
    assert kind_of("multiple").values(EMPTY, MULTIPLE) == [None] * 4


def test_a_multiple_choice_exports_one_flag_per_code() -> None:
    assert [column.name for column in kind_of("multiple").columns(MULTIPLE)] == [
        "x___dm",
        "x___hta",
        "x___3tc",
        "x___none",
    ]
    assert kind_of("multiple").values(Cell(["hta"]), MULTIPLE) == [0, 1, 0, 0]


@pytest.mark.parametrize(
    ("typed", "value"), [("oui", 1), ("O", 1), ("1", 1), (True, 1), ("No", 0), ("n", 0), (0, 0), (False, 0)]
)
def test_yes_and_no_in_both_languages(typed: object, value: int) -> None:
    assert parse(question("yes_no"), typed).value == value


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("<62", {"op": 2, "value": 62}), ("< 62", {"op": 2, "value": 62}), ("≤62", {"op": 2, "value": 62}),
        (">1 000", {"op": 3, "value": 1000}), ("709", {"op": 1, "value": 709}), (709, {"op": 1, "value": 709}),
        ("=5,5", {"op": 1, "value": 5.5}), ("non détecté", {"op": 4}), ("ND", {"op": 4}), ("Not detected", {"op": 4}),
        ({"op": 2, "value": 62}, {"op": 2, "value": 62}), ({"op": "<", "value": "62"}, {"op": 2, "value": 62}),
        ({"op": "4"}, {"op": 4}), ({"op": 4, "value": 20}, {"op": 4, "value": 20}),
    ],
)  # fmt: skip
def test_a_limit_is_operator_and_number(typed: object, value: object) -> None:
    assert parse(question("limit", operator="x_op"), typed).value == value


@pytest.mark.parametrize(
    "typed", ["<", "<<62", "<abc", {"op": 9, "value": 1}, {"op": 2}, {"op": 1, "value": True}, "62<"]
)
def test_what_is_no_limit_is_refused(typed: object) -> None:
    with pytest.raises(AnswerRefused):
        parse(question("limit", operator="x_op"), typed)


def test_a_limit_exports_operator_value_and_the_ruled_numbers() -> None:
    one = question("limit", operator="x_op", rules=("lloq", "half", "zero"))
    assert [column.name for column in kind_of("limit").columns(one)] == [
        "x_op",
        "x",
        "x_lloq",
        "x_half",
        "x_zero",
    ]
    assert kind_of("limit").values(Cell({"op": 2, "value": 62.0}), one) == [2, 62, 62, 31, 0]
    assert kind_of("limit").values(Cell({"op": 1, "value": 709.0}), one) == [1, 709, 709, 709, 709]
    assert kind_of("limit").values(Cell({"op": 4}), one) == [4, None, None, None, 0]


def test_the_hard_range_of_a_limit_holds_for_its_number() -> None:
    with pytest.raises(AnswerRefused):
        parse(question("limit", operator="x_op", hard=between("0", "100")), "<200")


def test_mutations_are_read_as_laboratories_write_them() -> None:
    one = question("mutations", codon_max=1242)
    assert parse(one, "E756Q; g841a G841,A594del").value == ["E756Q", "G841A", "G841", "A594del"]
    assert parse(one, "T215Y/F").value == ["T215Y/F"]
    assert kind_of("mutations").operand(["T215Y/F"]) == {"T215Y/F", "T215Y", "T215F"}


@pytest.mark.parametrize("typed", ["756", "E", "E756QQ", "E9999Q", "E0Q", ";", 5, ["E756Q", 5]])
def test_what_is_no_mutation_is_refused(typed: object) -> None:
    with pytest.raises(AnswerRefused):
        parse(question("mutations", codon_max=1242), typed)


@pytest.mark.parametrize("kind", sorted(set(TYPES) - {"text", "long_text"}))
@pytest.mark.parametrize("typed", ["NSP", "nf", {"missing": "so"}])
def test_every_type_takes_a_missing_reason(kind: str, typed: Any) -> None:
    cell = parse(question(kind, choices=COLOURS), typed)
    assert cell.value is None
    assert cell.missing in ("NSP", "NF", "SO")


def test_a_text_takes_a_missing_reason_in_capitals_only() -> None:
    assert parse(question("text"), "NSP").missing == "NSP"
    assert parse(question("text"), "so").value == "so"


def test_an_unknown_missing_reason_is_refused() -> None:
    with pytest.raises(AnswerRefused):
        parse(question("text"), {"missing": "XXX"})


@pytest.mark.parametrize("kind", sorted(TYPES))
@pytest.mark.parametrize("typed", ["", "  ", "\u00a0", None])
def test_blanks_are_no_answer(kind: str, typed: object) -> None:
    assert parse(question(kind, choices=COLOURS), typed) == EMPTY


@pytest.mark.parametrize("kind", sorted(TYPES))
def test_an_invisible_character_is_refused_with_its_code_point(kind: str) -> None:
    with pytest.raises(AnswerRefused) as refused:
        parse(question(kind, choices=COLOURS), "a\x00b")
    assert "U+0000" in refused.value.fr


def test_texts_are_kept_as_typed_and_bounded() -> None:
    assert parse(question("text"), "=1+1").value == "=1+1"
    assert parse(question("long_text"), "a\r\nb").value == "a\nb"
    for one, typed in (
        (question("text"), "a\nb"),
        (question("text", max_chars=3), "abcd"),
        (question("text"), ["a"]),
    ):
        with pytest.raises(AnswerRefused):
            parse(one, typed)


def test_every_sentence_of_the_catalogue_has_both_languages_and_the_same_facts() -> None:
    import string

    def facts(text: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(text)} - {None}

    assert all(fr and en and fr != en and facts(fr) == facts(en) for fr, en in SENTENCES.values())


def test_tick_dates_are_questions_of_their_own(tmp_path: Path) -> None:
    small = study(
        tmp_path,
        "{name: at, label: At, type: multiple, dates: yes, exclusive: none, choices: {amp: A, none: N}}",
    )
    made = small.questions["at_amp_d"]
    assert (made.type, made.tick_of, made.required) == ("partial_date", ("at", "amp"), "optional")
    assert "at_none_d" not in small.questions
