"""From what was typed to cells: each answer by its question's type, refusals kept apart. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from app.collection.changes import Change
from app.collection.errors import UnknownQuestion
from forms.answers import Address, Cell
from forms.definition import Question, Questionnaire
from forms.refusals import AnswerRefused
from forms.types import kind_of

# A number or a date typed as an explanation was meant for the value: it would be lost there.
NO_WORD = re.compile(r"[\s<>≤≥~≈+-]*[0-9][0-9\s.,/:<>≤≥~≈%+-]*")
NOT_AN_EXPLANATION = {
    "fr": "Une explication se donne en mots. Si c’est la bonne valeur, écrivez-la dans la case de la réponse.",
    "en": "An explanation is given in words. If it is the right value, write it in the field of the answer.",
}


@dataclass
class Parsed:
    """The cells understood, each with the revision its sender had seen; and the messages of the others.

    Identities are apart: they are sealed, and never stored among the answers.

    A cell whose `comment` is None keeps the stored comment as long as its value stays; "" removes it.
    """

    cells: list[tuple[Address, Cell, int | None]] = field(default_factory=list)
    refused: dict[str, dict[str, str]] = field(default_factory=dict)
    identities: list[tuple[Question, Cell, int | None]] = field(default_factory=list)


def parse_changes(questionnaire: Questionnaire, changes: Iterable[Change]) -> Parsed:
    """Every change parsed by its question's type. Raises UnknownQuestion for an address there is not."""
    parsed = Parsed()
    for change in changes:
        question = question_at(questionnaire, change.address)
        if NO_WORD.fullmatch((change.comment or "").strip()):
            parsed.refused[str(change.address)] = dict(NOT_AN_EXPLANATION)
            continue
        try:
            cell = cell_of(question, change)
        except AnswerRefused as refused:
            parsed.refused[str(change.address)] = {"fr": refused.fr, "en": refused.en}
            continue
        if question.identity:
            parsed.identities.append((question, cell, change.base_revision))
        else:
            parsed.cells.append((change.address, cell, change.base_revision))
    return parsed


def question_at(questionnaire: Questionnaire, address: Address) -> Question:
    """The question asked at an address. Raises UnknownQuestion, also for a visit or a line it is not asked at."""
    question = questionnaire.questions.get(address.name)
    if question is None or not _stands(questionnaire, question, address):
        raise UnknownQuestion(name=str(address))
    return question


def cell_of(question: Question, change: Change) -> Cell:
    """The cell of one change. Raises AnswerRefused, also for what comes from the list and is not changed here."""
    if question.from_list == "patient_code":
        raise AnswerRefused("read_only")
    kind = kind_of(question.type)
    if isinstance(change.typed, Cell):
        cell = change.typed
    elif change.missing:
        cell = kind.parse({"missing": change.missing}, question)
    else:
        cell = kind.parse(change.typed, question, change.unit)
    if change.comment is None:
        return cell
    comment = kind.parse({"missing": "NSP", "comment": change.comment}, question).comment
    return cell._replace(comment=comment or "")


def _stands(questionnaire: Questionnaire, question: Question, address: Address) -> bool:
    if question.scope == "patient":
        return address.visit is None and address.line is None
    if question.scope == "visit":
        return address.line is None and address.visit in _visits(questionnaire, question)
    repeat = questionnaire.repeats[question.repeat or ""]
    in_visit = address.visit in repeat.visits if repeat.visits else address.visit is None
    return address.line is not None and in_visit


def _visits(questionnaire: Questionnaire, question: Question) -> tuple[str, ...]:
    return question.visits or questionnaire.section(question.section).visits
