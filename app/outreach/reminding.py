"""Reminding: three families with a cap each, never on a quiet or finished centre, and why the others get none."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cohort.models import Study
from app.kernel.actor import Actor
from app.kernel.clock import day_of
from app.kernel.installation import Installation
from app.outreach.calendar import morning, working_moment
from app.outreach.campaigns import Plan, plan_of
from app.outreach.colleagues import lapse
from app.outreach.conditions import REMINDERS, budget, centre_reason, person_reason
from app.outreach.errors import CountNotConfirmed
from app.outreach.inviting import Planned, Suggestion, lock_study, queue
from app.outreach.models import Mail, Respondent, Wave
from app.outreach.people import respondents_of
from app.outreach.queries import centres_with_open_queries
from app.outreach.standing import Standing, standings
from app.outreach.words import Family

OPENING_KINDS = ("invitation", "colleague")
Covers = Callable[[Respondent], bool]


@dataclass
class Past:
    """What one mailbox has had from one study so far; a colleague who came in without a mail is open too."""

    opened_at: datetime | None = None
    last_at: datetime | None = None
    waiting: bool = False
    reminders: dict[str, int] | None = None

    def number(self, family: str) -> int:
        """The rank that the next reminder of this family would have."""
        return (self.reminders or {}).get(family, 0) + 1


def plan_reminders(
    session: Session, study: Study, now: datetime, on: date | None = None, covers: Covers | None = None
) -> Planned:
    """Who would be reminded, and why the others would not; nothing is written.

    `on` is the day that is asked about (today when left out). The mail would leave within French working
    hours: in the morning of that day, or of the next working one. `covers` says whom a mandate reaches.
    """
    at = _moment(now, on)
    plan, where = plan_of(session, study.id), standings(session, study.id)
    past, asked = _pasts(session, study), centres_with_open_queries(session, study)
    taken: set[str] = set()
    chosen: list[Suggestion] = []
    for respondent in respondents_of(session, study):
        standing = where.get(respondent.centre_id, Standing(respondent.centre_id))
        family = family_of(standing, respondent.centre_id in asked)
        had = past.get(respondent.mailbox, Past())
        had = replace(had, opened_at=had.opened_at or respondent.accepted_at)
        reason = person_reason(respondent, at)
        reason = reason or ("unconfirmed" if covers and not covers(respondent) else None)
        reason = reason or centre_reason(standing, plan.quiet_days, family, at, respondent.centre_id in asked)
        reason = reason or _calendar(plan, had, family, at)
        reason = reason or budget(session, respondent.box, plan, at).reason
        if reason is None and respondent.mailbox in taken:
            reason = "same_mailbox"
        if reason is None:
            taken.add(respondent.mailbox)
        chosen.append(Suggestion(respondent, family, had.number(family), reason, at))
    return Planned(tuple(chosen))


def remind(
    session: Session,
    installation: Installation,
    study: Study,
    *,
    actor: Actor,
    now: datetime,
    on: date | None = None,
    dry_run: bool = False,
    confirmed: int | None = None,
    covers: Covers | None = None,
) -> Planned:
    """Queues the reminders that are due on a day; a second call queues nobody twice.

    With `confirmed`, the number that a person typed, anything but exactly that many raises CountNotConfirmed.
    """
    lock_study(session, study)
    if not dry_run:
        lapse(session, study, now)
    planned = plan_reminders(session, study, now, on, covers)
    if confirmed is not None and confirmed != len(planned.going):
        raise CountNotConfirmed(count=len(planned.going))
    if not dry_run:
        queue(session, study, planned.going, actor=actor, now=now)
    return planned


def family_of(standing: Standing, asked: bool) -> Family:
    """Which reminder a centre would get: questionnaires first, then the corrections asked."""
    if standing.left > 0 or not asked:
        return "reminder_nothing" if standing.untouched else "reminder_partial"
    return "reminder_query"


def _calendar(plan: Plan, had: Past, family: str, at: datetime) -> str | None:
    day = day_of(at)
    if plan.closes_on is not None and day > plan.closes_on:
        return "closed"
    if plan.first_reminder_on is not None and day < plan.first_reminder_on:
        return "calendar"
    if had.waiting:
        return "already"
    if had.opened_at is None:
        return "not_invited"
    if had.number(family) > plan.cap(family):
        return "capped"
    # Working hours move a reminder by some hours each time; whole days are what is meant.
    last = day_of(had.last_at or had.opened_at)
    return "too_soon" if day < last + timedelta(days=plan.reminder_days) else None


def _moment(now: datetime, on: date | None) -> datetime:
    today = day_of(now)
    return working_moment(now if on is None or on <= today else morning(on))


def _pasts(session: Session, study: Study) -> dict[str, Past]:
    query = (
        select(
            Mail.mailbox,
            Wave.kind,
            Mail.state,
            func.count(),
            func.min(Mail.sent_at),
            func.max(Mail.started_at),
        )
        .join(Mail.wave)
        # Being told of a newcomer neither counts as a reminder nor puts one off.
        .where(Mail.study_id == study.id, Mail.state != "suppressed", Mail.kind != "newcomer")
        .group_by(Mail.mailbox, Wave.kind, Mail.state)
    )
    found: dict[str, Past] = {}
    for mailbox, kind, state, count, first, last in session.execute(query):
        past = found.setdefault(mailbox, Past(reminders={}))
        if kind in OPENING_KINDS and first is not None:
            past.opened_at = min(first, past.opened_at or first)
        if last is not None:
            past.last_at = max(last, past.last_at or last)
        past.waiting = past.waiting or state in ("planned", "leased", "started")
        if kind in REMINDERS and past.reminders is not None:
            past.reminders[kind] = past.reminders.get(kind, 0) + count
    return found
