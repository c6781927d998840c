"""Dates as lists carry them (D14–D16): day first, serial numbers, ISO, two-digit years, partial births, ages."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from app.cohort.names import bare

SERIAL_EPOCH = date(1899, 12, 30)
GRANT_SERIALS = range(36526, 45001)
BIRTH_SERIALS = range(10000, 45001)
OLDEST_AGE = 110
MONTHS = {
    "JANV": 1,
    "JAN": 1,
    "FEVR": 2,
    "FEV": 2,
    "FEB": 2,
    "MARS": 3,
    "MAR": 3,
    "AVR": 4,
    "APR": 4,
    "MAI": 5,
    "MAY": 5,
    "JUIN": 6,
    "JUN": 6,
    "JUIL": 7,
    "JUL": 7,
    "AOUT": 8,
    "AUG": 8,
    "SEPT": 9,
    "SEP": 9,
    "OCT": 10,
    "NOV": 11,
    "DEC": 12,
}
_PARTS = re.compile(r"(\d{1,4})[/.\- ](\d{1,2})[/.\- ](\d{1,4})(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?")
_NAMED = re.compile(r"(\d{1,2})(?:ER)? ([A-Z]{3,9}) (\d{4}|\d{2})")
_MONTH_YEAR = re.compile(r"(\d{1,2})[/.\-](\d{4})")
_YEAR_MONTH = re.compile(r"(\d{4})-(\d{1,2})")
_AGE = re.compile(r"(\d{1,3}) ?(?:ANS?|A|Y|YEARS?|YO)")


class Grant(NamedTuple):
    """A read date, or why it could not be read: `blank` or `unreadable`."""

    on: date | None
    problem: str = ""


class Birth(NamedTuple):
    """A birth, ISO and possibly partial; `slack` years when it comes from an age; `problem` when unusable.

    `ambiguous` holds when two centuries are possible: a person decides (D15).
    """

    iso: str = ""
    slack: int = 0
    problem: str = ""
    ambiguous: bool = False

    @property
    def precision(self) -> str:
        """`d`, `m`, `y` or empty."""
        return {10: "d", 7: "m", 4: "y"}.get(len(self.iso), "")


def month_first(values: Iterable[str]) -> bool:
    """Whether a whole column is written month first: some date cannot be day first, and none must be."""
    must = False
    for value in values:
        parts = _PARTS.fullmatch(value.strip())
        if parts is None or len(parts[1]) > 2:
            continue
        if int(parts[1]) > 12:
            return False
        must = must or int(parts[2]) > 12
    return must


@lru_cache(maxsize=16384)
def read_grant(raw: str, us_order: bool = False) -> Grant:
    """A grant, request or validity date; two-digit years are of this century."""
    text = raw.strip().removesuffix(".0")
    if not text:
        return Grant(None, "blank")
    if _number(text):
        return Grant(serial(int(text))) if int(text) in GRANT_SERIALS else Grant(None, "unreadable")
    read = _full_date(text, us_order, century=2000)
    return Grant(read) if read is not None and 1990 <= read.year < 2100 else Grant(None, "unreadable")


def _number(text: str) -> bool:
    # «²» is a digit to Python and no number.
    return text.isdecimal() and len(text) < 10


def serial(number: int) -> date:
    """The day of a spreadsheet's serial number (41275 = 01/01/2013)."""
    return SERIAL_EPOCH + timedelta(days=number)


def _full_date(text: str, us_order: bool, century: int) -> date | None:
    parts = _PARTS.fullmatch(text)
    if parts is not None:
        first, second, third = parts.groups()
        if len(first) == 4:
            return _day(int(first), int(second), int(third))
        if len(first) > 2 or len(third) not in (2, 4):
            return None
        year = int(third) + (century if len(third) == 2 else 0)
        day, month = (int(second), int(first)) if us_order else (int(first), int(second))
        return _day(year, month, day)
    named = _NAMED.fullmatch(bare(text))
    if named is None:
        return None
    month = next((MONTHS[named[2][:n]] for n in (4, 3) if named[2][:n] in MONTHS), 0)
    return _day(int(named[3]) + (century if len(named[3]) == 2 else 0), month, int(named[1]))


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def read_birth(raw: str, granted_year: int | None, us_order: bool = False) -> Birth:
    """A birth date, partial or full, or an age at grant; placeholders lose the precision they never had (D16)."""
    birth = _absolute(raw, us_order)
    if birth is None:
        text = raw.strip().removesuffix(".0")
        birth = _digits(text, granted_year) if _number(text) else _written(text, granted_year, us_order)
    if birth.iso and granted_year is not None and not _plausible(int(birth.iso[:4]), granted_year):
        return Birth(problem="birth_implausible")
    return birth


@lru_cache(maxsize=65536)
def _absolute(raw: str, us_order: bool) -> Birth | None:
    """The birth in a text that says it without its grant; None when it takes the grant's year to tell."""
    text = raw.strip().removesuffix(".0")
    if not any(c.isdigit() for c in text):
        return Birth()
    full = _PARTS.fullmatch(text)
    if full is None or len(full[3]) != 4 or len(full[1]) > 2:
        return None
    read = _full_date(text, us_order, century=1900)
    return _precise(read) if read is not None else Birth(problem="birth_unreadable")


def _digits(text: str, granted_year: int | None) -> Birth:
    number = int(text)
    if len(text) == 4:
        return Birth(text) if 1880 <= number <= 2100 and number != 1900 else Birth(problem="birth_unreadable")
    if len(text) == 2:
        return _centuries("{}", number, granted_year)
    if number in BIRTH_SERIALS:
        return _precise(serial(number))
    return Birth(problem="birth_unreadable")


def _written(text: str, granted_year: int | None, us_order: bool) -> Birth:
    age = _AGE.fullmatch(bare(text))
    if age is not None:
        if granted_year is None or int(age[1]) > OLDEST_AGE:
            return Birth(problem="birth_unreadable")
        return Birth(str(granted_year - int(age[1])), slack=1, problem="birth_from_age")
    month = _MONTH_YEAR.fullmatch(text)
    if month is not None:
        return _month(int(month[2]), int(month[1]))
    iso_month = _YEAR_MONTH.fullmatch(text)
    if iso_month is not None:
        return _month(int(iso_month[1]), int(iso_month[2]))
    parts = _PARTS.fullmatch(text)
    if parts is not None and len(parts[3]) == 2 and len(parts[1]) <= 2:
        day, month_no = (parts[2], parts[1]) if us_order else (parts[1], parts[2])
        known = _day(2000, int(month_no), int(day))
        if known is None:
            return Birth(problem="birth_unreadable")
        return _centuries(f"{{}}-{known:%m-%d}", int(parts[3]), granted_year)
    full = _full_date(text, us_order, century=1900)
    return _precise(full) if full is not None else Birth(problem="birth_unreadable")


def _month(year: int, month: int) -> Birth:
    return (
        Birth(f"{year}-{month:02d}")
        if 1 <= month <= 12 and year != 1900
        else Birth(problem="birth_unreadable")
    )


def _precise(day: date) -> Birth:
    if day == date(1900, 1, 1):
        return Birth(problem="birth_placeholder")
    if (day.month, day.day) == (1, 1):
        return Birth(f"{day.year}", problem="birth_first_january")
    return Birth(day.isoformat(), problem="birth_mid_month" if day.day == 15 else "")


def _centuries(pattern: str, two_digits: int, granted_year: int | None) -> Birth:
    years = [c + two_digits for c in (1900, 2000)]
    possible = [y for y in years if granted_year is None or _plausible(y, granted_year)]
    if len(possible) != 1:
        return Birth(problem="birth_century" if possible else "birth_implausible", ambiguous=bool(possible))
    iso = pattern.format(possible[0])
    return _precise(date.fromisoformat(iso)) if len(iso) == 10 else Birth(iso)


def _plausible(birth_year: int, granted_year: int) -> bool:
    return 0 <= granted_year - birth_year <= OLDEST_AGE


def births_agree(one: Birth, other: Birth) -> bool:
    """Whether two known births can be the same to the precision of the coarser one."""
    if not one.iso or not other.iso:
        return False
    slack = one.slack + other.slack
    if slack:
        return abs(int(one.iso[:4]) - int(other.iso[:4])) <= slack
    shared = min(len(one.iso), len(other.iso))
    return one.iso[:shared] == other.iso[:shared]
