"""Names that every statistical program takes: checked, never repaired in silence, and the eight-letter form of SAS."""

import re
from collections.abc import Iterable, Sequence

from exports.errors import BadName
from exports.tables import Column

LONGEST = 32
_SHAPE = re.compile(r"[a-z][a-z0-9_]*\Z")
# SAS reads these as operators, automatic variables or data set lists (SAS 9.4 Language Reference: Concepts).
RESERVED = frozenset({
    "_n_", "_error_", "_all_", "_char_", "_character_", "_numeric_", "_null_", "_infile_", "_last_", "_data_",
    "and", "or", "not", "in", "eq", "ne", "lt", "le", "gt", "ge", "min", "max", "by", "if", "then", "else", "do",
    "end", "to", "while", "until", "with", "over",
})  # fmt: skip
_SHEET_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")


def check_names(columns: Sequence[Column]) -> None:
    """Refuse a name that some program would not take: shape, length, reserved, taken twice."""
    seen: set[str] = set()
    for column in columns:
        name = column.name
        if not _SHAPE.match(name):
            raise BadName(name=name, why_fr="minuscules, chiffres et _ seulement, une lettre d’abord",
                          why_en="lower case letters, digits and _ only, a letter first")
        if len(name) > LONGEST:
            raise BadName(name=name, why_fr=f"plus de {LONGEST} caractères", why_en=f"over {LONGEST} characters")
        if name in RESERVED:
            raise BadName(name=name, why_fr="mot réservé de SAS", why_en="a reserved word of SAS")
        if name in seen:
            raise BadName(name=name, why_fr="déjà pris", why_en="taken twice")
        seen.add(name)


def check_sheet_name(name: str) -> None:
    """Refuse a sheet name over Excel's 31 characters, or with a character it forbids."""
    if not 0 < len(name) <= 31 or _SHEET_FORBIDDEN.search(name) or name.lower() == "history":
        raise BadName(name=name, why_fr="un nom de feuille a 1 à 31 caractères, sans [ ] : * ? / \\",
                      why_en="a sheet name has 1 to 31 characters, none of [ ] : * ? / \\")


def short_names(names: Iterable[str]) -> dict[str, str]:
    """For each name one of at most eight characters, unique, the same for the same list (SAS transport, version 5)."""
    short: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        stem = name if len(name) <= 8 else _abbreviated(name)
        candidate, number = stem, 1
        while candidate in taken or candidate in RESERVED:
            number += 1
            tail = str(number)
            candidate = stem[: 8 - len(tail)] + tail
        taken.add(candidate)
        short[name] = candidate
    return short


def _abbreviated(name: str) -> str:
    """Eight letters in which each word of the name has its share: ``submitted_by_telephone`` is ``subbytel``."""
    words = [word for word in name.split("_") if word][:8]
    shares = [0] * len(words)
    while sum(shares) < 8:
        # The last words tell names apart: they are served first.
        hungry = [place for place, word in enumerate(words) if shares[place] < len(word)]
        if not hungry:
            break
        shares[min(hungry, key=lambda place: (shares[place], -place))] += 1
    return "".join(word[:share] for word, share in zip(words, shares, strict=True))
