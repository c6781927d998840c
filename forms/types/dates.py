"""Dates, day first as French people type them: ``date`` is a full day, ``partial_date`` may be a year or a month."""

from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from forms import spans
from forms.answers import Cell
from forms.definition import Derived, Formula, Label, Question, Range
from forms.refusals import AnswerRefused
from forms.types.base import Column, QuestionType

EVER = Range(Formula("1880-01-01"), Formula("2100-12-31"))
"""What no date of any question is outside of."""


def _likely(question: Question) -> tuple[date | None, date | None]:
    """Between which days a year of two digits lies: a bound that is computed (today, a death) lies not in the future."""
    limits = question.soft or question.hard
    low, high = _dates(limits)
    ends = limits is not None and limits.high is not None
    return low, datetime.now(UTC).date() if ends and high is None else high


def _dates(limits: Range | None) -> tuple[date | None, date | None]:
    low, high = limits.constants if limits else (None, None)
    return (low if isinstance(low, date) else None), (high if isinstance(high, date) else None)


class PartialDate(QuestionType):
    """A year, a month or a day, stored as ISO text: ``2014``, ``2014-03``, ``2014-03-12``."""

    name = "partial_date"
    seen_as = "date"
    bound = date
    as_stored = True
    width = "date"
    blank = "__/__/____"
    typing = Label("jj/mm/aaaa, mm/aaaa ou aaaa", "dd/mm/yyyy, mm/yyyy or yyyy")
    refusal = "not_a_partial_date"

    def take(self, typed: Any, question: Question) -> str:
        """The ISO text; a number is a year."""
        if isinstance(typed, date):
            typed = typed.isoformat()[:10]
        if isinstance(typed, int) and not isinstance(typed, bool):
            typed = str(typed)
        try:
            return self._full(spans.read_iso(str(typed), _likely(question)))
        except spans.NotADate:
            raise AnswerRefused(self.refusal, typed=typed) from None

    def _full(self, iso: str) -> str:
        return iso

    def check(self, value: Any, question: Question) -> Any:
        """Refuses a date that is certainly outside the constant hard range, or outside of all that is asked about."""
        for limits in (question.hard, EVER):
            if limits is not None and self.outside(value, limits):
                raise AnswerRefused(
                    "out_of_range",
                    value=lambda language: spans.write(value, language),
                    range=partial(self.show_range, limits, question),
                    hint="",
                )
        return value

    def outside(self, value: Any, limits: Range) -> bool:
        """True when no possible day lies inside the constant bounds."""
        low, high = _dates(limits)
        known = spans.moment(value)
        return (low is not None and spans.last_day(known) < low) or (
            high is not None and spans.first_day(known) > high
        )

    def operand(self, value: Any) -> spans.Moment:
        """A date, or the span of its possible days."""
        return spans.moment(value)

    def show(self, value: Any, question: Question | Derived, language: str) -> str:
        """Day first; the day is left out where the question says that people see the month only."""
        by_month = isinstance(question, Question) and question.shown_to == "month"
        return spans.write(value[:7] if by_month else value, language)

    def editable(self, cell: Cell, question: Question, language: str) -> str:
        """Day first, which reads back as the same date."""
        del question
        return "" if cell.value is None else spans.write(cell.value, language)

    def entered(self, cell: Cell, question: Question, language: str) -> str:
        """The date as it was understood: who typed 12/3/14 sees the year."""
        return self.editable(cell, question, language)

    def show_range(self, limits: Range, question: Question, language: str) -> str:
        """« du 01/06/2011 au 30/06/2017 »."""
        del question
        low, high = (
            None if bound is None else spans.write(bound.isoformat(), language) for bound in _dates(limits)
        )
        return self.between(low, high, language)

    def between(self, low: str | None, high: str | None, language: str) -> str:
        """Dates come before and after each other; they are not more or less."""
        if low is not None and high is not None:
            return f"du {low} au {high}" if language == "fr" else f"from {low} to {high}"
        if low is not None:
            return f"à partir du {low}" if language == "fr" else f"from {low} on"
        return f"jusqu’au {high}" if language == "fr" else f"until {high}"

    def columns(self, question: Question) -> list[Column]:
        """ISO text in the whole column, never imputed."""
        return [Column(question.name, "partial_date", question.label, question=question.name)]


class FullDate(PartialDate):
    """A full day."""

    name = "date"
    typing = Label("jj/mm/aaaa", "dd/mm/yyyy")
    refusal = "not_a_date"

    def _full(self, iso: str) -> str:
        if len(iso) != 10:
            raise spans.NotADate(iso)
        return iso

    def columns(self, question: Question) -> list[Column]:
        """A real date."""
        return [Column(question.name, "date", question.label, question=question.name)]

    def values(self, cell: Cell, question: Question) -> list[Any]:
        """A date object."""
        del question
        return [None if cell.value is None else date.fromisoformat(cell.value)]
