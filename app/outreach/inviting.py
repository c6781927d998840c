"""Opening a campaign: one announcement, then one invitation, per respondent of each centre with patients to answer
for; and why others get none. What is confirmed before its day waits for it in the outbox.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cohort.models import Study
from app.collection.questionnaires import has_list
from app.journal.recording import record
from app.kernel.actor import Actor
from app.kernel.clock import day_of
from app.kernel.installation import Installation
from app.kernel.tables import random_key
from app.outreach.campaigns import leaves_at, plan_of
from app.outreach.conditions import centre_reason, invited, person_reason
from app.outreach.errors import CountNotConfirmed
from app.outreach.models import Mail, Respondent, Wave
from app.outreach.people import respondents_of
from app.outreach.standing import Standing, standings


@dataclass(frozen=True)
class Suggestion:
    """One respondent in a planned sending: mail or no mail, and then why not."""

    respondent: Respondent
    kind: str
    number: int
    reason: str | None
    due_at: datetime


@dataclass(frozen=True)
class Planned:
    """A sending, decided for every respondent of the study."""

    suggestions: tuple[Suggestion, ...]

    @property
    def going(self) -> list[Suggestion]:
        """Those who would get a mail."""
        return [one for one in self.suggestions if one.reason is None]

    def as_json(self) -> dict[str, object]:
        """`{queued, suppressed, reasons}`, the numbers of respondents."""
        reasons = Counter(one.reason for one in self.suggestions if one.reason)
        return {
            "queued": len(self.going),
            "suppressed": len(self.suggestions) - len(self.going),
            "reasons": dict(sorted(reasons.items())),
        }


def plan_opening(
    session: Session, study: Study, now: datetime, kind: str = "invitation", *, at_once: bool = False
) -> Planned:
    """Who would get the announcement or the invitation, when, and why the others would not; nothing is written."""
    plan, where = plan_of(session, study.id), standings(session, study.id)
    at = now if at_once else leaves_at(plan, kind, now)
    enrols = not has_list(session, study.id)
    announces = kind == "announcement"
    late = announces and plan.invited_on is not None and day_of(at) >= plan.invited_on
    overtaken = dict.fromkeys(invited(session, study.id) if announces else (), "overtaken")
    written = overtaken | _mailboxes_of_wave(session, study, kind, 1)
    chosen: list[Suggestion] = []
    for respondent in respondents_of(session, study):
        standing = where.get(respondent.centre_id, Standing(respondent.centre_id))
        reason = person_reason(respondent, now) or centre_reason(
            standing, plan.quiet_days, kind, now, enrols=enrols
        )
        if reason is None and respondent.accept_by is not None:
            reason = "already"  # a colleague has had a mail of their own
        if reason is None and late:
            reason = "overtaken"
        if reason is None and respondent.mailbox in written:
            reason = written[respondent.mailbox]
        if reason is None:
            written[respondent.mailbox] = "same_mailbox"
        chosen.append(Suggestion(respondent, kind, 1, reason, at))
    return Planned(tuple(chosen))


def invite(
    session: Session,
    installation: Installation,
    study: Study,
    *,
    actor: Actor,
    now: datetime,
    kind: str = "invitation",
    at_once: bool = True,
    dry_run: bool = False,
    confirmed: int | None = None,
) -> Planned:
    """Queues the invitations (or announcements), due at once or else on the calendar's day; nobody is queued twice.

    With `confirmed`, the number that a person typed, anything but exactly that many raises CountNotConfirmed.
    """
    lock_study(session, study)
    planned = plan_opening(session, study, now, kind, at_once=at_once)
    if confirmed is not None and confirmed != len(planned.going):
        raise CountNotConfirmed(count=len(planned.going))
    if not dry_run:
        queue(session, study, planned.going, actor=actor, now=now)
    return planned


def lock_study(session: Session, study: Study) -> None:
    """Makes two schedulers of one study take turns, so that neither plans on what the other is changing."""
    session.execute(select(Study.id).where(Study.id == study.id).with_for_update())


def queue(session: Session, study: Study, going: Iterable[Suggestion], *, actor: Actor, now: datetime) -> int:
    """Puts the mails into the outbox, one journal line per wave; how many."""
    counted: Counter[tuple[str, int]] = Counter()
    for one in going:
        _put(session, wave_of(session, study, one.kind, one.number, now), one, now)
        counted[one.kind, one.number] += 1
    session.flush()
    for (kind, number), count in counted.items():
        record(
            session,
            actor=actor,
            at=now,
            action="wave.queued",
            subject_type="wave",
            subject_id=f"{kind}.{number}",
            study=study.code,
            new=str(count),
        )
    return sum(counted.values())


def _put(session: Session, wave: Wave, one: Suggestion, now: datetime) -> None:
    # A mail of this wave that was suppressed for this mailbox comes back: its reason has gone.
    query = select(Mail).where(Mail.wave_id == wave.id, Mail.mailbox == one.respondent.mailbox)
    mail = session.scalar(query)
    if mail is None:
        mail = Mail(id=random_key(), study_id=wave.study_id, wave_id=wave.id, kind=wave.kind, attempts=0)
        mail.mailbox = one.respondent.mailbox
        session.add(mail)
    mail.respondent_id, mail.state, mail.reason = one.respondent.id, "planned", None
    mail.queued_at, mail.due_at = now, one.due_at


def wave_of(session: Session, study: Study, kind: str, number: int, now: datetime) -> Wave:
    """The study's wave of this kind and rank, made when it is the first mail of it."""
    query = select(Wave).where(Wave.study_id == study.id, Wave.kind == kind, Wave.number == number)
    wave = session.scalar(query)
    if wave is None:
        wave = Wave(study_id=study.id, kind=kind, number=number, created_at=now)
        session.add(wave)
        session.flush()
    return wave


def _mailboxes_of_wave(session: Session, study: Study, kind: str, number: int) -> dict[str, str]:
    query = (
        select(Mail.mailbox)
        .join(Mail.wave)
        .where(Wave.study_id == study.id, Wave.kind == kind, Wave.number == number)
        .where(Mail.state != "suppressed")
    )
    return dict.fromkeys(session.scalars(query), "already")
