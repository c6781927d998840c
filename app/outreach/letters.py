"""From rows of the outbox to letters: who is written to, by which links, in which words. Reads only.

Everything is read first, in one snapshot; the words are made afterwards, mail by mail, without the database.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.cohort.models import Study
from app.kernel.errors import Refusal
from app.kernel.installation import Installation
from app.kernel.language import Language
from app.outreach.campaigns import Plan, plan_of
from app.outreach.composing import BUTTON, Button, Composed, Letter, compose_read, one_line, read
from app.outreach.copies import seal_copy
from app.outreach.leading import Lead, lead_of, patients_by_centre, patients_in_words
from app.outreach.links import url_of
from app.outreach.messages import Wording, wording_of
from app.outreach.models import Link, Mail, Respondent
from app.outreach.newcomers import newcomers_of
from app.outreach.people import person_of
from app.outreach.unsubscribing import unsubscribe_url


@dataclass(frozen=True)
class Written:
    """A mail as it would leave now, the links that it carries as (link id, generation), and its sealed copy."""

    mail_id: str
    composed: Composed
    carries: tuple[tuple[str, int], ...]
    sealed: bytes = b""


@dataclass(frozen=True)
class Unwritable:
    """A mail that cannot be made (an identity that does not open, a text that no header may hold)."""

    mail_id: str
    why: str


Steps = Generator[None, None, Written]


class Draft:
    """A mail whose every fact has been read: it is written without the database, step by step, while others wait."""

    def __init__(self, mail_id: str, steps: Steps) -> None:
        self._mail_id = mail_id
        self._steps = steps
        self._made: Written | Unwritable | None = None
        self._failed: Exception | None = None

    @property
    def written(self) -> Written | Unwritable:
        """The mail ready to leave; one that cannot be made stops no other."""
        while self._made is None:
            if self._failed is not None:
                raise self._failed
            self.prepare()
        return self._made

    def prepare(self) -> None:
        """One step of writing it, ahead of its turn; never raises, because another mail is on its way."""
        if self._made is not None or self._failed is not None:
            return
        try:
            next(self._steps)
        except StopIteration as end:
            self._made = end.value
        except (ValueError, Refusal) as error:
            self._made = Unwritable(self._mail_id, type(error).__name__)
        except Exception as error:  # a fault of ours: told at its own turn
            self._failed = error


def draft(session: Session, installation: Installation, mails: Sequence[Mail], now: datetime) -> list[Draft]:
    """The given rows, in their order, ready to be written after this session."""
    writer = Writer(session, installation, now)
    people = _people(session, mails)
    return [
        Draft(mail.id, writer.prepared(mail, people[mail.id])) for mail in mails
    ]


@dataclass(frozen=True)
class _Told:
    """What every letter of one study says alike."""

    study: Study
    lead: Lead
    plan: Plan
    patients: dict[int, int]


class Writer:
    """Writes several letters in one session; studies, plans and wordings are read once."""

    def __init__(self, session: Session, installation: Installation, now: datetime) -> None:
        self._session = session
        self._installation = installation
        self._now = now
        self._studies: dict[int, _Told] = {}
        self._wordings: dict[tuple[int, str, str], Wording] = {}

    def prepared(self, mail: Mail, people: Sequence[Respondent]) -> Steps:
        """Reads all that one mail needs, and says how to write it without the session.

        `people` are the respondents of its study who share its mailbox.
        """
        respondent = next(one for one in people if one.id == mail.respondent_id)
        wording = self._wording(respondent.study_id, mail.kind, respondent.language)
        told, elder = self._study(respondent.study_id), self._elder(respondent)
        newcomer = newcomers_of(self._session, respondent, mail.queued_at) if mail.kind == "newcomer" else ""
        carried = [one for one in people if one is respondent or _in_force(one, self._now)]
        carries = tuple((one.link.id, one.link.generation) for one in carried)

        def write() -> Steps:
            letter = self._letter(mail, respondent, carried, told, elder, newcomer)
            yield
            reading = read(letter, wording)
            yield
            composed = compose_read(letter, reading)
            yield
            sealed = seal_copy(self._installation.vault, mail.id, composed, reading)
            return Written(mail.id, composed, carries, sealed)

        return write()

    def _letter(
        self,
        mail: Mail,
        respondent: Respondent,
        carried: Sequence[Respondent],
        told: _Told,
        elder: Respondent | None,
        newcomer: str,
    ) -> Letter:
        installation, settings = self._installation, self._installation.settings
        language: Language = "en" if respondent.language == "en" else "fr"
        person = person_of(installation.vault, respondent)
        return Letter(
            mail_id=mail.id,
            kind=mail.kind,
            language=language,
            mail_from=settings.mail_from,
            name=one_line(person.name),
            email=person.email,
            study=one_line(told.study.title_en if language == "en" else told.study.title_fr),
            centre=one_line(respondent.centre.name),
            function=one_line(person.function),
            lead=told.lead,
            patients=patients_in_words(told.patients.get(respondent.centre_id, 0)),
            invited_on=day_in_words(told.plan.invited_on, language),
            return_by=day_in_words(told.plan.return_by, language),
            colleague=one_line(person_of(installation.vault, elder).name) if elder else "",
            host=urlsplit(settings.public_url).netloc,
            unsubscribe=unsubscribe_url(settings, installation.keys, respondent.id),
            links=tuple(self._button(one, len(carried) > 1, language) for one in carried),
            at=mail.first_tried_at or self._now,
            newcomer=newcomer,
        )

    def _wording(self, study_id: int, kind: str, language: str) -> Wording:
        key = (study_id, kind, language)
        if key not in self._wordings:
            self._wordings[key] = wording_of(self._session, self._study(study_id).study, kind, language)
        return self._wordings[key]

    def _button(self, respondent: Respondent, several: bool, language: Language) -> Button:
        url = url_of(self._installation.settings, self._installation.keys, respondent.link)
        return Button(one_line(respondent.centre.name) if several else BUTTON[language], url)

    def _study(self, study_id: int) -> _Told:
        if study_id not in self._studies:
            session, settings = self._session, self._installation.settings
            study = session.get_one(Study, study_id)
            self._studies[study_id] = _Told(
                study,
                lead_of(session, study, settings.mail_from),
                plan_of(session, study_id),
                patients_by_centre(session, study_id),
            )
        return self._studies[study_id]

    def _elder(self, respondent: Respondent) -> Respondent | None:
        """Who named this respondent, with the identity that the mail will open."""
        if respondent.added_by_id is None:
            return None
        whole = (joinedload(Respondent.identity),)
        return self._session.get_one(Respondent, respondent.added_by_id, options=whole)


def _people(session: Session, mails: Sequence[Mail]) -> dict[str, list[Respondent]]:
    """Who shares the mailbox of each mail's respondent: the one of today, should it have changed since it was queued."""
    whose = select(Respondent.id, Respondent.mailbox).where(Respondent.id.in_([mail.respondent_id for mail in mails]))
    boxes = {row[0]: row[1] for row in session.execute(whose)}
    query = (
        select(Respondent)
        .where(
            Respondent.mailbox.in_(set(boxes.values())),
            Respondent.study_id.in_({mail.study_id for mail in mails}),
        )
        .options(joinedload(Respondent.identity), joinedload(Respondent.link), joinedload(Respondent.centre))
        .order_by(Respondent.id)
    )
    found: dict[tuple[int, str], list[Respondent]] = {}
    for respondent in session.scalars(query):
        found.setdefault((respondent.study_id, respondent.mailbox), []).append(respondent)
    return {mail.id: found[mail.study_id, boxes[mail.respondent_id]] for mail in mails}


def _in_force(respondent: Respondent, now: datetime) -> bool:
    link: Link = respondent.link
    if respondent.centre.merged_into_id is not None:
        return False
    return (
        respondent.active and link.revoked_at is None and (link.expires_at is None or now < link.expires_at)
    )


def day_in_words(day: date | None, language: Language) -> str:
    """A day as a mail says it; nothing when there is none."""
    if day is None:
        return ""
    return f"{day:%d/%m/%Y}" if language == "fr" else f"{day.day} {day:%B %Y}"
