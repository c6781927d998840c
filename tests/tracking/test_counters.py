"""The counters against a plain recount: after any order of changes, and with submissions at the same instant."""

import random
import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cohort.models import Centre, Patient, Study
from app.collection.models import Disposition, Response
from app.kernel.actor import Actor
from app.kernel.installation import Installation
from app.tracking.rates import Counts, by_centre, over_time
from tests.tracking.builders import Asked, ask_three, dispose, make_patient, respond


def recounted(session: Session, asked: Asked) -> dict[int, Counts]:
    """The same figures by reading every patient."""
    found: dict[int, list[int]] = {centre: [0, 0, 0, 0] for centre in asked.centres}
    for patient in session.scalars(select(Patient).where(Patient.merged_into_id.is_(None))):
        response = session.scalar(select(Response).where(Response.patient_id == patient.id))
        disposed = session.scalar(
            select(Disposition.id).where(
                Disposition.patient_id == patient.id, Disposition.withdrawn_at.is_(None)
            )
        )
        counts = found[patient.centre_id]
        counts[0] += 1
        if response is not None and response.status != "draft":
            counts[1] += 1
        elif disposed is not None:
            counts[2] += 1
        elif response is not None:
            counts[3] += 1
    return {centre: Counts(*counts, 0) for centre, counts in found.items()}


def change_something(session: Session, asked: Asked, chance: random.Random, now: datetime) -> None:
    """One plausible change, anywhere."""
    patients = session.scalars(select(Patient).order_by(Patient.code)).all()
    patient = chance.choice(patients)
    at = now - timedelta(days=chance.randrange(5))
    response = session.scalar(select(Response).where(Response.patient_id == patient.id))
    disposition = session.scalar(
        select(Disposition).where(Disposition.patient_id == patient.id, Disposition.withdrawn_at.is_(None))
    )
    what = chance.randrange(6)
    if what == 0:
        make_patient(session, session.get_one(Centre, chance.choice(asked.centres)), len(patients) + 10, now)
    elif what == 1 and response is None:
        respond(session, patient, asked.version_id, chance.choice([None, at]))
    elif what == 2 and response is not None and response.status == "draft":
        response.status, response.submitted_at = "submitted", at
    elif what == 3:
        if disposition is None:
            dispose(session, patient, now)
        else:
            disposition.withdrawn_at, disposition.withdrawn_by = now, "Dr A"
    elif what == 4:
        patient.centre_id = chance.choice(asked.centres)
    elif what == 5:
        other = chance.choice(patients)
        patient.merged_into_id = None if patient.merged_into_id or other is patient else other.id
    session.flush()


@pytest.mark.parametrize("seed", range(3))
def test_counters_equal_a_recount_after_any_changes(
    installation: Installation, command: Actor, now: datetime, seed: int
) -> None:
    chance = random.Random(seed)
    with installation.database.writing() as session:
        asked = ask_three(session, command, now)
        study = session.get_one(Study, asked.study_id)
        for _ in range(80):
            change_something(session, asked, chance, now)
            expected = recounted(session, asked)
            told = {one.code: one.counts for one in by_centre(session, study)}
            for centre_id, counts in expected.items():
                code = session.get_one(Centre, centre_id).code
                assert told.get(code, Counts(0, 0, 0, 0, 0)) == counts
        totals = over_time(session, study)
        answered = sum(counts.answered for counts in expected.values())
        assert (totals[-1].answered if totals else 0) == answered


def test_submissions_of_one_centre_at_the_same_instant_are_all_counted(
    installation: Installation, command: Actor, now: datetime
) -> None:
    with installation.database.writing() as session:
        asked = ask_three(session, command, now)
        centre = session.get_one(Centre, asked.centres[0])
        patients = [make_patient(session, centre, 10 + rank, now) for rank in range(8)]
        for patient in patients:
            respond(session, patient, asked.version_id, None)
    together = threading.Barrier(len(patients))

    def submit(patient_id: str) -> None:
        together.wait()
        with installation.database.writing() as session:
            response = session.scalars(select(Response).where(Response.patient_id == patient_id)).one()
            response.status, response.submitted_at = "submitted", now

    threads = [threading.Thread(target=submit, args=(patient.id,)) for patient in patients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with installation.database.reading() as session:
        study = session.get_one(Study, asked.study_id)
        assert by_centre(session, study)[0].counts == Counts(10, 8, 0, 0, 0)
        assert over_time(session, study)[-1].answered == 8
