"""Functions over the lines of a repeat. Where the condition is unknown the line is left out, except for any()
and all(), which are three-valued."""

from collections.abc import Callable, Iterator
from typing import Any

from forms.expressions import nodes
from forms.expressions.binder import SAME, Binder, Level, climb, nothing
from forms.expressions.frames import Compiled, Frame
from forms.expressions.functions import largest, smallest
from forms.expressions.values import NUMBERS, bounded, truth
from forms.faults import nearest

Walk = Callable[[Frame], Iterator[Frame]]


def group_of(binder: Binder, node: nodes.Node) -> str | None:
    """The repeat a node names, None when it names none."""
    return node.name if isinstance(node, nodes.Name) and node.name in binder.vocabulary.repeats else None


def _entered(binder: Binder, node: nodes.Node, backwards: bool) -> tuple[Walk, Level] | None:
    """How to walk over the lines a node names, and the standpoint inside; None (and noted) when it names no repeat."""
    name = group_of(binder, node)
    if name is None or not isinstance(node, nodes.Name):
        written = getattr(node, "name", "?")
        binder.wrong(node, "unknown_repeat", name=written, **nearest(written, binder.vocabulary.repeats))
        return None
    visits = binder.vocabulary.repeats[name].visits
    if node.visit is not None:
        if node.visit not in visits:
            binder.wrong(node, "unknown_visit", name=node.visit, variable=name, **nearest(node.visit, visits))
            return None
        return _walk(name, node.visit, 0, backwards), Level(name, node.visit)
    if not visits:
        return _walk(name, None, 0, backwards), Level(name, None)
    for hops, level in enumerate(binder.levels):
        if level.visit is not None:
            return _walk(name, SAME, hops, backwards), Level(name, level.visit)
    binder.wrong(node, "out_of_scope", name=name, scope="visit", scope_fr="visite")
    return None


def _walk(repeat: str, visit: str | None, hops: int, backwards: bool) -> Walk:
    def walk(frame: Frame) -> Iterator[Frame]:
        at = climb(frame, hops).visit if visit == SAME else visit
        lines = frame.lines.get((repeat, at))
        if lines:
            inner = frame.inside(at)
            for line in reversed(lines) if backwards else lines:
                inner.line = line
                yield inner

    return walk


def _inside(binder: Binder, level: Level, node: nodes.Node) -> Compiled:
    binder.levels.insert(0, level)
    run = binder.bind(node)
    binder.levels.pop(0)
    return run


def _bound(binder: Binder, node: nodes.Call, backwards: bool = False) -> tuple[Walk, list[Compiled]] | None:
    entered = _entered(binder, node.arguments[0], backwards)
    if entered is None:
        return None
    walk, level = entered
    binder.needs.add((f"#{level.repeat}", level.visit))
    return walk, [_inside(binder, level, argument) for argument in node.arguments[1:]]


def _quantified(decides: bool) -> Callable[[Binder, nodes.Call], Compiled]:
    """``any`` (a true line decides) and ``all`` (a false line decides)."""

    def form(binder: Binder, node: nodes.Call) -> Compiled:
        bound = _bound(binder, node)
        if bound is None:
            return nothing
        walk, (condition,) = bound

        def run(frame: Frame) -> bool | None:
            unknown = False
            for inner in walk(frame):
                known = truth(condition(inner))
                if known is decides:
                    return decides
                unknown = unknown or known is None
            return None if unknown else not decides

        return run

    return form


def _count(binder: Binder, node: nodes.Call) -> Compiled:
    bound = _bound(binder, node)
    if bound is None:
        return nothing
    walk, conditions = bound
    if not conditions:
        return lambda frame: sum(1 for _ in walk(frame))
    return lambda frame: sum(1 for inner in walk(frame) if truth(conditions[0](inner)))


def _over(fold: Callable[[list[Any]], Any]) -> Callable[[Binder, nodes.Call], Compiled]:
    """A fold of the values of an expression over the lines, those where the condition holds."""

    def form(binder: Binder, node: nodes.Call) -> Compiled:
        if len(node.arguments) not in (2, 3):
            return binder.wrong(
                node, "wrong_arity", name=node.name, wanted="2-3", given=len(node.arguments), example=f"{node.name}(ag, ag_dose)"
            )  # fmt: skip
        bound = _bound(binder, node)
        if bound is None:
            return nothing
        walk, (operand, *where) = bound
        if not where:
            return lambda frame: fold([operand(inner) for inner in walk(frame)])
        return lambda frame: fold([operand(inner) for inner in walk(frame) if truth(where[0](inner))])

    return form


def _picked(backwards: bool) -> Callable[[Binder, nodes.Call], Compiled]:
    """``first`` and ``last``: the first known value from one end; the lines behind it are not looked at."""

    def form(binder: Binder, node: nodes.Call) -> Compiled:
        bound = _bound(binder, node, backwards)
        if bound is None:
            return nothing
        walk, (operand, *where) = bound
        condition = where[0] if where else None

        def run(frame: Frame) -> Any:
            for inner in walk(frame):
                if condition is None or truth(condition(inner)):
                    value = operand(inner)
                    if value is not None:
                        return value
            return None

        return run

    return form


def _sum(found: list[Any]) -> Any:
    if not all(isinstance(value, NUMBERS) for value in found):
        return None
    return bounded(sum(found))


def _known(fold: Callable[[list[Any]], Any]) -> Callable[[list[Any]], Any]:
    def among(found: list[Any]) -> Any:
        known = [value for value in found if value is not None]
        return fold(known) if known else None

    return among


AGGREGATES: dict[str, Callable[[Binder, nodes.Call], Compiled]] = {
    "any": _quantified(True),
    "all": _quantified(False),
    "count": _count,
    "sum": _over(_sum),
    "min": _over(_known(lambda found: smallest(*found))),
    "max": _over(_known(lambda found: largest(*found))),
    "first": _picked(backwards=False),
    "last": _picked(backwards=True),
}
