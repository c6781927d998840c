"""How often initials, months of birth and sexes come in the list itself, and so how many strangers would look alike. Pure.

The chance half of a Fellegi–Sunter weight, with the frequencies of this very list instead of a country's. Every share
is smoothed by one, so that a short list never proves that a name is rare.
"""

from collections import Counter
from collections.abc import Hashable
from datetime import date, timedelta

from app.cohort.dates import Birth
from app.cohort.initials import Initials


class Rarity:
    """Counts over persons, each by the row that made them."""

    def __init__(self) -> None:
        self.persons = 0
        self._named = 0
        self._parts: Counter[str] = Counter()
        self._letters: Counter[str] = Counter()
        self._months: Counter[str] = Counter()
        self._sexes: Counter[int | None] = Counter()
        self._here: Counter[Hashable] = Counter()
        self._birthless: Counter[Hashable] = Counter()
        self._opens, self._closes = date.max, date.min

    def learn(self, initials: Initials, birth: Birth, sex: int | None, centre: Hashable | None) -> None:
        """Counts one person more."""
        self.persons += 1
        self._named += bool(initials.full)
        for reading in initials.full:
            self._parts.update(reading)
        for reading in initials.readings[:1]:
            self._letters.update(part[:1] for part in reading)
        self._months[birth.iso[:7] if len(birth.iso) >= 7 else ""] += 1
        self._sexes[sex] += 1
        self._here[centre] += 1
        if not birth.iso:
            self._birthless[centre] += 1

    def met(self, granted_on: date | None) -> None:
        """Takes a grant into the time that the list covers."""
        if granted_on is not None:
            self._opens, self._closes = min(self._opens, granted_on), max(self._closes, granted_on)

    def of_initials(self, one: Initials, other: Initials) -> float:
        """The share of persons who bear what both give: 3+2 letters, or one letter each in either order."""
        shared = one.full & other.full
        if shared:
            total = (self._named + 1) ** 2
            return max((self._parts[a] + 1) * (self._parts[b] + 1) / total for a, b in shared)
        if one.full or other.full or not one.readings or not other.readings:
            return 1.0
        first, second = one.readings[0]
        return 2 * (self._letters[first[:1]] + 1) * (self._letters[second[:1]] + 1) / (2 * self.persons + 1) ** 2

    def of_month(self, month: str) -> float:
        """The share of persons born in this month (YYYY-MM)."""
        return (self._months[month] + 1) / (self.persons - self._months[""] + 1)

    def of_sex(self, sex: int | None) -> float:
        """The share of persons of this sex; all of them where it is unknown."""
        return 1.0 if sex is None else (self._sexes[sex] + 1) / (self.persons - self._sexes[None] + 1)

    def of_day(self, ends: int, within: timedelta) -> float:
        """The share of all days that lie so near to one of so many days."""
        covered = max(1, (self._closes - self._opens).days)
        return min(1.0, ends * (2 * within.days + 1) / covered)

    def known(self, centre: Hashable | None, *, birthless: bool) -> int:
        """How many persons a centre has (all centres where it is None), all or those without birth."""
        counts = self._birthless if birthless else self._here
        return counts[centre] if centre is not None else counts.total()
