"""From an authorisation list to a workbook: by commands and a plain HTTP client, then in a real browser."""

from __future__ import annotations

import re
import time
import urllib.error
import urllib.request
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from tests.fixtures.mail import SmtpSink, free_port
from tests.fixtures.studies import DATA
from tests.fixtures.terminal import Terminal
from tests.journeys.answering import NEVER_TREATED, answer, code_of, first_patient, hand_in
from tests.journeys.people import enter

STUDY = ("--study", "calci_sts")
SHEETS = [
    "lisez_moi", "patients", "visites", "antalgiques", "effets_indesirables", "autorisations", "centres", "flux",
    "etats", "dictionnaire", "modalites",
]  # fmt: skip


def test_the_whole_path_by_commands(terminal: Terminal, smtp_sink: SmtpSink, tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    terminal.settings |= {"RECUEIL_PUBLIC_URL": url, "RECUEIL_SMTP_URL": smtp_sink.url}
    _prepare(terminal)
    queued = terminal.json("invite", *STUDY)["queued"]
    assert queued > 100
    assert terminal.json("invite", *STUDY)["queued"] == 0, "nobody is invited twice"
    assert terminal.json("worker", "--once")["sent"] == queued
    assert len(smtp_sink.messages) == queued
    links = terminal.json("links", *STUDY)["links"]
    mailed = _link_in(smtp_sink, links[0]["courriel"])
    assert mailed == links[0]["url"]
    with terminal.running("serve", "--port", port):
        _wait_for(f"{url}/static/base.css")
        code = _answer_one(mailed)
    _check_what_came(terminal, code, tmp_path / "classeur.xlsx")


def _prepare(terminal: Terminal) -> None:
    terminal.json("init")
    terminal.json("study", "open", "calci_sts")
    first = terminal.json("list", "import", DATA / "liste_a.xlsx", *STUDY)
    fates = ("kept", "duplicate", "refused", "other_product", "other_indication", "outside_window", "review")
    assert first["read"] == sum(first[fate] for fate in fates)
    assert first["new"] > 900
    again = terminal.json("list", "import", DATA / "liste_a.xlsx", *STUDY)
    assert again["new"] == 0, "the same file twice adds nothing"
    terminal.json("respondents", "import", DATA / "liste_a.respondents.csv", *STUDY)


def _link_in(sink: SmtpSink, address: str) -> str:
    received = next(one for one in sink.received if address in one.recipients)
    plain = received.message.get_body(("plain",))
    assert plain is not None
    found = re.search(r"http://127\.0\.0\.1:\d+/r/\S+", plain.get_content())
    assert found is not None
    return found.group()


def _wait_for(url: str) -> None:
    for _ in range(1_200):
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except urllib.error.URLError:
            time.sleep(0.1)
    raise AssertionError(f"nobody serves {url}")


def _answer_one(link: str) -> str:
    client, worklist = enter(link)
    patient = first_patient(worklist)
    review = answer(client, patient, NEVER_TREATED)
    receipt = hand_in(client, review)
    assert receipt.status == 200, receipt.text[:3000]
    assert receipt.url.endswith("/recu")
    return code_of(patient)


def _check_what_came(terminal: Terminal, code: str, out: Path) -> None:
    rates = terminal.json("rates", *STUDY)
    assert rates["overall"]["answered"] == 1
    assert sum(one["asked"] for one in rates["centres"]) == rates["overall"]["asked"]
    assert [one["answered"] for one in rates["over_time"]] == [1]
    exported = terminal.json("export", *STUDY, "--out", out)
    assert Path(exported["file"]).samefile(out)
    assert list(exported["sheets"]) == SHEETS
    row = row_of(out, code)
    assert (row["chart_found"], row["sts_given"], row["sts_nogive"], row["filler_role"]) == (1, 0, 4, 4)
    assert row["last_d"] in (datetime(2016, 3, 15), date(2016, 3, 15))
    assert row["comment_txt"] == NEVER_TREATED["comment_txt"]
    assert row["statut"] == "submitted"
    assert terminal.json("journal", "verify")["ok"] is True


def row_of(workbook: Path, code: str) -> dict[str, Any]:
    """One patient's row of the sheet `patients`, by column name."""
    opened = load_workbook(workbook)
    rows = opened["patients"].iter_rows(values_only=True)
    header = [str(name) for name in next(rows)]
    found = [dict(zip(header, row, strict=True)) for row in rows]
    return next(row for row in found if row["patient_id"] == code)
