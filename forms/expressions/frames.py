"""What an expression can see while it runs: the values read so far, and the visit and line it stands on."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

Group = tuple[str, str | None]


class Frame:
    """One standpoint. ``values`` holds the operands of asked and answered questions and of derived values."""

    __slots__ = ("asked", "entered", "facts", "line", "lines", "outer", "reasons", "today", "values", "visit")

    def __init__(self, facts: Mapping[str, Any], today: date) -> None:
        self.values: dict[tuple[str, str | None, int | None], Any] = {}
        self.reasons: dict[tuple[str, str | None, int | None], str] = {}
        self.asked: set[tuple[str, str | None, int | None]] = set()
        self.lines: dict[Group, list[int]] = {}
        self.entered: dict[Group, list[int]] = {}
        self.facts, self.today = facts, today
        self.visit: str | None = None
        self.line: int | None = None
        self.outer: Frame | None = None

    def inside(self, visit: str | None) -> "Frame":
        """A frame for the lines of a group seen from this one; it shares all values."""
        inner = Frame.__new__(Frame)
        inner.values, inner.reasons, inner.asked = self.values, self.reasons, self.asked
        inner.lines, inner.entered = self.lines, self.entered
        inner.facts, inner.today = self.facts, self.today
        inner.visit, inner.line, inner.outer = visit, None, self
        return inner


Compiled = Callable[[Frame], Any]
