"""A submission against the start of a reminder, let go together: whichever commits first, no reminder is late.

"Late" is exact: the submission's commit had returned before the reminder's commit was asked for, and it began all
the same. The variant that checks first and marks in another transaction must be caught.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update

from app.collection.models import Response
from app.kernel.installation import Installation
from app.outreach import outbox
from app.outreach.composing import Composed
from app.outreach.letters import Written
from app.outreach.models import Link, Mail, Wave
from tests.outreach.builders import NOW, Town, make_town

WORKER = "race"
LONG_AGO = NOW - timedelta(days=60)


@dataclass
class Races:
    """How the rounds went: reminders begun late, begun first, and held back."""

    late: int = 0
    first: int = 0
    held_back: int = 0


@dataclass(frozen=True)
class Round:
    """One centre with one begun questionnaire and one reminder, leased and ready to start."""

    patient: str
    written: Written


Starter = Callable[[Installation, Written, float], tuple[bool, float]]


def ours(installation: Installation, written: Written, pause: float) -> tuple[bool, float]:
    """Whether the reminder began, and when its commit was asked for: check and mark in one transaction."""
    with installation.database.writing() as session:
        began = outbox.start(session, WORKER, written, NOW) is None
        time.sleep(pause)
        asked = time.monotonic()
    return began, asked


def check_then_mark(installation: Installation, written: Written, pause: float) -> tuple[bool, float]:
    """The broken variant: the check is over before the mark begins."""
    try:
        with installation.database.writing() as session:
            began = outbox.start(session, WORKER, written, NOW) is None
            raise Checked
    except Checked:
        time.sleep(pause)
    with installation.database.writing() as session:
        if began:
            values = {"state": "started", "started_at": NOW}
            session.execute(update(Mail).where(Mail.id == written.mail_id).values(values))
        asked = time.monotonic()
    return began, asked


class Checked(Exception):
    """Ends the check of the broken variant without keeping anything."""


def run_races(installation: Installation, rounds: int, starter: Starter = ours) -> Races:
    """So many rounds, each with a centre, a submission and a reminder of its own."""
    chance, races = random.Random(rounds), Races()
    for one in _rounds(installation, rounds):
        committed_at, began, asked_at = _race(installation, one, starter, chance)
        if not began:
            races.held_back += 1
        elif committed_at < asked_at:
            races.late += 1
        else:
            races.first += 1
    return races


def _race(
    installation: Installation, one: Round, starter: Starter, chance: random.Random
) -> tuple[float, bool, float]:
    gate, seen = threading.Barrier(2), {}
    delays = [chance.uniform(0, 0.004) for _ in range(3)]

    def submit() -> None:
        gate.wait()
        time.sleep(delays[0])
        with installation.database.writing() as session:
            query = select(Response).where(Response.patient_id == one.patient).with_for_update()
            response = session.scalars(query).one()
            response.status, response.submitted_at, response.last_answer_at = "submitted", NOW, NOW
        seen["committed"] = time.monotonic()

    thread = threading.Thread(target=submit)
    thread.start()
    gate.wait()
    time.sleep(delays[1])
    began, asked = starter(installation, one.written, delays[2])
    thread.join()
    return seen["committed"], began, asked


def _rounds(installation: Installation, rounds: int) -> list[Round]:
    town: Town = make_town(installation, centres=rounds)
    made = []
    with installation.database.writing() as session:
        wave = Wave(study_id=town.study_id, kind="reminder_partial", number=1, created_at=NOW)
        session.add(wave)
        session.flush()
        for rank, centre in enumerate(town.centres):
            patient, respondent = town.patients[centre][0], town.respondent(session, rank)
            town.answer(session, patient, LONG_AGO, "draft")
            mail = Mail(
                study_id=town.study_id,
                wave_id=wave.id,
                respondent_id=respondent.id,
                mailbox=respondent.mailbox,
                kind="reminder_partial",
                state="leased",
                worker=WORKER,
                queued_at=NOW,
                due_at=NOW,
                attempts=0,
            )
            session.add(mail)
            session.flush()
            link: Link = respondent.link
            made.append(
                Round(patient, Written(mail.id, Composed("", "", b""), ((link.id, link.generation),)))
            )
    return made
