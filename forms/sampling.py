"""Numbers that stand for all others in a condition: those it compares with, their neighbours, the ends of the range."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

from forms.definition import Question, Questionnaire
from forms.expressions import nodes

Atom = tuple[str, str | None]


def numbers_tried(
    questionnaire: Questionnaire, conditions: Iterable[nodes.Node | None]
) -> dict[Atom, tuple[Any, ...]]:
    """For each number that the conditions only compare with written numbers, values on every side of them and none."""
    compared: dict[Atom, set[float]] = defaultdict(set)
    free: set[Atom] = set()
    for condition in conditions:
        for name, limits in _uses(condition):
            compared[name.name, name.visit] |= set(limits or ())
            if limits is None:
                free.add((name.name, name.visit))
    numbers = ("integer", "decimal")
    return {
        atom: _samples(questionnaire.questions[atom[0]], limits)
        for atom, limits in compared.items()
        if atom not in free
        and atom[0] in questionnaire.questions
        and questionnaire.questions[atom[0]].type in numbers
    }


def _uses(node: Any) -> Iterator[tuple[nodes.Name, list[float] | None]]:
    """Each name with the numbers it is compared with; None where it is used in another way."""
    simple = _compared(node)
    if simple is not None:
        yield simple
        return
    if isinstance(node, nodes.Name):
        yield node, None
    if not isinstance(node, nodes.Node):
        return
    parts = [getattr(node, part, None) for part in ("left", "right", "operand")]
    for part in (*parts, *getattr(node, "items", ()), *getattr(node, "arguments", ())):
        yield from _uses(part)


def _compared(node: Any) -> tuple[nodes.Name, list[float]] | None:
    sides: tuple[nodes.Node, ...]
    if isinstance(node, nodes.Binary) and node.sign in ("=", "!=", "<", "<=", ">", ">="):
        sides = (node.left, node.right)
    elif isinstance(node, nodes.Within):
        sides = (node.left, *node.items)
    elif isinstance(node, nodes.Call) and node.name in ("known", "missing"):
        sides = node.arguments
    else:
        return None
    names = [side for side in sides if isinstance(side, nodes.Name)]
    limits = [float(side.value) for side in sides if isinstance(side, nodes.Number)]
    return (names[0], limits) if len(names) == 1 and len(limits) == len(sides) - 1 else None


def _samples(question: Question, limits: set[float]) -> tuple[Any, ...]:
    limited = question.hard.constants if question.hard else (None, None)
    low, high = (end if isinstance(end, float) else None for end in limited)
    points = sorted({*limits, *(end for end in (low, high) if end is not None)})
    if question.type == "integer":
        found = {float(math.floor(point) + step) for point in points for step in (-1, 0, 1)}
    else:
        between = {(one + other) / 2 for one, other in pairwise(points)}
        beyond = {points[0] - 1, points[-1] + 1} if points else set()
        found = {*points, *between, *beyond}
    least, most = (-math.inf if low is None else low), (math.inf if high is None else high)
    return (*(value for value in sorted(found) if least <= value <= most), None)
