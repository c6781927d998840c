"""The command line's manners: exit codes, one JSON object, refusals as sentences, both languages."""

from __future__ import annotations

import argparse
import importlib
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from app.cli import build_parser, main
from app.commands.benching import benchmarks
from app.kernel.actor import Actor
from app.kernel.installation import Installation
from tests.fixtures.studies import DATA
from tests.forms.builders import MAIN, STUDY, folder, indent

COMMANDS = {
    "demo", "init", "study open", "list check", "list import", "list trace", "respondents import", "invite",
    "remind", "worker", "links", "answers import", "rates", "export", "cuts", "forms check",
    "forms print", "journal verify",
    "staff add", "serve", "bench",
}  # fmt: skip


@pytest.fixture
def ready(installation: Installation, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """The process's own environment set to the test's installation, as a command finds it."""
    monkeypatch.setenv("RECUEIL_HOME", str(installation.settings.home))
    monkeypatch.setenv("RECUEIL_DATABASE_URL", database_url)
    return installation


def _commands(parser: argparse.ArgumentParser, prefix: str = "") -> Iterator[str]:
    groups = [one for one in parser._actions if isinstance(one, argparse._SubParsersAction)]
    if not groups:
        yield prefix.strip()
    for group in groups:
        for name, sub in group.choices.items():
            yield from _commands(sub, f"{prefix} {name}")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_command_is_there_and_says_what_it_does(language: str) -> None:
    parser = build_parser("en" if language == "en" else "fr")
    assert set(_commands(parser)) == COMMANDS
    assert "\n\n\n" not in parser.format_help()


@pytest.mark.parametrize(
    "words", [[], ["nothing"], ["rates"], ["export", "--study", "x"], ["list"], ["serve", "--port", "x"]]
)
def test_wrong_usage_ends_with_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("words", "french", "english"),
    [
        (["nothing"], "commande inconnue : 'nothing'. Les commandes sont", "invalid choice: 'nothing'"),
        (["rates"], "il manque : --study", "required: --study"),
        (["rates", "--study"], "--study : il manque une valeur", "expected one argument"),
        (["rates", "--study", "x", "y"], "non compris : y", "unrecognized arguments: y"),
        (
            ["remind", "--study", "x", "--on", "31/02/2026"],
            "n’est pas une date AAAA-MM-JJ",
            "is not a date YYYY",
        ),
        (["serve", "--port", "99999"], "'99999' n’est pas un port", "'99999' is not a port"),
    ],
)
def test_wrong_usage_is_told_in_the_language_of_the_person(
    words: list[str],
    french: str,
    english: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for language, sentence, help_of in (("fr", french, "Usage : recueil"), ("en", english, "usage: recueil")):
        monkeypatch.setenv("RECUEIL_LANGUAGE", language)
        with pytest.raises(SystemExit):
            main(words)
        said = capsys.readouterr().err
        assert sentence in said
        assert said.startswith(help_of)


@pytest.mark.parametrize(("language", "sentence"), [("fr", "étude"), ("en", "study")])
def test_a_refusal_is_a_sentence_on_stderr_and_1(
    ready: Installation,
    language: str,
    sentence: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("RECUEIL_LANGUAGE", language)
    assert main(["rates", "--study", "nowhere", "--json"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert sentence in said.err.lower()
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("RECUEIL_DATABASE_URL", "mysql://x"),
        ("RECUEIL_PUBLIC_URL", "http://a.example.org"),
        ("RECUEIL_LANGUAGE", "de"),
    ],
)
def test_a_bad_setting_is_refused_by_name(
    home: Path, variable: str, value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RECUEIL_HOME", str(home))
    monkeypatch.setenv(variable, value)
    assert main(["init"]) == 1
    assert variable in capsys.readouterr().err


def test_a_command_before_init_says_to_run_it(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RECUEIL_HOME", str(home))
    assert main(["rates", "--study", "calci_sts"]) == 1
    assert "./recueil init" in capsys.readouterr().err


def test_a_database_that_is_away_is_a_sentence(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RECUEIL_HOME", str(home))
    monkeypatch.setenv("RECUEIL_DATABASE_URL", f"postgresql://nobody@/none?host={home}")
    assert main(["init"]) == 1
    assert "RECUEIL_DATABASE_URL" in capsys.readouterr().err


def test_init_is_safe_to_repeat(ready: Installation, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        assert main(["init", "--json"]) == 0
    lines = capsys.readouterr().out
    assert lines.count('"revision"') == 2


def test_opening_a_study_twice_is_safe(ready: Installation, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        assert main(["study", "open", "calci_sts", "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["study"] == "calci_sts"


def test_an_unknown_study_cannot_be_opened(ready: Installation, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["study", "open", "no_such_study"]) == 1
    assert "no_such_study" in capsys.readouterr().err


def test_journal_verify_finds_an_intact_chain(
    ready: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["study", "open", "calci_sts"]) == 0
    capsys.readouterr()
    assert main(["journal", "verify", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["ok"] is True
    assert found["entries"] >= 1
    assert len(found["head"]) == 64
    for anchor, code in ((f"{found['entries']}:{found['head']}", 0), (f"{found['entries'] + 1}:{'0' * 64}", 1), ("x", 1)):
        assert main(["journal", "verify", "--anchor", anchor]) == code


def test_staff_add_shows_a_password_once(ready: Installation, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["staff", "add", "chef@hopital.example.org", "--role", "manager", "--json"]
    assert main(words) == 0
    assert len(json.loads(capsys.readouterr().out)["password"]) >= 12
    assert main(words) == 1
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("words", [["--role", "king"], ["--role", "reader"]])
def test_staff_add_refuses_what_is_no_account(
    ready: Installation, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    email = "nobody" if "reader" in words else "a@example.org"
    assert main(["staff", "add", email, *words]) == 1
    assert capsys.readouterr().err.strip()


@pytest.mark.parametrize("content", [b"", b"{}", b"[{", b"\xff\xfe"])
def test_an_answers_file_that_is_none_is_refused(
    ready: Installation, content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["study", "open", "calci_sts"]) == 0
    file = tmp_path / "answers.json"
    file.write_bytes(content)
    capsys.readouterr()
    assert main(["answers", "import", str(file), "--study", "calci_sts", "--json"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "answers.json" in said.err


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04truncated", b"a;b\n1;2\n", b"\x00\x01\x02"])
def test_a_file_that_is_no_list_is_refused_and_nothing_is_written(
    ready: Installation, content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.architecture.dumping import dump

    assert main(["study", "open", "calci_sts"]) == 0
    file = tmp_path / ("list.xlsx" if content.startswith(b"PK") else "list.csv")
    file.write_bytes(content)
    before = dump(ready.database)
    capsys.readouterr()
    assert main(["list", "import", str(file), "--study", "calci_sts"]) == 1
    said = capsys.readouterr()
    assert len(said.err.strip().splitlines()) == 1
    assert said.out == ""
    assert dump(ready.database) == before


def test_a_missing_file_is_said_with_its_name(
    ready: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["study", "open", "calci_sts"]) == 0
    assert main(["list", "import", "/nowhere/list.xlsx", "--study", "calci_sts"]) == 1
    assert "list.xlsx" in capsys.readouterr().err


def test_list_check_says_what_import_would_and_writes_nothing(
    ready: Installation, command: Actor, now: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.architecture.dumping import dump

    assert main(["study", "open", "calci_sts"]) == 0
    before = dump(ready.database)
    words = [str(DATA / "liste_propre.xlsx"), "--study", "calci_sts", "--json"]
    capsys.readouterr()
    assert main(["list", "check", *words]) == 0
    foreseen = json.loads(capsys.readouterr().out)
    assert dump(ready.database) == before
    assert main(["list", "import", *words]) == 0
    assert json.loads(capsys.readouterr().out) == foreseen
    assert set(foreseen) == {
        "read", "kept", "duplicate", "refused", "other_product", "other_indication", "outside_window",
        "review", "new", "patients", "centres",
    }  # fmt: skip


@pytest.mark.parametrize(("name", "starts"), [("blank.html", b"<!DOCTYPE html>"), ("blank.pdf", b"%PDF-")])
def test_a_blank_questionnaire_is_printed(
    home: Path, name: str, starts: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECUEIL_HOME", str(home))
    assert main(["forms", "print", "calci_sts", "--out", str(home / name)]) == 0
    assert (home / name).read_bytes().startswith(starts)
    assert main(["forms", "print", "nothing", "--out", str(home / name)]) == 1


def test_shipped_definitions_have_no_fault(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["forms", "check", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"ok": True, "faults": []}


def test_a_faulty_definition_is_told_by_file_and_line(
    ready: Installation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "study.yaml").write_text("study: x\nversion: 1\nnonsense: 3\n")
    assert main(["forms", "check", str(tmp_path)]) == 1
    assert "study.yaml:3" in capsys.readouterr().out
    assert main(["study", "open", str(tmp_path)]) == 1
    said = capsys.readouterr()
    assert "study.yaml:" in said.err
    assert "Traceback" not in said.err


def test_an_unknown_benchmark_names_the_known_ones(
    ready: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bench", "nothing"]) == 1
    assert "nothing" in capsys.readouterr().err


def test_every_benchmark_can_be_begun() -> None:
    for name in benchmarks():
        assert callable(importlib.import_module(f"bench.{name}").run), name


def test_what_touches_answers_is_published_with_confirm_only(
    ready: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RECUEIL_LANGUAGE", "en")

    def opened(unit: str, *words: str) -> tuple[int, str, str]:
        rows = indent(f"{{name: a, label: A, type: integer, unit: {unit}}}")
        at = folder(tmp_path / unit, study=STUDY + "centres: [Nord]\n", main=MAIN + rows)
        return (main(["study", "open", str(at), *words]), *capsys.readouterr())

    assert "version 1 (published)" in opened("kg")[1]
    answers = tmp_path / "a.json"
    answers.write_text(
        '[{"patient": null, "centre": "Nord", "key": "1", "answers": {"start_d": "2020-01-02"}}]'
    )
    assert main(["answers", "import", str(answers), "--study", "small"]) == 0
    capsys.readouterr()
    code, out, _ = opened("g", "--dry-run")
    assert (code, "version 2 (to be published)" in out) == (0, True)
    assert "unit: kg → g (touches answers already given)" in out
    code, out, refused = opened("g")
    assert (code, out, "add --confirm" in refused, "unit: kg → g" in refused) == (1, "", True, True)
    assert "version 1 (in force, unchanged)" in opened("kg")[1]
    assert "version 2 (published)" in opened("g", "--confirm")[1]
    assert opened("g")[0] == 0
