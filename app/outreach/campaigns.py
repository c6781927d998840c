"""The calendar and the mail budget of a study: their defaults, their rules, and setting them.

What was confirmed for a day moves with that day; a change of pace asks for the reminders to be confirmed again.
"""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from itertools import pairwise

from sqlalchemy.orm import Session

from app.cohort.models import Study
from app.journal.recording import record
from app.kernel.actor import Actor
from app.kernel.clock import day_of
from app.outreach import waiting
from app.outreach.calendar import morning, working_moment
from app.outreach.errors import CampaignRefused
from app.outreach.models import Campaign, Mandate

DATES = ("announced_on", "invited_on", "first_reminder_on", "return_by", "closes_on")
STARTS = {"announcement": "announced_on", "invitation": "invited_on"}
PACE = ("reminder_days", "quiet_days", "cap_nothing", "cap_partial", "cap_query")
TITLES = {
    "announced_on": ("l’annonce", "the announcement"),
    "invited_on": ("l’invitation", "the invitation"),
    "first_reminder_on": ("la première relance", "the first reminder"),
    "return_by": ("la date de retour", "the return date"),
    "closes_on": ("la clôture", "the closing"),
}
LIMITS = {
    "reminder_days": (1, 90),
    "quiet_days": (0, 60),
    "cap_nothing": (0, 5),
    "cap_partial": (0, 5),
    "cap_query": (0, 5),
    "monthly_ceiling": (1, 10),
}


@dataclass(frozen=True)
class Plan:
    """A study's calendar and budget. Dates may be open; days count between two reminders of one family.

    `monthly_ceiling` is the most mails one mailbox gets in 30 days, all studies together.
    """

    announced_on: date | None = None
    invited_on: date | None = None
    first_reminder_on: date | None = None
    return_by: date | None = None
    closes_on: date | None = None
    reminder_days: int = 14
    quiet_days: int = 7
    cap_nothing: int = 3
    cap_partial: int = 3
    cap_query: int = 2
    monthly_ceiling: int = 4
    contact: str = ""

    def cap(self, family: str) -> int:
        """The most reminders of a family that one mailbox gets."""
        return {
            "reminder_nothing": self.cap_nothing,
            "reminder_partial": self.cap_partial,
            "reminder_query": self.cap_query,
        }[family]


def plan_of(session: Session, study_id: int) -> Plan:
    """The plan of a study: its own, or the defaults."""
    own = session.get(Campaign, study_id)
    return Plan(**{name: getattr(own, name) for name in asdict(Plan())}) if own else Plan()


def leaves_at(plan: Plan, kind: str, now: datetime) -> datetime:
    """When an announcement or invitation confirmed now leaves: the working morning of its day, or at once from then on."""
    day = getattr(plan, STARTS[kind])
    return now if day is None else max(now, working_moment(morning(day)))


def is_paused(session: Session, study_id: int) -> bool:
    """Whether somebody stopped every mail of this study by hand."""
    own = session.get(Campaign, study_id)
    return own is not None and own.paused_at is not None


def set_plan(session: Session, study: Study, plan: Plan, *, actor: Actor, now: datetime) -> None:
    """The study's plan from now on, every changed value journalled. Raises CampaignRefused.

    Confirmed mails follow their date. Reminders under a mandate wait for a new one when their pace changes.
    """
    check_plan(plan)
    before = asdict(plan_of(session, study.id))
    for kind, name in STARTS.items():
        if before[name] != getattr(plan, name):
            _follow(session, study, plan, kind, actor, now)
    if any(before[name] != getattr(plan, name) for name in PACE):
        end_mandate(session, study, actor=actor, now=now)
    paused_at = own.paused_at if (own := session.get(Campaign, study.id)) else None
    session.merge(Campaign(study_id=study.id, paused_at=paused_at, **asdict(plan)))
    session.flush()
    for name, value in asdict(plan).items():
        if before[name] != value:
            _journal(session, study, actor, now, "campaign.changed", name, before[name], value)


def end_mandate(session: Session, study: Study, *, actor: Actor, now: datetime) -> None:
    """From now on no reminder leaves by itself; journalled. Safe to repeat."""
    mandate = session.get(Mandate, study.id)
    if mandate is not None:
        _journal(session, study, actor, now, "mandate.ended", None, mandate.people, None)
        session.delete(mandate)
        session.flush()


def pause(session: Session, study: Study, *, actor: Actor, now: datetime) -> None:
    """The stop button: no mail of this study begins from this moment on."""
    _set_paused(session, study, now, actor, now)


def resume(session: Session, study: Study, *, actor: Actor, now: datetime) -> None:
    """Mails may leave again; what is due and still true leaves at the worker's next round."""
    _set_paused(session, study, None, actor, now)


def order_rules(plan: Plan) -> list[tuple[str, str, str]]:
    """The rule beside each date, as (date's name, French, English)."""
    rules = []
    for earlier, later in pairwise(DATES):
        fr = f"{TITLES[later][0]} vient après {TITLES[earlier][0]}"
        en = f"{TITLES[later][1]} comes after {TITLES[earlier][1]}"
        rules.append((later, fr, en))
    return rules


def check_plan(plan: Plan) -> None:
    """Raises CampaignRefused unless the dates are in order and every budget is within its limits."""
    known = [(name, day) for name in DATES if (day := getattr(plan, name))]
    for (earlier, first), (later, second) in pairwise(known):
        if first >= second:
            raise CampaignRefused(
                why_fr=f"{TITLES[later][0]} ({second:%d/%m/%Y}) doit suivre {TITLES[earlier][0]} ({first:%d/%m/%Y}).",
                why_en=f"{TITLES[later][1]} ({second}) must come after {TITLES[earlier][1]} ({first}).",
            )
    for name, (low, high) in LIMITS.items():
        if not low <= getattr(plan, name) <= high:
            raise CampaignRefused(why_fr=f"{name} : de {low} à {high}.", why_en=f"{name}: {low} to {high}.")
    if len(plan.contact) > 400 or not plan.contact.isprintable():
        raise CampaignRefused(
            why_fr="le contact tient sur une ligne de 400 caractères.",
            why_en="the contact is one line of 400.",
        )


def _follow(session: Session, study: Study, plan: Plan, kind: str, actor: Actor, now: datetime) -> None:
    held = waiting.waiting(session, study.id, kind, now)
    if held is None:
        return
    name = STARTS[kind]
    day = getattr(plan, name)
    if day is None or day < day_of(now):
        raise CampaignRefused(
            why_fr=f"{TITLES[name][0]} est confirmée pour le {day_of(held.at):%d/%m/%Y} (courriels en attente : "
            f"{held.mails}). Donnez-lui un jour à venir, ou retirez d’abord ces courriels.",
            why_en=f"{TITLES[name][1]} is confirmed for {day_of(held.at)} (mails waiting: {held.mails}). "
            "Give it a day to come, or take those mails back first.",
        )
    waiting.move(session, study, kind, leaves_at(plan, kind, now), actor=actor, now=now)


def _set_paused(
    session: Session, study: Study, paused_at: datetime | None, actor: Actor, now: datetime
) -> None:
    own = session.get(Campaign, study.id)
    if own is None:
        own = Campaign(study_id=study.id, **asdict(Plan()))
        session.add(own)
    if (own.paused_at is None) != (paused_at is None):
        own.paused_at = paused_at
        action = "campaign.resumed" if paused_at is None else "campaign.paused"
        _journal(session, study, actor, now, action, None, None, None)
    session.flush()


def _journal(
    session: Session,
    study: Study,
    actor: Actor,
    now: datetime,
    action: str,
    name: str | None,
    old: object,
    new: object,
) -> None:
    record(
        session,
        actor=actor,
        at=now,
        action=action,
        subject_type="study",
        subject_id=study.code,
        study=study.code,
        field=name,
        old=None if old is None else str(old),
        new=None if new is None else str(new),
    )
