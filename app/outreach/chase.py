"""The telephone desk: where each centre stands, the next best step, what to say, and what was said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cohort.centres import list_centres
from app.cohort.models import Centre, Study
from app.journal.recording import record
from app.kernel.actor import Actor
from app.kernel.clock import day_of
from app.outreach.campaigns import plan_of
from app.outreach.errors import ChaseRefused
from app.outreach.models import Call, Chase, Contact, Mail, Respondent
from app.outreach.standing import Standing, standings
from app.outreach.words import ChaseStatus, Outcome

FOLLOWS: dict[str, tuple[ChaseStatus, ...]] = {
    "open": ("called", "call_back", "promised", "refused", "closed"),
    "called": ("called", "call_back", "promised", "refused", "closed"),
    "call_back": ("called", "call_back", "promised", "refused", "closed"),
    "promised": ("called", "call_back", "promised", "refused", "closed"),
    "refused": ("open",),
    "closed": ("open",),
}
# What a call that went so makes of the centre's status; a bare note says nothing of it.
HEARD: dict[Outcome, ChaseStatus] = {
    "reached": "called",
    "no_answer": "called",
    "wrong_person": "called",
    "call_back": "call_back",
    "promised": "promised",
    "refused": "refused",
}
STATUSES: dict[str, tuple[str, str]] = {
    "open": ("pas encore appelé", "not called yet"),
    "called": ("appelé", "called"),
    "call_back": ("à rappeler", "to call back"),
    "promised": ("réponse promise", "answer promised"),
    "refused": ("refus", "refused"),
    "closed": ("clos", "closed"),
}
STEPS: dict[str, tuple[str, str]] = {
    "find_respondent": ("trouver un correspondant", "find a respondent"),
    "other_respondent": ("passer par un autre correspondant", "try another respondent"),
    "telephone": ("téléphoner", "telephone"),
    "wait": ("attendre", "wait"),
    "remind": ("laisser partir la relance", "let the reminder go"),
    "invite": ("inviter", "invite"),
    "nothing": ("rien à faire", "nothing to do"),
}
# What asks a centre for answers: an announcement, a colleague's mail and word of a newcomer do not.
SENDINGS = ("invitation", "reminder_nothing", "reminder_partial", "reminder_query")
# After two mails without a sign of life a voice does more than a third mail.
MAILS_BEFORE_CALL = 2
PATIENCE = timedelta(days=7)


@dataclass(frozen=True)
class ChaseLine:
    """One centre at the desk. `until` is the day before which there is nothing to do, when the step is to wait.

    `mails` counts sendings to the centre, to however many of its people.
    """

    centre: Centre
    standing: Standing
    status: str
    next_on: date | None
    step: str
    until: date | None
    respondents: int
    reachable: int
    mails: int
    last_mail_at: datetime | None
    last_contact: Contact | None
    called_on: date | None = None
    """The day of the call that the wait counts from: its last activity was typed then, and was not the centre's own."""

    @property
    def weight(self) -> tuple[int, int, str]:
        """Order of the desk: what a person can do first, most patients waiting first."""
        order = ("other_respondent", "find_respondent", "telephone", "invite", "remind", "wait", "nothing")
        return order.index(self.step), -self.standing.left, self.centre.code


def desk(session: Session, study: Study, now: datetime) -> list[ChaseLine]:
    """Every centre that has patients, in the order in which the desk should take them."""
    where, chased = standings(session, study.id), _chases(session, study)
    people, mails, calls = _people(session, study), _mails(session, study), _last_contacts(session, study)
    waiting, typed = _waiting(session, study), _calls(session, study)
    quiet = timedelta(days=plan_of(session, study.id).quiet_days)
    lines = []
    for centre in list_centres(session, study):
        standing = where.get(centre.id)
        if standing is None:
            continue
        chase = chased.get(centre.id)
        known = people.get(centre.id, [])
        reachable = sum(one.active and one.box.bounced_at is None for one in known)
        sent = mails.get(centre.id, [])
        step, until = _step(standing, chase, len(known), reachable, sent, waiting.get(centre.id), quiet, now)
        lines.append(
            ChaseLine(
                centre=centre,
                standing=standing,
                status=chase.status if chase else "open",
                next_on=chase.next_on if chase else None,
                step=step,
                until=until,
                respondents=len(known),
                reachable=reachable,
                mails=len(sent),
                last_mail_at=max(sent, default=None),
                last_contact=calls.get(centre.id),
                called_on=_called_on(typed.get(centre.id, []), standing.active_at) if until else None,
            )
        )
    return sorted(lines, key=lambda line: line.weight)


def note(
    session: Session,
    study: Study,
    centre: Centre,
    *,
    outcome: Outcome,
    text: str,
    actor: Actor,
    now: datetime,
    respondent: Respondent | None = None,
) -> Contact:
    """One call or contact as it went, journalled; the centre's status follows what was heard.

    It never holds anything about a patient.
    """
    contact = Contact(
        centre_id=centre.id,
        respondent_id=respondent.id if respondent else None,
        at=now,
        by=actor.name,
        outcome=outcome,
        note=text.strip()[:2_000],
    )
    session.add(contact)
    session.flush()
    _journal(session, study, centre, actor, now, "chase.noted", None, outcome, contact.note)
    chase = session.get(Chase, centre.id)
    status, heard = chase.status if chase else "open", HEARD.get(outcome)
    if heard is not None and heard != status and heard in FOLLOWS[status] and (heard != "called" or status == "open"):
        set_status(session, study, centre, heard, actor=actor, now=now)
    return contact


def set_status(
    session: Session,
    study: Study,
    centre: Centre,
    status: ChaseStatus,
    *,
    actor: Actor,
    now: datetime,
    next_on: date | None = None,
) -> Chase:
    """Where the desk stands with a centre from now on, journalled. Raises ChaseRefused for a step not allowed."""
    chase = session.get(Chase, centre.id)
    before = chase.status if chase else "open"
    if status not in FOLLOWS[before]:
        raise ChaseRefused(old=STATUSES[before][0], new=STATUSES[status][0])
    if chase is None:
        chase = Chase(centre_id=centre.id, status=status, changed_at=now, changed_by=actor.name)
        session.add(chase)
    chase.status, chase.next_on, chase.changed_at, chase.changed_by = status, next_on, now, actor.name
    session.flush()
    _journal(session, study, centre, actor, now, "chase.moved", before, status, None)
    return chase


def contacts_of(session: Session, centre: Centre) -> Sequence[Contact]:
    """What was said with a centre, the newest first."""
    return session.scalars(
        select(Contact).where(Contact.centre_id == centre.id).order_by(Contact.at.desc(), Contact.id.desc())
    ).all()


def script(line: ChaseLine, study: Study) -> list[tuple[str, str]]:
    """What to say on the telephone, sentence by sentence in both languages; counts only, no patient."""
    standing, name = line.standing, line.centre.name
    said = [
        (
            f"Bonjour, je vous appelle au sujet de l’étude « {study.title_fr} ».",
            f"Hello, I am calling about the study “{study.title_en}”.",
        ),
        (
            f"{name}. Dossiers demandés : {standing.asked} ; reçus : {standing.answered} ; "
            f"commencés : {standing.begun} ; attendus : {standing.left}.",
            f"{name}. Charts asked for: {standing.asked}; received: {standing.answered}; "
            f"begun: {standing.begun}; waited for: {standing.left}.",
        ),
    ]
    if line.step in ("other_respondent", "find_respondent"):
        said.append(
            ("Qui pourrait répondre ? Nom, fonction, courriel.", "Who could answer? Name, function, e-mail.")
        )
    elif standing.untouched:
        said.append(
            ("Avez-vous reçu notre courriel et son lien ?", "Have you received our mail with its link?")
        )
    else:
        said.append(("Qu’est-ce qui vous manque pour terminer ?", "What do you lack to finish?"))
    return said


def _step(
    standing: Standing,
    chase: Chase | None,
    known: int,
    reachable: int,
    sent: Sequence[datetime],
    waiting: datetime | None,
    quiet: timedelta,
    now: datetime,
) -> tuple[str, date | None]:
    """The next best step, and for a wait the day on which it ends."""
    status = chase.status if chase else "open"
    if standing.left <= 0 or status in ("refused", "closed"):
        return "nothing", None
    if reachable == 0:
        return "other_respondent" if known else "find_respondent", None
    if chase and chase.next_on is not None:
        return ("telephone", None) if chase.next_on <= day_of(now) else ("wait", chase.next_on)
    if standing.active_at and now - standing.active_at < quiet:
        return "wait", day_of(standing.active_at + quiet)
    if not sent:
        return ("wait", day_of(max(waiting, now))) if waiting else ("invite", None)
    if now - max(sent) < PATIENCE:
        return "wait", day_of(max(sent) + PATIENCE)
    return "telephone" if len(sent) >= MAILS_BEFORE_CALL else "remind", None


def _called_on(calls: Sequence[tuple[datetime, datetime | None]], active_at: datetime | None) -> date | None:
    """The day of the call in which the centre was active last; None when it was so by itself."""
    within = [at for at, ended in calls if active_at and at <= active_at and (ended is None or active_at <= ended)]
    return day_of(max(within)) if within else None


def _calls(session: Session, study: Study) -> dict[int, list[tuple[datetime, datetime | None]]]:
    """The calls in which answers were taken, from when until when."""
    query = select(Contact.centre_id, Contact.at, Call.ended_at).join(Call, Call.contact_id == Contact.id)
    found: dict[int, list[tuple[datetime, datetime | None]]] = {}
    for centre, at, ended in session.execute(
        query.join(Centre, Centre.id == Contact.centre_id).where(Centre.study_id == study.id)
    ):
        found.setdefault(centre, []).append((at, ended))
    return found


def _chases(session: Session, study: Study) -> dict[int, Chase]:
    query = select(Chase).join(Centre, Centre.id == Chase.centre_id).where(Centre.study_id == study.id)
    return {chase.centre_id: chase for chase in session.scalars(query)}


def _people(session: Session, study: Study) -> dict[int, list[Respondent]]:
    found: dict[int, list[Respondent]] = {}
    for one in session.scalars(select(Respondent).where(Respondent.study_id == study.id)):
        found.setdefault(one.centre_id, []).append(one)
    return found


def _mails(session: Session, study: Study) -> dict[int, list[datetime]]:
    """When each sending reached a centre: one mailing to three people of it is one, at its first mail."""
    first = func.min(Mail.sent_at)
    query = (
        select(Respondent.centre_id, first)
        .join(Mail, Mail.respondent_id == Respondent.id)
        .where(Mail.study_id == study.id, Mail.state == "sent", Mail.kind.in_(SENDINGS))
        .group_by(Respondent.centre_id, Mail.wave_id)
    )
    found: dict[int, list[datetime]] = {}
    for centre, at in session.execute(query):
        found.setdefault(centre, []).extend([at] if at else [])
    return found


def _waiting(session: Session, study: Study) -> dict[int, datetime]:
    """When the first mail that lies in the outbox for a centre is due."""
    query = (
        select(Respondent.centre_id, func.min(Mail.due_at))
        .join(Mail, Mail.respondent_id == Respondent.id)
        .where(Mail.study_id == study.id, Mail.state.in_(("planned", "leased", "started")), Mail.kind.in_(SENDINGS))
        .group_by(Respondent.centre_id)
    )
    return dict(session.execute(query).all())


def _last_contacts(session: Session, study: Study) -> dict[int, Contact]:
    query = select(Contact).join(Centre, Centre.id == Contact.centre_id).where(Centre.study_id == study.id)
    return {contact.centre_id: contact for contact in session.scalars(query.order_by(Contact.at, Contact.id))}


def _journal(
    session: Session,
    study: Study,
    centre: Centre,
    actor: Actor,
    now: datetime,
    action: str,
    old: str | None,
    new: str | None,
    reason: str | None,
) -> None:
    record(
        session,
        actor=actor,
        at=now,
        action=action,
        subject_type="centre",
        subject_id=str(centre.id),
        study=study.code,
        old=old,
        new=new,
        reason=reason,
    )
