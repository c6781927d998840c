"""Rates told apart by region, by centre and by the mail that an answer came after, on both engines."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from app.cohort.models import Centre, Patient, Study
from app.kernel.actor import Actor
from app.kernel.installation import Installation
from app.outreach.inviting import wave_of
from app.outreach.links import enter
from app.outreach.models import Mail, Respondent
from app.outreach.people import Person, add_respondent
from app.tracking.breakdown import StepRate, breakdown_as_json, by_mail
from app.tracking.regions import REGIONS, region_of
from tests.tracking.builders import Asked, ask_three, dispose, respond


@pytest.mark.parametrize(
    ("department", "postcode", "region"),
    [
        ("75", None, "Île-de-France"),
        ("2A", None, "Corse"),
        ("974", "97400", "La Réunion"),
        (None, "97139", "Guadeloupe"),
        (None, "20090", "Corse"),
        (None, "31059", "Occitanie"),
        ("975", None, "Collectivités d’outre-mer"),
        (None, None, ""),
        ("99", "99999", ""),
    ],
)
def test_region_of_a_department(department: str | None, postcode: str | None, region: str) -> None:
    assert region_of(department, postcode) == region


def test_every_department_stands_in_one_region() -> None:
    known = " ".join(REGIONS.values()).split()
    metropolitan = {f"{number:02d}" for number in range(1, 96)} - {"20"} | {"2A", "2B"}
    assert len(known) == len(set(known))
    assert metropolitan | {"971", "972", "973", "974", "976"} <= set(known)


def mail(
    session: Session, study: Study, respondent: Respondent, kind: str, number: int, at: datetime
) -> None:
    """A mail of a wave, sent."""
    wave = wave_of(session, study, kind, number, at)
    sent = {"state": "sent", "started_at": at, "sent_at": at, "queued_at": at, "due_at": at, "attempts": 1}
    session.add(
        Mail(
            study_id=study.id,
            wave_id=wave.id,
            respondent_id=respondent.id,
            mailbox=respondent.mailbox,
            kind=kind,
            **sent,
        )
    )
    session.flush()


def respondents(
    session: Session, installation: Installation, asked: Asked, actor: Actor, now: datetime
) -> list[Respondent]:
    """One person at each of the two centres."""
    study = session.get_one(Study, asked.study_id)
    return [
        add_respondent(
            session,
            installation,
            study,
            session.get_one(Centre, centre),
            Person("Dr A", f"a{centre}@example.org", "", "pharmacien", "fr"),
            source="import",
            actor=actor,
            now=now,
        )
        for centre in asked.centres[:2]
    ]


def test_answers_are_counted_after_the_mail_they_followed(
    installation: Installation, command: Actor, now: datetime
) -> None:
    days = [now + timedelta(days=day) for day in range(40)]
    with installation.database.writing() as session:
        asked = ask_three(session, command, now)
        study = session.get_one(Study, asked.study_id)
        for number, department in ((0, "31"), (1, None)):
            session.get_one(Centre, asked.centres[number]).department = department
        one, other = respondents(session, installation, asked, command, now)
        first, second, third = (session.get_one(Patient, key) for key in asked.patients)
        for person, kind, number, day in (
            (one, "invitation", 1, 1),
            (other, "invitation", 1, 1),
            (one, "reminder_partial", 1, 15),  # the first reminder of this centre, whatever its family
            (other, "reminder_nothing", 1, 15),
            (other, "reminder_query", 1, 16),  # asks for no first answer
            (other, "reminder_nothing", 2, 30),
        ):
            mail(session, study, person, kind, number, days[day])
        enter(session, one.link, name="Dr A", function="pharmacien", now=days[2])
        enter(session, one.link, name="Dr A", function="pharmacien", now=days[3])
        respond(session, first, asked.version_id, days[2])
        respond(session, second, asked.version_id, days[20])
        dispose(session, third, days[31])
        assert by_mail(session, study) == [
            StepRate(0, written=2, entered=1, first=1, waited=3, answered=1, disposed=0),
            StepRate(1, written=2, entered=0, first=0, waited=2, answered=1, disposed=0),
            StepRate(2, written=1, entered=0, first=0, waited=1, answered=0, disposed=1),
        ]
        told = breakdown_as_json(session, study)
    assert told["by_centre"] == {"asked": 2, "entered": 1, "answering": 1, "complete": 2, "rate": 0.5}
    assert [(one["region"], one["asked"], one["answered"], one["disposed"]) for one in told["regions"]] == [
        ("Occitanie", 2, 2, 0),
        (None, 1, 0, 1),
    ]
    assert [one["after"] for one in told["after_mails"]] == ["invitation", "reminder 1", "reminder 2"]


def test_what_came_before_any_mail_is_told_apart(
    installation: Installation, command: Actor, now: datetime
) -> None:
    with installation.database.writing() as session:
        asked = ask_three(session, command, now)
        study = session.get_one(Study, asked.study_id)
        assert by_mail(session, study) == []
        respond(session, session.get_one(Patient, asked.patients[0]), asked.version_id, now)
        assert by_mail(session, study) == [StepRate(None, first=1, waited=3, answered=1)]
