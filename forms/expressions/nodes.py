"""The parts of a parsed expression; ``at`` is the offset in its text. They mean nothing until they are bound."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Node:
    """Anything that stands somewhere in an expression."""

    at: int


@dataclass(frozen=True, slots=True)
class Number(Node):
    """``12`` or ``12.5``."""

    value: float | int


@dataclass(frozen=True, slots=True)
class Text(Node):
    """``'m12'``."""

    value: str


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A variable, a repeat, a code word or a constant; ``visit`` when written ``v_surf@j0``."""

    name: str
    visit: str | None = None


@dataclass(frozen=True, slots=True)
class Dotted(Node):
    """``list.birth`` or ``outer.ln_start``."""

    owner: str
    name: str


@dataclass(frozen=True, slots=True)
class Unary(Node):
    """``not x`` or ``-x``."""

    sign: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """Two operands: arithmetic, comparison, ``and``, ``or``."""

    sign: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Within(Node):
    """``x in (1, 2)``."""

    left: Node
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Has(Node):
    """``comorb has dm``."""

    left: Node
    code: str | int


@dataclass(frozen=True, slots=True)
class Call(Node):
    """``days(a, b)``."""

    name: str
    arguments: tuple[Node, ...]
