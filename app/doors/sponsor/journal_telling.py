"""Each entry of the journal in words: on whom, which question, the values before and after, and why.

It tells what the journal holds and no more: no identity is in it, and of a patient who opposed no value is told.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date

import orjson
from flask import url_for
from sqlalchemy.orm import Session

from app.cohort.models import Patient, Study
from app.collection.documents import cell_of
from app.collection.questionnaires import questionnaire_of, version_by_id
from app.doors.request import gettext, language, ngettext
from app.doors.sponsor.journal_reading import Entry
from app.doors.sponsor.journal_subjects import Subject, subjects_of
from app.doors.sponsor.patient_reading import label_at
from app.doors.sponsor.wording import (
    say_chase_status,
    say_count,
    say_date,
    say_decision,
    say_disposition,
    say_export_format,
    say_mail_state,
    say_outcome,
    say_plan_label,
    say_stop_reason,
)
from app.extraction.changes import shown
from app.extraction.reading import opposed_patients
from app.journal.models import JournalEntry
from app.outreach.calls import TELEPHONE, told_in
from forms.answers import Address, NotAnAddress
from forms.definition import Question, Questionnaire
from forms.types import kind_of

Say = Callable[[str], str]
UNNAMED = Subject("")
TO_MANAGERS = ("chase.noted", "call.begun")


@dataclass(frozen=True)
class Told:
    """One entry; `asked` is the question or setting that it is about, `silent` that its values may not be told."""

    entry: JournalEntry
    subject: Subject
    asked: str = ""
    old: str = ""
    new: str = ""
    why: str = ""
    silent: bool = False
    speaker: str = ""
    """On the telephone: who said it, for whom may know; and the page of that call."""
    call: str = ""


def tell(session: Session, study: Study, entries: Iterable[Entry], *, manager: bool) -> list[Told]:
    """The entries in words. What was said on the telephone is told to managers only, as on its own page."""
    pairs = list(entries)
    teller = _Teller(session, study, [entry for entry, _ in pairs])
    return [teller.tell(pair, manager) for pair in pairs]


class _Teller:
    """What a page of entries needs to be told, read once."""

    def __init__(self, session: Session, study: Study, entries: list[JournalEntry]) -> None:
        self.session, self.newest = session, questionnaire_of(session, study)
        self.subjects = subjects_of(session, study.code, entries)
        self.opposed = opposed_patients(session, study)
        heard = {entry.actor_ref for entry in entries if TELEPHONE in entry.actor_role}
        self.study, self.calls = study.code, told_in(session, {call for call in heard if call})

    def tell(self, pair: Entry, manager: bool) -> Told:
        """One entry in words."""
        told, call = self._told(pair, manager), self.calls.get(pair[0].actor_ref or "")
        if call is None or not manager:
            return told
        page = url_for("chasing.call", code=self.study, centre_id=call.centre_id, _anchor=f"call-{call.call_id}")
        return replace(told, speaker=f"{call.name}, {call.function}", call=page)

    def _told(self, pair: Entry, manager: bool) -> Told:
        entry, value = pair
        subject = self.subjects.get((entry.subject_type, entry.subject_id), UNNAMED)
        asked, question = self._asked(entry, subject)
        silent = subject.patient in self.opposed and not entry.action.startswith(("disposition.", "patient."))
        silent = silent or (entry.action in TO_MANAGERS and not manager)
        if value is None or silent:
            return Told(entry, subject, asked, silent=silent)
        old, new = self._values(entry, question, value.old, value.new)
        why = say_stop_reason(value.reason) if entry.action == "link.revoked" and value.reason else value.reason
        return Told(entry, subject, asked, old, new, why or "")

    def _asked(self, entry: JournalEntry, subject: Subject) -> tuple[str, Question | None]:
        if entry.action == "respondent.changed":
            return _what(entry.field or ""), None
        if entry.subject_type == "call":
            return gettext("Note d’appel %(number)s", number=entry.field), None
        if not entry.field or entry.subject_type not in ("response", "patient"):
            return (say_plan_label(entry.field) if entry.field else ""), None
        questionnaire = self.newest
        if subject.version is not None:
            questionnaire = version_by_id(self.session, subject.version).questionnaire
        if entry.action.startswith("line."):
            return _group(questionnaire, entry.field), None
        try:
            address = Address.parse(entry.field)
        except NotAnAddress:
            return "", None
        return label_at(questionnaire, address, language()), questionnaire.questions.get(address.name)

    def _values(
        self, entry: JournalEntry, question: Question | None, old: str | None, new: str | None
    ) -> tuple[str, str]:
        if entry.action in _UNSAID:
            return "", ""
        if entry.action in ("response.moved", "response.set_aside"):
            return self._code(old), self._code(new)
        say = _SAID.get(entry.action, str)
        if entry.action.startswith(("answer.", "fact.")):
            say = _answer(question)
        return say(old) if old else "", say(new) if new else ""

    def _code(self, key: str | None) -> str:
        patient = self.session.get(Patient, key) if key else None
        return patient.code if patient is not None else ""


def _what(names: str) -> str:
    words = {
        "name": gettext("nom"),
        "email": gettext("adresse"),
        "telephone": gettext("téléphone"),
        "function": gettext("fonction"),
        "language": gettext("langue"),
    }
    return ", ".join(words.get(name, name) for name in names.split(",") if name)


def _group(questionnaire: Questionnaire, field: str) -> str:
    code, _, visit = field.partition("@")
    if code not in questionnaire.repeats:
        return field
    visits = {one.code: one.label[language()] for one in questionnaire.visits}
    return " · ".join(filter(None, (questionnaire.repeats[code].label[language()], visits.get(visit, ""))))


def _answer(question: Question | None) -> Say:
    def say(stored: str) -> str:
        if question is None or question.identity or not stored.startswith("{"):
            return shown(stored) or ""
        cell = cell_of(orjson.loads(stored))
        try:
            said = kind_of(question.type).display(cell, question, language())
        except (KeyError, TypeError, ValueError):
            said = shown(stored) or ""  # given under a version where this question was of another type
        return f"{said} ({cell.comment})" if cell.comment else said

    return say


def _counted(numbers: str) -> str:
    return ngettext("%(num)s ligne", "%(num)s lignes", len(numbers.split(",")))


def _mails(count: str) -> str:
    return ngettext("%(num)s courriel", "%(num)s courriels", int(count)) if count.isdigit() else _day(count)


def _people(count: str) -> str:
    return ngettext("%(num)s personne", "%(num)s personnes", int(count))


def _disposition(kind: str) -> str:
    code, colon, destination = kind.partition(": ")
    return say_disposition(code) + (f"{colon}{destination}")


def _list(document: str) -> str:
    counts = orjson.loads(document)
    return gettext(
        "%(read)s lignes lues, %(kept)s retenues, %(review)s à revoir",
        **{name: say_count(counts[name]) for name in ("read", "kept", "review")},
    )


def _export(document: str) -> str:
    return say_export_format(str(orjson.loads(document)["format"]))


def _asked_export(format: str) -> str:
    word, _, number = format.partition(" ")
    return gettext("Coupe n° %(number)s refaite", number=number) if word == "again" else say_export_format(format)


def _columns(document: str) -> str:
    return ", ".join(f"{header} → {field}" for header, field in orjson.loads(document).items() if field)


def _yes(word: str) -> str:
    return {"True": gettext("oui"), "False": gettext("non")}.get(word, "")


def _draft(word: str) -> str:
    return "" if word == "draft" else gettext("reçu %(receipt)s", receipt=word)


def _day(word: str) -> str:
    try:
        return say_date(date.fromisoformat(word[:10]))
    except ValueError:
        return word


# What is said already beside them, or means nothing to a person.
_UNSAID = ("patient.enrolled", "centre.made", "fact.accepted", "fact.refused", "questionnaire.published")
_SAID: dict[str, Say] = {
    "campaign.changed": _day,
    "chase.moved": say_chase_status,
    "chase.noted": say_outcome,
    "disposition.set": _disposition,
    "disposition.withdrawn": _disposition,
    "export.asked": _asked_export,
    "export.made": _export,
    "line.added": _counted,
    "line.removed": _counted,
    "list.imported": _list,
    "list.mapping_saved": _columns,
    "mail.resolved": say_mail_state,
    "mandate.given": _people,
    "mandate.ended": _people,
    "patient.incident_decided": _yes,
    "respondent.restarted": say_stop_reason,
    "respondent.stopped": say_stop_reason,
    "response.submitted": _draft,
    "review.decided": say_decision,
    "review.undone": say_decision,
    "wave.moved": _mails,
    "wave.queued": _mails,
    "wave.withdrawn": _mails,
}
