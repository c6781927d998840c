"""Arithmetic and comparison of operands: numbers, texts, dates, spans, sets of codes and the missing value (None).

Nothing here raises: what has no answer is missing, and a comparison that depends on the unknown part of a date is unknown."""

import math
from collections.abc import Callable
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from forms.spans import Span, first_day, last_day

_MOST = 1e100
NUMBERS = (int, float)


def truth(value: Any) -> bool | None:
    """The truth of a value; a text or a date has none."""
    if value is None or isinstance(value, bool):
        return value
    return value != 0 if isinstance(value, NUMBERS) else None


def bounded(number: float) -> float | None:
    """The number; missing when it is infinite, not a number, or past all measure."""
    return number if -_MOST < number < _MOST else None


def add(left: Any, right: Any) -> Any:
    """Numbers, or a date and a number of days."""
    if isinstance(left, NUMBERS) and isinstance(right, NUMBERS):
        return bounded(left + right)
    if isinstance(left, NUMBERS):
        left, right = right, left
    return _shift(left, right, 1)


def subtract(left: Any, right: Any) -> Any:
    """Numbers; a date less a number of days; the days between two dates."""
    if isinstance(left, NUMBERS) and isinstance(right, NUMBERS):
        return bounded(left - right)
    if isinstance(left, date | Span) and isinstance(right, date | Span):
        return days(right, left)
    return _shift(left, right, -1)


def _shift(moment: Any, number: Any, sign: int) -> Any:
    if not isinstance(number, NUMBERS) or not isinstance(moment, date | Span) or abs(number) > 4_000_000:
        return None
    step = timedelta(days=sign * int(number))
    try:
        if isinstance(moment, Span):
            return Span(moment.first + step, moment.last + step)
        return moment + step
    except OverflowError:
        return None


def multiply(left: Any, right: Any) -> Any:
    """Numbers only."""
    both = isinstance(left, NUMBERS) and isinstance(right, NUMBERS)
    return bounded(left * right) if both else None


def divide(left: Any, right: Any) -> Any:
    """Numbers only; by zero is missing."""
    both = isinstance(left, NUMBERS) and isinstance(right, NUMBERS)
    return bounded(left / right) if both and right else None


def power(left: Any, right: Any) -> Any:
    """Numbers only; what is no real number is missing."""
    if not (isinstance(left, NUMBERS) and isinstance(right, NUMBERS)):
        return None
    try:
        return bounded(math.pow(left, right))
    except (OverflowError, ValueError):
        return None


def days(start: Any, end: Any) -> int | None:
    """Days from start to end, missing unless every possible pair of days gives the same number."""
    if not (isinstance(start, date | Span) and isinstance(end, date | Span)):
        return None
    least = (first_day(end) - last_day(start)).days
    return least if least == (last_day(end) - first_day(start)).days else None


def equal(left: Any, right: Any) -> bool | None:
    """Equality; of partial dates only when both are one and the same day, or no day is possible in both."""
    if left is None or right is None:
        return None
    if isinstance(left, Span) or isinstance(right, Span):
        if not (isinstance(left, date | Span) and isinstance(right, date | Span)):
            return False
        apart = last_day(left) < first_day(right) or last_day(right) < first_day(left)
        return False if apart else None
    return bool(left == right)


def unequal(left: Any, right: Any) -> bool | None:
    """The contrary of equality."""
    same = equal(left, right)
    return None if same is None else not same


def _kind(value: Any) -> int:
    if isinstance(value, NUMBERS):
        return 1
    return 2 if isinstance(value, date | Span) else 3 if isinstance(value, str) else 0


def less(left: Any, right: Any) -> bool | None:
    """``left < right`` of two numbers, two dates or two texts."""
    kind = _kind(left)
    if not kind or kind != _kind(right):
        return None
    if kind != 2:
        return bool(left < right)
    if last_day(left) < first_day(right):
        return True
    return False if first_day(left) >= last_day(right) else None


def at_most(left: Any, right: Any) -> bool | None:
    """``left <= right`` of two numbers, two dates or two texts."""
    kind = _kind(left)
    if not kind or kind != _kind(right):
        return None
    if kind != 2:
        return bool(left <= right)
    if last_day(left) <= first_day(right):
        return True
    return False if first_day(left) > last_day(right) else None


def rounded(value: float, places: int) -> float | int:
    """Rounded half away from zero, as people do; a whole number when no places are kept."""
    places = max(-12, min(12, places))
    exact = Decimal(repr(+value)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return int(exact) if places <= 0 else float(exact)


OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "^": power,
    "=": equal,
    "!=": unequal,
    "<": less,
    "<=": at_most,
    ">": lambda left, right: less(right, left),
    ">=": lambda left, right: at_most(right, left),
}
