"""Dates that may be partial: reading them as people type them, and the interval of days each stands for."""

import calendar
import re
from datetime import date
from typing import NamedTuple

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "janvier janv jan january", "fevrier février fevr févr fev feb february", "mars mar march",
            "avril avr apr april", "mai may", "juin jun june", "juillet juil jul july", "aout août aug august",
            "septembre sept sep september", "octobre oct october", "novembre nov november",
            "decembre décembre dec déc december",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip

_SEPARATED = re.compile(r"([0-9]{1,4})\s*[-/. ]\s*([0-9]{1,4})(?:\s*[-/. ]\s*([0-9]{1,4}))?", re.ASCII)
_WORDED = re.compile(
    r"(?:([0-9]{1,2})(?:er|st|nd|rd|th)?\s*[-/. ]?\s*)?([^\W\d_]{3,9})\.?\s*[-/. ]?\s*([0-9]{2}|[0-9]{4})"
)


# What a spreadsheet or a database adds to a day, and what stands in charts for a day or a month nobody knows.
_MIDNIGHT = re.compile(r"[ t]00:00(?::00(?:\.0+)?)?z?$", re.ASCII)
_UNKNOWN = re.compile(r"^(?:(?:00|xx|mm|jj|dd|\?\?|__)[-/.]){1,2}", re.ASCII)


class Span(NamedTuple):
    """A partial date: every day from ``first`` to ``last`` is possible."""

    first: date
    last: date


Moment = date | Span


class NotADate(ValueError):
    """A text that is no date."""


def moment(iso: str) -> Moment:
    """The date or span of a stored ISO text: ``2014``, ``2014-03`` or ``2014-03-12``."""
    if len(iso) == 10:
        return date.fromisoformat(iso)
    if len(iso) == 7:
        year, month = int(iso[:4]), int(iso[5:])
        return Span(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))
    if len(iso) == 4:
        return Span(date(int(iso), 1, 1), date(int(iso), 12, 31))
    raise NotADate(iso)


def first_day(value: Moment) -> date:
    """The earliest possible day."""
    return value.first if isinstance(value, Span) else value


def last_day(value: Moment) -> date:
    """The latest possible day."""
    return value.last if isinstance(value, Span) else value


def middle(value: Moment) -> date:
    """The day that stands for a partial date: the 15th of a month, 1 July of a year."""
    if not isinstance(value, Span):
        return value
    days = (value.last - value.first).days
    if value.first.day == 1 and days < 31:
        return value.first.replace(day=15)
    if (value.first.month, value.first.day) == (1, 1) and days in (364, 365):
        return value.first.replace(month=7)
    return date.fromordinal((value.first.toordinal() + value.last.toordinal()) // 2)


def anniversary(day: date, years: int) -> date:
    """The same day ``years`` later; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def years_between(start: date, end: date) -> int:
    """Completed years from start to end, negative when end comes first."""
    if end < start:
        return -years_between(end, start)
    years = end.year - start.year
    return years if anniversary(start, years) <= end else years - 1


def read_iso(text: str, prefer: tuple[date | None, date | None] = (None, None)) -> str:
    """The ISO text of a date as typed: ``12/03/2014``, ``12-3-14``, ``12.03.2014``, ``12032014``,
    ``2014-03-12``, ``12 mars 2014``,
    and when partial ``2014``, ``03/2014``, ``2014-03``, ``mars 2014``. Days come before months. A year of two digits is the
    one inside ``prefer``, else 1950 to 2049. The midnight of a pasted day is left out, and so are the 00 and xx of what
    is not known. Raises NotADate."""
    text = _UNKNOWN.sub("", _MIDNIGHT.sub("", text.strip().lower()))
    year, month, day = _parts(text)
    if len(year) == 2:
        year = _century(int(year), month, day, prefer)
    if len(year) != 4 or year[0] == "0":
        raise NotADate(text)
    try:
        known = date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        raise NotADate(text) from None
    return known.isoformat()[: 10 if day else 7 if month else 4]


def _parts(text: str) -> tuple[str, str, str]:
    if text.isascii() and text.isdigit():
        return _digits(text)
    worded = _WORDED.fullmatch(text)
    if worded and worded[2] in _MONTHS:
        return worded[3], str(_MONTHS[worded[2]]), worded[1] or ""
    found = _SEPARATED.fullmatch(text)
    if not found:
        raise NotADate(text)
    one, two, three = found.groups()
    if three is None:
        return (one, two, "") if len(one) == 4 else (two, one, "") if len(two) == 4 else _refuse(text)
    if len(one) == 4:
        return one, two, three
    return three, two, one


def _digits(text: str) -> tuple[str, str, str]:
    if len(text) == 8:
        # 20140312 is no date in days-first order, so that the two readings of eight digits hardly ever meet.
        if int(text[2:4]) in range(1, 13):
            return text[4:], text[2:4], text[:2]
        return text[:4], text[4:6], text[6:]
    if len(text) == 6:
        if text[2:4] in ("19", "20") and 1 <= int(text[:2]) <= 12:
            return text[2:], text[:2], ""
        return text[4:], text[2:4], text[:2]
    return (text, "", "") if len(text) == 4 else _refuse(text)


def _refuse(text: str) -> tuple[str, str, str]:
    raise NotADate(text)


def _century(year: int, month: str, day: str, prefer: tuple[date | None, date | None]) -> str:
    low, high = prefer
    usual = 2000 + year if year < 50 else 1900 + year
    for candidate in (usual, 3900 + 2 * year - usual):
        try:
            known = date(candidate, int(month or 1), int(day or 1))
        except ValueError:
            continue
        if (low is None or low <= known) and (high is None or known <= high):
            return str(candidate)
    return str(usual)


def write(iso: str, language: str) -> str:
    """A stored date as people write it: ``12/03/2014``, ``03/2014``, ``2014`` (the same in both languages: day first)."""
    del language
    return "/".join(reversed(iso.split("-")))
