"""What is known of somebody at a centre, put right: name, function, telephone, language; and another address, safely."""

from dataclasses import fields
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from app.cohort.models import Study
from app.journal.recording import record
from app.kernel.actor import Actor
from app.kernel.installation import Installation
from app.outreach import links
from app.outreach.errors import RespondentExists
from app.outreach.models import Mail, Respondent
from app.outreach.people import Person, mailbox_for, person_of, seal


def differing(before: Person, after: Person) -> tuple[str, ...]:
    """What of a person is said otherwise, by name."""
    return tuple(one.name for one in fields(Person) if getattr(before, one.name) != getattr(after, one.name))


def amend(
    session: Session,
    installation: Installation,
    study: Study,
    respondent: Respondent,
    person: Person,
    *,
    actor: Actor,
    now: datetime,
) -> tuple[str, ...]:
    """The respondent as `person` says; what changed, by name, which the journal keeps without the words themselves.

    With another mailbox their link is replaced, so that nobody comes in by a mail to the old one, and what waits to
    leave goes to the new one. Raises RespondentExists where the centre has somebody with that address.
    """
    before = person_of(installation.vault, respondent)
    changed = differing(before, person)
    if not changed:
        return ()
    mailbox = mailbox_for(session, installation, person)
    if mailbox != respondent.mailbox:
        _readdress(session, installation, respondent, mailbox, actor, now)
    for name, cell in seal(installation.vault, respondent.id, person).items():
        setattr(respondent.identity, name, cell)
    respondent.function, respondent.language = person.function, person.language
    session.flush()
    record(
        session,
        actor=actor,
        at=now,
        action="respondent.changed",
        subject_type="respondent",
        subject_id=str(respondent.id),
        study=study.code,
        field=",".join(changed),
        old=before.function if "function" in changed else None,
        new=person.function,
    )
    return changed


def _readdress(
    session: Session, installation: Installation, respondent: Respondent, mailbox: str, actor: Actor, now: datetime
) -> None:
    try:
        with session.begin_nested():
            respondent.mailbox = mailbox
    except IntegrityError:
        raise RespondentExists(centre=respondent.centre.name) from None
    session.expire(respondent, ["box"])
    # A mail that a worker has written already carries the old link: it sees that, and writes it anew.
    if respondent.link.revoked_at is None:
        links.reissue(session, installation.keys, respondent.link, actor=actor, now=now)
    other = aliased(Mail)
    twin = exists().where(other.wave_id == Mail.wave_id, other.mailbox == mailbox)
    waiting = select(Mail, twin).where(Mail.respondent_id == respondent.id, Mail.state.in_(("planned", "leased")))
    for mail, has_twin in session.execute(waiting.with_for_update(of=Mail)).all():
        if has_twin:
            mail.state, mail.reason, mail.worker = "suppressed", "same_mailbox", None
        else:
            mail.mailbox = mailbox
    session.flush()
