"""`forms check`: each mistake it must find, where it stands, and that the shipped studies have none."""

from pathlib import Path

import pytest

from forms.checking import check
from forms.faults import CATALOGUE, Fault
from forms.loading import shipped
from tests.forms.builders import MAIN, STUDY, folder, indent


def codes(at: Path, rows: str = "", **files: str) -> list[str]:
    return [one.code for one in check(folder(at, main=MAIN + indent(rows), **files))]


def found(at: Path, rows: str = "", **files: str) -> Fault:
    faults = check(folder(at, main=MAIN + indent(rows), **files))
    assert len(faults) == 1, [one.text() for one in faults]
    return faults[0]


@pytest.mark.parametrize("code", ["calci_sts", "cmv_mbv", "hiv_fos"])
def test_the_shipped_studies_have_no_fault(code: str) -> None:
    assert [one.text() for one in check(shipped(code))] == []


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ("{name: A, label: A, type: integer}", "bad_name"),
        ("{name: 1a, label: A, type: integer}", "bad_name"),
        ("{name: é, label: A, type: integer}", "bad_name"),
        ("{name: a_very_long_name_of_a_question, label: A, type: integer}", "long_name"),
        ("{name: while, label: A, type: integer}", "reserved_name"),
        ("{name: visit, label: A, type: integer}", "reserved_name"),
        ("{name: a, label: A, type: integer, soft: 10..1}", "empty_range"),
        ("{name: a, label: A, type: integer, hard: 0.2..0.8}", "empty_range"),
        ("{name: a, label: A, type: date, hard: 2014-01-01..2013-01-01}", "empty_range"),
        ("{name: a, label: A, type: integer, soft: 10..20, hard: 30..40}", "soft_outside_hard"),
        ("{name: a, label: A, type: integer, soft: 2014-01-01..}", "bad_bound"),
        ("{name: a, label: A, type: date, hard: 01/01/2010..today}", "bad_bound"),
        ("{name: a, label: A, type: date, hard: 2010-01-01..1.1.2020}", "bad_bound"),
        ("{name: a, label: A, type: decimal, hard: 'start_d..'}", "bad_bound"),
        ("{name: a, label: A, type: decimal, hard: '0,5..3'}", "bad_bound"),
        ("{name: a, label: A, type: decimal, hard: 'nan..3'}", "unknown_variable"),
        ("{name: a, label: A, type: single, choices: none_such, exclusive: 9}", "unknown_list"),
        ("{name: a, label: A, type: integer, ask_if: start_d > 3}", "mixed_kinds"),
        ("{name: a, label: A, type: integer, ask_if: start_d}", "wrong_kind"),
        ("{name: a, label: A, type: integer, ask_if: 'start_d / 2 > 3'}", "wrong_kind"),
        ("{name: a, label: A, type: integer, ask_if: 'days(start_d, 3) > 3'}", "wrong_kind"),
        ("{name: a, label: A, type: integer, ask_if: 'coalesce(start_d, 3) = 3'}", "mixed_kinds"),
        ("{name: a, label: A, type: integer, ask_if: 'start_d + 30 < today'}", ""),
        ("{name: a, label: A, type: text, soft: 1..2}", "range_not_here"),
        ("{name: a, label: A, type: integr}", "unknown_type"),
        ("{name: a, label: A, type: single}", "no_choices"),
        ("{name: a, label: A, type: multiple, choices: {x: X}, exclusive: none}", "bad_exclusive"),
        ("{name: a, label: A, type: integer, from_list: birthday}", "unknown_fact"),
        ("{name: a, label: A, type: integer, ask_if: b = 1}", "unknown_variable"),
        ("{name: a, label: A, type: integer, hard: ..tomorrow}", "unknown_variable"),
        ("{name: a, label: A, type: integer, required_if: f(1)}", "unknown_function"),
        ("{name: a, label: A, type: integer, unless: 'days(start_d) > 1'}", "wrong_arity"),
        ("{name: a, label: A, type: integer, ask_if: a > 1}", "circular"),
        (
            "{name: a, label: A, type: multiple, choices: {x: X}}\n{name: a___x, label: A, type: integer}",
            "double_column",
        ),
        ("{name: a, label: A, type: integer}\n{name: a_mq, label: A, type: text}", "double_column"),
        ("{name: a, label: A, type: single, choices: {1: X, 01: Y}}", "bad_code"),
        ("{name: a, label: A, type: multiple, choices: {x: X, Y: Y}}", "bad_code"),
    ],
)
def test_a_mistake_in_a_question_is_found(tmp_path: Path, rows: str, code: str) -> None:
    assert codes(tmp_path, rows) == ([code] if code else [])


def test_names_that_differ_in_their_columns_only_are_found(tmp_path: Path) -> None:
    rows = "{name: b, label: B, type: limit, operator: c}\n{name: c, label: C, type: integer}"
    assert codes(tmp_path, rows) == ["double_column"]
    assert "long_column" in codes(
        tmp_path / "b", "{name: a_name_of_twenty_six_chars, label: A, type: multiple, choices: {a_code: X}}"
    )


@pytest.mark.parametrize("derived", [False, True])
def test_a_column_of_a_visit_belongs_to_one_variable(tmp_path: Path, derived: bool) -> None:
    section = MAIN.replace("letter: A", "letter: A\nvisits: [j0, m3]\nwide: yes")
    more = (
        {}
        if derived
        else {"main": section + indent(f"{LAB}\n{{name: lab_m3, label: L, type: integer, per: patient}}")}
    )
    if derived:
        value = "derived:\n" + indent("{name: lab_m3, label: L, type: integer, value: lab@m3}")
        more = {"main": section + indent(LAB), "derived": value}
    assert "double_column" in {one.code for one in check(folder(tmp_path, **more))}


def test_a_circle_over_several_conditions_names_its_path(tmp_path: Path) -> None:
    rows = """
      {name: a, label: A, type: yes_no, ask_if: c = 1}
      {name: b, label: B, type: yes_no, ask_if: a = 1}
      {name: c, label: C, type: yes_no, ask_if: b = 1}
    """
    one = found(tmp_path, rows)
    assert one.code == "circular"
    assert all(f"{name} →" in one.text() for name in "abc")
    derived = "derived:\n" + indent(
        "{name: d, label: D, type: decimal, value: e + 1}\n{name: e, label: E, type: decimal, value: d + 1}"
    )
    assert codes(tmp_path / "b", derived=derived) == ["circular"]


@pytest.mark.parametrize(
    "condition",
    [
        "a = 1 and a = 2", "a in (1, 2) and not (a in (1, 2))", "1 = 2", "a = 1 and b = 1", "missing(a) and a = 1",
        "y = 1 and y = 0",
        "n > 5 and n < 3", "i > 3 and i < 4", "i > 20", "d < 0 or d in (11, 12)", "y = 1 and (n > 5 and n = 2)",
        "coalesce(a, 3) = 3 and a = 1", "nothing", "y = 1 and (a = 1 and a = 2 or y = 0)",
        "m has none and m has x", "m has x and not (m has x)"
    ],
)  # fmt: skip
def test_a_question_that_can_never_be_asked_is_found(tmp_path: Path, condition: str) -> None:
    rows = f"""
      {{name: a, label: A, type: single, choices: {{1: X, 2: Y, 3: Z}}}}
      {{name: b, label: B, type: yes_no, ask_if: a = 2}}
      {{name: y, label: Y, type: yes_no}}
      {{name: n, label: N, type: decimal}}
      {{name: i, label: I, type: integer, hard: 0..10}}
      {{name: d, label: D, type: decimal, hard: 0..10}}
      {{name: m, label: M, type: multiple, choices: {{x: X, y: Y, none: N}}, exclusive: none}}
      {{name: q, label: Q, type: integer, ask_if: "{condition}"}}
    """
    assert ("unreachable", 14) in {
        (one.code, one.line) for one in check(folder(tmp_path, main=MAIN + indent(rows)))
    }


@pytest.mark.parametrize(
    "condition",
    [
        "a = 1 or a = 2",
        "m has x and m has y and not (m has none)",
        "not (m has x)",
        "a = 2 and b = 1",
        "n > 5 and n < 6",
        "n + 0 > 5 and n < 3",
        "i >= 10 and i != 9",
        "d > 9.9 and d < 10",
        "known(n) and n != 2",
        "not (a = 1)",
        "coalesce(a, 3) = 3",
        "has_any(m, x)",
        "m has x and y = 1",
    ],
)
def test_a_question_that_may_be_asked_is_left_alone(tmp_path: Path, condition: str) -> None:
    rows = f"""
      {{name: a, label: A, type: single, choices: {{1: X, 2: Y, 3: Z}}}}
      {{name: b, label: B, type: yes_no, ask_if: a = 2}}
      {{name: y, label: Y, type: yes_no}}
      {{name: n, label: N, type: decimal}}
      {{name: m, label: M, type: multiple, choices: {{x: X, y: Y, none: N}}, exclusive: none}}
      {{name: i, label: I, type: integer, hard: 0..10}}
      {{name: d, label: D, type: decimal, hard: 0..10}}
      {{name: q, label: Q, type: integer, ask_if: "{condition}"}}
    """
    assert codes(tmp_path, rows) == []


def test_a_section_condition_counts_for_its_questions(tmp_path: Path) -> None:
    other = "section: o\nlabel: O\nask_if: y = 1\nquestions:\n" + indent(
        "{name: q, label: Q, type: integer, ask_if: y = 0}"
    )
    assert codes(tmp_path, "{name: y, label: Y, type: yes_no}", o=other, study=_sections("o.yaml")) == [
        "unreachable"
    ]


def _sections(*names: str) -> str:
    return STUDY.replace("[main.yaml]", f"[main.yaml, {', '.join(names)}]")


@pytest.mark.parametrize(
    ("head", "code"),
    [
        ("visits: [j0, m6]", "unknown_visit"), ("repeat: r\ngate: nothing_d", "bad_gate"), ("repeat: r\ngate: q", "bad_gate"),
        ("repeat: r\norder_by: start_d", "bad_order"), ("ask_if: 1 +", "syntax"), ("asked_if: 1", "unknown_key"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_section_is_found(tmp_path: Path, head: str, code: str) -> None:
    other = f"section: o\nlabel: O\n{head}\nquestions:\n" + indent(
        "{name: q, label: Q, type: integer, per: line}"
    )
    assert code in codes(tmp_path, o=other, study=_sections("o.yaml"))


def test_a_derived_value_that_shadows_a_question_is_found(tmp_path: Path) -> None:
    assert codes(
        tmp_path, derived="derived:\n" + indent("{name: start_d, label: S, type: date, value: today}")
    ) == ["shadowing"]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("{code: X, level: H, when: 1 = 1, on: [nope], message: M}", "unknown_question"),
        ("{code: X, level: H, when: v = 1, message: M}", "unknown_variable"),
        ("{code: X, level: H, when: 1 = 1, repeat: r, message: M}", "unknown_repeat"),
        ("{code: X, level: H, when: 1 = 1, visits: [m6], message: M}", "unknown_visit"),
        ("{code: X, level: Z, when: 1 = 1, message: M}", "wrong_value"),
        ("{code: X, level: H, message: M}", "missing_key"),
        (
            "{code: X, level: H, when: 1 = 1, message: M}\n{code: X, level: W, when: 1 = 1, message: M}",
            "double_name",
        ),
    ],
)
def test_a_mistake_in_a_check_is_found(tmp_path: Path, row: str, code: str) -> None:
    assert code in codes(tmp_path, checks="checks:\n" + indent(row))


def test_an_anchor_that_is_no_question_is_found(tmp_path: Path) -> None:
    assert codes(tmp_path, study=STUDY.replace("anchor: start_d", "anchor: begin_d")) == ["unknown_variable"]


def test_a_fault_in_an_expression_points_at_its_character(tmp_path: Path) -> None:
    one = found(tmp_path, '{name: a, label: A, type: integer, ask_if: "start_d > today and strat_d < today"}')
    line = (tmp_path / "main.yaml").read_text(encoding="utf-8").splitlines()[one.line - 1]
    assert line[one.column - 1 :].startswith("strat_d")
    assert one.file == str(tmp_path / "main.yaml")
    assert "start_d" in one.mend


def test_every_fault_of_the_catalogue_speaks_both_languages_of_the_same_facts() -> None:
    import string

    def facts(text: str) -> set[str]:
        return {name.removesuffix("_fr") for _, name, _, _ in string.Formatter().parse(text) if name}

    for code, (what_fr, what_en, mend_fr, mend_en) in CATALOGUE.items():
        assert what_fr, code
        assert what_fr != what_en, code
        assert facts(what_fr) == facts(what_en), code
        assert facts(mend_fr) == facts(mend_en), code


# What is wrong in each row begins at the mark ‸, which is taken out before the row is read.
MARK = "‸"


@pytest.mark.parametrize(
    ("code", "file", "rows"),
    [
        (
            "unknown_variable",
            "main",
            '- {name: a, label: A, type: integer, ask_if: "known(start_d) and ‸wieght = 1"}',
        ),
        (
            "circular",
            "main",
            "- {name: a, label: A, type: yes_no, ask_if: ‸b = 1}\n  - {name: b, label: B, type: yes_no, ask_if: a = 1}",
        ),
        (
            "unreachable",
            "main",
            "- {name: a, label: A, type: yes_no}\n  - {name: b, label: B, type: yes_no, ask_if: ‸a = 1 and a = 0}",
        ),
        (
            "unknown_code",
            "main",
            "- {name: a, label: A, type: yes_no}\n  - {name: b, label: B, type: yes_no, ask_if: a = ‸3}",
        ),
        ("syntax", "main", '- {name: a, label: A, type: yes_no, ask_if: "start_d >‸ "}'),
        ("long_name", "main", "- ‸{name: a_very_long_name_of_a_question, label: A, type: integer}"),
        ("reserved_name", "main", "- ‸{name: while, label: A, type: integer}"),
        (
            "double_name",
            "main",
            "- {name: a, label: A, type: integer}\n  - ‸{name: a, label: A, type: integer}",
        ),
        (
            "double_code",
            "main",
            "- name: a\n    label: A\n    type: single\n    choices:\n      1: {fr: X, en: X}\n      ‸1: {fr: Y, en: Y}",
        ),
        ("double_code", "codes", "c: {1: {fr: A, en: A}, ‸1: {fr: B, en: B}}"),
        ("label_missing", "main", "- {name: a, label: ‸{fr: Un âge}, type: integer}"),
        (
            "label_missing",
            "main",
            "- name: a\n    label: A\n    type: single\n    choices:\n      1: ‸{fr: Oui}\n      2: {fr: Non, en: No}",
        ),
        ("empty_range", "main", "- {name: a, label: A, type: integer, soft: ‸10..1}"),
        ("shadowing", "derived", 'derived:\n  - ‸{name: start_d, label: D, type: integer, value: "1"}'),
        (
            "label_missing",
            "checks",
            "checks:\n  - {code: H1, level: H, when: known(start_d), on: [start_d], message: ‸{fr: Non}}",
        ),
        (
            "bad_placeholder",
            "checks",
            "checks:\n  - {code: H1, level: H, when: known(start_d), on: [start_d], message: {fr: Non, en: 'No ‸{starts}'}}",
        ),
        (
            "unknown_question",
            "checks",
            "checks:\n  - ‸{code: H1, level: H, when: known(start_d), on: [starts], message: {fr: Non, en: No}}",
        ),
    ],
)
def test_each_fault_names_file_line_and_column(tmp_path: Path, code: str, file: str, rows: str) -> None:
    marked = f"{MAIN.rstrip()}\n  {rows}\n" if file == "main" else f"{rows}\n"
    before = marked.partition(MARK)[0]
    line, column = before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1
    faults = check(folder(tmp_path, **{file: marked.replace(MARK, "")}))
    place = f"{tmp_path / file}.yaml:{line}:{column}: "
    assert [one.code for one in faults] == [code], [one.text() for one in faults]
    assert all(faults[0].text(language).startswith(place) for language in ("fr", "en")), faults[0].text()


LAB = "{name: lab, label: L, type: integer, per: visit}"
CHECK = "checks: [{code: C, when: 'start_d@j0 > today', message: '%s'}]"


@pytest.mark.parametrize("hole", ["incl", "lab", "lab@m6", "Start_d", "today"])
def test_a_message_names_only_what_has_a_value_there(tmp_path: Path, hole: str) -> None:
    rows = "{name: lab, label: L, type: integer, per: visit}"
    section = MAIN.replace("letter: A", "letter: A\nvisits: [j0, m3]") + indent(rows)
    where, *more = check(folder(tmp_path, main=section, checks=CHECK % f"on {{lab@m3}}: {{{hole}}}"))
    assert (where.code, where.line, where.column, more) == ("bad_placeholder", 1, 71, [])


@pytest.mark.parametrize(
    ("condition", "code", "mend"),
    [
        ("done == 1", "syntax", "Write one '='."),
        ("done = no", "unknown_variable", "Write 0 for 'no'."),
        ("signs = oth", "unknown_variable", "For the code, write: signs has oth."),
    ],
)
def test_what_other_languages_would_write_is_understood(
    tmp_path: Path, condition: str, code: str, mend: str
) -> None:
    rows = """
      {name: done, label: D, type: yes_no}
      {name: signs, label: S, type: multiple, choices: {oth: Other}}
      {name: a, label: A, type: integer, ask_if: %s}
    """
    fault = found(tmp_path, rows % condition)
    assert (fault.code, fault.mend) == (code, mend)


def test_a_file_that_cannot_be_read_is_all_that_is_said(tmp_path: Path) -> None:
    rows = (
        "{name: a, label: A, type: single, choices: sexes}\n{name: b, label: B, type: integer, ask_if: z = 1}"
    )
    assert found(tmp_path, rows, codes="\tsexes: {1: {fr: a, en: b}}").code == "not_yaml"
