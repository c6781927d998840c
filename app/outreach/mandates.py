"""Reminders that leave by the calendar: a manager confirms for how many people, and each working day asks who is due.

Whoever came after that confirmation is shown and left out, until somebody confirms again.
"""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.cohort.models import Study
from app.journal.recording import record
from app.kernel.actor import Actor
from app.kernel.clock import Clock, day_of
from app.kernel.installation import Installation
from app.outreach.calendar import working_moment
from app.outreach.conditions import person_reason
from app.outreach.errors import CountNotConfirmed
from app.outreach.inviting import lock_study
from app.outreach.models import Campaign, Mandate, Respondent
from app.outreach.people import respondents_of
from app.outreach.reminding import remind

CALENDAR = Actor.system("calendar")


def mandate_of(session: Session, study: Study) -> Mandate | None:
    """The mandate in force, or None: then no reminder leaves by itself."""
    return session.get(Mandate, study.id)


def mailboxes(session: Session, study: Study, now: datetime) -> int:
    """How many people reminders could go to: addresses that a mail may be written to, each once."""
    return len({one.mailbox for one in _reachable(session, study, now)})


def left_out(session: Session, study: Study, mandate: Mandate, now: datetime) -> list[Respondent]:
    """Those who came since the mandate was given; they get no reminder until it is given again."""
    return [one for one in _reachable(session, study, now) if not covers(mandate, one)]


def covers(mandate: Mandate, respondent: Respondent) -> bool:
    """Known when it was given, or in the place of somebody who was."""
    return respondent.created_at <= mandate.given_at or respondent.replaces


def give_mandate(session: Session, study: Study, *, confirmed: int, actor: Actor, now: datetime) -> Mandate:
    """Reminders leave by the calendar from now on, for everybody known now. Raises CountNotConfirmed."""
    lock_study(session, study)
    people = mailboxes(session, study, now)
    if not people or confirmed != people:
        raise CountNotConfirmed(count=people)
    ran_on = before.ran_on if (before := mandate_of(session, study)) else None
    mandate = session.merge(
        Mandate(study_id=study.id, people=people, given_at=now, given_by=actor.name, ran_on=ran_on)
    )
    session.flush()
    record(
        session,
        actor=actor,
        at=now,
        action="mandate.given",
        subject_type="study",
        subject_id=study.code,
        study=study.code,
        new=str(people),
    )
    return mandate


def run_mandates(installation: Installation, clock: Clock) -> int:
    """A task of the worker: once each working day, the reminders that are due enter the outbox; how many.

    Any number of workers may call it. The day is marked in the transaction that queues, under the study's lock,
    so that a second one, or one after a crash, finds it done or not begun.
    """
    now = clock()
    if working_moment(now) != now:
        return 0
    waits = or_(Mandate.ran_on.is_(None), Mandate.ran_on != day_of(now))
    studies = select(Mandate.study_id).outerjoin(Campaign, Campaign.study_id == Mandate.study_id)
    with installation.database.reading() as session:
        found = session.scalars(studies.where(waits, Campaign.paused_at.is_(None))).all()
    return sum(_run(installation, study_id, now) for study_id in found)


def _run(installation: Installation, study_id: int, now: datetime) -> int:
    with installation.database.writing() as session:
        study = session.get_one(Study, study_id)
        lock_study(session, study)
        mandate = session.get(Mandate, study_id, populate_existing=True)
        if mandate is None or mandate.ran_on == day_of(now):
            return 0
        mandate.ran_on = day_of(now)
        given = mandate
        planned = remind(
            session, installation, study, actor=CALENDAR, now=now, covers=lambda one: covers(given, one)
        )
        return len(planned.going)


def _reachable(session: Session, study: Study, now: datetime) -> list[Respondent]:
    return [one for one in respondents_of(session, study) if person_reason(one, now) is None]
