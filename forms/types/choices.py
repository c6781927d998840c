"""Codes of a list: ``single``, ``multiple`` (one 0/1 column per code, an exclusive choice stands alone) and ``yes_no``."""

import re
from typing import Any

from forms.answers import Cell
from forms.building_questions import code_of
from forms.definition import Choice, Code, Derived, Label, Question
from forms.refusals import AnswerRefused
from forms.types.base import Column, Control, QuestionType

YES_NO = (Choice(1, Label("Oui", "Yes")), Choice(0, Label("Non", "No")))
RADIO_UP_TO = 8
_SPLIT = re.compile(r"[;,\s]+")
_WORDS = {
    1: {"1", "oui", "o", "yes", "y", "vrai", "true"},
    0: {"0", "non", "n", "no", "faux", "false"},
}


def _codes(question: Question) -> str:
    return ", ".join(str(choice.code) for choice in question.choices)


class Single(QuestionType):
    """One code of a list."""

    name = "single"
    chosen = True
    as_stored = True

    def take(self, typed: Any, question: Question) -> Code:
        """The code typed, or the code of the label typed in full."""
        known = question.by_code
        if isinstance(typed, float) and typed.is_integer():
            typed = int(typed)
        code = code_of(typed.strip()) if isinstance(typed, str) else typed
        if isinstance(code, int | str) and not isinstance(code, bool) and code in known:
            return code
        for choice in question.choices:
            if isinstance(typed, str) and typed.casefold() in (
                choice.label.fr.casefold(),
                choice.label.en.casefold(),
            ):
                return choice.code
        raise AnswerRefused("not_a_code", typed=typed, codes=_codes(question))

    def show(self, value: Any, question: Question | Derived, language: str) -> str:
        """The label; a code of an earlier version shows itself."""
        choice = question.by_code.get(value)
        return choice.label[language] if choice else str(value)

    def columns(self, question: Question) -> list[Column]:
        """One column of codes."""
        return [Column(question.name, "code", question.label, question.choices, question=question.name)]

    def control(self, question: Question) -> Control:
        """Radio buttons; a list that unfolds where they would be too many."""
        return "select" if len(self.options(question)) > RADIO_UP_TO else "radio"

    def options(self, question: Question | Derived) -> tuple[Choice, ...]:
        """The choices offered."""
        return question.choices

    def entered(self, cell: Cell, question: Question, language: str) -> str | list[str]:
        """The code."""
        del question, language
        return "" if cell.value is None else str(cell.value)


class YesNo(Single):
    """Yes (1) or no (0)."""

    name = "yes_no"
    seen_as = "number"
    chosen = False
    blank = ""

    def take(self, typed: Any, question: Question) -> int:
        """1 or 0 for what people write: oui, non, o, n, yes, no, true."""
        word = str(typed).strip().casefold()
        for value, words in _WORDS.items():
            if word in words:
                return value
        raise AnswerRefused("not_yes_or_no", typed=typed)

    def show(self, value: Any, question: Question | Derived, language: str) -> str:
        """Oui or non."""
        return YES_NO[0 if value else 1].label[language]

    def columns(self, question: Question) -> list[Column]:
        """One column, 1 or 0."""
        return [Column(question.name, "flag", question.label, YES_NO, question=question.name)]

    def options(self, question: Question | Derived) -> tuple[Choice, ...]:
        """Yes and no."""
        del question
        return YES_NO


class Multiple(Single):
    """Any number of codes, stored as a list in the order of the definition. No tick at all is no answer: that
    is what « aucun » is for."""

    name = "multiple"
    seen_as = "ticks"
    several = True
    as_stored = False

    def parse(self, typed: object, question: Question, unit: str | None = None) -> Cell:
        """As for any type; a text of separators alone names no code, and is no answer."""
        cell = super().parse(typed, question, unit)
        return cell._replace(value=None, typed=None) if cell.value == [] else cell

    def take(self, typed: Any, question: Question) -> Any:
        """The codes of a list or of a text ``dm;hta``, each once, in the order of the definition."""
        parts = [part for part in _SPLIT.split(typed) if part] if isinstance(typed, str) else typed
        if not isinstance(parts, list | tuple | set):
            parts = [parts]
        ticked = {super(Multiple, self).take(part, question) for part in parts}
        if question.exclusive in ticked and len(ticked) > 1:
            choice = question.by_code[question.exclusive]
            raise AnswerRefused("exclusive", choice=lambda language: choice.label[language])
        return [choice.code for choice in question.choices if choice.code in ticked]

    def operand(self, value: Any) -> frozenset[Code]:
        """The set of ticked codes."""
        return frozenset(value)

    def show(self, value: Any, question: Question | Derived, language: str) -> str:
        """The labels, separated by commas."""
        return ", ".join(super(Multiple, self).show(code, question, language) for code in value)

    def editable(self, cell: Cell, question: Question, language: str) -> str:
        """The codes, separated by semicolons."""
        del question, language
        return ";".join(str(code) for code in cell.value or ())

    def columns(self, question: Question) -> list[Column]:
        """One 0/1 column per code: ``at___wound``."""
        return [
            Column(
                f"{question.name}___{choice.code}",
                "flag",
                Label(f"{question.label.fr} : {choice.label.fr}", f"{question.label.en}: {choice.label.en}"),
                YES_NO,
                question=question.name,
            )
            for choice in question.choices
        ]

    def values(self, cell: Cell, question: Question) -> list[Any]:
        """1 or 0 for each code when the question was answered, else all blank."""
        if cell.value is None:
            return [None] * len(question.choices)
        return [1 if choice.code in cell.value else 0 for choice in question.choices]

    def control(self, question: Question) -> Control:
        """Tick boxes."""
        del question
        return "ticks"

    def entered(self, cell: Cell, question: Question, language: str) -> str | list[str]:
        """The ticked codes."""
        del question, language
        return [str(code) for code in cell.value or ()]
