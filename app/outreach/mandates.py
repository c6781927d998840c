"""Reminders that leave by the calendar: a manager confirms for how many people, and each working day asks who is due.

Whoever came after that confirmation is shown and left out, until somebody confirms again.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.accounts.models import Staff
from app.cohort.models import Patient, Study
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
from app.outreach.reminding import Covers, remind

CALENDAR = Actor.system("calendar")
# Whoever gave it still answers for it: a manager whose account is open, or somebody who never had one.
GIVER_STANDS = Staff.id.is_(None) | (Staff.active & (Staff.role == "manager"))


def mandate_of(session: Session, study: Study) -> Mandate | None:
    """The mandate in force, or None: then no reminder leaves by itself."""
    return session.get(Mandate, study.id)


def mailboxes(session: Session, study: Study, now: datetime) -> int:
    """How many people reminders could go to: addresses that a mail may be written to, each once, at centres with patients."""
    return len({one.mailbox for one in _reachable(session, study, now)})


def left_out(session: Session, study: Study, mandate: Mandate, now: datetime) -> list[Respondent]:
    """Those who came since the mandate was given; they get no reminder until it is given again."""
    counted = covered(session, study, mandate)
    return [one for one in _reachable(session, study, now) if not counted(one)]


def covered(session: Session, study: Study, mandate: Mandate) -> Covers:
    """Who is: people known when it was given (or in the place of one who was), at a centre that had patients then."""
    centres = _asked(session, study, mandate.given_at)

    def covers(one: Respondent) -> bool:
        return (one.created_at <= mandate.given_at or one.replaces) and one.centre_id in centres

    return covers


def orphaned(session: Session, study: Study) -> str | None:
    """Who gave the mandate and is no manager any more, so that it rests until somebody else gives it; else None."""
    query = select(Mandate.given_by).outerjoin(Staff, Staff.email == Mandate.given_by)
    return session.scalar(query.where(Mandate.study_id == study.id, ~GIVER_STANDS))


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


def resting(session: Session) -> Sequence[str]:
    """The codes of the studies whose reminders rest since whoever gave the mandate is no manager any more."""
    query = select(Study.code).join(Mandate, Mandate.study_id == Study.id)
    query = query.outerjoin(Staff, Staff.email == Mandate.given_by)
    return session.scalars(query.where(~GIVER_STANDS).order_by(Study.code)).all()


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
    studies = studies.outerjoin(Staff, Staff.email == Mandate.given_by)
    with installation.database.reading() as session:
        found = session.scalars(studies.where(waits, Campaign.paused_at.is_(None), GIVER_STANDS)).all()
    return sum(_run(installation, study_id, now) for study_id in found)


def _run(installation: Installation, study_id: int, now: datetime) -> int:
    with installation.database.writing() as session:
        study = session.get_one(Study, study_id)
        lock_study(session, study)
        mandate = session.get(Mandate, study_id, populate_existing=True)
        if mandate is None or mandate.ran_on == day_of(now) or orphaned(session, study):
            return 0
        mandate.ran_on = day_of(now)
        counted = covered(session, study, mandate)
        planned = remind(session, installation, study, actor=CALENDAR, now=now, covers=counted)
        return len(planned.going)


def _reachable(session: Session, study: Study, now: datetime) -> list[Respondent]:
    asked = _asked(session, study, now)
    people = respondents_of(session, study)
    return [one for one in people if one.centre_id in asked and person_reason(one, now) is None]


def _asked(session: Session, study: Study, at: datetime) -> set[int]:
    """The centres that had patients by then: nobody else is ever reminded."""
    there = (Patient.study_id == study.id, Patient.merged_into_id.is_(None), Patient.created_at <= at)
    return set(session.scalars(select(Patient.centre_id).where(*there).distinct()))
