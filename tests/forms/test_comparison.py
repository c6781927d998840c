"""What changed between two versions, in words, and what of it touches answers already given."""

from dataclasses import replace
from pathlib import Path

import pytest

from forms.comparison import Difference, compare
from forms.definition import Questionnaire
from forms.loading import load, shipped
from tests.forms.builders import study

BEFORE = """
  {name: a, label: A, type: integer, unit: kg, soft: 1..5}
  {name: b, label: B, type: single, choices: {1: One, 2: Two}}
  {name: c, label: C, type: text, help: only here}
"""


def told(before: Questionnaire, after: Questionnaire) -> list[str]:
    return [one.text("en") for one in compare(before, after)]


def version(at: Path, *swaps: tuple[str, str]) -> Questionnaire:
    rows = BEFORE
    for old, new in swaps:
        assert old in rows
        rows = rows.replace(old, new)
    return study(at, rows)


@pytest.mark.parametrize("code", ["calci_sts", "cmv_mbv", "hiv_fos"])
def test_a_version_does_not_differ_from_itself(code: str) -> None:
    assert compare(load(shipped(code)), load(shipped(code))) == []


@pytest.mark.parametrize(
    ("old", "new", "says", "harmful"),
    [
        ("soft: 1..5", "soft: 1..6", "Changed: question 'A' (a), usual values: 1..5 → 1..6", False),
        ("unit: kg", "unit: g", "Changed: question 'A' (a), unit: kg → g", True),
        ("type: integer", "type: decimal", "Changed: question 'A' (a), type: integer → decimal", True),
        ("soft: 1..5", "required: core", "Changed: question 'A' (a), required: optional → core", False),
        ("label: A", "label: Age", "Changed: question 'A' (a), label: A → Age", False),
        ("2: Two", "2: Two, 3: Three", "Added: code 'Three' (b = 3)", False),
        ("1: One, 2: Two", "1: One", "Removed: code 'Two' (b = 2)", True),
        ("2: Two", "2: Deux", "Changed: code 'b = 2', label: Two → Deux", True),
        ("name: c", "name: d", "Renamed: question 'C' (c) → d", True),
        ("label: C", "label: C, ask_if: a > 1", "Changed: question 'C' (c), condition: — → a > 1", False),
    ],
)
def test_a_change_is_named(tmp_path: Path, old: str, new: str, says: str, harmful: bool) -> None:
    differences = compare(version(tmp_path / "1"), version(tmp_path / "2", (old, new)))
    found = [one for one in differences if one.text("en") == says]
    assert [one.harmful for one in found] == [harmful]


def test_what_was_added_and_taken_away_is_named_in_both_languages(tmp_path: Path) -> None:
    more = version(
        tmp_path / "2", ("label: C, type: text", "label: C, type: text}\n{name: e, label: E, type: date")
    )
    less = version(tmp_path / "1")
    assert "Added: question 'E' (e)" in told(less, more)
    assert "Removed: question 'E' (e)" in told(more, less)
    assert Difference("removed", "question", "e", harmful=True).text("fr") == "Retiré\u00a0: la question «\u00a0e\u00a0»"
    assert replace(compare(less, more)[0]).text("fr") != compare(less, more)[0].text("en")


def test_checks_derived_values_and_sections_are_compared(tmp_path: Path) -> None:
    derived = "derived:\n  - {name: d, label: D, type: decimal, value: a + 1}\n"
    checks = "checks:\n  - {code: X, level: W, when: a > 3, message: M}\n"
    one = study(tmp_path / "1", BEFORE, derived=derived, checks=checks)
    two = study(
        tmp_path / "2",
        BEFORE,
        derived=derived.replace("a + 1", "a + 2"),
        checks=checks.replace("level: W", "level: H"),
    )
    assert told(one, two) == [
        "Changed: derived value 'D' (d), formula: a + 1 → a + 2",
        "Changed: check 'X', level: W → H",
    ]
