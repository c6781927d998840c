"""The standpoint of an expression (patient, visit or line): what a name means there, and what is wrong with it.

Faults are gathered, so that one pass over a definition tells them all; a faulty part becomes the missing value."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from forms.definition import NOWHERE, Formula, Place
from forms.expressions import nodes
from forms.expressions.frames import Compiled, Frame
from forms.expressions.vocabulary import Variable, Vocabulary
from forms.faults import Fault, fault, nearest
from forms.reading import place_inside

Addressed = Callable[[Frame], tuple[str, str | None, int | None]]

_YES_NO = {"yes": 1, "true": 1, "oui": 1, "no": 0, "false": 0, "non": 0}
REASONS = ("NSP", "NF", "SO")
SCOPES = {"patient": ("patient", "patient"), "visit": ("visit", "visite"), "line": ("line", "ligne")}

# The visit a dependency is read at: a code, SAME, EARLIER, LATER, or None for what is asked once.
SAME, EARLIER, LATER = "=", "<", ">"


# How each kind of node is bound: filled by binding.py and calls.py.
BINDERS: dict[type, Callable[["Binder", Any], Compiled]] = {}


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
        return BINDERS[type(node)](self, node)

    def variable(self, node: nodes.Node, name: str) -> Variable | None:
        """The variable of that name; notes an unknown one."""
        found = self.vocabulary.variables.get(name)
        if found is None:
            self.wrong(node, "unknown_variable", name=name, **self._meant(name))
        return found

    def _meant(self, name: str) -> dict[str, str]:
        """How to write what an unknown name was probably meant to be: yes, no, a code of a question, or another variable."""
        if name.lower() in _YES_NO:
            value = _YES_NO[name.lower()]
            return {
                "nearest": f"Write {value} for '{name}'.",
                "nearest_fr": f"Écrivez {value} pour « {name} ».",
            }
        for variable in self.vocabulary.variables.values():
            if variable.codes and name in variable.codes:
                several = variable.kind == "multiple"
                written = f"{variable.name} has {name}" if several else f"{variable.name} = '{name}'"
                return {
                    "nearest": f"For the code, write: {written}.",
                    "nearest_fr": f"Pour le code, écrivez : {written}.",
                }
        return nearest(name, self.vocabulary.variables)

    def address(self, node: nodes.Node, start: int = 0) -> Addressed | None:
        """How to find the address a name stands for, seen from the standpoint; None (and noted) when there is no such thing."""
        name, visit = named(node)
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

    def _explicit(self, node: nodes.Node, variable: Variable, visit: str) -> Addressed | None:
        if variable.scope != "visit" or visit not in variable.visits:
            self.wrong(
                node, "unknown_visit", name=visit, variable=variable.name, **nearest(visit, variable.visits)
            )
            return None
        self._note(variable, visit)
        key = (variable.name, visit, None)
        return lambda frame: key

    def _nearest(self, node: nodes.Node, variable: Variable, start: int) -> Addressed | None:
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
            self.wrong(
                node, "unknown_visit", name=name, variable=variable.name, **nearest(name, variable.visits)
            )

    def _note(self, variable: Variable, visit: str | None, hops: int = 0) -> None:
        self.needs.add((variable.name, visit))
        own = hops == len(self.levels) - 1 or variable.scope == "patient"
        if own and visit in (None, SAME) and variable.name not in self.reads:
            self.reads.append(variable.name)

    def codes_fit(self, node: nodes.Node, left: nodes.Node, codes: list[nodes.Node]) -> None:
        """Notes codes that the variable on the other side can never have."""
        name, _ = named(left)
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
                self.wrong(
                    code, "unknown_code", name=code.value, variable=name, **nearest(str(code.value), texts)
                )


def named(node: nodes.Node) -> tuple[str, str | None]:
    """The name a node writes and its visit; empty when it writes none."""
    if isinstance(node, nodes.Name):
        return node.name, node.visit
    return (node.name, None) if isinstance(node, nodes.Dotted) else ("", None)


def nothing(frame: Frame) -> Any:
    """The missing value."""
    del frame


def _visit_address(name: str, hops: int) -> Addressed:
    if hops == 0:
        return lambda frame: (name, frame.visit, None)
    return lambda frame: (name, climb(frame, hops).visit, None)


def _line_address(name: str, hops: int, per_visit: bool) -> Addressed:
    def address(frame: Frame) -> tuple[str, str | None, int | None]:
        here = climb(frame, hops) if hops else frame
        return (name, here.visit if per_visit else None, here.line)

    return address


def climb(frame: Frame, hops: int) -> Frame:
    """The frame so many standpoints further out."""
    for _ in range(hops):
        frame = frame.outer or frame
    return frame
