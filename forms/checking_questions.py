"""What can be wrong with one question by itself: its type, choices, exclusive choice and ranges."""

import math
from collections.abc import Iterator
from datetime import date

from forms.definition import Place, Question, Range
from forms.faults import Fault, fault, nearest
from forms.types import TYPES, QuestionType

Bounds = tuple[float | date | None, float | date | None]


def check_question(question: Question) -> Iterator[Fault]:
    """Every fault of a question."""
    kind = TYPES.get(question.type)
    if kind is None:
        yield fault(question.place, "unknown_type", name=question.type, **nearest(question.type, TYPES))
        return
    if kind.chosen:
        yield from _choices(question)
    for key, limits in (("soft", question.soft), ("hard", question.hard)):
        if limits is None:
            continue
        if kind.bound is None:
            yield fault(question.place, "range_not_here", name=question.type, key=key)
        elif not _fits(kind.bound, limits):
            yield fault(_place(limits, question), "bad_range", text=str(limits))
        elif _is_empty(limits.constants, kind):
            yield fault(_place(limits, question), "empty_range", text=str(limits))
    yield from _soft_in_hard(question, kind)


def _choices(question: Question) -> Iterator[Fault]:
    if not question.choices:
        yield fault(question.place, "no_choices", name=question.name)
        return
    if question.exclusive is not None and question.exclusive not in question.by_code:
        yield fault(question.place, "bad_exclusive", value=question.exclusive)


def _place(limits: Range, question: Question) -> Place:
    bound = limits.low or limits.high
    return bound.place if bound else question.place


def _fits(wanted: type[float] | type[date], limits: Range) -> bool:
    return all(bound is None or isinstance(bound, wanted) for bound in limits.constants)


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
