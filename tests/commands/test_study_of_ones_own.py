"""forms/STUDIES.md is complete and true: its study, list, mapping, respondents and answers go through every command."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import forms
from app.cli import main
from app.cohort.headers import FIELDS
from app.cohort.models import AUTH_KINDS
from app.kernel.installation import Installation
from forms.checking_facts import TYPES_OF_FACTS
from forms.expressions.vocabulary import FACTS

PAGE = (Path(forms.__file__).parent / "STUDIES.md").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"```\w+ (\S+)\n(.*?)```", PAGE, re.DOTALL))
Run = Callable[..., Any]


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """The page's study, with the files beside it."""
    for name, text in BLOCKS.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def run(
    installation: Installation,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Runs a command of the page; what it says with --json."""
    monkeypatch.setenv("RECUEIL_HOME", str(installation.settings.home))
    monkeypatch.setenv("RECUEIL_DATABASE_URL", database_url)
    monkeypatch.setenv("RECUEIL_LANGUAGE", "en")

    def words(*given: object) -> Any:
        assert main([*map(str, given), "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    return words


def test_the_pages_own_study_goes_through_every_command(study: Path, run: Run) -> None:
    mine = ("--study", "demo_ntb")
    assert run("forms", "check", study)["faults"] == []
    assert run("study", "open", study)["study"] == "demo_ntb"
    listed = run("list", "import", study / "list.csv", *mine, "--mapping", study / "mapping.yaml")
    assert (listed["kept"], listed["patients"], listed["review"]) == (3, 2, 0)
    run("list", "trace", *mine, "--out", study / "trace.csv")
    with (study / "trace.csv").open(encoding="utf-8") as file:
        assert next(csv.DictReader(file))["reason"] == "kept: first row of this patient; row 2"
    people = run("respondents", "import", study / "respondents.csv", *mine)
    assert (people["new"], people["new_centres"], people["faults"]) == (2, 0, 0)
    results = run("answers", "import", study / "answers.json", *mine)["results"]
    assert [(one["stored"], one["refusals"]) for one in results] == [(True, []), (True, [])]
    out = study / "blank.html"
    (study / "study.yaml").unlink()
    assert run("forms", "print", "demo_ntb", "--out", out)["version"] == 1
    assert "Nitisinone under compassionate access" in out.read_text(encoding="utf-8")


def test_a_list_without_its_mapping_names_first_what_was_not_understood(
    study: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    run("study", "open", study)
    command = ["list", "check", str(study / "list.csv"), "--study", "demo_ntb"]
    assert main(command) == 0
    headers, missing, first, *_ = capsys.readouterr().out.splitlines()
    assert headers == (
        "Headers not understood: “Octroyée le”, “Motif thérapeutique”, “Établissement demandeur”, “Dossier interne”."
    )
    assert missing.startswith("Not found: grant date, indication, hospital.")
    assert "rows read" in first
    assert "--mapping" in missing
    assert main([*command, "--json"]) == 0
    said = capsys.readouterr()
    assert "kept" in json.loads(said.out)
    assert said.err.startswith(headers)


@pytest.mark.parametrize("words", [["check", "demo_ntb"], ["print", "demo_ntb"]])
def test_a_code_that_is_neither_open_nor_shipped_asks_for_the_folder(
    run: Run, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["forms", *words]) == 1
    assert "Give the folder of the study" in capsys.readouterr().err


def test_the_page_names_every_fact_field_kind_and_key() -> None:
    assert set(TYPES_OF_FACTS) == FACTS
    names = {*FACTS, *FIELDS, *AUTH_KINDS, *re.findall(r"^(\w+):", BLOCKS["study.yaml"], re.MULTILINE)}
    assert {name for name in names if f"`{name}`" not in PAGE} == set()
    for fact, types in TYPES_OF_FACTS.items():
        assert re.search(rf"\| `{fact}` \|.*\| {' or '.join(f'`{one}`' for one in types)} \|", PAGE)
