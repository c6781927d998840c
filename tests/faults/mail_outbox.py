"""An outbox filled quickly: thousands of respondents with their sealed identities, links and planned mails."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.kernel.installation import Installation
from app.kernel.tables import random_key
from app.outreach.links import hash_of, token_of
from app.outreach.models import Link, Mail, Mailbox, Respondent, RespondentIdentity, Wave
from app.outreach.people import Person, seal
from tests.outreach.builders import Town

BATCH = 500


def fill(town: Town, emails: Sequence[str], now: datetime, kind: str = "invitation") -> None:
    """One respondent and one planned mail for each address, all at the town's first centre."""
    for at in range(0, len(emails), BATCH):
        with town.installation.database.writing() as session:
            _fill(session, town, emails[at : at + BATCH], now, kind)


def _fill(session: Session, town: Town, emails: Sequence[str], now: datetime, kind: str) -> None:
    installation, wave = town.installation, _wave(session, town, kind, now)
    first = (session.scalar(select(func.max(Respondent.id))) or 0) + 1
    mailboxes = [installation.vault.index("mailbox", email) for email in emails]
    session.execute(insert(Mailbox), [{"id": one} for one in mailboxes])
    ids = session.scalars(
        insert(Respondent).returning(Respondent.id, sort_by_parameter_order=True),
        [
            {
                "study_id": town.study_id,
                "centre_id": town.centres[0],
                "mailbox": mailbox,
                "function": "pharmacien",
                "language": "fr",
                "source": "import",
                "created_at": now,
            }
            for mailbox in mailboxes
        ],
    ).all()
    assert ids[0] >= first
    session.execute(insert(RespondentIdentity), _identities(installation, ids, emails))
    session.execute(insert(Link), [_link(installation, key, now) for key in ids])
    mails = [
        {
            "id": random_key(),
            "study_id": town.study_id,
            "wave_id": wave,
            "respondent_id": key,
            "mailbox": mailbox,
            "kind": kind,
            "state": "planned",
            "queued_at": now,
            "due_at": now,
            "attempts": 0,
        }
        for key, mailbox in zip(ids, mailboxes, strict=True)
    ]
    session.execute(insert(Mail), mails)


def _identities(
    installation: Installation, ids: Sequence[int], emails: Sequence[str]
) -> list[dict[str, object]]:
    people = [Person("Dr Essai", email, "", "pharmacien", "fr") for email in emails]
    return [
        {"respondent_id": key, **seal(installation.vault, key, person)}
        for key, person in zip(ids, people, strict=True)
    ]


def _link(installation: Installation, respondent: int, now: datetime) -> dict[str, object]:
    link = Link(id=random_key(), generation=1)
    return {
        "id": link.id,
        "respondent_id": respondent,
        "generation": 1,
        "token_hash": hash_of(token_of(installation.keys, link)),
        "made_at": now,
    }


def _wave(session: Session, town: Town, kind: str, now: datetime) -> int:
    known = session.scalar(select(Wave.id).where(Wave.study_id == town.study_id, Wave.kind == kind))
    if known is not None:
        return known
    wave = Wave(study_id=town.study_id, kind=kind, number=1, created_at=now)
    session.add(wave)
    session.flush()
    return wave.id


def states(installation: Installation) -> dict[str, tuple[str, str | None, int]]:
    """State, reason and tries of every mail by its id."""
    with installation.database.reading() as session:
        rows = session.execute(select(Mail.id, Mail.state, Mail.reason, Mail.attempts)).all()
    return {key: (state, reason, attempts) for key, state, reason, attempts in rows}
