"""The WTForms fields of answers: each hands what was posted to its question type and keeps the cell. No rule stands here."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from wtforms import Field, SelectField, SelectMultipleField, StringField, TextAreaField, widgets
from wtforms.fields.choices import SelectChoice
from wtforms.validators import StopValidation

from forms.answers import EMPTY, Cell
from forms.definition import Question
from forms.refusals import AnswerRefused

if TYPE_CHECKING:
    from forms.types.base import QuestionType


class AnswerField(Field):  # type: ignore[misc]  # wtforms has no types
    """What all fields of answers share: ``cell`` is the parsed answer once the form was validated."""

    question: Question
    kind: "QuestionType"
    language: str
    cell: Cell = EMPTY

    def __init__(
        self, label: str, *, question: Question, kind: "QuestionType", language: str, **options: Any
    ) -> None:
        self.question, self.kind, self.language = question, kind, language
        super().__init__(label, description=question.help[language], **options)

    def posted(self) -> object:
        """What was posted, as the type's ``parse`` takes it."""
        return self.data

    def pre_validate(self, form: Any) -> None:
        """Parses; the refusal's sentence becomes the field's error."""
        del form
        try:
            self.cell = self.kind.parse(self.posted(), self.question)
        except AnswerRefused as refused:
            raise StopValidation(refused.message(self.language)) from refused


class TextAnswerField(AnswerField, StringField):  # type: ignore[misc]  # wtforms has no types
    """One line of text: numbers, dates, limits, mutations."""


class LongAnswerField(AnswerField, TextAreaField):  # type: ignore[misc]  # wtforms has no types
    """Several lines of text."""


class ChoiceAnswerField(AnswerField, SelectField):  # type: ignore[misc]  # wtforms has no types
    """One code of a list, as radio buttons; an empty choice is no answer."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.RadioInput()

    def __init__(self, label: str, *, choices: Iterable[tuple[str, str]], **options: Any) -> None:
        super().__init__(
            label,
            choices=[SelectChoice(*pair) for pair in choices],
            validate_choice=False,
            coerce=_text,
            **options,
        )


class ChoicesAnswerField(AnswerField, SelectMultipleField):  # type: ignore[misc]  # wtforms has no types
    """Any number of codes, as tick boxes."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()

    def __init__(self, label: str, *, choices: Iterable[tuple[str, str]], **options: Any) -> None:
        super().__init__(
            label,
            choices=[SelectChoice(*pair) for pair in choices],
            validate_choice=False,
            coerce=_text,
            **options,
        )

    def posted(self) -> object:
        """The ticked codes."""
        return list(self.data or [])


def _text(value: object) -> str | None:
    return None if value is None else str(value)
