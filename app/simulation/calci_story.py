"""The life of one simulated calciphylaxis patient, in dates, with the published figures."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from app.simulation.chance import Chance

WINDOW_START = date(2012, 1, 1)
# Mortality: 50 % at one year, by a Weibull law of shape 0.75 and scale 595 days.
DEATH_SCALE, DEATH_SHAPE = 595.0, 0.75
HEALED, IMPROVED, STABLE, WORSE = 1, 2, 3, 4
STOP_HEALED, STOP_EVENT, STOP_DEATH, STOP_NO_EFFECT, STOP_IMPROVED = 1, 2, 3, 4, 5
YEAR = 365


@dataclass(frozen=True)
class Story:
    """What happened, before anybody writes it down. Days are exact here; charts may know less."""

    j0: date
    last: date
    dead: bool
    evolution: int
    healed: date | None
    sts_end: date | None
    stop_reason: int | None
    route: int
    renal: int
    stopped_by_event: bool

    @property
    def dialysed(self) -> bool:
        """On dialysis at J0."""
        return self.renal <= 5

    def day(self, days: int) -> date:
        """The day so many days after J0."""
        return self.j0 + timedelta(days=days)

    @property
    def followed(self) -> int:
        """Days from J0 to death or last news."""
        return (self.last - self.j0).days


def tell(chance: Chance, facts: Mapping[str, object]) -> Story:
    """The story of a patient whose list facts are these (first and last grant, days covered)."""
    first = _day(facts.get("first_grant_on")) or chance.day(WINDOW_START, date(2016, 12, 31))
    renewed = _day(facts.get("last_grant_on")) or first
    j0 = first + timedelta(days=chance.weighted({chance.between(0, 12): 0.85, chance.between(-5, 40): 0.15}))
    last, dead = _end_of_news(chance, j0, renewed)
    renal = chance.weighted({1: 0.55, 2: 0.12, 3: 0.06, 4: 0.02, 5: 0.11, 6: 0.09, 7: 0.04, 8: 0.01})
    route = _route(chance, renal)
    evolution = chance.weighted({HEALED: 0.26, IMPROVED: 0.43, STABLE: 0.14, WORSE: 0.17})
    healed = _healing(chance, j0, last) if evolution == HEALED else None
    if healed is None and evolution == HEALED:
        evolution = IMPROVED
    by_event = chance.yes(0.8 if route == 4 else 0.06)
    end, reason = _stop(chance, j0, last, dead, healed, evolution, by_event, facts)
    return Story(j0, last, dead, evolution, healed, end, reason, route, renal, reason == STOP_EVENT)


def _day(value: object) -> date | None:
    return value if isinstance(value, date) else None


def _end_of_news(chance: Chance, j0: date, renewed: date) -> tuple[date, bool]:
    # A renewal is granted to a living patient, so that nobody dies before the last one.
    alive_until = max(j0 + timedelta(days=7), renewed + timedelta(days=5))
    death = alive_until + timedelta(days=chance.survival(DEATH_SCALE, DEATH_SHAPE))
    lost = chance.yes(0.08)
    follow_up = chance.between(60, 320) if lost else chance.between(YEAR + 15, YEAR + 700)
    horizon = max(alive_until, j0 + timedelta(days=follow_up))
    return (death, True) if death <= horizon else (horizon, False)


def _route(chance: Chance, renal: int) -> int:
    if renal == 5:
        return chance.weighted({3: 0.8, 4: 0.2})
    return chance.weighted({1: 0.8, 2: 0.15, 3: 0.05}) if renal < 5 else 3


def _healing(chance: Chance, j0: date, last: date) -> date | None:
    latest = min(last, j0 + timedelta(days=350))
    earliest = j0 + timedelta(days=45)
    return chance.day(earliest, latest) if earliest < latest else None


def _stop(
    chance: Chance,
    j0: date,
    last: date,
    dead: bool,
    healed: date | None,
    evolution: int,
    by_event: bool,
    facts: Mapping[str, object],
) -> tuple[date | None, int | None]:
    covered = facts.get("cover_days")
    days = covered if isinstance(covered, int) and covered > 0 else int(chance.skewed(80, 1.0, 5, 700))
    end = j0 + timedelta(days=max(1, days - chance.between(0, 45)))
    if not dead and end >= min(last, j0 + timedelta(days=YEAR)):
        return None, None
    if by_event:
        return min(end, j0 + timedelta(days=chance.between(3, 60)), last), STOP_EVENT
    if dead and end >= last - timedelta(days=10):
        return last - timedelta(days=chance.between(0, min(10, (last - j0).days))), STOP_DEATH
    return min(end, last), _reason(chance, evolution, healed is not None and healed <= end)


def _reason(chance: Chance, evolution: int, healed: bool) -> int:
    if healed:
        return STOP_HEALED
    if evolution in (HEALED, IMPROVED):
        return chance.weighted({STOP_IMPROVED: 0.7, 6: 0.1, 8: 0.1, 10: 0.1})
    return chance.weighted({STOP_NO_EFFECT: 0.55, 7: 0.2, 6: 0.1, 8: 0.1, 10: 0.05})
