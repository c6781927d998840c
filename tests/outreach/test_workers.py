"""Signs of life of a worker, on both engines."""

from __future__ import annotations

import threading
from datetime import timedelta

from sqlalchemy import select

from app.kernel.installation import Installation
from app.outreach import outbox
from app.outreach.models import Worker
from tests.outreach.builders import NOW


def test_a_workers_threads_may_give_its_first_sign_of_life_at_once(installation: Installation) -> None:
    gate, failed = threading.Barrier(8), []

    def beat(rank: int) -> None:
        gate.wait()
        try:
            for again in range(5):
                with installation.database.writing() as session:
                    outbox.beat(session, f"worker {again}", NOW + timedelta(seconds=rank))
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=beat, args=(rank,)) for rank in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with installation.database.reading() as session:
        assert len(session.scalars(select(Worker)).all()) == 5
