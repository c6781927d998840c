"""A person whom nobody invited names themself behind a link: the link's respondent is told by mail.

One mail tells of everybody new until it leaves, and a link gives so many of them at most.
"""

import re
import unicodedata
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.cohort.models import Study
from app.kernel.actor import Actor
from app.kernel.vault import Vault
from app.outreach.inviting import Suggestion, queue
from app.outreach.models import Entry, Mail, Respondent
from app.outreach.people import TABLE

MOST_MAILS = 3
MOST_NAMED = 3
WAITING = ("planned", "leased")
TITLES = frozenset({"dr", "docteur", "pr", "prof", "professeur", "m", "mr", "mme", "mlle", "ms", "mrs"})
# Anybody who holds the link may type a name: a mail repeats only what looks like one, never an address.
NAME_LIKE = re.compile(r"[^\W\d_](?:[^\W\d_]|[’'\- ]|\.(?= )){0,59}")


def tell_newcomer(session: Session, vault: Vault, entry: Entry, *, actor: Actor, now: datetime) -> bool:
    """Queues the mail to the link's respondent when `entry` is a person new to this centre; whether it did.

    Nobody is told of themself, of another respondent of the centre, of somebody who came in before, or when such a
    mail waits already or the link has given MOST_MAILS of them. A link whose own person has no name belongs to the
    first who comes in.
    """
    respondent = entry.link.respondent
    if not _is_new(session, vault, entry, respondent):
        return False
    had = session.scalars(
        select(Mail).where(Mail.respondent_id == respondent.id, Mail.kind == "newcomer")
    ).all()
    if len(had) >= MOST_MAILS or any(mail.state in WAITING for mail in had):
        return False
    study = session.get_one(Study, respondent.study_id)
    number = _mails_so_far(session, respondent) + 1
    queue(session, study, [Suggestion(respondent, "newcomer", number, None, now)], actor=actor, now=now)
    return True


def newcomers_of(session: Session, respondent: Respondent, since: datetime) -> str:
    """Who came in by the link since a mail was queued, as one line; empty when no name may be repeated."""
    query = select(Entry).where(Entry.link_id == respondent.link.id, Entry.entered_at >= since)
    told: dict[str, None] = {}
    for entry in session.scalars(query.order_by(Entry.entered_at)):
        if NAME_LIKE.fullmatch(entry.person_name):
            function = entry.person_function
            told[
                f"{entry.person_name} ({function})" if NAME_LIKE.fullmatch(function) else entry.person_name
            ] = None
    return ", ".join(list(told)[:MOST_NAMED])


def _is_new(session: Session, vault: Vault, entry: Entry, respondent: Respondent) -> bool:
    earlier = select(Entry.person_name).where(Entry.link_id == entry.link_id, Entry.id != entry.id)
    before = list(session.scalars(earlier))
    of_centre = select(Respondent).where(Respondent.centre_id == respondent.centre_id)
    people = session.scalars(of_centre.options(joinedload(Respondent.identity))).all()
    names = {one.id: vault.open(TABLE, one.id, "name", one.identity.name) for one in people}
    if not names[respondent.id] and not before:
        return False
    words = _words(entry.person_name)
    return not any(_same(words, _words(name)) for name in (*names.values(), *before))


def _same(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two names may be one person's: « Dr Ève Martin » and « MARTIN »."""
    return bool(one and other) and (one <= other or other <= one)


def _words(name: str) -> frozenset[str]:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return frozenset(re.findall(r"[a-z]+", plain)) - TITLES


def _mails_so_far(session: Session, respondent: Respondent) -> int:
    # By mailbox and not by respondent: one wave writes to a mailbox once.
    had = select(Mail.id).where(
        Mail.study_id == respondent.study_id, Mail.mailbox == respondent.mailbox, Mail.kind == "newcomer"
    )
    return len(session.scalars(had).all())
