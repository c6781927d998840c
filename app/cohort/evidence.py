"""How likely two persons are one (Fellegi–Sunter weights), in a probability that a person can read. Pure."""

from dataclasses import dataclass
from datetime import timedelta
from math import log2

from app.cohort.initials import resemblance
from app.cohort.persons import Person

# log2 of (how often it holds for one patient's rows) / (how often by chance), as the agency's lists behave:
# births spread over some 70 years, 3+2 initials over some 3,000 values, 8 % missing births, 6 % moves, 110 sites.
BIRTH = {10: 14.0, 7: 9.5, 4: 5.5}
BIRTH_AGAINST = -6.0
SEX, SEX_AGAINST = 0.9, -5.0
INITIALS = {2: 10.5, 1: 2.0, 0: -6.0}
SHORT_INITIALS = 7.0
CENTRE, CENTRE_AGAINST = 6.5, -4.0
CONTINUES = 2.5


@dataclass(frozen=True)
class Evidence:
    """What speaks for and against, each as (fact, weight in bits), and the probability they add up to."""

    facts: tuple[tuple[str, float], ...]
    probability: float


def compare(one: Person, other: Person, population: int, continuation: timedelta) -> Evidence:
    """The evidence that two persons are the same, among `population` patients of the study."""
    facts = (
        ("birth", _birth(one, other)),
        ("initials", _initials(one, other)),
        ("sex", _sex(one, other)),
        ("centre", CENTRE if set(one.centres) & set(other.centres) else CENTRE_AGAINST),
        ("continuity", CONTINUES if _continues(one, other, continuation) else 0.0),
    )
    bits = sum(weight for _, weight in facts) - log2(max(population, 2))
    return Evidence(facts, 1 / (1 + 2**-bits))


def _birth(one: Person, other: Person) -> float:
    best = 0.0
    for a in one.births:
        for b in other.births:
            shared = min(len(a.iso), len(b.iso))
            if a.iso[:shared] != b.iso[:shared]:
                return BIRTH_AGAINST
            best = max(best, BIRTH[shared])
    return best


def _initials(one: Person, other: Person) -> float:
    pairs = [(a, b) for a in one.initials for b in other.initials]
    if not pairs:
        return 0.0
    agreed = max(resemblance(a, b) for a, b in pairs)
    if agreed == 2 and not any(a.full & b.full for a, b in pairs):
        return SHORT_INITIALS
    return INITIALS[agreed]


def _sex(one: Person, other: Person) -> float:
    if not one.sexes or not other.sexes:
        return 0.0
    return SEX if set(one.sexes) & set(other.sexes) else SEX_AGAINST


def _continues(one: Person, other: Person, continuation: timedelta) -> bool:
    return any(other.continued_on(member.granted_on, continuation) for member in one.members)
