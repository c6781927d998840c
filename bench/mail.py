"""Mails a second through the outbox against a bare smtplib loop, on one connection to the same sink.

The goal is at least half of the bare loop's pace. The bare loop sends bytes that were made
before; ours opens identities, writes each mail, checks it again and commits it, durably.
"""

from __future__ import annotations

import multiprocessing
import smtplib
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select

from app.kernel.installation import Installation
from app.outreach.delivery import deliver_due
from app.outreach.letters import Written, draft
from app.outreach.models import Mail
from tests.faults.mail_outbox import fill
from tests.fixtures.databases import make_settings
from tests.outreach.builders import Town, make_town

MAILS = 100
ROUNDS = 21
GOAL = 0.5


def run(json: bool = False, mails: int = MAILS, rounds: int = ROUNDS) -> dict[str, Any]:
    """Both paces (mails a second, medians of paired rounds) and their ratio."""
    url, sink = _sink()
    try:
        with tempfile.TemporaryDirectory() as folder, _outbox(Path(folder), url) as town:
            # The first pair warms both up. Rounds are short and take turns in going first, so that whatever
            # else the machine does falls on both.
            pairs = [_round(town, url, mails, number) for number in range(rounds + 1)][1:]
    finally:
        sink.terminate()
        sink.join()
    ratio = statistics.median(ours / bare for bare, ours in pairs)
    if not json:
        print(f"mail: {ratio:.2f} of the bare loop (goal ≥ {GOAL})", file=sys.stderr)
    return {
        "mails": mails,
        "rounds": rounds,
        "bare_per_second": round(statistics.median(bare for bare, _ in pairs)),
        "ours_per_second": round(statistics.median(ours for _, ours in pairs)),
        "ratio": round(ratio, 3),
        "goal": GOAL,
        "met": ratio >= GOAL,
    }


@contextmanager
def _outbox(home: Path, url: str) -> Iterator[Town]:
    settings = replace(make_settings(home, f"sqlite:///{home / 'recueil.db'}"), smtp_url=url)
    installation = Installation.open(settings)
    installation.initialise()
    yield make_town(installation)
    installation.database.dispose()


def _round(town: Town, url: str, mails: int, number: int) -> tuple[float, float]:
    installation, now = town.installation, datetime.now(UTC)
    fill(town, [f"ok-{number}-{one}@example.org" for one in range(mails)], now)
    ready = _written(installation, now)
    sides = [lambda: _bare(url, ready), lambda: deliver_due(installation)]
    first = number % 2
    taken = {side: _seconds(sides[side]) for side in (first, 1 - first)}
    return mails / taken[0], mails / taken[1]


def _written(installation: Installation, now: datetime) -> list[tuple[str, str, bytes]]:
    with installation.database.reading() as session:
        planned = session.scalars(select(Mail).where(Mail.state == "planned")).all()
        found = [one.written for one in draft(session, installation, planned, now)]
    return [
        (one.composed.sender, one.composed.recipient, one.composed.content)
        for one in found
        if isinstance(one, Written)
    ]


def _bare(url: str, mails: list[tuple[str, str, bytes]]) -> None:
    parts = urlsplit(url)
    with smtplib.SMTP(parts.hostname or "", parts.port or 25) as smtp:
        for sender, recipient, content in mails:
            smtp.sendmail(sender, recipient, content)


def _seconds(work: Any) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _sink() -> tuple[str, multiprocessing.process.BaseProcess]:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there,), daemon=True)
    process.start()
    return str(here.recv()), process


def _serve(pipe: Connection) -> None:
    from tests.fixtures.mail import SmtpSink, free_port

    sink = SmtpSink(free_port())
    with sink.listening():
        pipe.send(sink.url)
        threading.Event().wait()
