"""Whether a mail may go to a respondent now: one rule for the dry run, the planning and the moment of leaving."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.outreach.campaigns import Plan, is_paused, plan_of
from app.outreach.models import Mail, Mailbox, Respondent
from app.outreach.queries import has_open_query
from app.outreach.standing import Standing, standing_of

DAY = timedelta(hours=24)
MONTH = timedelta(days=30)
BEGUN_STATES = ("started", "sent", "uncertain", "bounced")
REMINDERS = ("reminder_nothing", "reminder_partial", "reminder_query")

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
    "already": ("déjà écrit dans cet envoi", "already written to in this sending"),
    "same_mailbox": ("même adresse qu’un autre correspondant", "same address as another respondent"),
    "capped": ("nombre de relances atteint", "number of reminders reached"),
    "too_soon": ("la relance suivante n’est pas encore due", "the next reminder is not due yet"),
    "not_invited": ("l’invitation n’est pas encore partie", "the invitation has not left yet"),
    "not_working_day": ("ni week-end ni jour férié", "not at a weekend or on a holiday"),
    "calendar": ("hors du calendrier de l’étude", "outside the study's calendar"),
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


def verdict(session: Session, respondent: Respondent, kind: str, now: datetime, mail_id: str = "") -> Verdict:
    """Whether a mail of `kind` may begin to leave for `respondent` at `now`, read in the caller's transaction.

    `mail_id` is the mail itself, when it is already in the outbox (its own earlier try does not count against it).
    """
    plan = plan_of(session, respondent.study_id)
    why = person_reason(respondent, now) or _study(session, respondent, plan, now)
    if why is None:
        why = _colleague(respondent) if kind == "colleague" else _centre(session, respondent, plan, kind, now)
    if why is not None:
        # A stop button pressed by hand holds mails back; it does not throw them away.
        return Verdict(why, now + timedelta(hours=1) if why == "paused" else None)
    return budget(session, respondent.box, plan, now, mail_id)


def centre_reason(
    standing: Standing, plan: Plan, kind: str, now: datetime, asked: bool = False
) -> str | None:
    """Why the centre's standing forbids a mail of this kind, or None; `asked`: a correction is waited for."""
    if standing.asked == 0:
        return "no_patient"
    if kind == "reminder_query" and not asked:
        return "no_query"
    if kind != "reminder_query" and standing.left <= 0:
        return "complete"
    if kind == "reminder_nothing" and not standing.untouched:
        return "begun"
    if kind == "reminder_partial" and standing.untouched:
        return "not_begun"
    quiet = timedelta(days=plan.quiet_days)
    if kind in REMINDERS and standing.active_at and now - standing.active_at < quiet:
        return "quiet"
    return None


def person_reason(respondent: Respondent, now: datetime) -> str | None:
    """Why this person gets no mail whatever the centre does, or None."""
    if not respondent.active:
        return "stopped"
    if respondent.box.bounced_at is not None:
        return "bounced"
    link = respondent.link
    if link.revoked_at is not None or (link.expires_at is not None and link.expires_at <= now):
        return "link_revoked"
    return None


def _study(session: Session, respondent: Respondent, plan: Plan, now: datetime) -> str | None:
    if is_paused(session, respondent.study_id):
        return "paused"
    return "closed" if plan.closes_on is not None and now.date() > plan.closes_on else None


def _centre(session: Session, respondent: Respondent, plan: Plan, kind: str, now: datetime) -> str | None:
    standing = standing_of(session, respondent.study_id, respondent.centre_id)
    asked = kind == "reminder_query" and has_open_query(session, respondent.study_id, respondent.centre_id)
    return centre_reason(standing, plan, kind, now, asked)


def _colleague(respondent: Respondent) -> str | None:
    return "accepted" if respondent.accepted_at is not None else None


def budget(session: Session, mailbox: Mailbox, plan: Plan, now: datetime, mail_id: str) -> Verdict:
    """Whether the mailbox may get one more mail at `now`, over all studies: one in 24 hours, so many in 30 days."""
    if mailbox.last_started_at and mailbox.last_mail_id != mail_id and now < mailbox.last_started_at + DAY:
        return Verdict("day", mailbox.last_started_at + DAY)
    begun = select(func.count(), func.min(Mail.started_at)).where(
        Mail.mailbox == mailbox.id,
        Mail.id != mail_id,
        Mail.state.in_(BEGUN_STATES),
        Mail.started_at > now - MONTH,
    )
    count, oldest = session.execute(begun).one()
    if oldest is not None and count >= plan.monthly_ceiling:
        return Verdict("month", oldest + MONTH)
    return GO
