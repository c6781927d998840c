"""What the typed forms of both doors share (WTForms): text made canonical and bounded, a sentence on its
field. The page's token is the guard's affair, and answers to questions are drawn elsewhere."""

from collections.abc import Callable
from datetime import date
from typing import Any, Self

from flask import request
from wtforms import Form, StringField
from wtforms.validators import StopValidation

from app.doors.request import language
from forms.canonical import NotCanonical, canonical
from forms.definition import Label, Question
from forms.refusals import AnswerRefused
from forms.types import kind_of

DAY = Question("day", Label(), "date", "")


class Line(StringField):  # type: ignore[misc]  # wtforms has no types
    """A text of at most `most` characters. `data` is canonical and stripped once valid; before, it is what was typed."""

    def __init__(self, *, most: int, needed: Callable[[], str] | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.most, self.needed = most, needed

    def process_formdata(self, valuelist: list[Any]) -> None:
        """What was typed; nothing for a field that was not sent."""
        self.data = valuelist[0] if valuelist else ""

    def pre_validate(self, form: Form) -> None:
        """Refuses what cannot be stored, what is too long, and nothing where `needed` asks."""
        del form
        try:
            text = canonical(self.data or "").strip()
        except NotCanonical as refused:
            raise StopValidation(refused.message(language())) from refused
        if len(text) > self.most:
            raise StopValidation(
                AnswerRefused("too_long", length=len(text), most=self.most).message(language())
            )
        if self.needed and not text:
            raise StopValidation(self.wanted())
        self.data = text

    def wanted(self) -> str:
        """What to say where nothing usable was given."""
        return self.needed() if self.needed else ""


class Day(Line):
    """A day as browsers send it or as people type it; `day` is None where none was given."""

    day: date | None = None

    def __init__(self, **options: Any) -> None:
        super().__init__(most=40, **options)

    def pre_validate(self, form: Form) -> None:
        """Refuses what is no date."""
        super().pre_validate(form)
        if self.data:
            try:
                self.day = date.fromisoformat(kind_of(DAY.type).parse(self.data, DAY).value)
            except AnswerRefused as refused:
                raise StopValidation(refused.message(language())) from refused


class Count(Line):
    """A whole number; `number` is None until it is one."""

    number: int | None = None

    def __init__(self, **options: Any) -> None:
        super().__init__(most=8, **options)

    def pre_validate(self, form: Form) -> None:
        """Refuses what is no whole number."""
        super().pre_validate(form)
        if not (self.data.isascii() and self.data.isdigit()):
            raise StopValidation(AnswerRefused("not_an_integer", typed=self.data).message(language()))
        self.number = int(self.data)


class Screen(Form):  # type: ignore[misc]  # wtforms has no types
    """A form of a door, holding what was posted."""

    @classmethod
    def posted(cls) -> Self:
        """The form of this request."""
        return cls(request.form)

    @property
    def problems(self) -> dict[str, str]:
        """The first sentence of each field that has one, in the order of the page."""
        return {name: str(field.errors[0]) for name, field in self._fields.items() if field.errors}

    @property
    def typed(self) -> dict[str, str]:
        """What stands in the fields, exactly as it was typed."""
        return {name: field.raw_data[0] if field.raw_data else "" for name, field in self._fields.items()}
