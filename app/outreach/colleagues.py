"""A respondent brings in a colleague of the same centre: beside them, or in their place. Accepted by coming in."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cohort.models import Centre, Study
from app.kernel.actor import Actor
from app.kernel.installation import Installation
from app.outreach.addresses import checked, mailbox_of
from app.outreach.errors import ColleagueRefused
from app.outreach.inviting import Suggestion, queue
from app.outreach.models import Link, Mail, Respondent, Wave
from app.outreach.people import Person, add_respondent, restart, seal, stop
from forms.canonical import NotCanonical, canonical

ACCEPT_WITHIN = timedelta(hours=72)
MOST_COLLEAGUES = 10
LONGEST = 200


def add_colleague(
    session: Session,
    installation: Installation,
    respondent: Respondent,
    *,
    name: str,
    email: str,
    function: str,
    hand_over: bool = False,
    language: str | None = None,
    actor: Actor,
    now: datetime,
) -> Respondent:
    """The colleague, with a link of their own that lasts 72 hours until they come in by it, and a mail queued.

    With `hand_over` the one who asks gets no more mail once the colleague has accepted; until then nothing
    changes for them. A colleague who let an earlier proposal lapse may be asked again. Raises ColleagueRefused
    for a person who is there already, for too many, for blank words; NotAMailbox.
    """
    person = _person(name, checked(email), function, language or respondent.language)
    study = session.get_one(Study, respondent.study_id)
    _refuse_excess(session, respondent)
    colleague = _known(session, installation, respondent, person)
    if colleague is None:
        colleague = _add(session, installation, study, respondent, person, actor, now)
    else:
        _ask_again(session, installation, colleague, person, respondent, actor, now)
    colleague.replaces = hand_over
    session.flush()
    number = _mails_so_far(session, colleague) + 1
    queue(session, study, [Suggestion(colleague, "colleague", number, None, now)], actor=actor, now=now)
    return colleague


def accept(session: Session, link: Link, *, actor: Actor, now: datetime) -> None:
    """The colleague came in: the link lasts from now on, and whoever handed over gets no more mail.

    Called by every first entry; nothing happens for a respondent who was not proposed, or has accepted already.
    """
    respondent = link.respondent
    if respondent.accept_by is None or respondent.accepted_at is not None:
        return
    respondent.accepted_at, link.expires_at = now, None
    session.flush()
    if respondent.replaces and respondent.added_by_id is not None:
        elder = session.get_one(Respondent, respondent.added_by_id)
        stop(session, elder, "handed_over", actor=actor, now=now)


def lapse(session: Session, study: Study, now: datetime) -> int:
    """Stops the colleagues who did not accept in time; how many. Safe to repeat (the scheduler calls it)."""
    late = select(Respondent).where(
        Respondent.study_id == study.id,
        Respondent.accept_by < now,
        Respondent.accepted_at.is_(None),
        Respondent.stopped_at.is_(None),
    )
    found = list(session.scalars(late))
    for one in found:
        stop(session, one, "not_accepted", actor=Actor.system("calendar"), now=now)
    return len(found)


def _known(
    session: Session, installation: Installation, respondent: Respondent, person: Person
) -> Respondent | None:
    mailbox = mailbox_of(installation.vault, person.email)
    return session.scalar(
        select(Respondent).where(Respondent.centre_id == respondent.centre_id, Respondent.mailbox == mailbox)
    )


def _add(
    session: Session,
    installation: Installation,
    study: Study,
    respondent: Respondent,
    person: Person,
    actor: Actor,
    now: datetime,
) -> Respondent:
    return add_respondent(
        session,
        installation,
        study,
        session.get_one(Centre, respondent.centre_id),
        person,
        source="colleague",
        actor=actor,
        now=now,
        added_by=respondent,
        accept_by=now + ACCEPT_WITHIN,
    )


def _ask_again(
    session: Session,
    installation: Installation,
    known: Respondent,
    person: Person,
    respondent: Respondent,
    actor: Actor,
    now: datetime,
) -> None:
    lapsed = known.accept_by is not None and known.accepted_at is None and known.accept_by <= now
    if not lapsed or known.box.bounced_at is not None:
        raise ColleagueRefused(
            why_fr="cette adresse est déjà connue pour ce centre.",
            why_en="this address is known for this centre already.",
        )
    restart(session, installation, known, actor=actor, now=now)
    for column, cell in seal(installation.vault, known.id, person).items():
        setattr(known.identity, column, cell)
    known.function, known.added_by_id = person.function, respondent.id
    known.accept_by = known.link.expires_at = now + ACCEPT_WITHIN


def _refuse_excess(session: Session, respondent: Respondent) -> None:
    # Nobody can use a study to write to half a hospital.
    brought = select(Respondent.id).where(
        Respondent.centre_id == respondent.centre_id, Respondent.source == "colleague"
    )
    if len(session.scalars(brought).all()) >= MOST_COLLEAGUES:
        raise ColleagueRefused(
            why_fr=f"ce centre en a déjà proposé {MOST_COLLEAGUES} ; appelez le promoteur.",
            why_en=f"this centre has named {MOST_COLLEAGUES} already; call the sponsor.",
        )


def _person(name: str, email: str, function: str, language: str) -> Person:
    try:
        name, function = (" ".join(canonical(text).split()) for text in (name, function))
    except NotCanonical as error:
        raise ColleagueRefused(why_fr=error.message("fr"), why_en=error.message("en")) from error
    if not name or not function or max(len(name), len(function)) > LONGEST or language not in ("fr", "en"):
        raise ColleagueRefused(
            why_fr="indiquez son nom et sa fonction (200 caractères au plus).",
            why_en="give a name and a function (at most 200 characters).",
        )
    return Person(name=name, email=email, telephone="", function=function, language=language)


def _mails_so_far(session: Session, colleague: Respondent) -> int:
    had = (
        select(Mail.id)
        .join(Wave, Wave.id == Mail.wave_id)
        .where(
            Mail.study_id == colleague.study_id, Mail.mailbox == colleague.mailbox, Wave.kind == "colleague"
        )
    )
    return len(session.scalars(had).all())
