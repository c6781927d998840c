"""Binds each kind of node, names included, to Python closures; nothing is ever executed as text."""

import operator
from collections.abc import Callable
from datetime import date
from typing import Any

from forms.expressions import nodes
from forms.expressions.binder import BINDERS, REASONS, Binder, climb, named, nothing
from forms.expressions.frames import Compiled, Frame
from forms.expressions.values import OPERATIONS, equal, truth
from forms.expressions.vocabulary import FACTS
from forms.faults import nearest

# Comparisons that Python decides by itself when both sides are of one of these very types.
QUICK: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "!=": operator.ne,
}
ORDERED = frozenset((int, float, date, str))


def _bind_constant(binder: Binder, node: Any) -> Compiled:
    value = node.value
    return lambda frame: value


def _bind_name(binder: Binder, node: Any) -> Compiled:
    if node.visit is None and node.name not in binder.vocabulary.variables:
        built_in = _built_in(binder, node)
        if built_in is not None:
            return built_in
    return _read(binder, node, 0)


def _read(binder: Binder, node: nodes.Node, start: int) -> Compiled:
    address = binder.address(node, start)
    if address is None:
        return nothing
    name, visit = named(node)
    if visit is not None or binder.vocabulary.variables[name].scope == "patient":
        key = (name, visit, None)
        return lambda frame: frame.values.get(key)
    repeat, here = binder.vocabulary.variables[name].repeat, binder.levels[0]
    if start == 0 and repeat is not None and here.repeat == repeat and here.visit is None:
        # The hottest read of all: a line of a repeat that is asked once.
        return lambda frame: frame.values.get((name, None, frame.line))
    return lambda frame: frame.values.get(address(frame))


def _built_in(binder: Binder, node: nodes.Name) -> Compiled | None:
    name = node.name
    if name == "nothing":
        return nothing
    if name == "today":
        return lambda frame: frame.today
    if name in REASONS:
        return lambda frame: name
    if name == "repeat_no":
        return _bind_rank(binder, node, 0)
    if name in ("visit", "visit_on", "visit_from", "visit_to"):
        return _bind_visit(binder, node)
    return None


def _bind_visit(binder: Binder, node: nodes.Name) -> Compiled:
    hops = next((hops for hops, level in enumerate(binder.levels) if level.visit is not None), None)
    if hops is None:
        return binder.wrong(node, "out_of_scope", name=node.name, scope="visit", scope_fr="visite")
    if node.name == "visit":
        return lambda frame: climb(frame, hops).visit
    windows = binder.vocabulary.windows()
    for anchor, *_ in windows.values():
        binder.needs.add((anchor, None))
    earlier, later = node.name == "visit_from", node.name == "visit_to"

    def run(frame: Frame) -> Any:
        window = windows.get(climb(frame, hops).visit or "")
        if window is None:
            return None
        anchor, day, before, after = window
        return OPERATIONS["+"](frame.values.get((anchor, None, None)), day - before * earlier + after * later)

    return run


def _bind_rank(binder: Binder, node: nodes.Node, start: int) -> Compiled:
    for hops in range(start, len(binder.levels)):
        repeat = binder.levels[hops].repeat
        if repeat is not None:
            per_visit = bool(binder.vocabulary.repeats[repeat].visits)
            return _rank(repeat, hops, per_visit)
    return binder.wrong(node, "out_of_scope", name="repeat_no", scope="line", scope_fr="ligne")


def _rank(repeat: str, hops: int, per_visit: bool) -> Compiled:
    def run(frame: Frame) -> int | None:
        here = climb(frame, hops)
        entered = frame.entered.get((repeat, here.visit if per_visit else None), [])
        return entered.index(here.line) + 1 if here.line in entered else None

    return run


def _bind_dotted(binder: Binder, node: Any) -> Compiled:
    name = node.name
    if node.owner == "list":
        if name not in FACTS:
            return binder.wrong(node, "unknown_fact", name=name, **nearest(name, FACTS))
        return lambda frame: frame.facts.get(name)
    if node.owner != "outer":
        return binder.wrong(
            node, "unknown_variable", name=f"{node.owner}.{name}", **nearest(node.owner, ("list", "outer"))
        )
    if name == "repeat_no":
        return _bind_rank(binder, node, 1)
    return _read(binder, node, 1)


def _bind_unary(binder: Binder, node: Any) -> Compiled:
    operand = binder.bind(node.operand)
    if node.sign == "-":
        return lambda frame: OPERATIONS["*"](operand(frame), -1)

    def deny(frame: Frame) -> bool | None:
        known = truth(operand(frame))
        return None if known is None else not known

    return deny


def _bind_binary(binder: Binder, node: Any) -> Compiled:
    left, right = binder.bind(node.left), binder.bind(node.right)
    if node.sign in ("and", "or"):
        return _joined(left, right, node.sign == "or")
    if node.sign in ("=", "!="):
        binder.codes_fit(node, node.left, [node.right])
        binder.codes_fit(node, node.right, [node.left])
        if isinstance(node.right, nodes.Number | nodes.Text):
            return _equals(left, node.right.value, node.sign == "=")
    operation = OPERATIONS[node.sign]
    quick = QUICK.get(node.sign)
    if quick is None:
        return lambda frame: operation(left(frame), right(frame))
    return _compared(left, right, quick, operation)


def _compared(
    left: Compiled, right: Compiled, quick: Callable[[Any, Any], Any], operation: Callable[[Any, Any], Any]
) -> Compiled:
    def run(frame: Frame) -> Any:
        one, other = left(frame), right(frame)
        if one is None or other is None:
            return None
        # Two numbers, two full dates or two texts compare as Python does; only the rest needs the rules of values.py.
        if type(one) is type(other) and type(one) in ORDERED:
            return quick(one, other)
        return operation(one, other)

    return run


def _equals(left: Compiled, constant: Any, wanted: bool) -> Compiled:
    def run(frame: Frame) -> bool | None:
        value = left(frame)
        return None if value is None else (value == constant) is wanted

    return run


def _joined(left: Compiled, right: Compiled, decides: bool) -> Compiled:
    """Three-valued ``or`` (``decides`` is true) and ``and``: one deciding side is enough, else an unknown side
    leaves it unknown."""

    def run(frame: Frame) -> bool | None:
        first = left(frame)
        if first is not True and first is not False and first is not None:
            first = truth(first)
        if first is decides:
            return decides
        second = right(frame)
        if second is not True and second is not False and second is not None:
            second = truth(second)
        if second is decides:
            return decides
        return None if first is None or second is None else not decides

    return run


def _bind_within(binder: Binder, node: Any) -> Compiled:
    left, items = binder.bind(node.left), [binder.bind(item) for item in node.items]
    binder.codes_fit(node, node.left, list(node.items))
    if all(isinstance(item, nodes.Number | nodes.Text) for item in node.items):
        constants = frozenset(item.value for item in node.items)
        return lambda frame: None if (value := left(frame)) is None else value in constants

    def run(frame: Frame) -> bool | None:
        value = left(frame)
        found = [equal(value, item(frame)) for item in items]
        return True if True in found else None if None in found else False

    return run


def _bind_has(binder: Binder, node: Any) -> Compiled:
    left = binder.bind(node.left)
    binder.codes_fit(node, node.left, [coded(node)])
    return has(left, frozenset((node.code,)))


def coded(node: nodes.Has) -> nodes.Node:
    """The code of ``has`` as a constant, for the check of codes."""
    if isinstance(node.code, int):
        return nodes.Number(node.at, node.code)
    return nodes.Text(node.at, node.code)


def has(left: Compiled, codes: frozenset[str | int]) -> Compiled:
    """True when any of the codes is ticked; missing when the question has no answer."""

    def run(frame: Frame) -> bool | None:
        value = left(frame)
        if isinstance(value, frozenset):
            return not value.isdisjoint(codes)
        return None if value is None else value in codes

    return run


BINDERS |= {
    nodes.Number: _bind_constant,
    nodes.Text: _bind_constant,
    nodes.Name: _bind_name,
    nodes.Dotted: _bind_dotted,
    nodes.Unary: _bind_unary,
    nodes.Binary: _bind_binary,
    nodes.Within: _bind_within,
    nodes.Has: _bind_has,
}
