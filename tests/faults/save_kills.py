"""The kill harness of the served pages: the server is killed with SIGKILL while people save, and started again.

A person whose reply was lost sends the same save again, as the live page does. What was acknowledged must be there
once, in the journal and in the answers, and nobody may be told that somebody else changed what they wrote themselves.
A server that acknowledges what it then forgets must be caught by the same count.
"""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
import uuid
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from itertools import count
from multiprocessing.context import ForkServerProcess
from multiprocessing.synchronize import Event

import orjson
from sqlalchemy import Connection, event, select, text

from app.collection.models import Response
from app.commands.serving import bind
from app.journal.models import JournalEntry, JournalValue
from app.journal.verifying import verify
from app.kernel.installation import Installation
from app.kernel.settings import Settings
from bench._serving import Client, settle
from tests.faults.mail_kills import FORKS
from tests.fixtures.mail import free_port

PEOPLE = 4
QUESTION = "v_surf@j0"
LONGEST_SILENCE = 60.0


@dataclass
class Count:
    """What a run of kills left behind; a reply is lost when the server died between the save and its answer."""

    kills: int = 0
    acknowledged: int = 0
    sent_again: int = 0
    lost: int = 0
    doubled: int = 0
    clashes_with_oneself: int = 0
    misplaced: int = 0
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def promises_kept(self) -> bool:
        """Nothing lost, doubled, misplaced or contested, and journal and database whole."""
        return not (self.lost or self.doubled or self.clashes_with_oneself or self.misplaced or self.faults)


class Browser(Client):
    """One person's live page, for one patient, over a server that comes and goes."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.code = ""
        self.acknowledged: list[str] = []
        self.replies = self.sent_again = self.clashes = self.base = 0

    def work(self, person: int, until: threading.Event) -> None:
        """Saves one value after another; the last one is carried to its end."""
        values = (f"{20 + person + number / 10_000:.4f}" for number in count(1))
        with closing(self._connection):
            while not until.is_set():
                self.save_value(next(values))

    def save_value(self, typed: str) -> None:
        """One save, sent until it is heard."""
        sent = {"address": QUESTION, "section": "evolution", "visit": "j0", "typed": typed, "base": self.base}
        sent["mutation"] = uuid.uuid4().hex
        gives_up = time.monotonic() + LONGEST_SILENCE
        while time.monotonic() < gives_up:
            try:
                status, reply = self.exchange(f"/patients/{self.code}/reponses", sent)
            except (OSError, http.client.HTTPException):
                self._connection.close()
                self.sent_again += 1
                time.sleep(0.005)
                continue
            self.replies += 1
            if status == 409:
                self.clashes += 1
                self.base = reply["clashes"][0]["revision"]
                return
            assert status == 200, (status, reply)
            self.base = reply["stored"][QUESTION]
            self.acknowledged.append(typed)
            return
        raise AssertionError("the server did not come back")

    def exchange(self, path: str, sent: dict[str, object]) -> tuple[int, dict[str, object]]:
        """The status and the reply. Raises OSError or HTTPException when there was none."""
        headers = {"Cookie": self._cookie, "X-CSRFToken": self._token, "Content-Type": "application/json"}
        self._connection.request("POST", path, json.dumps(sent).encode(), headers)
        answer = self._connection.getresponse()
        return answer.status, json.loads(answer.read())


def child(settings: Settings, port: int, ready: Event, forgetful: bool) -> None:
    """The life of one server process: it serves until it is killed."""
    installation = Installation.open(settings)
    if forgetful:
        event.listen(installation.database.engine, "commit", _forget)
    server = bind(installation, port)
    ready.set()
    server.run()


def _forget(connection: Connection) -> None:
    """A broken variant: what was to be committed is thrown away, and acknowledged all the same."""
    connection.connection.rollback()


def run_kills(installation: Installation, kills: int, *, forgetful: bool = False) -> Count:
    """So many kills of the server under `PEOPLE` people saving, each to a patient of their own; then the count.

    A `forgetful` server breaks the promise on purpose.
    """
    # The first reply of each may tell of a save before the kill: the one after those is of this server's own.
    least = PEOPLE + 1 if forgetful else 1
    began, port, chance, enough = time.monotonic(), free_port(), random.Random(20261121), threading.Event()
    token = settle(installation)
    people = [Browser(f"http://127.0.0.1:{port}") for _ in range(PEOPLE)]
    threads = [threading.Thread(target=one.work, args=(place, enough)) for place, one in enumerate(people)]
    for number in range(kills):
        server = _start(installation.settings, port, forgetful and number > 0)
        if number == 0:
            _enter(people, token, threads)
        heard = sum(one.replies for one in people)
        while sum(one.replies for one in people) < heard + least:
            time.sleep(0.002)
        time.sleep(chance.uniform(0.0, 0.1))
        server.kill()
        server.join(30)
    server = _start(installation.settings, port, forgetful=False)
    enough.set()
    for thread in threads:
        thread.join(2 * LONGEST_SILENCE)
    server.kill()
    server.join(30)
    counted = _count(installation, people)
    counted.kills, counted.seconds = kills, round(time.monotonic() - began, 1)
    return counted


def _start(settings: Settings, port: int, forgetful: bool) -> ForkServerProcess:
    ready = FORKS.Event()
    process = FORKS.Process(target=child, args=(settings, port, ready, forgetful), daemon=True)
    process.start()
    assert ready.wait(60), "the server did not start"
    return process


def _enter(people: list[Browser], token: str, threads: list[threading.Thread]) -> None:
    for place, one in enumerate(people):
        one.enter(token)
        one.code = one.codes()[place]
        one.prepare(one.code)
    for thread in threads:
        thread.start()


def _count(installation: Installation, people: list[Browser]) -> Count:
    saved = (
        select(JournalValue.new)
        .join(JournalEntry, JournalValue.seq == JournalEntry.seq)
        .where(JournalEntry.action == "answer.saved", JournalEntry.field == QUESTION)
    )
    with installation.database.reading() as session:
        told = Counter(f"{orjson.loads(new)['v']:.4f}" for new in session.scalars(saved))
        documents = session.scalars(select(Response.document)).all()
        verification = verify(session)
        broken = (
            []
            if session.get_bind().dialect.name != "sqlite"
            else session.scalars(text("PRAGMA integrity_check")).all()
        )
    kept = {f"{orjson.loads(one)['answers'][QUESTION]['v']:.4f}" for one in documents}
    acknowledged = [value for one in people for value in one.acknowledged]
    return Count(
        acknowledged=len(acknowledged),
        sent_again=sum(one.sent_again for one in people),
        lost=sum(not told[value] for value in acknowledged),
        doubled=sum(times - 1 for times in told.values()),
        clashes_with_oneself=sum(one.clashes for one in people),
        misplaced=len({one.acknowledged[-1] for one in people if one.acknowledged} - kept),
        faults=([] if verification.ok else [str(verification.problem)])
        + [one for one in broken if one != "ok"],
    )
