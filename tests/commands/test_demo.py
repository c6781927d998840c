"""The demonstration: the whole path on an embedded default, afresh each time, and said to be simulated."""

from __future__ import annotations

import resource
import socket
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.fixtures.mail import free_port
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


def test_demo_leads_from_list_to_workbook_then_starts_afresh_and_serves(
    at_home: Terminal, home: Path
) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    made = at_home.json("demo", "--no-serve")
    # Its own seconds, not those that other tests take on the same cores; a shared core makes them longer too.
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 90
    assert made["rates"]["answered"] > 200
    assert 0.4 < made["rates"]["rate"] < 0.8
    assert made["link"].startswith("http://localhost:8000/r/")
    assert len(made["sponsor"]["password"]) >= 12
    assert len(list(Path(made["mail_folder"]).rglob("*.eml"))) >= made["mails"]["queued"] > 100
    _check_workbook(Path(made["workbook"]["file"]), made["rates"]["answered"])
    assert Terminal({"RECUEIL_HOME": str(home / "demo")}).json("journal", "verify")["ok"] is True
    (home / "demo" / "left over").touch()
    _serve_again(at_home, made["rates"])
    assert not (home / "demo" / "left over").exists()


def test_a_taken_port_is_refused_before_anything_is_removed(at_home: Terminal, home: Path) -> None:
    (home / "demo").mkdir()
    (home / "demo" / "under way").touch()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert at_home.run("demo", "--port", taken.getsockname()[1]).code == 1
    assert (home / "demo" / "under way").exists()


def _serve_again(at_home: Terminal, rates: dict[str, Any]) -> None:
    port = free_port()
    with at_home.running("demo", "--port", port) as process:
        assert process.stdout is not None
        said = ""
        while "RECUEIL_HOME=" not in said:
            line = process.stdout.readline()
            assert line, "the demonstration ended early"
            said += line
        assert f"{rates['answered']} sur {rates['asked']}" in said, "the same seed plays the same campaign"
        link = next(word for word in said.split() if "/r/" in word)
        _, worklist = enter(link)
        assert "CAL-" in worklist.text
        password = next(line for line in said.splitlines() if "usage unique" in line).split()[-1]
        _, home_page = sign_in(f"http://localhost:{port}", "promoteur@recueil.example.org", password)
        assert "calci" in home_page.text.lower()


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
