"""Two schedulers and two workers on one study: both plan the same invitations at once, again and again, while both
deliver. Each mailbox gets one mail, whoever was first; the constraint of the database alone must not be what saves it.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email import message_from_bytes, policy

from app.kernel.installation import Installation
from app.outreach.delivery import deliver_due
from app.outreach.inviting import invite
from app.outreach.reminding import remind
from tests.outreach.builders import DESK, NOW, Town, make_town

ROUNDS = 3
Plans = Callable[[Town], None]


@dataclass(frozen=True)
class Scheduled:
    """What came of it: mails wanted and arrived, mailboxes that got two, and schedulers that failed."""

    wanted: int
    arrived: int
    doubled: int
    failed: int

    @property
    def promises_kept(self) -> bool:
        """Every mailbox was written to once, and no scheduler stumbled over the other."""
        return self.arrived == self.wanted and self.doubled == 0 and self.failed == 0


def run_schedulers(installation: Installation, mails: int, schedulers: int = 2) -> Scheduled:
    """`schedulers` plan at the same moment, `ROUNDS` times, while two workers deliver."""
    town = make_town(installation, centres=mails)
    together = threading.Barrier(schedulers)
    stop = threading.Event()
    with ThreadPoolExecutor(schedulers + 2) as pool:
        workers = [pool.submit(_deliver, installation, stop) for _ in range(2)]
        plans = [pool.submit(_plan, town, together) for _ in range(schedulers)]
        failed = sum(one.exception() is not None for one in plans)
        stop.set()
        for worker in workers:
            worker.result()
    got = _arrived(installation)
    return Scheduled(mails, sum(got.values()), sum(count > 1 for count in got.values()), failed)


def _plan(town: Town, together: threading.Barrier) -> None:
    try:
        for _ in range(ROUNDS):
            together.wait(timeout=120)
            _schedule(town)
    except Exception:
        together.abort()  # the others need not wait for one that failed
        raise


def _schedule(town: Town) -> None:
    for schedule in (invite, remind):
        with town.installation.database.writing() as session:
            schedule(session, town.installation, town.study(session), actor=DESK, now=NOW)


def _deliver(installation: Installation, stop: threading.Event) -> None:
    while True:
        last = stop.is_set()
        deliver_due(installation, lambda: NOW)
        if last:
            return
        stop.wait(0.05)


def _arrived(installation: Installation) -> Counter[str]:
    files = (installation.settings.home / "mail").rglob("*.eml")
    return Counter(str(message_from_bytes(one.read_bytes(), policy=policy.default)["To"]) for one in files)
