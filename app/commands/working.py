"""The worker: delivers the outbox and builds asked exports, in one process or beside the doors."""

import logging
import threading
from typing import Any

from app.kernel.installation import Installation

log = logging.getLogger("recueil.worker")
PAUSE_SECONDS = 2.0
PAUSE_AFTER_TROUBLE = 10.0


class Worker:
    """Does what is due for one installation, by its clock."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self._stopped = threading.Event()

    def work_off(self) -> dict[str, Any]:
        """Does everything that is due now; what came of it. Waits for a dead worker's lease to end."""
        from app.extraction.jobs import build_asked_exports
        from app.outreach.delivery import deliver_due

        report = deliver_due(self.installation, self.installation.clock, once=True)
        built = build_asked_exports(self.installation, self.installation.clock)
        return {**report.as_json(), "exports": built}

    def run(self) -> None:
        """Works until `stop`; trouble with one round (a mail server away) does not end it."""
        while not self._stopped.is_set():
            try:
                self.work_off()
            except Exception:
                log.exception("worker round failed; trying again")
                self._stopped.wait(PAUSE_AFTER_TROUBLE)
            self._stopped.wait(PAUSE_SECONDS)

    def stop(self) -> None:
        """Ends `run` after the round under way."""
        self._stopped.set()
