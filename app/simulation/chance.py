"""Seeded chance: the same seed draws the same life. It knows nothing of questionnaires."""

import math
import random
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TypeVar

T = TypeVar("T")


class Chance:
    """Draws of one simulated patient."""

    def __init__(self, *seed: object) -> None:
        self._random = random.Random("\x1f".join(map(str, seed)))

    def yes(self, probability: float) -> bool:
        """True with this probability."""
        return self._random.random() < probability

    def one(self, values: Sequence[T]) -> T:
        """One of the values, all as likely."""
        return self._random.choice(values)

    def weighted(self, weights: Mapping[T, float]) -> T:
        """One of the keys, as likely as its weight says."""
        return self._random.choices(list(weights), list(weights.values()))[0]

    def between(self, low: int, high: int) -> int:
        """A whole number from low to high, both possible."""
        return self._random.randint(low, max(low, high))

    def real(self, low: float, high: float) -> float:
        """A number between low and high."""
        return self._random.uniform(low, high)

    def normal(self, mean: float, spread: float, low: float, high: float, digits: int = 1) -> float:
        """A bell around the mean, cut at low and high, rounded as a person writes it."""
        return round(min(high, max(low, self._random.gauss(mean, spread))), digits)

    def skewed(self, median: float, spread: float, low: float, high: float, digits: int = 0) -> float:
        """A log-normal around the median: many small, few large."""
        drawn = median * math.exp(self._random.gauss(0, spread))
        return round(min(high, max(low, drawn)), digits)

    def survival(self, scale: float, shape: float) -> int:
        """Days to an event, by a Weibull law."""
        return int(self._random.weibullvariate(scale, shape))

    def day(self, start: date, end: date) -> date:
        """A day from start to end, start itself when the end is earlier."""
        return start + timedelta(days=self.between(0, max(0, (end - start).days)))

    def several(self, probabilities: Mapping[str, float]) -> list[str]:
        """The keys that came up, each with its own probability, in their order."""
        return [key for key, probability in probabilities.items() if self.yes(probability)]
