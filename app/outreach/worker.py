"""The worker: delivers the outbox and runs the other asked tasks, until told to stop or until nothing is due."""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from app.kernel.clock import Clock
from app.kernel.installation import Installation
from app.outreach import outbox
from app.outreach.bounces import collect
from app.outreach.delivery import Courier, Report
from app.outreach.transport import Opener, transport_of

log = logging.getLogger("recueil.worker")

BEAT_SECONDS = 1.0
BOUNCES_SECONDS = 300.0
IDLE_SECONDS = 2.0
WAIT_SECONDS = 0.2
LONGEST_OUTAGE_SECONDS = 60.0

Task = Callable[[Installation, Clock], int]


def run_worker(
    installation: Installation,
    *,
    once: bool = False,
    clock: Clock | None = None,
    stop: threading.Event | None = None,
    tasks: Sequence[Task] = (),
    opener: Opener = transport_of,
    courier: type[Courier] = Courier,
) -> Report:
    """Runs a worker in this thread; what it did. With `once` it returns when nothing is due any more.

    It then also waits for the mails that another worker holds: a dead one's come back within 5 s of this start.
    `tasks` are called each round and say how much they did (the caller passes those of higher rooms); any number
    of workers may run at once.
    """
    stop = stop or threading.Event()
    working = courier(installation, opener(installation), clock or installation.clock)
    try:
        with _beating(working):
            looked = time.monotonic() - BOUNCES_SECONDS
            while not stop.is_set():
                if time.monotonic() - looked >= BOUNCES_SECONDS:
                    looked = time.monotonic()
                    collect(installation, working.clock())
                done = working.round() + sum(task(installation, working.clock) for task in tasks)
                outage = working.report.unreachable is not None
                if once and (outage or not (done or _others_hold(working))):
                    break
                _pause(working, stop, done, once)
    finally:
        working.close()
    return working.report


def _pause(courier: Courier, stop: threading.Event, done: int, once: bool) -> None:
    if once:
        stop.wait(0 if done else WAIT_SECONDS)
    elif courier.report.unreachable is not None:
        courier.report.unreachable = None
        stop.wait(LONGEST_OUTAGE_SECONDS)
    elif not done:
        stop.wait(IDLE_SECONDS)


def _others_hold(courier: Courier) -> bool:
    with courier.installation.database.reading() as session:
        return outbox.held_by_others(session, courier.name)


@contextmanager
def _beating(courier: Courier) -> Iterator[None]:
    # A thread of its own: a server that lets DATA hang for a minute must not make this worker look dead.
    over = threading.Event()

    def beat() -> None:
        while not over.wait(BEAT_SECONDS):
            try:
                courier.beat()
            except DBAPIError:
                # Should the database be away for long, the leases go back to the others, as they must.
                log.warning("no sign of life written: the database does not answer")

    thread = threading.Thread(target=beat, name="worker-beat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
