"""Answers collected elsewhere (paper, telephone, an earlier database): checked and journalled like any other.

Each patient of a file is stored whole or not at all; a refused one never holds the others up.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from app.cohort.centres import centre_by_code_or_name
from app.cohort.models import Patient, Study
from app.cohort.patients import enrol_patient, patient_by_code
from app.collection.changes import Change
from app.collection.errors import CollectionRefusal, ImportRefused, UnknownQuestion
from app.collection.facts import facts_checked
from app.collection.parsing import question_at
from app.collection.questionnaires import questionnaire_of
from app.collection.reading import response_of
from app.collection.saving import SaveReply, save
from app.collection.submitting import missing_required, submit
from app.kernel.actor import Actor
from app.kernel.errors import Refusal
from app.kernel.language import Language
from app.kernel.vault import Vault
from forms.answers import Address, Cell, lines_key
from forms.definition import Question, Questionnaire
from forms.refusals import AnswerRefused
from forms.types import kind_of

KEYS = {"patient", "centre", "key", "answers", "visits", "repeats", "submit"}
ELSEWHERE = "Importé sans ces réponses"
CORRECTION = "Réponses reprises d’une autre source"
Result = dict[str, Any]


@dataclass
class _Given:
    """One patient of the file as it was given: answers with their addresses, identity apart."""

    changes: list[Change] = field(default_factory=list)
    identity: dict[str, Cell] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def refuse(self, language: Language, fr: str, en: str) -> None:
        """Says what of the object cannot be taken."""
        self.refusals.append(_say(language, fr, en))


def import_answers(
    session: Session,
    vault: Vault,
    study: Study,
    objects: Sequence[Any],
    *,
    actor: Actor,
    now: datetime,
    language: Language = "fr",
) -> list[Result]:
    """One result per object of the file, in its order: {key, patient, stored, warnings, refusals}.

    `patient: null` enrols a patient of the centre named. A submission leaves out what the source does not
    hold, with that as the reason; contradictions refuse the patient.
    """
    questionnaire = questionnaire_of(session, study)
    importer = _Importer(session, vault, study, questionnaire, actor, now, language)
    return [importer.store(one) for one in objects]


@dataclass(frozen=True)
class _Importer:
    session: Session
    vault: Vault
    study: Study
    questionnaire: Questionnaire
    actor: Actor
    now: datetime
    language: Language

    def store(self, given: Any) -> Result:
        """The result of one object; its savepoint is undone when anything refuses it."""
        result: Result = {"key": None, "patient": None, "stored": False, "warnings": [], "refusals": []}
        if not isinstance(given, dict):
            result["refusals"].append(
                _say(
                    self.language, "Un objet par patient est attendu.", "One object per patient is expected."
                )
            )
            return result
        result["key"] = given.get("key")
        try:
            with self.session.begin_nested():
                patient, warnings = self._store_whole(given)
        except ImportRefused as refused:
            result["refusals"].extend(refused.details)
        except Refusal as refused:
            result["refusals"].append(refused.message(self.language))
        else:
            result |= {"patient": patient.code, "stored": True, "warnings": warnings}
        if result["patient"] is None and given.get("patient"):
            result["patient"] = str(given["patient"])
        return result

    def _store_whole(self, given: dict[str, Any]) -> tuple[Patient, list[str]]:
        read = _read(self.questionnaire, given, self.language)
        if read.refusals:
            raise ImportRefused(read.refusals, why="; ".join(read.refusals))
        patient = self._patient(given, read)
        if not read.changes:
            return patient, read.warnings
        reply = self._save(patient, read)
        read.warnings.extend(self._proposed(patient, reply))
        read.warnings.extend(finding.message[self.language] for finding in reply.evaluation.warnings)
        if given.get("submit"):
            self._submit(patient, reply, read)
        else:
            read.warnings.extend(finding.message[self.language] for finding in reply.evaluation.blocking)
        return patient, read.warnings

    def _patient(self, given: dict[str, Any], read: _Given) -> Patient:
        centre_named = given.get("centre")
        if given.get("patient") is not None:
            patient = patient_by_code(self.session, self.study, str(given["patient"]))
            if centre_named is not None:
                centre_by_code_or_name(self.session, self.study, str(centre_named))
            if read.identity:
                read.warnings.append(_say(self.language, _IDENTITY_KEPT[0], _IDENTITY_KEPT[1]))
            return patient
        centre = centre_by_code_or_name(self.session, self.study, str(centre_named or ""))
        return enrol_patient(
            self.session,
            self.vault,
            self.study,
            centre,
            actor=self.actor,
            now=self.now,
            **_identity(self.questionnaire, read),
        )

    def _save(self, patient: Patient, read: _Given) -> SaveReply:
        reply = save(
            self.session,
            self.vault,
            patient=patient,
            changes=read.changes,
            mutation_id=str(uuid4()),
            actor=self.actor,
            now=self.now,
            reason=CORRECTION,
        )
        if reply.refused:
            raise ImportRefused(
                [f"{name} : {message[self.language]}" for name, message in reply.refused.items()], why=""
            )
        return reply

    def _proposed(self, patient: Patient, reply: SaveReply) -> list[str]:
        """What the file says against the list: it waits for the sponsor's decision."""
        response = response_of(self.session, patient)
        checks = facts_checked(self.session, response) if response is not None else {}
        return [
            _say(self.language, f"{name} : autre que dans la liste, proposé au promoteur.",
                 f"{name}: other than in the list, proposed to the sponsor.")
            for name, check in checks.items() if check.state == "proposed" and name in reply.stored
        ]  # fmt: skip

    def _submit(self, patient: Patient, reply: SaveReply, read: _Given) -> None:
        left = missing_required(reply.evaluation)
        if left:
            listed = ", ".join(str(address) for address in left[:12]) + (", …" if len(left) > 12 else "")
            read.warnings.append(
                _say(self.language, f"Transmis sans {len(left)} réponse(s) indispensable(s) : {listed}",
                     f"Submitted without {len(left)} required answer(s): {listed}")
            )  # fmt: skip
        blocking = [finding.message[self.language] for finding in reply.evaluation.blocking]
        if blocking:
            raise ImportRefused(blocking, why="; ".join(blocking))
        submit(
            self.session,
            self.vault,
            patient=patient,
            mutation_id=str(uuid4()),
            actor=self.actor,
            now=self.now,
            left_out_because=ELSEWHERE,
        )


_IDENTITY_KEPT = (
    "Les données d’identité du fichier ne remplacent pas celles de la liste : elles sont laissées de côté.",
    "Identities in the file do not replace those of the list: they were set aside.",
)


def _read(questionnaire: Questionnaire, given: dict[str, Any], language: Language) -> _Given:
    read = _Given()
    for unknown in sorted(given.keys() - KEYS):
        read.refuse(language, f"Clé inconnue : {unknown}", f"Unknown key: {unknown}")
    if not isinstance(given.get("submit", False), bool):
        read.refuse(language, "« submit » doit être true ou false.", "“submit” must be true or false.")
    for address, value, place in _paired(questionnaire, _placed(questionnaire, given, read, language)):
        _take(questionnaire, read, address, value, place, language)
    if given.get("submit") and not (read.changes or read.refusals):
        read.refuse(
            language,
            "« submit » sans aucune réponse à transmettre.",
            "“submit” without any answer to submit.",
        )
    return read


def _placed(
    questionnaire: Questionnaire, given: dict[str, Any], read: _Given, language: Language
) -> Iterator[tuple[Address, Any, str]]:
    for name, value in _mapping(given, "answers", read, language).items():
        yield Address(name), value, name
    visits = _mapping(given, "visits", read, language)
    for visit in visits:
        for name, value in _mapping(visits, visit, read, language).items():
            yield Address(name, visit), value, f"{name}@{visit}"
    for repeat, lines in _mapping(given, "repeats", read, language).items():
        if repeat not in questionnaire.repeats:
            read.refuse(language, f"Groupe de lignes inconnu : {repeat}", f"Unknown group of lines: {repeat}")
        elif not isinstance(lines, list) or not all(isinstance(line, dict) for line in lines):
            read.refuse(
                language,
                f"« {repeat} » doit être une liste d’objets.",
                f"“{repeat}” must be a list of objects.",
            )
        else:
            yield from _lines(repeat, lines)


def _paired(
    questionnaire: Questionnaire, placed: Iterator[tuple[Address, Any, str]]
) -> Iterator[tuple[Address, Any, str]]:
    """A sign given apart from its value ({"vl_op": 2, "vl_val": 62}) becomes part of the value's own answer."""
    owners = {one.operator: one.name for one in questionnaire.questions.values() if one.operator}
    rest = list(placed)
    signs = {
        Address(owners[at.name], at.visit, at.line): (sign, place)
        for at, sign, place in rest
        if at.name in owners
    }
    for at, value, place in rest:
        if at.name not in owners:
            sign = signs.pop(at, None)
            bare = isinstance(value, int | float) or (isinstance(value, str) and value[:1].isdigit())
            yield at, {"op": sign[0], "value": value} if sign is not None and bare else value, place
    for at, (sign, place) in signs.items():
        yield at, {"op": sign, "value": None}, place


def _lines(repeat: str, lines: list[dict[str, Any]]) -> Iterator[tuple[Address, Any, str]]:
    counted: dict[str, int] = {}
    for line in lines:
        values = dict(line)
        visit = values.pop("visit", None)
        visit = str(visit) if visit is not None else None
        group = lines_key(repeat, visit)
        counted[group] = counted.get(group, 0) + 1
        for name, value in values.items():
            yield Address(name, visit, counted[group]), value, f"{name}@{group}#{counted[group]}"


def _mapping(given: dict[str, Any], key: str, read: _Given, language: Language) -> dict[str, Any]:
    found = given.get(key)
    if found is None or isinstance(found, dict):
        return found or {}
    read.refuse(language, f"« {key} » doit être un objet.", f"“{key}” must be an object.")
    return {}


def _take(
    questionnaire: Questionnaire, read: _Given, address: Address, value: Any, place: str, language: Language
) -> None:
    try:
        question = _question(questionnaire, address)
        cell = kind_of(question.type).parse(value, question)
    except AnswerRefused as refused:
        read.refusals.append(f"{place} : {refused.message(language)}")
    except CollectionRefusal as refused:
        read.refusals.append(refused.message(language))
    else:
        if question.identity:
            read.identity[question.name] = cell
        elif question.from_list != "patient_code":
            read.changes.append(Change(address, cell))


def _question(questionnaire: Questionnaire, address: Address) -> Question:
    try:
        return question_at(questionnaire, address)
    except KeyError:
        raise UnknownQuestion(name=str(address)) from None


def _identity(questionnaire: Questionnaire, read: _Given) -> dict[str, Any]:
    """What the file says of a patient who is enrolled by it, by the list fact that the question stands for."""
    facts = {questionnaire.questions[name].from_list: cell.value for name, cell in read.identity.items()}
    sex = next((change.typed for change in read.changes if _fact(questionnaire, change) == "sex"), None)
    return {
        "initials": facts.get("initials"),
        "birth": facts.get("birth"),
        "sex": sex.value if isinstance(sex, Cell) else facts.get("sex"),
    }


def _fact(questionnaire: Questionnaire, change: Change) -> str:
    return questionnaire.questions[change.address.name].from_list


def _say(language: Language, fr: str, en: str) -> str:
    return fr if language == "fr" else en
