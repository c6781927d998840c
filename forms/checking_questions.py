"""What can be wrong with one question by itself: its type, choices, exclusive choice and ranges."""

import math
import re
from collections.abc import Container, Iterator
from datetime import date

from forms.definition import Formula, Place, Question, Range
from forms.expressions.kinds import KINDS
from forms.faults import Fault, fault, nearest
from forms.types import TYPES, QuestionType

# « 01/01/2010 », « 0,5 », « 2010-13-01 »: figures and separators that are no value, nor an expression anybody means.
_DIGITS = re.compile(r"[0-9]+(?:[-/.,][0-9]+)+", re.ASCII)
_CODE = re.compile(r"-?[0-9]+|[a-z0-9][a-z0-9_]*", re.ASCII)
Bounds = tuple[float | date | None, float | date | None]


def check_question(question: Question, lists: Container[str]) -> Iterator[Fault]:
    """Every fault of a question, given the names of the study's code lists."""
    kind = TYPES.get(question.type)
    if kind is None:
        yield fault(question.place, "unknown_type", name=question.type, **nearest(question.type, TYPES))
        return
    if kind.chosen:
        yield from _choices(question, lists)
    for key, limits in (("soft", question.soft), ("hard", question.hard)):
        if limits is None:
            continue
        if kind.bound is None:
            yield fault(question.place, "range_not_here", name=question.type, key=key)
        elif faults := list(_bounds(limits, question, kind.bound)):
            yield from faults
        elif _is_empty(limits.constants, kind):
            yield fault(_place(limits, question), "empty_range", text=str(limits))
    yield from _soft_in_hard(question, kind)


def _choices(question: Question, lists: Container[str]) -> Iterator[Fault]:
    if not question.choices:
        if question.choices_from and question.choices_from not in lists:
            return  # said where the list is named
        yield fault(question.place, "no_choices", name=question.name)
        return
    for choice in question.choices:
        if not _CODE.fullmatch(str(choice.code)) or (isinstance(choice.code, str) and choice.code.isdigit()):
            yield fault(choice.place, "bad_code", value=choice.code, name=question.name)
    if question.exclusive is not None and question.exclusive not in question.by_code:
        yield fault(question.place, "bad_exclusive", value=question.exclusive)


def _place(limits: Range, question: Question) -> Place:
    bound = limits.low or limits.high
    return bound.place if bound else question.place


def _bounds(limits: Range, question: Question, wanted: type[float] | type[date]) -> Iterator[Fault]:
    for bound, known in zip((limits.low, limits.high), limits.constants, strict=True):
        written_badly = known is None and bound is not None and _DIGITS.fullmatch(bound.text)
        if bound is not None and (written_badly or (known is not None and not isinstance(known, wanted))):
            yield bad_bound(bound, question.name, wanted is date)


def bad_bound(bound: Formula, name: str, dated: bool) -> Fault:
    """A bound that is no value of its question's type, and how such a bound is written."""
    words = KINDS["date" if dated else "number"]
    example, example_fr = (
        (
            "Write a date as 2010-01-31 (year-month-day)",
            "Écrivez une date ainsi : 2010-01-31 (année-mois-jour)",
        )
        if dated
        else (
            "Write a number as 12 or 0.5, with a point",
            "Écrivez un nombre ainsi : 12 ou 0.5, avec un point",
        )
    )
    return fault(
        bound.place, "bad_bound", bound=bound.text, name=name, wanted=words[0], wanted_fr=words[1],
        mend=f"{example}, or an expression that gives one.", mend_fr=f"{example_fr}, ou une expression qui en donne.",
    )  # fmt: skip


def _is_empty(bounds: Bounds, kind: QuestionType) -> bool:
    low, high = bounds
    if low is None or high is None:
        return False
    if isinstance(low, float) and isinstance(high, float):
        return math.ceil(low) > math.floor(high) if kind.whole else low > high
    return isinstance(low, date) and isinstance(high, date) and low > high


def _soft_in_hard(question: Question, kind: QuestionType) -> Iterator[Fault]:
    if question.soft is None or question.hard is None:
        return
    (soft_low, soft_high), (hard_low, hard_high) = question.soft.constants, question.hard.constants
    if _is_empty((hard_low, soft_high), kind) or _is_empty((soft_low, hard_high), kind):
        yield fault(_place(question.soft, question), "soft_outside_hard", text=str(question.soft))
