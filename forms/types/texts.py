"""Free text: one line (``text``) or several (``long_text``)."""

from typing import Any

from forms.answers import MISSING, Cell
from forms.definition import Question
from forms.refusals import AnswerRefused
from forms.types.base import Column, Control, QuestionType

_MOST = {"text": 500, "long_text": 20_000}


class Text(QuestionType):
    """One line of text."""

    name = "text"
    seen_as = "text"
    as_stored = True

    def is_reason(self, text: str) -> bool:
        """Only capitals: a text may well say « so »."""
        return text in MISSING

    def take(self, typed: Any, question: Question) -> str:
        """The text as typed; a number becomes its text (a code typed into an import file)."""
        if isinstance(typed, int | float) and not isinstance(typed, bool):
            return str(typed)
        if not isinstance(typed, str):
            raise AnswerRefused("not_a_text")
        if "\n" in typed and self.name == "text":
            raise AnswerRefused("one_line")
        return typed

    def check(self, value: Any, question: Question) -> Any:
        """Refuses a text over ``max_chars``."""
        most = question.max_chars or _MOST[self.name]
        if len(value) > most:
            raise AnswerRefused("too_long", length=len(value), most=most)
        return value

    def columns(self, question: Question) -> list[Column]:
        """One text column."""
        return [Column(question.name, "text", question.label, question=question.name)]

    def values(self, cell: Cell, question: Question) -> list[Any]:
        """The text, never altered."""
        return [cell.value]


class LongText(Text):
    """Several lines of text."""

    name = "long_text"
    blank = "lines"

    def control(self, question: Question) -> Control:
        """A text area."""
        del question
        return "area"
