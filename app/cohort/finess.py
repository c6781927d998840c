"""FINESS numbers as lists carry them (D13): nine characters, repaired only where the department proves it."""

import re
from dataclasses import dataclass

from app.cohort.names import postcode_of

_NINE = re.compile(r"(?:\d{9}|2[AB]\d{7})")


@dataclass(frozen=True, slots=True)
class Finess:
    """`number` is empty when unreadable; `flag` says what was done or found: padded, unreadable, check."""

    number: str
    flag: str


def read_finess(raw: str, postcode: str) -> Finess:
    """The FINESS in `raw`. An 8-digit one is padded when the postcode's department agrees (D13)."""
    text = raw.replace(" ", "").replace("\u00a0", "").removesuffix(".0").upper()
    if not text:
        return Finess("", "")
    if _NINE.fullmatch(text):
        return Finess(text, "" if check_digit_holds(text) else "finess_check")
    if re.fullmatch(r"\d{8}", text):
        padded = "0" + text
        if postcode_of(postcode)[:2] == padded[:2]:
            return Finess(padded, "finess_padded")
    return Finess("", "finess_unreadable")


def check_digit_holds(number: str) -> bool:
    """Whether the last digit is the Luhn key of the others; the letters of Corsica count as 0."""
    digits = [int(c) if c.isdecimal() else 0 for c in number]
    doubled = [d * 2 - 9 if d > 4 else d * 2 for d in digits[-2::-2]]
    return (sum(doubled) + sum(digits[-1::-2])) % 10 == 0
