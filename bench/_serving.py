"""A small town served in a process of its own beside two bare views, and a client that asks it over HTTP."""

from __future__ import annotations

import http.client
import json
import multiprocessing
import re
import sqlite3
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Flask
from sqlalchemy import select
from waitress.server import create_server
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from app.cohort.models import Centre
from app.cohort.patients import enrol_patient
from app.cohort.studies import find_study
from app.collection.opening import open_study
from app.doors.centre import create_app
from app.kernel.actor import Actor
from app.kernel.installation import Installation
from app.outreach.links import token_of
from app.outreach.people import Person, add_respondent
from tests.fixtures.databases import make_settings
from tests.fixtures.mail import free_port

HELLO = "/bare/hello"
INSERT = "/bare/insert"
PATIENTS = 8
COMMAND = Actor.command("bench")


@dataclass(frozen=True)
class Town:
    """Where the town is served, and the token of one link."""

    url: str
    token: str


@contextmanager
def served() -> Iterator[Town]:
    """One centre with patients of calci_sts, served until the block ends."""
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = multiprocessing.Pipe()
        process = multiprocessing.get_context("spawn").Process(target=_serve, args=(folder, theirs))
        process.start()
        try:
            yield Town(*ours.recv())
        finally:
            process.terminate()
            process.join()


def _serve(folder: str, pipe: Connection) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    installation = Installation.open(make_settings(Path(folder), f"sqlite:///{folder}/bench.sqlite", url))
    installation.initialise()
    token = settle(installation)
    application = DispatcherMiddleware(
        create_app(installation), {"/bare": _bare(Path(folder) / "bare.sqlite")}
    )
    server = create_server(application, host="127.0.0.1", port=port, threads=8)
    pipe.send((url, token))
    server.run()


def settle(installation: Installation) -> str:
    """A centre with `PATIENTS` patients of calci_sts and one respondent; the token of its link."""
    now = datetime.now(UTC)
    with installation.database.writing() as session:
        study = open_study(session, "calci_sts", actor=COMMAND, now=now)
        from app.cohort.centres import ensure_centre

        centre = ensure_centre(
            session,
            study,
            "CHU DE TOULOUSE",
            finess=None,
            city="TOULOUSE",
            postcode="31000",
            actor=COMMAND,
            now=now,
        )
    with installation.database.writing() as session:
        study, centre = find_study(session, "calci_sts"), session.scalars(select(Centre)).one()
        for number in range(PATIENTS):
            enrol_patient(
                session, installation.vault, study, centre,
                actor=COMMAND, now=now, initials=f"AB {number}", birth="1950-03", sex=2,
            )  # fmt: skip
        person = Person("Dr MARTIN", "martin@example.org", "", "néphrologue", "fr")
        respondent = add_respondent(
            session, installation, study, centre, person, source="desk", actor=COMMAND, now=now
        )
        return token_of(installation.keys, respondent.link)


def _bare(file: Path) -> Flask:
    """The floor: a view that says hello, and one that also makes one durable insert."""
    bare = Flask("bare")
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA journal_mode = wal")
        connection.execute("CREATE TABLE answer (id INTEGER PRIMARY KEY, text TEXT)")
    text = "x" * 2_000

    def insert() -> str:
        connection = sqlite3.connect(file, isolation_level=None)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO answer (text) VALUES (?)", (text,))
        connection.execute("COMMIT")
        connection.close()
        return "hello"

    bare.add_url_rule("/hello", "hello", lambda: "hello")
    bare.add_url_rule("/insert", "insert", insert)
    return bare


class Client:
    """A browser of few words: one connection, its cookie, no scripts."""

    def __init__(self, url: str) -> None:
        place = urlsplit(url)
        self._connection = http.client.HTTPConnection(place.hostname or "", place.port)
        self._cookie, self._token, self._number = "", "", count(1)

    def ask(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> str:
        """The answer's text; RuntimeError for a refusal."""
        headers = {"Cookie": self._cookie}
        if body is not None:
            headers |= {"Content-Type": kind, "X-CSRFToken": self._token, "Accept": "application/json"}
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        text = answer.read().decode()
        if answer.getheader("Set-Cookie"):
            self._cookie = (answer.getheader("Set-Cookie") or "").partition(";")[0]
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status} {text[:200]}")
        return text

    def get(self, path: str) -> str:
        """The page at `path`; its token is kept."""
        text = self.ask("GET", path)
        found = re.search(r'name="csrf_token" value="([^"]+)"', text)
        self._token = found.group(1) if found else self._token
        return text

    def post(self, path: str, **fields: str) -> str:
        """Sends a form."""
        body = urlencode({"csrf_token": self._token, **fields}).encode()
        return self.ask("POST", path, body, "application/x-www-form-urlencoded")

    def enter(self, token: str) -> str:
        """Comes in by the link; the code of the first patient."""
        self.get(f"/r/{token}")
        self.post(f"/r/{token}")
        self.get("/entrer")
        self.post("/entrer", who="0")
        return self.codes()[0]

    def codes(self) -> list[str]:
        """The patients on the worklist."""
        return sorted(set(re.findall(r"CAL-\d+-\d+", self.get("/"))))

    def prepare(self, code: str) -> None:
        """Opens a page, for its token."""
        self.get(f"/patients/{code}/questions/terrain")

    def answer(self, code: str) -> None:
        """Fills some of the questionnaire, so that a page has values to show."""
        for section, fields in ANSWERS.items():
            path = f"/patients/{code}/questions/{section}"
            self.get(path)
            self.post(path, do="stay", **fields)
        self.prepare(code)

    def save(self, code: str) -> dict[str, Any]:
        """Saves one answer as the live page does."""
        sent = {
            "mutation": uuid.uuid4().hex, "address": "weight_kg", "typed": str(50 + next(self._number) % 60),
            "base": 1_000_000, "section": "terrain", "visit": "",
        }  # fmt: skip
        reply: dict[str, Any] = json.loads(
            self.ask("POST", f"/patients/{code}/reponses", json.dumps(sent).encode(), "application/json")
        )
        return reply

    def pace(self, path: str, times: int) -> float:
        """Seconds a request, the mean of `times`."""
        begun = time.perf_counter()
        for _ in range(times):
            self.ask("GET", path)
        return (time.perf_counter() - begun) / times

    def pace_of_saves(self, code: str, times: int) -> float:
        """Seconds a save, the mean of `times`."""
        begun = time.perf_counter()
        for _ in range(times):
            self.save(code)
        return (time.perf_counter() - begun) / times


ANSWERS: dict[str, dict[str, str]] = {
    "dossier": {"chart_found": "1", "sts_given": "1", "filler_role": "1"},
    "terrain": {
        "weight_kg": "70,5",
        "height_cm": "170",
        "ckd_mod": "1",
        "dial_start": "2010",
        "comorb": "dm",
    },
    "biologie": {"bio_d": "12/03/2013", "ca_mmol": "88 mg/L", "phos_mmol": "1,7", "alb_gl": "38"},
    "traitement": {
        "sts_start_d": "12/03/2013",
        "sts_route": "1",
        "sts_dose_g": "25",
        "sts_freq_wk": "3",
        "sts_ongoing": "1",
    },
}
