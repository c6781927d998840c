"""Initials as lists carry them (D17, D26): read in every way they can be meant, compared on what both give."""

import re
from functools import lru_cache
from typing import NamedTuple

from app.cohort.names import bare

# Longer than any convention of initials (3+2, one letter of tolerance each): somebody typed a whole name.
LONGEST = 7
_WORDS = re.compile(r"[A-Z]+")
Reading = tuple[str, str]


class Initials(NamedTuple):
    """Initials read. `readings` are (surname, first name) as they may be meant; `full` the 3+2 ones among them.

    `name_in_full` asks for masking: the column held a whole name.
    """

    shown: str
    readings: tuple[Reading, ...]
    full: frozenset[Reading] = frozenset()
    name_in_full: bool = False


NOTHING = Initials("", ())


@lru_cache(maxsize=16384)
def read_initials(surname: str, first: str = "") -> Initials:
    """Initials from one column («DUP MA», «DM», «D.M.», «DUPMA», «LE GJE») or from two."""
    parts = (surname, first) if first.strip() else bare(surname).split()
    words = [word for part in parts if (word := "".join(_WORDS.findall(bare(part))))]
    if not words:
        return NOTHING
    if sum(map(len, words)) > LONGEST:
        short = _shortened(words)
        return Initials(" ".join(short).strip(), (short,), _full([short]), name_in_full=True)
    readings, possible = _one_word(words[0]) if len(words) == 1 else _two_words(words)
    return Initials(" ".join(part for part in readings[0] if part), tuple(readings), _full(possible))


def _shortened(words: list[str]) -> Reading:
    return "".join(words[:-1])[:3] or words[0][:3], words[-1][:2] if len(words) > 1 else ""


def _two_words(words: list[str]) -> tuple[list[Reading], list[Reading]]:
    straight = ("".join(words[:-1]), words[-1])
    if (len(straight[0]), len(straight[1])) != (2, 3):
        return [straight], [straight]
    # «LE GJE» is LEG+JE as well as LE+GJE: a compound surname loses its space, an order gets swapped.
    joined = "".join(words)
    both = [straight, (joined[:3], joined[3:])]
    return both, both


def _one_word(joined: str) -> tuple[list[Reading], list[Reading]]:
    cuts = {1: (1,), 2: (1,), 3: (2, 1), 4: (2, 3)}.get(len(joined), (3,))
    readings = [(joined[:cut], joined[cut:]) for cut in cuts]
    # Five letters may also be a swapped «MADUP»; that reading only ever meets other five letters.
    return readings, [*readings, (joined[:2], joined[2:])]


def _full(readings: list[Reading]) -> frozenset[Reading]:
    straight = {r for r in readings if (len(r[0]), len(r[1])) == (3, 2)}
    return frozenset(straight | {(b, a) for a, b in readings if (len(a), len(b)) == (2, 3)})


@lru_cache(maxsize=65536)
def compatible(one: Initials, other: Initials) -> bool:
    """Whether both can be the same person's: straight or swapped, on the shortest common prefix."""
    if one.full & other.full:
        return True
    return any(_meet(a, b) or _meet(a, (b[1], b[0])) for a in one.readings for b in other.readings)


def _meet(one: Reading, other: Reading) -> bool:
    return _prefix(one[0], other[0]) and _prefix(one[1], other[1])


def _prefix(one: str, other: str) -> bool:
    shared = min(len(one), len(other))
    return shared > 0 and one[:shared] == other[:shared]


@lru_cache(maxsize=16384)
def resemblance(one: Initials, other: Initials) -> int:
    """How many of the two parts agree (0–2), in the better order; a married name keeps the first name."""
    if one.full & other.full:
        return 2
    swapped = [*other.readings, *((b, a) for a, b in other.readings)]
    return max((_prefix(a[0], b[0]) + _prefix(a[1], b[1]) for a in one.readings for b in swapped), default=0)


def share_a_letter(one: Initials, other: Initials) -> bool:
    """Whether at least one first letter is common (D17: with equal birth and sex, a pair for review)."""
    first = {part[:1] for reading in one.readings for part in reading if part}
    return bool(first & {part[:1] for reading in other.readings for part in reading if part})


@lru_cache(maxsize=16384)
def first_letters(initials: Initials) -> frozenset[str]:
    """The two first letters in alphabetical order, for every reading: compatible initials share a pair."""
    pairs = {a[:1] + b[:1] for a, b in (*initials.readings, *initials.full)}
    return frozenset(min(pair, pair[::-1]) for pair in pairs)
