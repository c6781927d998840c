"""Binds the names of an expression to a standpoint (patient, visit or line) and makes it a Python closure; nothing is ever executed as text.

Faults are gathered, so that one pass over a definition tells them all; a faulty part becomes the missing value."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from forms.definition import NOWHERE, Formula, Place, Scope
from forms.expressions import nodes
from forms.expressions.frames import Compiled, Frame
from forms.expressions.parsing import NotAnExpression, parse
from forms.expressions.values import OPERATIONS, equal, truth
from forms.expressions.vocabulary import FACTS, Variable, Vocabulary
from forms.faults import Fault, fault, nearest
from forms.reading import place_inside

REASONS = ("NSP", "NF", "SO")
SCOPES = {"patient": ("patient", "patient"), "visit": ("visit", "visite"), "line": ("line", "ligne")}

# The visit a dependency is read at: a code, SAME, EARLIER, LATER, or None for what is asked once.
SAME, EARLIER, LATER = "=", "<", ">"


@dataclass(frozen=True, slots=True)
class Level:
    """One standpoint of the chain from the innermost line to the patient; ``visit`` is a code, SAME, EARLIER, LATER or None."""

    repeat: str | None
    visit: str | None


@dataclass
class Binder:
    """Binds one formula. ``needs`` gathers (name, visit) pairs it reads, ``reads`` the names read at its own standpoint."""

    vocabulary: Vocabulary
    levels: list[Level]
    visits: tuple[str, ...]
    formula: Formula
    faults: list[Fault] = field(default_factory=list)
    needs: set[tuple[str, str | None]] = field(default_factory=set)
    reads: list[str] = field(default_factory=list)

    def wrong(self, node: nodes.Node, code: str, **facts: object) -> Compiled:
        """Notes a fault at the node; the closure of the missing value."""
        self.faults.append(fault(self.place(node.at), code, **facts))
        return nothing

    def place(self, at: int) -> Place:
        """The place of a character of the formula in its file."""
        return NOWHERE if self.formula.place == NOWHERE else place_inside(self.formula, at)

    def bind(self, node: nodes.Node) -> Compiled:
        """The closure of a node."""
        return _BINDERS[type(node)](self, node)

    def variable(self, node: nodes.Node, name: str) -> Variable | None:
        """The variable of that name; notes an unknown one."""
        found = self.vocabulary.variables.get(name)
        if found is None:
            self.wrong(node, "unknown_variable", name=name, **nearest(name, self.vocabulary.variables))
        return found

    def address(self, node: nodes.Node, start: int = 0) -> Callable[[Frame], tuple[str, str | None, int | None]] | None:
        """How to find the address a name stands for, seen from the standpoint; None (and noted) when there is no such thing."""
        name, visit = _named(node)
        variable = self.variable(node, name) if name else None
        if variable is None:
            return None
        if visit is not None:
            return self._explicit(node, variable, visit)
        if variable.scope == "patient":
            self._note(variable, None)
            key = (name, None, None)
            return lambda frame: key
        return self._nearest(node, variable, start)

    def _explicit(self, node: nodes.Node, variable: Variable, visit: str) -> Any:
        if variable.scope != "visit" or visit not in variable.visits:
            self.wrong(node, "unknown_visit", name=visit, variable=variable.name, **nearest(visit, variable.visits))
            return None
        self._note(variable, visit)
        key = (variable.name, visit, None)
        return lambda frame: key

    def _nearest(self, node: nodes.Node, variable: Variable, start: int) -> Any:
        for hops in range(start, len(self.levels)):
            level = self.levels[hops]
            if variable.scope == "visit" and level.visit is not None:
                self._visit_fits(node, variable, level)
                self._note(variable, level.visit, hops)
                return _visit_address(variable.name, hops)
            if variable.scope == "line" and level.repeat == variable.repeat:
                self._note(variable, level.visit, hops)
                return _line_address(variable.name, hops, level.visit is not None)
        scope, scope_fr = SCOPES[variable.scope]
        self.wrong(node, "out_of_scope", name=variable.name, scope=scope, scope_fr=scope_fr)
        return None

    def _visit_fits(self, node: nodes.Node, variable: Variable, level: Level) -> None:
        possible = self.visits if level.visit == SAME else (level.visit,)
        if level.visit not in (EARLIER, LATER) and not set(possible) & set(variable.visits):
            name = ", ".join(str(visit) for visit in possible)
            self.wrong(node, "unknown_visit", name=name, variable=variable.name, **nearest(name, variable.visits))

    def _note(self, variable: Variable, visit: str | None, hops: int = 0) -> None:
        self.needs.add((variable.name, visit))
        own = hops == len(self.levels) - 1 or variable.scope == "patient"
        if own and visit in (None, SAME) and variable.name not in self.reads:
            self.reads.append(variable.name)

    def codes_fit(self, node: nodes.Node, left: nodes.Node, codes: list[nodes.Node]) -> None:
        """Notes codes that the variable on the other side can never have."""
        name, _ = _named(left)
        if name == "visit":
            known: Any = self.vocabulary.visits
        else:
            variable = self.vocabulary.variables.get(name)
            if variable is None or variable.codes is None:
                return
            known = variable.codes
        for code in codes:
            if isinstance(code, nodes.Number | nodes.Text) and code.value not in known:
                texts = sorted(str(one) for one in known)
                self.wrong(code, "unknown_code", name=code.value, variable=name, **nearest(str(code.value), texts))


def _named(node: nodes.Node) -> tuple[str, str | None]:
    if isinstance(node, nodes.Name):
        return node.name, node.visit
    return (node.name, None) if isinstance(node, nodes.Dotted) else ("", None)


def nothing(frame: Frame) -> Any:
    """The missing value."""
    del frame


def _visit_address(name: str, hops: int) -> Callable[[Frame], tuple[str, str | None, None]]:
    if hops == 0:
        return lambda frame: (name, frame.visit, None)
    return lambda frame: (name, climb(frame, hops).visit, None)


def _line_address(name: str, hops: int, per_visit: bool) -> Callable[[Frame], tuple[str, str | None, int | None]]:
    def address(frame: Frame) -> tuple[str, str | None, int | None]:
        here = climb(frame, hops) if hops else frame
        return (name, here.visit if per_visit else None, here.line)

    return address


def climb(frame: Frame, hops: int) -> Frame:
    """The frame so many standpoints further out."""
    for _ in range(hops):
        frame = frame.outer or frame
    return frame


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
    name, visit = _named(node)
    if visit is not None or binder.vocabulary.variables[name].scope == "patient":
        key = (name, visit, None)
        return lambda frame: frame.values.get(key)
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
    shift = {"visit_on": lambda before, after: 0, "visit_from": lambda before, after: -before, "visit_to": lambda before, after: after}
    moved = shift[node.name]

    def run(frame: Frame) -> Any:
        window = windows.get(climb(frame, hops).visit or "")
        if window is None:
            return None
        anchor, day, before, after = window
        return OPERATIONS["+"](frame.values.get((anchor, None, None)), day + moved(before, after))

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
        return binder.wrong(node, "unknown_variable", name=f"{node.owner}.{name}", **nearest(node.owner, ("list", "outer")))
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
    return lambda frame: operation(left(frame), right(frame))


def _equals(left: Compiled, constant: Any, wanted: bool) -> Compiled:
    def run(frame: Frame) -> bool | None:
        value = left(frame)
        return None if value is None else (value == constant) is wanted

    return run


def _joined(left: Compiled, right: Compiled, decides: bool) -> Compiled:
    """Three-valued ``or`` (``decides`` is true) and ``and``: one deciding side is enough, else an unknown side leaves it unknown."""

    def run(frame: Frame) -> bool | None:
        first = truth(left(frame))
        if first is decides:
            return decides
        second = truth(right(frame))
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


def _bind_call(binder: Binder, node: Any) -> Compiled:
    from forms.expressions.calls import bind_call  # calls.py binds its arguments through this module

    return bind_call(binder, node)


_BINDERS: dict[type, Callable[[Binder, Any], Compiled]] = {
    nodes.Number: _bind_constant,
    nodes.Text: _bind_constant,
    nodes.Name: _bind_name,
    nodes.Dotted: _bind_dotted,
    nodes.Unary: _bind_unary,
    nodes.Binary: _bind_binary,
    nodes.Within: _bind_within,
    nodes.Has: _bind_has,
    nodes.Call: _bind_call,
}


@dataclass(frozen=True, slots=True)
class Bound:
    """A formula ready to run, what it reads, and what is wrong with it."""

    run: Compiled
    needs: frozenset[tuple[str, str | None]]
    reads: tuple[str, ...]
    faults: tuple[Fault, ...]


def bind(
    formula: Formula, vocabulary: Vocabulary, scope: Scope = "patient", visits: tuple[str, ...] = (), repeat: str | None = None
) -> Bound:
    """The formula bound to a standpoint: once per patient, per visit of ``visits``, or per line of ``repeat``."""
    per_visit = SAME if visits else None
    levels = [Level(None, per_visit)] if scope != "line" else [Level(repeat, per_visit)]
    binder = Binder(vocabulary, levels, visits, formula)
    try:
        run = binder.bind(parse(formula.text))
    except NotAnExpression as error:
        place = binder.place(error.at)
        found = fault(place, "syntax", detail=error.detail, detail_fr=error.detail_fr, mend=error.mend, mend_fr=error.mend_fr)
        return Bound(nothing, frozenset(), (), (found,))
    return Bound(run, frozenset(binder.needs), tuple(binder.reads), tuple(binder.faults))
