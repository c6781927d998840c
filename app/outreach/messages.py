"""The wording of every mail: shipped text files, or a study's own, with plain placeholders and no template code.

A wording is a subject and paragraphs; `{link}` stands alone on its line. Nothing here is ever run as a template.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cohort.models import Study
from app.journal.recording import record
from app.kernel.actor import Actor
from app.kernel.language import LANGUAGES, Language
from app.outreach.errors import MessageRefused, UnknownMessage
from app.outreach.models import MessageText
from app.outreach.words import MAIL_KINDS
from forms.canonical import NotCanonical, canonical

FOLDER = Path(__file__).parent / "messages"
PLACEHOLDERS = (
    "study", "centre", "name", "function", "link", "organiser", "registration", "contact", "telephone",
    "patients", "minutes", "invited_on", "return_by", "colleague", "newcomer",
)  # fmt: skip
# An announcement asks for nothing yet, so that it needs no link; every other mail is useless without one.
WITHOUT_LINK = ("announcement",)
HEADING = re.compile(r"\A(?:Objet|Subject)\s*:\s*(.+)\n\n")
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
# A token typed into a text would open one centre's list to everybody who gets the mail.
TOKEN = re.compile(r"/r/|[a-z2-7]{32}|\bhttps?:", re.IGNORECASE)
MOST_ONCE = (("une fois au plus", "once at most"), ("une fois", "once"))
LONGEST_SUBJECT, LONGEST_BODY = 150, 6_000


@dataclass(frozen=True)
class Wording:
    """A message in one language: its subject and its paragraphs, placeholders unfilled."""

    subject: str
    body: str

    @property
    def paragraphs(self) -> list[str]:
        """The body, cut at its empty lines."""
        return [part.strip() for part in re.split(r"\n\s*\n", self.body) if part.strip()]


@cache
def shipped(kind: str, language: str) -> Wording:
    """The wording that Recueil ships. Raises UnknownMessage."""
    path = FOLDER / f"{kind}.{language}.txt"
    if kind not in MAIL_KINDS or language not in LANGUAGES or not path.is_file():
        raise UnknownMessage(kind=kind, language=language)
    text = path.read_text(encoding="utf-8")
    heading = HEADING.match(text)
    if heading is None:
        raise UnknownMessage(kind=kind, language=language)
    return Wording(heading.group(1).strip(), text[heading.end() :].strip())


@cache
def footer(language: Language) -> list[str]:
    """The paragraphs under every mail; no study can edit them."""
    return Wording("", (FOLDER / f"footer.{language}.txt").read_text(encoding="utf-8")).paragraphs


def wording_of(session: Session, study: Study, kind: str, language: str) -> Wording:
    """The study's own wording of a message, or the shipped one."""
    own = session.get(MessageText, (study.id, kind, language))
    return Wording(own.subject, own.body) if own else shipped(kind, language)


def own_wordings(session: Session, study: Study) -> list[tuple[str, str]]:
    """Which messages (kind, language) this study words itself."""
    query = select(MessageText.kind, MessageText.language).where(MessageText.study_id == study.id)
    return sorted(session.execute(query))


def save_wording(
    session: Session, study: Study, kind: str, language: str, wording: Wording, *, actor: Actor, now: datetime
) -> Wording:
    """The study's own wording from now on, checked and journalled with what it replaces. Raises MessageRefused."""
    before = wording_of(session, study, kind, language)
    checked = check_wording(wording, kind)
    session.merge(
        MessageText(
            study_id=study.id,
            kind=kind,
            language=language,
            subject=checked.subject,
            body=checked.body,
            changed_at=now,
            changed_by=actor.name,
        )
    )
    session.flush()
    _journal(session, study, kind, language, before, checked, actor, now)
    return checked


def reset_wording(
    session: Session, study: Study, kind: str, language: str, *, actor: Actor, now: datetime
) -> None:
    """Back to the shipped wording, journalled. Safe to repeat."""
    own = session.get(MessageText, (study.id, kind, language))
    if own is not None:
        before = Wording(own.subject, own.body)
        session.delete(own)
        session.flush()
        _journal(session, study, kind, language, before, shipped(kind, language), actor, now)


def check_wording(wording: Wording, kind: str = "invitation") -> Wording:
    """The wording of such a message in canonical form. Raises MessageRefused with what to mend."""
    try:
        subject = " ".join(canonical(wording.subject).split())
        body = canonical(wording.body).strip()
    except NotCanonical as error:
        raise MessageRefused(why_fr=error.message("fr"), why_en=error.message("en")) from error
    for wrong, why_fr, why_en in _complaints(subject, body, 0 if kind in WITHOUT_LINK else 1):
        if wrong:
            raise MessageRefused(why_fr=why_fr, why_en=why_en)
    return Wording(subject, body)


def _complaints(subject: str, body: str, least_links: int) -> list[tuple[bool, str, str]]:
    used = PLACEHOLDER.findall(subject + body)
    unknown = ", ".join(sorted({f"{{{name}}}" for name in used if name not in PLACEHOLDERS}))
    alone = [line for line in body.splitlines() if line.strip() == "{link}"]
    known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
    stray = PLACEHOLDER.sub("", subject + body)
    return [
        (not subject, "l’objet manque.", "the subject is missing."),
        (
            len(subject) > LONGEST_SUBJECT or len(body) > LONGEST_BODY,
            "texte trop long (objet 150, corps 6 000 caractères).",
            "text too long (subject 150, body 6,000 characters).",
        ),
        (
            bool(unknown),
            f"repère inconnu {unknown} ; repères possibles : {known}.",
            f"unknown placeholder {unknown}; possible ones: {known}.",
        ),
        ("{" in stray or "}" in stray, "une accolade est restée seule.", "a brace stands alone."),
        (
            not least_links <= len(alone) == used.count("link") <= 1,
            f"le repère {{link}} doit figurer {MOST_ONCE[least_links][0]}, seul sur sa ligne.",
            f"the placeholder {{link}} must stand {MOST_ONCE[least_links][1]}, alone on its line.",
        ),
        (
            bool(TOKEN.search(subject + body)),
            "pas d’adresse web dans le texte : le lien personnel vient du repère {link}.",
            "no web address in the text: the personal link comes from the placeholder {link}.",
        ),
    ]


def fill(text: str, values: Mapping[str, str]) -> str | None:
    """The text with its placeholders filled, or None when one of them has no value (it is then left out)."""
    # Odd places are the names: they stand between the braces that the text was cut at.
    parts = _parts(text)
    if any(not values.get(name) for name in parts[1::2]):
        return None
    return "".join(values[part] if at % 2 else part for at, part in enumerate(parts))


@lru_cache(maxsize=512)
def _parts(text: str) -> list[str]:
    return PLACEHOLDER.split(text)


def _journal(
    session: Session,
    study: Study,
    kind: str,
    language: str,
    before: Wording,
    after: Wording,
    actor: Actor,
    now: datetime,
) -> None:
    record(
        session,
        actor=actor,
        at=now,
        action="message.changed",
        subject_type="message",
        subject_id=f"{kind}.{language}",
        study=study.code,
        old=f"{before.subject}\n\n{before.body}",
        new=f"{after.subject}\n\n{after.body}",
    )
