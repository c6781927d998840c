"""Response rates: who is asked, who answered, where and when, on both engines."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cohort.models import Centre, Patient, Study
from app.collection.models import Response
from app.kernel.actor import Actor
from app.kernel.clock import day_of
from app.kernel.installation import Installation
from app.outreach.links import enter
from app.outreach.models import Respondent
from app.outreach.people import Person, add_respondent
from app.tracking.rates import SORTS, Counts, centre_total, centres_sorted, rates
from tests.tracking.builders import Asked, ask_three, dispose, make_patient, make_study, respond


def study_of(session: Session, asked: Asked) -> Study:
    """The study in this session."""
    return session.get_one(Study, asked.study_id)


def patients_of(session: Session, asked: Asked) -> list[Patient]:
    """Its patients in their order."""
    return [session.get_one(Patient, key) for key in asked.patients]


def test_empty_study_has_no_rate(installation: Installation, command: Actor, now: datetime) -> None:
    with installation.database.writing() as session:
        study, _ = make_study(session, command, now)
        assert rates(session, study).as_json() == {
            "overall": {"asked": 0, "answered": 0, "rate": None},
            "centres": [],
            "over_time": [],
        }


def test_rates_are_said_as_the_command_promises(
    installation: Installation, command: Actor, now: datetime
) -> None:
    with installation.database.writing() as session:
        asked = ask_three(session, command, now)
        first, second, _ = patients_of(session, asked)
        respond(session, first, asked.version_id, now - timedelta(days=3))
        respond(session, second, asked.version_id, now)
        assert rates(session, study_of(session, asked)).as_json() == {
            "overall": {"asked": 3, "answered": 2, "rate": 0.666667},
            "centres": [
                {"centre": "001", "asked": 2, "answered": 2, "rate": 1.0},
                {"centre": "002", "asked": 1, "answered": 0, "rate": 0.0},
            ],
            "over_time": [{"date": "2026-11-17", "answered": 1}, {"date": "2026-11-20", "answered": 2}],
        }


def test_every_patient_stands_in_one_place_only(
    installation: Installation, command: Actor, now: datetime
) -> None:
    with installation.database.writing() as session:
        asked = ask_three(session, command, now)
        first, second, third = patients_of(session, asked)
        respond(session, first, asked.version_id, None)
        dispose(session, second, now)
        study = study_of(session, asked)
        assert rates(session, study).overall == Counts(3, 0, 1, 1, 0)
        respond(
            session, second, asked.version_id, now
        )  # answered after all: the disposition no longer counts
        dispose(session, first, now)  # begun, then given up for a reason
        assert rates(session, study).overall == Counts(3, 1, 1, 0, 0)
        assert rates(session, study).overall == Counts(3, 1, 1, 0, 0)
        dispose(session, third, now)
        assert rates(session, study).overall.untouched == 0


def test_submission_withdrawal_and_deletion_are_followed(
    installation: Installation, command: Actor, now: datetime
) -> None:
    with installation.database.writing() as session:
        asked = ask_three(session, command, now)
        first, second, _ = patients_of(session, asked)
        study = study_of(session, asked)
        response = respond(session, first, asked.version_id, None)
        response.status, response.submitted_at = "submitted", now
        disposition = dispose(session, second, now)
        session.flush()
        assert rates(session, study).overall == Counts(3, 1, 1, 0, 0)
        response.status = "corrected"
        disposition.withdrawn_at, disposition.withdrawn_by = now, "Dr A"
        session.flush()
        assert rates(session, study).overall == Counts(3, 1, 0, 0, 0)
        session.delete(response)
        session.flush()
        assert rates(session, study).overall == Counts(3, 0, 0, 0, 0)
        assert rates(session, study).over_time == []


def test_moved_patient_counts_at_the_new_centre(
    installation: Installation, command: Actor, now: datetime
) -> None:
    with installation.database.writing() as session:
        asked = ask_three(session, command, now)
        first, _, _ = patients_of(session, asked)
        respond(session, first, asked.version_id, now)
        first.centre_id = asked.centres[1]
        session.flush()
        assert [one.counts for one in rates(session, study_of(session, asked)).centres] == [
            Counts(1, 0, 0, 0, 0),
            Counts(2, 1, 0, 0, 0),
        ]


def test_merged_patient_is_asked_once_and_comes_back_when_unmerged(
    installation: Installation, command: Actor, now: datetime
) -> None:
    with installation.database.writing() as session:
        asked = ask_three(session, command, now)
        first, second, _ = patients_of(session, asked)
        respond(session, second, asked.version_id, now)
        study = study_of(session, asked)
        before = rates(session, study)
        second.merged_into_id = first.id
        session.flush()
        assert rates(session, study).overall == Counts(2, 0, 0, 0, 0)
        assert rates(session, study).over_time == []
        second.merged_into_id = None
        session.flush()
        assert rates(session, study) == before


def test_only_a_person_who_entered_counts_as_an_entry(
    installation: Installation, command: Actor, now: datetime
) -> None:
    with installation.database.writing() as session:
        asked = ask_three(session, command, now)
        study = study_of(session, asked)
        person = Person("Dr A", "a@example.org", "", "pharmacien", "fr")
        centre = session.get_one(Centre, asked.centres[0])
        respondent = add_respondent(
            session, installation, study, centre, person, source="import", actor=command, now=now
        )
        link = session.scalars(select(Respondent).where(Respondent.id == respondent.id)).one().link
        assert rates(session, study).overall.entries == 0
        enter(session, link, name="Dr A", function="pharmacien", now=now)
        session.flush()
        assert [one.counts.entries for one in rates(session, study).centres] == [1, 0]


def test_days_are_those_of_paris_in_winter_in_summer_and_when_they_change(
    installation: Installation, command: Actor, now: datetime
) -> None:
    changes = (
        datetime(2027, 3, 28, tzinfo=UTC),
        datetime(2026, 10, 25, tzinfo=UTC),
        datetime(2029, 3, 25, tzinfo=UTC),
    )
    instants = [day + timedelta(minutes=30 * half) for day in changes for half in range(-6, 52)]
    with installation.database.writing() as session:
        asked = ask_three(session, command, now)
        respond(session, patients_of(session, asked)[0], asked.version_id, now)
        response = session.scalars(select(Response)).one()
        for at in (now, *instants):
            response.submitted_at = at
            session.flush()
            found = rates(session, study_of(session, asked)).over_time
            assert [(one.day, one.answered) for one in found] == [(day_of(at), 1)], at


@pytest.mark.parametrize("by", SORTS)
def test_centres_are_sorted_by_every_allowed_column_and_no_other(
    installation: Installation, command: Actor, now: datetime, by: str
) -> None:
    with installation.database.writing() as session:
        asked = ask_three(session, command, now)
        study = study_of(session, asked)
        for descending in (False, True):
            page = centres_sorted(session, study, by, descending=descending, limit=10, offset=0)
            assert {one.code for one in page} == {"001", "002"}
        assert centre_total(session, study) == 2
        assert len(centres_sorted(session, study, by, descending=False, limit=1, offset=1)) == 1
        with pytest.raises(KeyError):
            centres_sorted(session, study, "1; DROP TABLE study", descending=False, limit=1, offset=0)


def test_a_rolled_back_change_is_not_counted(
    installation: Installation, command: Actor, now: datetime
) -> None:
    with installation.database.writing() as session:
        asked = ask_three(session, command, now)

    def fail_halfway() -> None:
        with installation.database.writing() as session:
            make_patient(session, session.get_one(Centre, asked.centres[0]), 9, now)
            respond(session, patients_of(session, asked)[0], asked.version_id, now)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_halfway()
    with installation.database.reading() as session:
        assert rates(session, study_of(session, asked)).overall == Counts(3, 0, 0, 0, 0)
        assert session.scalars(select(Response)).all() == []
