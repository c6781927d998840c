"""The worker: delivers the outbox and builds asked exports, alone or beside the doors."""

import logging
import threading
from typing import Any

from app.kernel.installation import Installation

log = logging.getLogger("recueil.worker")
PAUSE_AFTER_TROUBLE = 10.0


class Worker:
    """Does what is due for one installation, by its clock."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self._stopped = threading.Event()

    def work_off(self) -> dict[str, Any]:
        """Does everything that is due now; what came of it. Waits for a dead worker's lease to end."""
        from app.extraction.jobs import build_asked_exports
        from app.outreach.worker import run_worker

        return run_worker(self.installation, once=True, tasks=(build_asked_exports,)).as_json()

    def run(self) -> None:
        """Works until `stop`; trouble (the database away for a moment) does not end it."""
        from app.extraction.jobs import build_asked_exports
        from app.outreach.worker import run_worker

        while not self._stopped.is_set():
            try:
                run_worker(self.installation, stop=self._stopped, tasks=(build_asked_exports,))
            except Exception:
                log.exception("worker stopped by trouble; it starts again")
                self._stopped.wait(PAUSE_AFTER_TROUBLE)

    def stop(self) -> None:
        """Ends `run` after the round under way."""
        self._stopped.set()
