"""The plain functions of the language, each with its sentence and an example that a test runs. Missing in, missing out."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from forms import spans
from forms.expressions import values
from forms.expressions.values import NUMBERS, bounded, less, rounded
from forms.spans import Moment, Span

MANY = 99


@dataclass(frozen=True, slots=True)
class Function:
    """One function: how many arguments, what it gives (fr, en), an example and its result as written in the reference."""

    name: str
    least: int
    most: int
    fr: str
    en: str
    example: str
    result: str
    run: Callable[..., Any] | None = None
    strict: bool = True

    @property
    def wanted(self) -> str:
        """The number of arguments in words."""
        if self.most == MANY:
            return f"{self.least}+"
        return str(self.least) if self.least == self.most else f"{self.least}-{self.most}"


def _years(start: Any, end: Any) -> int | None:
    if not (isinstance(start, date | Span) and isinstance(end, date | Span)):
        return None
    least = spans.years_between(spans.last_day(start), spans.first_day(end))
    return least if least == spans.years_between(spans.first_day(start), spans.last_day(end)) else None


def _anniversary(moment: Any, years: Any) -> Moment | None:
    if not isinstance(moment, date | Span) or not isinstance(years, NUMBERS) or abs(years) > 500:
        return None
    try:
        if isinstance(moment, Span):
            return Span(*(spans.anniversary(day, int(years)) for day in moment))
        return spans.anniversary(moment, int(years))
    except ValueError:
        return None


def _of_moment(run: Callable[[Moment], Any]) -> Callable[[Any], Any]:
    return lambda moment: run(moment) if isinstance(moment, date | Span) else None


def _same(first: int, last: int) -> int | None:
    return first if first == last else None


def _log10(number: Any) -> float | None:
    return math.log10(number) if isinstance(number, NUMBERS) and number > 0 else None


def _round(number: Any, places: Any = 0) -> Any:
    both = isinstance(number, NUMBERS) and isinstance(places, NUMBERS)
    return rounded(number, int(places)) if both else None


def _absolute(number: Any) -> Any:
    return abs(number) if isinstance(number, NUMBERS) else None


def smallest(*found: Any) -> Any:
    """The smallest of numbers, dates or texts; missing when their order is unknown."""
    best = found[0]
    for value in found[1:]:
        smaller = less(value, best)
        if smaller is None:
            at_most = values.at_most(best, value)
            if not at_most:
                return None
            continue
        best = value if smaller else best
    return best


def largest(*found: Any) -> Any:
    """The largest of numbers, dates or texts; missing when their order is unknown."""
    best = found[0]
    for value in found[1:]:
        larger = less(best, value)
        if larger is None:
            if not values.at_most(value, best):
                return None
            continue
        best = value if larger else best
    return best


def _total(*found: Any) -> Any:
    total: Any = 0
    for value in found:
        if not isinstance(value, NUMBERS):
            return None
        total += value
    return bounded(total)


def _known_only(run: Callable[..., Any]) -> Callable[..., Any]:
    def among(*found: Any) -> Any:
        known = [value for value in found if value is not None]
        return run(*known) if known else None

    return among


def _coalesce(*found: Any) -> Any:
    return next((value for value in found if value is not None), None)


_ALL = (
    Function("days", 2, 2, "jours de a à b ; manquant si une date partielle laisse plusieurs réponses",
             "days from a to b; missing when a partial date leaves several answers",
             "days(date('2012-01-15'), date('2013-01-15'))", "366", values.days),
    Function("years", 2, 2, "années révolues de a à b", "completed years from a to b",
             "years(date('1948-03-12'), date('2012-03-11'))", "63", _years),
    Function("anniversary", 2, 2, "la même date n années plus tard ; le 29 février devient le 28",
             "the same day n years later; 29 February becomes the 28th", "anniversary(date('2016-02-29'), 1)",
             "2017-02-28", _anniversary),
    Function("earliest", 1, 1, "le premier jour possible d’une date partielle", "the earliest possible day of a partial date",
             "earliest(date('2014-03'))", "2014-03-01", _of_moment(spans.first_day)),
    Function("latest", 1, 1, "le dernier jour possible d’une date partielle", "the latest possible day of a partial date",
             "latest(date('2014'))", "2014-12-31", _of_moment(spans.last_day)),
    Function("middle", 1, 1, "le jour qui tient lieu d’une date partielle : le 15 du mois, le 1er juillet de l’année",
             "the day that stands for a partial date: the 15th of the month, 1 July of the year",
             "middle(date('2013-12'))", "2013-12-15",
             _of_moment(spans.middle)),
    Function("is_full", 1, 1, "vrai si la date a un jour", "true when the date has a day", "is_full(date('2013-12'))", "0",
             _of_moment(lambda moment: not isinstance(moment, Span))),
    Function("year", 1, 1, "l’année d’une date", "the year of a date", "year(date('2014-03'))", "2014",
             _of_moment(lambda moment: _same(spans.first_day(moment).year, spans.last_day(moment).year))),
    Function("month", 1, 1, "le mois d’une date ; manquant si l’année est seule",
        "the month of a date; missing when only the year is known",
             "month(date('2014-03'))", "3",
             _of_moment(lambda moment: _same(spans.first_day(moment).month, spans.last_day(moment).month))),
    Function("log10", 1, 1, "logarithme décimal ; manquant pour 0 et moins", "decimal logarithm; missing for 0 and below",
             "log10(1000)", "3", _log10),
    Function("round", 1, 2, "arrondi, la moitié en s’éloignant de zéro, à n décimales",
        "rounded half away from zero, to n places",
             "round(2.345, 2)", "2.35", _round),
    Function("abs", 1, 1, "valeur absolue", "absolute value", "abs(-3)", "3", _absolute),
    Function("least", 1, MANY, "la plus petite des valeurs connues (nombres ou dates)",
        "the smallest of the known values (numbers or dates)",
             "least(3, nothing, 2)", "2", _known_only(smallest), strict=False),
    Function("greatest", 1, MANY, "la plus grande des valeurs connues", "the largest of the known values",
        "greatest(3, nothing, 2)", "3",
             _known_only(largest), strict=False),
    Function("coalesce", 1, MANY, "la première valeur connue", "the first known value", "coalesce(nothing, 0)", "0",
        _coalesce, strict=False),
)  # fmt: skip

PLAIN: dict[str, Function] = {function.name: function for function in _ALL}

# The variadic forms of functions that also walk over lines (aggregates.py).
VARIADIC: dict[str, Callable[..., Any]] = {"min": smallest, "max": largest, "sum": _total}
