"""Whom or what a page of journal entries is about: patients by their code, centres by their name, all found at once."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.cohort.models import Centre, Decision, ListImport, Patient
from app.cohort.telling import told_by_hand
from app.collection.models import Response
from app.doors.request import gettext, language
from app.doors.sponsor.wording import say_mail_kind
from app.journal.models import JournalEntry
from app.outreach.models import Call, Contact, Mail, Respondent

Key = tuple[str, str]


@dataclass(frozen=True)
class Subject:
    """One subject in words; `place` is its centre, `page` its address at the desk, `version` its questionnaire's."""

    words: str
    place: str = ""
    page: str = ""
    patient: str = ""
    version: int | None = None


def subjects_of(session: Session, study: str, entries: Iterable[JournalEntry]) -> dict[Key, Subject]:
    """The subjects of these entries; one that cannot be named is left out."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        wanted[entry.subject_type].add(entry.subject_id)
    found: dict[Key, Subject] = {}
    for kind, keys in wanted.items():
        if kind in _READERS:
            found |= {(kind, key): one for key, one in _READERS[kind](session, study, keys).items()}
    return found


def _patients(session: Session, study: str, keys: Collection[str]) -> dict[str, Subject]:
    return _charts(session, study, _CHART.where(Patient.id.in_(keys)), by=0)


def _responses(session: Session, study: str, keys: Collection[str]) -> dict[str, Subject]:
    return _charts(session, study, _CHART.where(Response.id.in_(keys)), by=1)


_CHART = (
    select(Patient.id, Response.id, Patient.code, Centre.code, Centre.name, Response.version_id)
    .join(Centre, Centre.id == Patient.centre_id)
    .outerjoin(Response, Response.patient_id == Patient.id)
)


def _charts(session: Session, study: str, query: Select[*tuple[Any, ...]], by: int) -> dict[str, Subject]:
    return {
        row[by]: Subject(
            row[2],
            f"{row[3]} {row[4]}",
            url_for("patients.show_one", code=study, patient_code=row[2]),
            row[0],
            row[5],
        )
        for row in session.execute(query)
    }


def _centres(session: Session, study: str, keys: Collection[str]) -> dict[str, Subject]:
    query = select(Centre).where(Centre.id.in_(map(int, keys)))
    return {
        str(one.id): Subject(
            f"{one.code} {one.name}", page=url_for("centres.show_one", code=study, centre_id=one.id)
        )
        for one in session.scalars(query)
    }


def _respondents(session: Session, study: str, keys: Collection[str]) -> dict[str, Subject]:
    query = select(Respondent.id, Respondent.function, Centre.code, Centre.name)
    query = query.join(Centre, Centre.id == Respondent.centre_id).where(Respondent.id.in_(map(int, keys)))
    return {
        str(key): Subject(
            gettext("Correspondant %(id)s", id=key) + (f", {function}" if function else ""),
            f"{code} {name}",
            url_for("respondent.show", code=study, respondent_id=key),
        )
        for key, function, code, name in session.execute(query)
    }


def _calls(session: Session, study: str, keys: Collection[str]) -> dict[str, Subject]:
    query = select(Call.id, Call.person_function, Centre.id, Centre.code, Centre.name)
    query = query.join(Contact, Contact.id == Call.contact_id).join(Centre, Centre.id == Contact.centre_id)
    return {
        key: Subject(function, f"{code} {name}", url_for("chasing.call", code=study, centre_id=centre))
        for key, function, centre, code, name in session.execute(query.where(Call.id.in_(keys)))
    }


def _mails(session: Session, study: str, keys: Collection[str]) -> dict[str, Subject]:
    query = select(Mail.id, Mail.kind, Centre.code, Centre.name).join(Respondent, Respondent.id == Mail.respondent_id)
    query = query.join(Centre, Centre.id == Respondent.centre_id).where(Mail.id.in_(keys))
    return {
        key: Subject(say_mail_kind(kind), f"{code} {name}", url_for("outbox.read", code=study, mail_id=key))
        for key, kind, code, name in session.execute(query)
    }


def _decisions(session: Session, study: str, keys: Collection[str]) -> dict[str, Subject]:
    page = url_for("reviewing.show_decisions", code=study)
    decisions = session.scalars(select(Decision).where(Decision.id.in_(map(int, keys))))
    spoken = 1 if language() == "en" else 0
    return {str(one.id): Subject(told_by_hand(session, one)[spoken], page=page) for one in decisions}


def _lists(session: Session, study: str, keys: Collection[str]) -> dict[str, Subject]:
    query = select(ListImport.id, ListImport.file_name).where(ListImport.id.in_(map(int, keys)))
    return {
        str(key): Subject(name, page=url_for("lists.show_import", code=study, import_id=key))
        for key, name in session.execute(query)
    }


def _waves(session: Session, study: str, keys: Collection[str]) -> dict[str, Subject]:
    del session, study
    return {key: Subject(f"{say_mail_kind(key.partition('.')[0])} {key.partition('.')[2]}") for key in keys}


def _messages(session: Session, study: str, keys: Collection[str]) -> dict[str, Subject]:
    del session
    found = {}
    for key in keys:
        kind, _, spoken = key.partition(".")
        page = url_for("wording_mails.edit", code=study, kind=kind, spoken=spoken)
        found[key] = Subject(f"{say_mail_kind(kind)} ({spoken})", page=page)
    return found


Reader = Callable[[Session, str, Collection[str]], dict[str, Subject]]
_READERS: dict[str, Reader] = {
    "patient": _patients,
    "response": _responses,
    "centre": _centres,
    "respondent": _respondents,
    "call": _calls,
    "mail": _mails,
    "decision": _decisions,
    "list_import": _lists,
    "wave": _waves,
    "message": _messages,
}
