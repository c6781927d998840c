"""The worker: delivers the outbox, starts what the calendar asks for and builds exports, alone or beside the doors."""

import logging
import threading
from collections.abc import Callable
from typing import Any

from app.kernel.clock import Clock
from app.kernel.installation import Installation

log = logging.getLogger("recueil.worker")
PAUSE_AFTER_TROUBLE = 10.0
Task = Callable[[Installation, Clock], int]


def forget_uploads(installation: Installation, clock: Clock) -> int:
    """A task of the worker: lists that nobody confirmed within the hour leave the home; how many."""
    from app.accounts.held_files import forget_held, something_to_forget

    home, now = installation.settings.home, clock()
    if not something_to_forget(home, now):
        return 0
    with installation.database.writing() as session:
        return forget_held(session, home, now)


def _tasks() -> tuple[Task, ...]:
    from app.extraction.jobs import build_asked_exports
    from app.outreach.mandates import run_mandates

    return run_mandates, build_asked_exports, forget_uploads


class Worker:
    """Does what is due for one installation, by its clock."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self._stopped = threading.Event()

    def work_off(self) -> dict[str, Any]:
        """Does everything that is due now; what came of it. Waits for a dead worker's lease to end."""
        from app.outreach.worker import run_worker

        return run_worker(self.installation, once=True, tasks=_tasks()).as_json()

    def run(self) -> None:
        """Works until `stop`; trouble (the database away for a moment) does not end it."""
        from app.outreach.worker import run_worker

        while not self._stopped.is_set():
            try:
                run_worker(self.installation, stop=self._stopped, tasks=_tasks())
            except Exception:
                log.exception("worker stopped by trouble; it starts again")
                self._stopped.wait(PAUSE_AFTER_TROUBLE)

    def stop(self) -> None:
        """Ends `run` after the round under way."""
        self._stopped.set()
