"""Whether a mail may go to a respondent now: one rule for the dry run, the planning and the moment of leaving."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from app.collection.questionnaires import has_list
from app.kernel.clock import day_of
from app.kernel.prepared import Prepared, either
from app.outreach.calendar import morning, working_moment
from app.outreach.campaigns import Plan
from app.outreach.models import Campaign, Link, Mail, Mailbox, Respondent
from app.outreach.queries import has_open_query
from app.outreach.standing import Standing, standing_of

DAY = timedelta(hours=24)
MONTH = timedelta(days=30)
BEGUN_STATES = ("started", "sent", "uncertain", "bounced")
REMINDERS = ("reminder_nothing", "reminder_partial", "reminder_query")
INVITING = ("announcement", "invitation")
IN_WORKING_HOURS = ("announcement", *REMINDERS)

REASONS: dict[str, tuple[str, str]] = {
    "stopped": ("plus de courriel à cette personne", "no more mail to this person"),
    "bounced": ("l’adresse refuse les courriels", "the address refuses mail"),
    "link_revoked": ("le lien est révoqué ou expiré", "the link is revoked or expired"),
    "day": ("déjà un courriel en 24 heures", "a mail in the last 24 hours already"),
    "month": ("plafond mensuel de courriels atteint", "monthly ceiling of mails reached"),
    "paused": ("l’envoi de l’étude est arrêté", "the study's sending is stopped"),
    "closed": ("l’étude est close", "the study is closed"),
    "no_patient": ("aucun patient dans ce centre", "no patient in this centre"),
    "complete": ("tout est répondu", "everything is answered"),
    "begun": ("le centre a déjà commencé", "the centre has begun"),
    "not_begun": ("le centre n’a rien commencé", "the centre has not begun"),
    "no_query": ("aucune question en attente", "no question is waiting"),
    "quiet": ("le centre vient d’être actif", "the centre was active lately"),
    "accepted": ("le collègue est déjà entré", "the colleague has already entered"),
    "already": ("déjà compris dans cet envoi", "already in this sending"),
    "same_mailbox": ("même adresse qu’un autre correspondant", "same address as another respondent"),
    "capped": ("nombre de relances atteint", "number of reminders reached"),
    "too_soon": ("la relance suivante n’est pas encore due", "the next reminder is not due yet"),
    "not_invited": ("l’invitation n’est pas encore partie", "the invitation has not left yet"),
    "not_working_day": (
        "ni week-end, ni jour férié, ni hors de 9 h à 17 h",
        "working days from 9 to 17 only",
    ),
    "overtaken": ("l’invitation est déjà là", "the invitation has come already"),
    "withdrawn": ("retiré avant son départ", "taken back before it left"),
    "unconfirmed": ("ajouté depuis la confirmation", "added since it was confirmed"),
    "link_changed": ("le lien a changé : le message est recomposé", "the link changed: the message is written anew"),
    "taken_over": ("un autre programme d’envoi l’a repris", "another worker took it over"),
    "refused": ("le serveur de courriel l’a refusé", "the mail server refused it"),
    "gave_up": ("trop d’essais sans succès", "too many tries without success"),
    "unwritable": ("le message n’a pas pu être composé", "the message could not be written"),
    "declined": ("le centre a refusé au téléphone", "the centre declined on the telephone"),
    "desk_closed": ("suivi du centre clos au téléphone", "the centre's follow-up is closed at the desk"),
    "agreed": ("une date est convenue au téléphone", "a day was agreed on the telephone"),
    "calendar": ("avant le jour de la première relance", "before the day of the first reminder"),
}


@dataclass(frozen=True)
class Verdict:
    """Go (no reason), never mind (a reason), or not yet (a reason and when to look again)."""

    reason: str | None = None
    again_at: datetime | None = None

    @property
    def go(self) -> bool:
        """Whether the mail may leave."""
        return self.reason is None


GO = Verdict()


class Facts(NamedTuple):
    """What the outbox knows of one mail and of whom it goes to."""

    state: str
    worker: str | None
    kind: str
    queued_at: datetime
    due_at: datetime
    study_id: int
    mailbox: str
    centre_id: int
    stopped_at: datetime | None
    accepted_at: datetime | None
    bounced_at: datetime | None
    last_started_at: datetime | None
    last_mail_id: str | None
    link_id: str
    generation: int
    revoked_at: datetime | None
    expires_at: datetime | None
    paused_at: datetime | None
    invited_on: date | None
    closes_on: date | None
    quiet_days: int | None
    monthly_ceiling: int | None


# Asked for every mail that leaves, between two network round trips; the columns are those of Facts.
FACTS = Prepared(
    select(
        Mail.state,
        Mail.worker,
        Mail.kind,
        Mail.queued_at,
        Mail.due_at,
        Mail.study_id,
        Mail.mailbox,
        Respondent.centre_id,
        Respondent.stopped_at,
        Respondent.accepted_at,
        Mailbox.bounced_at,
        Mailbox.last_started_at,
        Mailbox.last_mail_id,
        Link.id,
        Link.generation,
        Link.revoked_at,
        Link.expires_at,
        Campaign.paused_at,
        Campaign.invited_on,
        Campaign.closes_on,
        Campaign.quiet_days,
        Campaign.monthly_ceiling,
    )
    .join(Respondent, Respondent.id == Mail.respondent_id)
    .join(Mailbox, Mailbox.id == Mail.mailbox)
    .join(Link, Link.respondent_id == Respondent.id)
    .outerjoin(Campaign, Campaign.study_id == Mail.study_id)
    .where(Mail.id == bindparam("mail_id"))
    .with_for_update(of=Mail)
)
BEGUN_LATELY = Prepared(
    select(func.count(), func.min(Mail.started_at)).where(
        Mail.mailbox == bindparam("mailbox"),
        Mail.id != bindparam("mail_id"),
        either(Mail.state, BEGUN_STATES),
        Mail.started_at > bindparam("since"),
    )
)


def facts_of(session: Session, mail_id: str) -> Facts | None:
    """The facts of a mail, its row held until the transaction ends."""
    found = FACTS.first(session.connection(), mail_id=mail_id)
    return None if found is None else Facts(*found)


def verdict(session: Session, facts: Facts, now: datetime, mail_id: str) -> Verdict:
    """Whether the mail of `facts` may begin to leave at `now`, read in the caller's transaction."""
    why = _person(facts.stopped_at, facts.bounced_at, facts.revoked_at, facts.expires_at, now)
    why = why or ("paused" if facts.paused_at is not None else None)
    why = why or ("closed" if facts.closes_on is not None and day_of(now) > facts.closes_on else None)
    if why is None and facts.kind == "colleague":
        why = "accepted" if facts.accepted_at is not None else None
    elif why is None and facts.kind != "newcomer":
        why = _centre(session, facts, now) or _overtaken(session, facts, now)
    if why is not None:
        # A stop button pressed by hand holds mails back; it does not throw them away.
        return Verdict(why, now + timedelta(hours=1) if why == "paused" else None)
    if _keeps_hours(facts) and (later := working_moment(now)) != now:
        return Verdict("not_working_day", later)
    ceiling = facts.monthly_ceiling or Plan.monthly_ceiling
    return _budget(session, facts.mailbox, facts.last_started_at, facts.last_mail_id, ceiling, now, mail_id)


def _keeps_hours(facts: Facts) -> bool:
    """What comes unasked keeps working hours, and so does an invitation that was confirmed for the calendar's day.

    One that was sent at once leaves at once: its sender is there.
    """
    if facts.kind != "invitation" or facts.invited_on is None:
        return facts.kind in IN_WORKING_HOURS
    return facts.due_at > facts.queued_at and facts.queued_at < morning(facts.invited_on)


def centre_reason(
    standing: Standing, quiet_days: int, kind: str, now: datetime, asked: bool = False, enrols: bool = False
) -> str | None:
    """Why the centre's standing forbids a mail of this kind, or None; `asked`: a correction is waited for.

    `enrols`: the study has no list, so that a centre without patients is invited in order to enrol them.
    """
    if standing.asked == 0:
        return None if enrols and kind in INVITING else "no_patient"
    if (told := _told_at_the_desk(standing, kind, now)) is not None:
        return told
    if kind == "reminder_query" and not asked:
        return "no_query"
    if kind != "reminder_query" and standing.left <= 0:
        return "complete"
    if kind == "reminder_nothing" and not standing.untouched:
        return "begun"
    if kind == "reminder_partial" and standing.untouched:
        return "not_begun"
    quiet = timedelta(days=quiet_days)
    if kind in REMINDERS and standing.active_at and now - standing.active_at < quiet:
        return "quiet"
    return None


def _told_at_the_desk(standing: Standing, kind: str, now: datetime) -> str | None:
    """What was said on the telephone counts for mails too; a question on an answer outlives a closed follow-up."""
    if standing.told == "refused":
        return "declined"
    if kind == "reminder_query":
        return None
    if standing.told == "closed":
        return "desk_closed"
    waits = kind in REMINDERS and standing.agreed_on is not None and day_of(now) < standing.agreed_on
    return "agreed" if waits else None


def person_reason(respondent: Respondent, now: datetime) -> str | None:
    """Why this person gets no mail whatever the centre does, or None."""
    link = respondent.link
    return _person(respondent.stopped_at, respondent.box.bounced_at, link.revoked_at, link.expires_at, now)


def budget(session: Session, box: Mailbox, plan: Plan, now: datetime) -> Verdict:
    """Whether the mailbox may get one more mail at `now`, over all studies: one in 24 hours, so many in 30 days."""
    return _budget(session, box.id, box.last_started_at, box.last_mail_id, plan.monthly_ceiling, now, "")


def _person(
    stopped_at: datetime | None,
    bounced_at: datetime | None,
    revoked_at: datetime | None,
    expires_at: datetime | None,
    now: datetime,
) -> str | None:
    if stopped_at is not None:
        return "stopped"
    if bounced_at is not None:
        return "bounced"
    return (
        "link_revoked" if revoked_at is not None or (expires_at is not None and expires_at <= now) else None
    )


def _centre(session: Session, facts: Facts, now: datetime) -> str | None:
    standing = standing_of(session, facts.study_id, facts.centre_id, active=facts.kind in REMINDERS)
    asked = facts.kind == "reminder_query" and has_open_query(session, facts.study_id, facts.centre_id)
    quiet_days = Plan.quiet_days if facts.quiet_days is None else facts.quiet_days
    enrols = standing.asked == 0 and not has_list(session, facts.study_id)
    return centre_reason(standing, quiet_days, facts.kind, now, asked, enrols)


def _overtaken(session: Session, facts: Facts, now: datetime) -> str | None:
    # An announcement that was held up does not come on the day of the invitation, nor after it.
    if facts.kind != "announcement":
        return None
    late = facts.invited_on is not None and day_of(now) >= facts.invited_on
    begun = _invited(facts.study_id).where(Mail.mailbox == facts.mailbox).limit(1)
    return "overtaken" if late or session.scalar(begun) is not None else None


def invited(session: Session, study_id: int) -> set[str]:
    """The mailboxes to which an invitation of this study has begun to leave."""
    return set(session.scalars(_invited(study_id)))


def _invited(study_id: int) -> Select[str]:
    begun = (Mail.study_id == study_id, Mail.kind == "invitation", Mail.started_at.is_not(None))
    return select(Mail.mailbox).where(*begun)


def _budget(
    session: Session,
    mailbox: str,
    last_started_at: datetime | None,
    last_mail_id: str | None,
    ceiling: int,
    now: datetime,
    mail_id: str,
) -> Verdict:
    if last_started_at is None:
        return GO
    if last_mail_id != mail_id and now < last_started_at + DAY:
        return Verdict("day", last_started_at + DAY)
    begun = BEGUN_LATELY.first(session.connection(), mailbox=mailbox, mail_id=mail_id, since=now - MONTH)
    count, oldest = begun or (0, None)
    return Verdict("month", oldest + MONTH) if oldest is not None and count >= ceiling else GO
