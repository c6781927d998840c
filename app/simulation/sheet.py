"""The answers of one simulated patient while they are being made up."""

from dataclasses import dataclass, field
from datetime import date

from app.simulation.chance import Chance
from forms.answers import Address, Missing


@dataclass(frozen=True)
class Played:
    """One simulated answer: what would be typed, or the reason why there is none."""

    typed: object = None
    missing: Missing | None = None


@dataclass
class Sheet:
    """Answers by address, with the chance that some were not to be found in the chart."""

    chance: Chance
    answers: dict[Address, Played] = field(default_factory=dict)

    def typed(self, name: str) -> object:
        """What was put for a question asked once; None when nothing was."""
        played = self.answers.get(Address(name))
        return None if played is None else played.typed

    def put(self, name: str, typed: object, visit: str | None = None, line: int | None = None) -> None:
        """An answer that the chart gave; nothing when there is none."""
        if typed is not None:
            self.answers[Address(name, visit, line)] = Played(typed)

    def miss(self, name: str, reason: Missing, visit: str | None = None, line: int | None = None) -> None:
        """An answer that the chart could not give."""
        self.answers[Address(name, visit, line)] = Played(missing=reason)

    def put_or_miss(
        self,
        name: str,
        typed: object,
        missing: float,
        reason: Missing = "NSP",
        visit: str | None = None,
        line: int | None = None,
    ) -> bool:
        """The answer, or with probability `missing` its reason; True when the answer was put."""
        if self.chance.yes(missing):
            self.miss(name, reason, visit, line)
            return False
        self.put(name, typed, visit, line)
        return True

    def maybe(self, name: str, typed: object, probability: float, visit: str | None = None) -> None:
        """An optional answer, given with this probability and else left empty."""
        if self.chance.yes(probability):
            self.put(name, typed, visit)


def written(day: date, precision: str = "d") -> str:
    """A date as a French chart has it: 05/03/2014, 03/2014 or 2014."""
    return day.strftime({"d": "%d/%m/%Y", "m": "%m/%Y", "y": "%Y"}[precision])
