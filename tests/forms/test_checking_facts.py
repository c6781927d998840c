"""`forms check`: a question filled from the list can hold what the list says, and means the same by it."""

from pathlib import Path

import pytest

from forms.checking import check
from tests.forms.builders import MAIN, folder, indent
from tests.forms.test_checking import codes


@pytest.mark.parametrize(
    ("question", "wrong"),
    [
        ("type: single, from_list: sex, choices: {1: Homme, 2: Femme, 3: {fr: Autre, en: Other}}", []),
        ("type: single, from_list: sex, choices: {1: {fr: MASCULIN, en: Male}, 2: {fr: Féminin, en: F}}", []),
        ("type: single, from_list: sex, choices: {1: Féminin, 2: Masculin}", ["fact_codes"] * 2),
        ("type: single, from_list: sex, choices: {1: {fr: Homme, en: Woman}, 2: Femme}", ["fact_codes"]),
        ("type: single, from_list: sex, choices: {f: Femme, m: Homme}", ["fact_codes"] * 2),
        ("type: single, from_list: sex, choices: {0: Homme, 1: Femme}", ["fact_codes"] * 2),
        ("type: single, from_list: auth_kind, choices: {1: AAC, 2: AAP}", ["fact_codes"] * 5),
        ("type: text, from_list: auth_kind", ["fact_type"]),
        ("type: yes_no, from_list: sex", ["fact_type"]),
        ("type: integer, from_list: first_grant_on", ["fact_type"]),
        ("type: date, from_list: birth", ["fact_type"]),
    ],
)
def test_what_the_list_says_meets_a_question_that_can_hold_it(
    tmp_path: Path, question: str, wrong: list[str]
) -> None:
    assert codes(tmp_path, f"{{name: s, label: S, {question}}}") == wrong


def test_an_inverted_sex_is_refused_where_it_is_written(tmp_path: Path) -> None:
    faults = check(
        folder(
            tmp_path,
            main=MAIN + indent("{name: s, label: S, type: single, from_list: sex, choices: sexes}"),
            codes="sexes:\n  1: {fr: Homme, en: Man}\n  2: {fr: Homme, en: Man}\n",
        )
    )
    assert [(Path(one.file).name, one.line, one.code) for one in faults] == [("codes.yaml", 3, "fact_codes")]
    assert "'woman'" in faults[0].mend_en
