"""The people at the centres: adding one with a sealed identity and a link, opening an identity, stopping the mails."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from app.cohort.models import Centre, Study
from app.journal.recording import record
from app.kernel.actor import Actor
from app.kernel.installation import Installation
from app.kernel.vault import Vault
from app.outreach import links
from app.outreach.addresses import mailbox_of
from app.outreach.errors import RespondentExists, UnknownRespondent
from app.outreach.models import Entry, Link, Mailbox, Respondent, RespondentIdentity
from app.outreach.words import Source, StopReason

TABLE = RespondentIdentity.__tablename__
# Whoever is not the right person any more must not be able to come in either; an unsubscribed person may.
ENDS_THE_LINK: frozenset[StopReason] = frozenset({"left", "wrong_address", "handed_over", "not_accepted"})


@dataclass(frozen=True)
class Person:
    """Who a respondent is, opened: for a mail that leaves, or for a screen that may show it."""

    name: str
    email: str
    telephone: str
    function: str
    language: str


def add_respondent(
    session: Session,
    installation: Installation,
    study: Study,
    centre: Centre,
    person: Person,
    *,
    source: Source,
    actor: Actor,
    now: datetime,
    added_by: Respondent | None = None,
    accept_by: datetime | None = None,
) -> Respondent:
    """A new respondent with a sealed identity and a link of their own, journalled without name or address.

    Raises RespondentExists when somebody else has just added the same address to this centre.
    """
    respondent = Respondent(
        study_id=study.id,
        centre_id=centre.id,
        mailbox=mailbox_for(session, installation, person),
        function=person.function,
        language=person.language,
        source=source,
        added_by_id=added_by.id if added_by else None,
        created_at=now,
        accept_by=accept_by,
    )
    try:
        with session.begin_nested():
            session.add(respondent)
    except IntegrityError:
        raise RespondentExists(centre=centre.name) from None
    sealed = seal(installation.vault, respondent.id, person)
    session.add(RespondentIdentity(respondent_id=respondent.id, **sealed))
    links.make_link(session, installation.keys, respondent, now, expires_at=accept_by)
    _journal(
        session, study, respondent, actor, now, "respondent.added", new=f"{centre.code} {person.function}"
    )
    return respondent


def mailbox_for(session: Session, installation: Installation, person: Person) -> str:
    """The person's mailbox, made unless it is known; another centre's desk may be making it at the same moment."""
    mailbox = mailbox_of(installation.vault, person.email)
    if session.get(Mailbox, mailbox) is None:
        with suppress(IntegrityError), session.begin_nested():
            session.add(Mailbox(id=mailbox))
    return mailbox


def seal(vault: Vault, respondent_id: int, person: Person) -> dict[str, bytes | None]:
    """The sealed cells of a person."""
    return {
        "name": vault.seal(TABLE, respondent_id, "name", person.name),
        "email": vault.seal(TABLE, respondent_id, "email", person.email),
        "telephone": vault.seal(TABLE, respondent_id, "telephone", person.telephone)
        if person.telephone
        else None,
    }


def person_of(vault: Vault, respondent: Respondent) -> Person:
    """The respondent's identity, opened. The caller answers for whoever sees it."""
    cells, key = respondent.identity, respondent.id
    return Person(
        name=vault.open(TABLE, key, "name", cells.name),
        email=vault.open(TABLE, key, "email", cells.email),
        telephone=vault.open(TABLE, key, "telephone", cells.telephone) if cells.telephone else "",
        function=respondent.function,
        language=respondent.language,
    )


def known_people(session: Session, vault: Vault, link: Link) -> list[tuple[str, str]]:
    """Name and function of the link's respondent, then of everyone who came in by it, without repeats."""
    person = person_of(vault, link.respondent)
    entered = select(Entry.person_name, Entry.person_function).where(Entry.link_id == link.id)
    known = [(person.name, person.function)] if person.name else []
    known += session.execute(entered.order_by(Entry.entered_at)).all()
    return list(dict.fromkeys(known))


def respondents_of(session: Session, study: Study, centre: Centre | None = None) -> list[Respondent]:
    """The respondents of a study (or of one centre), stopped ones too, by centre then arrival."""
    query = (
        select(Respondent)
        .where(Respondent.study_id == study.id)
        .options(joinedload(Respondent.identity), joinedload(Respondent.link))
        .options(joinedload(Respondent.centre), joinedload(Respondent.box))
        .order_by(Respondent.centre_id, Respondent.id)
    )
    if centre is not None:
        query = query.where(Respondent.centre_id == centre.id)
    return list(session.scalars(query))


def respondent_by_id(session: Session, study: Study, respondent_id: int) -> Respondent:
    """One respondent of this study. Raises UnknownRespondent, also for another study's."""
    found = session.get(Respondent, respondent_id)
    if found is None or found.study_id != study.id:
        raise UnknownRespondent(respondent=respondent_id)
    return found


def stop(
    session: Session, respondent: Respondent, reason: StopReason, *, actor: Actor, now: datetime
) -> None:
    """No more mail to this person, at once and for the mails already planned; journalled. Safe to repeat.

    For "left", "wrong_address", "handed_over" and "not_accepted" the link is revoked in the same transaction.
    """
    if respondent.active:
        respondent.stopped_at, respondent.stop_reason = now, reason
        session.flush()
        study = session.get_one(Study, respondent.study_id)
        _journal(session, study, respondent, actor, now, "respondent.stopped", new=reason)
    if reason in ENDS_THE_LINK:
        links.revoke(session, respondent.link, actor=actor, now=now, reason=reason)


def restart(
    session: Session, installation: Installation, respondent: Respondent, *, actor: Actor, now: datetime
) -> None:
    """Mails may go to this person again, with a fresh link where theirs was revoked; the mailbox is trusted anew."""
    study = session.get_one(Study, respondent.study_id)
    _journal(session, study, respondent, actor, now, "respondent.restarted", old=respondent.stop_reason)
    respondent.stopped_at = respondent.stop_reason = None
    respondent.box.bounced_at = respondent.box.bounce_reason = None
    if respondent.link.revoked_at is not None:
        links.reissue(session, installation.keys, respondent.link, actor=actor, now=now)
    session.flush()


def _journal(
    session: Session,
    study: Study,
    respondent: Respondent,
    actor: Actor,
    now: datetime,
    action: str,
    *,
    old: str | None = None,
    new: str | None = None,
) -> None:
    record(
        session,
        actor=actor,
        at=now,
        action=action,
        subject_type="respondent",
        subject_id=str(respondent.id),
        study=study.code,
        old=old,
        new=new,
    )
