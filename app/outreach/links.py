"""Keyed links: made from a key outside the database, found by a hash, revoked by a generation (R1-R9)."""

import base64
import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.orm import Session, joinedload

from app.cohort.models import Centre, Study
from app.journal.recording import record
from app.kernel.actor import Actor
from app.kernel.installation import Installation
from app.kernel.keys import Keys
from app.kernel.language import Language
from app.kernel.prepared import Prepared
from app.kernel.settings import Settings
from app.kernel.texts import TextRefused, kept_line
from app.outreach.errors import LinkRefused, PersonUnnamed, PersonUnreadable
from app.outreach.models import Entry, Link, Respondent, RespondentIdentity

TOKEN_BYTES = 20  # 160 bits, which are 32 letters and digits without any that a mail client might cut off
LONGEST_NAME = 200


_ENTERED = Prepared(
    select(
        Entry.id, Entry.person_name, Entry.person_function, Link.id.label("link_id"),
        Respondent.id.label("respondent_id"), Respondent.language, Respondent.study_id,
        Centre.id.label("centre_id"), Centre.name, Centre.merged_into_id,
        Entry.generation, Entry.ended_at, Link.generation.label("link_generation"),
        Link.revoked_at, Link.expires_at,
    )
    .join(Link, Link.id == Entry.link_id)
    .join(Respondent, Respondent.id == Link.respondent_id)
    .join(Centre, Centre.id == Respondent.centre_id)
    .where(Entry.id == bindparam("entry"))
)  # fmt: skip


class Entered(NamedTuple):
    """An entry that lets in, as far as every request needs it: the person, and where their link leads."""

    id: str
    person_name: str
    person_function: str
    link_id: str
    respondent_id: int
    language: Language
    study_id: int
    centre_id: int
    centre_name: str
    centre_merged_into: int | None

    @property
    def actor(self) -> Actor:
        """The person as `actor_of` names them."""
        return _actor(self.person_name, self.person_function, self.centre_name, self.id)


def token_of(keys: Keys, link: Link) -> str:
    """The 32 characters (a-z, 2-7) that open `link` in its present generation; they are stored nowhere."""
    message = f"{link.id}\x1f{link.generation}".encode()
    digest = hmac.new(keys.link, message, hashlib.sha256).digest()
    return base64.b32encode(digest[:TOKEN_BYTES]).decode().lower()


def url_of(settings: Settings, keys: Keys, link: Link) -> str:
    """The address that a mail carries. Its host comes from the settings alone, never from a request (R11)."""
    return f"{settings.public_url}/r/{token_of(keys, link)}"


def hash_of(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def make_link(
    session: Session, keys: Keys, respondent: Respondent, now: datetime, expires_at: datetime | None = None
) -> Link:
    """A first link for a respondent that has none."""
    link = Link(respondent_id=respondent.id, generation=1, made_at=now, expires_at=expires_at)
    link.revoked_at = now  # a link without its hash counts as revoked, until the line below
    session.add(link)
    session.flush()
    link.revoked_at, link.token_hash = None, hash_of(token_of(keys, link))
    session.flush()
    return link


def find_link(session: Session, keys: Keys, token: str, now: datetime) -> Link:
    """The link that `token` opens at `now`.

    Raises LinkRefused, the same for an unknown, expired, revoked or malformed token.
    """
    found = session.scalar(select(Link).where(Link.token_hash == hash_of(token)))
    if found is None or not _in_force(found.revoked_at, found.expires_at, now):
        raise LinkRefused
    # The hash is public to whoever reads the database; only the key's holder can have made the token.
    if not hmac.compare_digest(token_of(keys, found).encode(), token.encode(errors="replace")):
        raise LinkRefused
    return found


def link_in_force(session: Session, link_id: str, generation: int, now: datetime) -> Link:
    """The link of a page that was opened with its token a moment ago. Raises LinkRefused."""
    link = session.get(Link, link_id)
    if link is None or link.generation != generation or not _in_force(link.revoked_at, link.expires_at, now):
        raise LinkRefused
    return link


def enter(session: Session, link: Link, *, name: str, function: str, now: datetime) -> Entry:
    """The entry of the person who pressed the button and gave name and function.

    Raises PersonUnnamed when either is blank, PersonUnreadable when one cannot be kept. This counts as "opened";
    opening a page does not.
    """
    try:
        person = kept_line(name, LONGEST_NAME), kept_line(function, LONGEST_NAME)
    except TextRefused as refused:
        raise PersonUnreadable(**refused.facts) from None
    if not person[0] or not person[1]:
        raise PersonUnnamed
    entry = Entry(
        link_id=link.id,
        generation=link.generation,
        person_name=person[0],
        person_function=person[1],
        entered_at=now,
    )
    session.add(entry)
    session.flush()
    # Here and not above: a colleague is made with a link, and accepts by entering.
    from app.outreach.colleagues import accept

    respondent, actor = link.respondent, actor_of(entry, link.respondent)
    accept(session, link, actor=actor, now=now)
    record(
        session,
        actor=actor,
        at=now,
        action="link.entered",
        subject_type="respondent",
        subject_id=str(respondent.id),
        study=_study_code(session, respondent),
    )
    return entry


def actor_of(entry: Entry, respondent: Respondent) -> Actor:
    """The person behind an entry, as the journal names them: name, function, centre."""
    return _actor(entry.person_name, entry.person_function, respondent.centre.name, entry.id)


def _actor(name: str, function: str, centre: str, entry_id: str) -> Actor:
    return Actor("respondent", name, function, centre, entry_id)


def entry_in_force(connection: Connection, entry_id: str, now: datetime) -> Entered:
    """The entry, when it still lets in. Raises LinkRefused when it or its link has ended."""
    found = _ENTERED.first(connection, entry=entry_id)
    if found is None:
        raise LinkRefused
    *known, generation, ended_at, link_generation, revoked_at, expires_at = found
    if ended_at is not None or generation != link_generation or not _in_force(revoked_at, expires_at, now):
        raise LinkRefused
    return Entered(*known)


def entries_of(session: Session, link: Link) -> list[Entry]:
    """Everyone who came in by this link, the newest first."""
    return list(session.scalars(select(Entry).where(Entry.link_id == link.id).order_by(Entry.entered_at.desc())))


def leave(session: Session, entry: Entry, now: datetime) -> None:
    """Ends one person's entry; the link itself goes on working."""
    entry.ended_at = entry.ended_at or now
    session.flush()


def revoke(session: Session, link: Link, *, actor: Actor, now: datetime, reason: str | None = None) -> None:
    """Makes the link's token worthless for ever and ends whoever is inside, in this transaction."""
    if link.revoked_at is None:
        link.generation += 1
        link.token_hash, link.revoked_at = None, now
        session.flush()
    _end_entries(session, link, now)
    _journal(session, link, actor, now, "link.revoked", reason)


def reissue(session: Session, keys: Keys, link: Link, *, actor: Actor, now: datetime) -> None:
    """Gives the respondent a new token (the next mail carries it); the old one is revoked if it was not."""
    if link.revoked_at is None:
        link.generation += 1
        _end_entries(session, link, now)
    link.revoked_at, link.token_hash = None, hash_of(token_of(keys, link))
    session.flush()
    _journal(session, link, actor, now, "link.reissued", None)


@dataclass(frozen=True)
class LinkLine:
    """One line of the telephone desk's list of links."""

    respondent: str
    centre: str
    courriel: str
    url: str


def list_links(
    session: Session, installation: Installation, study: Study, *, actor: Actor, now: datetime
) -> list[LinkLine]:
    """Every link in force with its URL, by centre then respondent; that the list was made is journalled."""
    record(
        session,
        actor=actor,
        at=now,
        action="links.listed",
        subject_type="study",
        subject_id=study.code,
        study=study.code,
    )
    return list(_link_lines(session, installation, study, now))


def _link_lines(
    session: Session, installation: Installation, study: Study, now: datetime
) -> Iterator[LinkLine]:
    query = (
        select(Link)
        .join(Link.respondent)
        .where(Respondent.study_id == study.id, Link.revoked_at.is_(None))
        .options(joinedload(Link.respondent).joinedload(Respondent.identity))
        .options(joinedload(Link.respondent).joinedload(Respondent.centre))
        .order_by(Respondent.centre_id, Respondent.id)
    )
    for link in session.scalars(query):
        if not _in_force(link.revoked_at, link.expires_at, now):
            continue
        person, vault = link.respondent, installation.vault
        identity = person.identity
        yield LinkLine(
            respondent=vault.open(RespondentIdentity.__tablename__, person.id, "name", identity.name),
            centre=person.centre.name,
            courriel=vault.open(RespondentIdentity.__tablename__, person.id, "email", identity.email),
            url=url_of(installation.settings, installation.keys, link),
        )


def _in_force(revoked_at: datetime | None, expires_at: datetime | None, now: datetime) -> bool:
    return revoked_at is None and (expires_at is None or now < expires_at)


def _end_entries(session: Session, link: Link, now: datetime) -> None:
    session.execute(
        update(Entry).where(Entry.link_id == link.id, Entry.ended_at.is_(None)).values(ended_at=now)
    )


def _journal(
    session: Session, link: Link, actor: Actor, now: datetime, action: str, reason: str | None
) -> None:
    record(
        session,
        actor=actor,
        at=now,
        action=action,
        subject_type="respondent",
        subject_id=str(link.respondent_id),
        study=_study_code(session, link.respondent),
        reason=reason,
    )


def _study_code(session: Session, respondent: Respondent) -> str:
    return session.scalars(select(Study.code).where(Study.id == respondent.study_id)).one()
