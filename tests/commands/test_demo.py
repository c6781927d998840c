"""The demonstration: the whole path on an embedded default, afresh each time, and said to be simulated."""

from __future__ import annotations

import json
import re
import resource
import socket
import subprocess
from pathlib import Path

import pytest
from openpyxl import load_workbook

from app.cli import main
from tests.fixtures.mail import free_port
from tests.fixtures.studies import DATA
from tests.fixtures.terminal import Terminal
from tests.journeys.people import enter, sign_in

SHEETS = {
    "lisez_moi", "patients", "visites", "antalgiques", "effets_indesirables", "autorisations", "centres", "flux",
    "etats", "dictionnaire", "modalites",
}  # fmt: skip


@pytest.fixture
def at_home(home: Path) -> Terminal:
    # The demonstration makes its own SQLite file whatever the settings say: one engine.
    return Terminal({"RECUEIL_HOME": str(home), "RECUEIL_DATABASE_URL": "postgresql://nobody@localhost/none"})


def test_demo_leads_from_list_to_workbook_and_serves(at_home: Terminal, home: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    made, port = home / "demo", free_port()
    with at_home.running("demo", "--port", port) as process:
        said = _until_it_serves(process)
        answered, asked = map(int, re.findall(r"(\d+) sur (\d+)", said)[0])
        assert answered > 200
        assert 0.4 < answered / asked < 0.8
        _, worklist = enter(next(word for word in said.split() if "/r/" in word))
        assert "CAL-" in worklist.text
        password = next(line for line in said.splitlines() if "usage unique" in line).split()[-1]
        _, home_page = sign_in(f"http://localhost:{port}", "promoteur@recueil.example.org", password)
        assert "calci" in home_page.text.lower()
    # Its own seconds, not those that other tests take on the same cores; a shared core makes them longer too.
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 90
    assert len(list((made / "mail").rglob("*.eml"))) > 100
    _check_workbook(made / "recueil_calci_sts.xlsx", answered)
    assert Terminal({"RECUEIL_HOME": str(made)}).json("journal", "verify")["ok"] is True


def test_demo_starts_afresh_and_plays_the_same_campaign_each_time(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("app.commands.demo.LIST", DATA / "liste_propre.xlsx")
    monkeypatch.setattr("app.commands.demo.RESPONDENTS", DATA / "liste_propre.respondents.csv")
    monkeypatch.setenv("RECUEIL_HOME", str(home))
    monkeypatch.setenv("RECUEIL_DATABASE_URL", "postgresql://nobody@localhost/none")
    told = []
    for _ in range(2):
        assert main(["demo", "--no-serve", "--json"]) == 0
        told.append(json.loads(capsys.readouterr().out))
        assert not (home / "demo" / "left over").exists()
        (home / "demo" / "left over").touch()
    first, again = told
    assert first["rates"] == again["rates"]
    assert 0 < first["rates"]["answered"] < first["rates"]["asked"]
    assert first["link"].startswith("http://localhost:8000/r/")
    assert len(first["sponsor"]["password"]) >= 12
    assert len(list(Path(first["mail_folder"]).rglob("*.eml"))) >= first["mails"]["queued"] > 10
    assert Path(first["workbook"]["file"]).is_file()


def test_a_taken_port_is_refused_before_anything_is_removed(at_home: Terminal, home: Path) -> None:
    (home / "demo").mkdir()
    (home / "demo" / "under way").touch()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert at_home.run("demo", "--port", taken.getsockname()[1]).code == 1
    assert (home / "demo" / "under way").exists()


def _until_it_serves(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    said = ""
    while "RECUEIL_HOME=" not in said:
        line = process.stdout.readline()
        assert line, "the demonstration ended early"
        said += line
    return said


def _check_workbook(path: Path, answered: int) -> None:
    workbook = load_workbook(path, read_only=True)
    assert set(workbook.sheetnames) >= SHEETS
    facts = "\n".join(str(cell) for row in workbook["lisez_moi"].iter_rows(values_only=True) for cell in row)
    assert "simul" in facts.lower()
    rows = workbook["patients"].iter_rows(values_only=True)
    header = [str(name) for name in next(rows)]
    statuses = [dict(zip(header, row, strict=True))["statut"] for row in rows]
    assert statuses.count("submitted") == answered
    assert statuses.count("draft") > 3
    workbook.close()
