"""The WTForms form of a section: it describes and validates what a page posts. Its class is built once per
version, language and lines, never per request."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from wtforms import Form, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.fields.core import UnboundField
from wtforms.validators import Optional as MayBeEmpty

from forms.answers import EMPTY, MISSING, Address, Answers, Cell, lines_key
from forms.canonical import NotCanonical, canonical
from forms.definition import Question, Questionnaire, Section
from forms.fields import AnswerField
from forms.refusals import AnswerRefused
from forms.types import MISSING_LABELS, kind_of

REASON, COMMENT = "!mq", "!why"
Lines = tuple[tuple[str, tuple[int, ...]], ...]


class AnswerForm(Form):  # type: ignore[misc]  # wtforms has no types
    """The answers of one section. Field names are addresses; ``<address>!mq`` is the missing reason,
    ``<address>!why`` the comment."""

    language = "fr"

    def answers(self) -> Iterator[tuple[Address, AnswerField]]:
        """The fields of answers with their addresses."""
        for name, field in self._fields.items():
            if isinstance(field, AnswerField):
                yield Address.parse(name), field

    def validate(self, extra_validators: Any = None) -> bool:
        """True when every answer can be stored; a value beside a missing reason is refused, for nobody can
        tell which was meant."""
        valid = bool(super().validate(extra_validators))
        for address, field in self.answers():
            if not field.cell.empty and self._reason(address) and not field.errors:
                field.errors = [AnswerRefused("value_and_reason").message(self.language)]
                valid = False
        return valid

    def cells(self) -> dict[Address, Cell]:
        """The parsed answers after ``validate()``, empty ones included; answers with an error are left out."""
        return {address: self._cell(address, field) for address, field in self.answers() if not field.errors}

    def _cell(self, address: Address, field: AnswerField) -> Cell:
        reason = self._reason(address)
        cell = field.cell if not field.cell.empty or not reason else Cell(missing=reason)
        return cell.commented(self._comment(address)) if cell is not EMPTY else cell

    def _reason(self, address: Address) -> Any:
        field = self._fields.get(f"{address}{REASON}")
        return field.data if field is not None and field.data in MISSING else None

    def _comment(self, address: Address) -> str | None:
        field = self._fields.get(f"{address}{COMMENT}")
        try:
            return canonical(field.data or "").strip() or None if field is not None else None
        except NotCanonical:
            return None


def section_form(
    questionnaire: Questionnaire,
    section: Section | str,
    language: str,
    lines: Mapping[str, list[int]] | None = None,
) -> type[AnswerForm]:
    """The form class of a section: all its visits, and the lines named by ``lines`` (``{"ag@j0": [1, 2]}``)."""
    code = section if isinstance(section, str) else section.code
    frozen = tuple(sorted((key, tuple(numbers)) for key, numbers in (lines or {}).items()))
    return _built(_Held(questionnaire), code, language, frozen)


def section_data(
    questionnaire: Questionnaire, section: Section, language: str, answers: Answers
) -> dict[str, Any]:
    """What stands in the fields of a section, for ``section_form(…)(data=…)``."""
    data: dict[str, Any] = {}
    for address, question in addresses(questionnaire, section, answers.lines):
        cell, kind = answers.cell(address), kind_of(question.type)
        value: Any = (
            [str(code) for code in cell.value or ()]
            if question.type == "multiple"
            else kind.editable(cell, question, language)
        )
        data[str(address)] = value
        data[f"{address}{REASON}"], data[f"{address}{COMMENT}"] = cell.missing, cell.comment
    return data


def addresses(
    questionnaire: Questionnaire, section: Section, lines: Mapping[str, list[int]]
) -> Iterator[tuple[Address, Question]]:
    """Every address of a section with its question, visit by visit, the lines where they stand."""
    for visit in section.visits or (None,):
        for question in questionnaire.questions_of(section):
            if question.scope == "patient":
                if visit is None or visit == section.visits[-1]:
                    yield Address(question.name), question
            elif question.scope == "visit":
                if visit in question.visits:
                    yield Address(question.name, visit), question
            else:
                at = visit if questionnaire.repeats[question.repeat or ""].visits else None
                for line in lines.get(lines_key(question.repeat or "", at), ()):
                    yield Address(question.name, at, line), question


class _Held:
    """A questionnaire as a cache key: two of the same content are one."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        self.questionnaire = questionnaire

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and other.questionnaire.sha256 == self.questionnaire.sha256

    def __hash__(self) -> int:
        return hash(self.questionnaire.sha256)


@lru_cache(maxsize=512)
def _built(held: _Held, section: str, language: str, lines: Lines) -> type[AnswerForm]:
    questionnaire = held.questionnaire
    numbers = {key: list(found) for key, found in lines}
    fields: dict[str, Any] = {"language": language}
    for address, question in addresses(questionnaire, questionnaire.section(section), numbers):
        fields[str(address)] = kind_of(question.type).field(question, language)
        fields[f"{address}{REASON}"] = _reasons(language)
        fields[f"{address}{COMMENT}"] = StringField()
    return type("SectionForm", (AnswerForm,), fields)


@lru_cache(maxsize=4)
def _reasons(language: str) -> UnboundField:
    choices = [SelectChoice(reason, label[language]) for reason, label in MISSING_LABELS.items()]
    return RadioField(choices=choices, validators=[MayBeEmpty()], validate_choice=False)
