"""The kill harness of the worker: forked workers are killed with SIGKILL against a real SMTP sink, then counted.

Production code has no hook for this: the crash points are put around the transport and the transactions of a
worker that runs in a child process. The deliberately broken courier at the end must be caught by the same count.
"""

from __future__ import annotations

import dataclasses
import multiprocessing
import os
import random
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing.context import ForkServerProcess
from multiprocessing.synchronize import Event

from sqlalchemy import func, select, update

from app.doors.sponsor import create_app
from app.kernel.installation import Installation
from app.kernel.settings import Settings
from app.outreach.composing import Composed
from app.outreach.delivery import Courier
from app.outreach.letters import Written
from app.outreach.models import Mail
from app.outreach.outbox import SILENT
from app.outreach.transport import Meanwhile, Smtp, nothing
from app.outreach.worker import run_worker
from tests.doors_sponsor.desk import desk_for
from tests.faults.mail_outbox import fill, states
from tests.faults.mail_sink import MisbehavingSink
from tests.outreach.builders import NOW, Town, make_town

PATIENCE = 300
SETTLED = re.compile(r'action="[^"]*/outbox/([0-9a-f]{32})"')
POINTS = ("leased", "proposed", "started", "handed over", "sent")
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.faults.mail_kills", "tests.faults.save_kills"])


@dataclass
class Count:
    """What a run of kills left behind."""

    kills: int = 0
    mails: int = 0
    arrived: int = 0
    duplicates: int = 0
    sent: int = 0
    uncertain: int = 0
    uncertain_arrived: int = 0
    uncertain_shown: int = 0
    sent_but_missing: int = 0
    unfinished: int = 0
    seconds: float = 0.0
    by_point: dict[str, int] = field(default_factory=dict)

    @property
    def promises_kept(self) -> bool:
        """0 automatic duplicates, at most one uncertain a kill, all of them shown, nothing "sent" that the sink lacks."""
        bad = self.duplicates + self.sent_but_missing + self.unfinished
        return bad == 0 and self.uncertain <= self.kills and self.uncertain_shown == self.uncertain


class Dying(Smtp):
    """The real transport, in a process that kills itself at the nth passing of a named point."""

    def __init__(self, url: str, point: str, nth: int) -> None:
        super().__init__(url)
        self.point, self.left = point, nth

    def passes(self, point: str) -> None:
        """Dies here, when this is the point and the time has come."""
        if point == self.point:
            self.left -= 1
            if self.left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def propose(self, mail: Composed, meanwhile: Meanwhile = nothing) -> None:
        """Envelope accepted, nothing marked yet."""
        self.passes("leased")
        super().propose(mail, meanwhile)
        self.passes("proposed")

    def hand_over(self, mail: Composed, name: str, meanwhile: Meanwhile = nothing) -> str:
        """Started is committed; then the server has it and nobody has written that down."""
        self.passes("started")
        reply = super().hand_over(mail, name, meanwhile)
        self.passes("handed over")
        return reply


class Watched(Courier):
    """The real courier; its transport also hears of every mail that was marked sent."""

    def _deliver(self, written: Written, meanwhile: Meanwhile = nothing) -> None:
        self._deliver_one(written, meanwhile)
        assert isinstance(self.transport, Dying)
        self.transport.passes("sent")

    def _deliver_one(self, written: Written, meanwhile: Meanwhile) -> None:
        super()._deliver(written, meanwhile)


class SendThenMark(Watched):
    """What everybody writes first: send, then mark as sent. A crash in between sends the mail again."""

    def _deliver_one(self, written: Written, meanwhile: Meanwhile) -> None:
        self.transport.propose(written.composed)
        reply = self.transport.hand_over(written.composed, written.mail_id)
        now = self.clock()
        with self._writing() as session:
            held = update(Mail).where(Mail.id == written.mail_id)
            session.execute(held.values(state="sent", started_at=now, sent_at=now, reply=reply, worker=None))


COURIERS: dict[str, type[Courier]] = {"ours": Watched, "send then mark": SendThenMark}


def child(settings: Settings, url: str, courier: str, point: str, nth: int, ready: Event) -> None:
    """The life of one worker process: it works until somebody, or itself, kills it.

    One that ends what the dead left ("never") lives a little later than they did, so that it need not wait for
    their silence.
    """
    later = 2 * SILENT if point == "never" else timedelta()
    installation = Installation.open(settings, clock=lambda: datetime.now(UTC) + later)
    ready.set()
    run_worker(
        installation,
        once=point == "never",
        opener=lambda _: Dying(url, point, nth),
        courier=COURIERS[courier],
    )


@dataclass
class Harness:
    """A town with a full outbox, a sink, and workers that die."""

    town: Town
    sink: MisbehavingSink
    courier: str = "ours"
    chance: random.Random = field(default_factory=lambda: random.Random(20261120))
    filled: int = 0

    def top_up(self, least: int = 120, by: int = 250) -> None:
        """Keeps the outbox full, so that every kill hits a worker at work."""
        with self.town.installation.database.reading() as session:
            left = session.scalar(select(func.count()).where(Mail.state == "planned")) or 0
        if left < least:
            emails = [f"ok-{self.filled + number}@example.org" for number in range(by)]
            self.filled += by
            fill(self.town, emails, NOW)

    def kill_one(self, number: int) -> str:
        """Starts a worker and kills it: every second time at a named point, else at a random moment."""
        point = POINTS[(number // 2) % len(POINTS)] if number % 2 else "random"
        process, ready = self.start(point, self.chance.randint(1, 8))
        ready.wait(PATIENCE)
        if point == "random":
            # It has to read the batch before its first mail leaves: most moments lie after that.
            time.sleep(self.chance.uniform(0.0, 0.25))
            process.kill()
        process.join(PATIENCE)
        if process.exitcode != -signal.SIGKILL:
            process.kill()
            raise AssertionError(f"the worker was to be killed ({point}) and ended with {process.exitcode}")
        process.close()
        return point

    def start(self, point: str, nth: int) -> tuple[ForkServerProcess, Event]:
        """A worker process of its own."""
        settings = self.town.installation.settings
        ready = FORKS.Event()
        arguments = (settings, self.sink.url, self.courier, point, nth, ready)
        process = FORKS.Process(target=child, args=arguments, daemon=True)
        process.start()
        return process, ready

    def finish(self, workers: int = 1) -> None:
        """Lets healthy workers end what is left: dead leases come back, what was started becomes uncertain."""
        started = [self.start("never", 0) for _ in range(workers)]
        for process, _ in started:
            process.join(PATIENCE)
            assert process.exitcode == 0

    def count(self, kills: int = 0) -> Count:
        """Compares the outbox with what the sink really has."""
        found, arrived = states(self.town.installation), self.sink.arrived
        sent = {key for key, (state, _, _) in found.items() if state == "sent"}
        uncertain = {key for key, (state, _, _) in found.items() if state == "uncertain"}
        return Count(
            kills=kills,
            mails=len(found),
            arrived=len(arrived),
            duplicates=sum(times - 1 for times in arrived.values()),
            sent=len(sent),
            uncertain=len(uncertain),
            uncertain_arrived=len(uncertain & set(arrived)),
            uncertain_shown=len(uncertain & shown_uncertain(self.town)),
            sent_but_missing=len(sent - set(arrived)),
            unfinished=len(found) - len(sent) - len(uncertain),
        )


def shown_uncertain(town: Town) -> set[str]:
    """The mails that the sponsor's outbox page offers to settle."""
    desk = desk_for(create_app(town.installation), "manager")
    with town.installation.database.reading() as session:
        code = town.study(session).code
    return set(SETTLED.findall(desk.text(f"/studies/{code}/outbox")))


@contextmanager
def harness(installation: Installation, courier: str = "ours") -> Iterator[Harness]:
    """A harness over a fresh installation; the mails are long due, whatever the clock says."""
    sink = MisbehavingSink()
    try:
        yield Harness(make_town(installation), sink, courier)
    finally:
        sink.shutdown()
        sink.server_close()


def run_kills(installation: Installation, kills: int, courier: str = "ours") -> Count:
    """So many kills, then a healthy worker, then the count."""
    began = time.monotonic()
    with harness(installation, courier) as at_work:
        points: dict[str, int] = {}
        for number in range(kills):
            at_work.top_up()
            point = at_work.kill_one(number)
            points[point] = points.get(point, 0) + 1
        at_work.finish()
        counted = at_work.count(kills)
    return dataclasses.replace(counted, seconds=round(time.monotonic() - began, 1), by_point=points)


def run_together(installation: Installation, mails: int, workers: int) -> Count:
    """Several healthy workers on one outbox, at once."""
    began = time.monotonic()
    with harness(installation) as at_work:
        at_work.top_up(least=1, by=mails)
        at_work.finish(workers)
        counted = at_work.count()
    return dataclasses.replace(counted, seconds=round(time.monotonic() - began, 1))
