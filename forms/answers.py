"""What was answered: addresses, cells and the lines of repeats. It holds no rule of any questionnaire."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, get_args

Missing = Literal["NSP", "NF", "SO"]
MISSING: tuple[Missing, ...] = get_args(Missing)

_ADDRESS = re.compile(r"([a-z][a-z0-9_]*)(?:@([a-z][a-z0-9_]*))?(?:#([1-9][0-9]{0,5}))?", re.ASCII)


class NotAnAddress(ValueError):
    """A text that names no place of a questionnaire."""


class Address(NamedTuple):
    """One place for one answer: ``weight_kg``, ``v_surf@m12``, ``ae_term#1``, ``ag_drug@j0#2``."""

    name: str
    visit: str | None = None
    line: int | None = None

    def __str__(self) -> str:
        visit = f"@{self.visit}" if self.visit else ""
        line = f"#{self.line}" if self.line else ""
        return f"{self.name}{visit}{line}"

    @classmethod
    def parse(cls, text: str) -> "Address":
        """The address a text stands for; raises NotAnAddress."""
        found = _ADDRESS.fullmatch(text)
        if not found:
            raise NotAnAddress(text)
        name, visit, line = found.groups()
        return cls(name, visit, int(line) if line else None)


class Cell(NamedTuple):
    """One stored answer. ``value`` is JSON (numbers, text, lists; dates as ISO text), ``typed`` what the person wrote, ``unit``
    the unit it was written in when it was not the question's; a cell never has both a value and a missing reason."""

    value: Any = None
    missing: Missing | None = None
    typed: str | None = None
    unit: str | None = None
    comment: str | None = None

    @property
    def empty(self) -> bool:
        """True when neither a value nor a missing reason was given."""
        return self.value is None and self.missing is None

    def commented(self, comment: str | None) -> "Cell":
        """The same answer with this comment."""
        return self._replace(comment=comment or None)

    def to_json(self) -> dict[str, Any]:
        """The short keys of the stored document; keys without content are left out."""
        pairs = (
            ("v", self.value),
            ("m", self.missing),
            ("t", self.typed),
            ("u", self.unit),
            ("c", self.comment),
        )
        return {key: value for key, value in pairs if value is not None}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Cell":
        """The cell of a stored document; other keys (a revision) are nothing to us."""
        get = document.get
        return cls(get("v"), get("m"), get("t"), get("u"), get("c"))


EMPTY = Cell()


def lines_key(repeat: str, visit: str | None) -> str:
    """The name of one group of lines: ``ag@j0`` or ``ae``."""
    return f"{repeat}@{visit}" if visit else repeat


@dataclass(slots=True)
class Answers:
    """All answers to one questionnaire. ``lines`` keeps, for each group (``ag@j0``, ``ae``), the stable line numbers in order."""

    cells: dict[Address, Cell] = field(default_factory=dict)
    lines: dict[str, list[int]] = field(default_factory=dict)

    def cell(self, address: Address) -> Cell:
        """The cell there, an empty one when nothing was ever answered."""
        return self.cells.get(address, EMPTY)

    def lines_of(self, repeat: str, visit: str | None = None) -> list[int]:
        """The line numbers of one group, in their order."""
        return self.lines.get(lines_key(repeat, visit), [])

    def add_line(self, repeat: str, visit: str | None = None) -> int:
        """A new line at the end; its number was never used in this group among the lines or cells that are left."""
        group = self.lines.setdefault(lines_key(repeat, visit), [])
        group.append(max(group, default=0) + 1)
        return group[-1]

    def to_json(self) -> dict[str, Any]:
        """``{"answers": {address: cell}, "lines": {group: numbers}}``: the shape a response document has."""
        answers = {str(address): cell.to_json() for address, cell in self.cells.items()}
        return {
            "answers": answers,
            "lines": {key: list(numbers) for key, numbers in self.lines.items() if numbers},
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Answers":
        """The answers of a stored document; raises NotAnAddress for a key that is none."""
        cells = {_parse(text): Cell.from_json(cell) for text, cell in document.get("answers", {}).items()}
        return cls(cells, {key: list(numbers) for key, numbers in document.get("lines", {}).items()})

    @classmethod
    def of(cls, pairs: Iterable[tuple[Address, Cell]]) -> "Answers":
        """Answers from addressed cells; a line exists because a cell stands on it."""
        answers = cls()
        for address, cell in pairs:
            answers.cells[address] = cell
        return answers


_PARSED: dict[str, Address] = {}


def _parse(text: str) -> Address:
    # A study has a few hundred addresses and every request reads them again, so that they are parsed once.
    found = _PARSED.get(text)
    if found is None:
        found = Address.parse(text)
        if len(_PARSED) < 20_000:
            _PARSED[text] = found
    return found
