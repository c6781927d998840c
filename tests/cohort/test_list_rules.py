"""A study's list.yaml: what it must say, and where it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.cohort.errors import BadRules, NoList
from app.cohort.rules import ListRules, list_faults
from forms.loading import shipped

GOOD = (shipped("calci_sts") / "list.yaml").read_text(encoding="utf-8")


def load(folder: Path, text: str) -> ListRules:
    (folder / "list.yaml").write_text(text, encoding="utf-8")
    return ListRules.load(folder / "list.yaml")


def test_a_study_without_the_file_takes_no_list(tmp_path: Path) -> None:
    with pytest.raises(NoList):
        ListRules.load(tmp_path / "list.yaml")


@pytest.mark.parametrize("code", ["calci_sts", "cmv_mbv"])
def test_the_shipped_rules_load(code: str) -> None:
    assert ListRules.load(shipped(code) / "list.yaml").opens.year >= 2012


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("from: 2012-01-01", "from: janvier", "window"),
        ("continuation_days: 60", "continuation_days: deux mois", "continuation_days"),
        ("default_kind: atu_nominative", "default_kind: ATU", "default_kind"),
        ("words: [auc, cua]", "words: auc", "words: auc"),
        ("from: 2012-01-01", "from: 2017-01-01", "window"),
        ("  words: [sts]", "  word: [sts]\n  words: [sts]", "word: [sts]"),
    ],
)
def test_a_fault_names_its_line(tmp_path: Path, old: str, new: str, line: str) -> None:
    with pytest.raises(BadRules) as refused:
        load(tmp_path, GOOD.replace(old, new))
    text = (tmp_path / "list.yaml").read_text(encoding="utf-8").splitlines()
    number = next(i for i, words in enumerate(text, 1) if line in words)
    assert f"list.yaml, ligne {number} :" in refused.value.message("fr")


@pytest.mark.parametrize("text", ["", "product: [", "window: {}"])
def test_a_file_that_is_no_rules_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadRules):
        load(tmp_path, text)


def test_all_faults_are_told_with_their_place(tmp_path: Path) -> None:
    text = GOOD.replace("fragments: [calciph", "fragment: [calciph").replace(
        "default_kind: atu_nominative", "default_kind: x"
    )
    (tmp_path / "list.yaml").write_text(text[: text.index("thresholds")], encoding="utf-8")
    found = list_faults(tmp_path)
    assert [(one.code, Path(one.file).name) for one in found] == [
        (code, "list.yaml") for code in ("missing_key", "missing_key", "unknown_key", "wrong_value")
    ]
    assert list_faults(tmp_path / "elsewhere") == []
