"""The kind of value an expression gives (a number, a date, a text, ticks), found without running it; two kinds that
can never meet are faults. It is asked when a definition is checked, never when answers are."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from forms.definition import Formula
from forms.expressions import nodes
from forms.expressions.parsing import parse
from forms.expressions.vocabulary import Variable, Vocabulary
from forms.faults import Fault, fault
from forms.reading import place_inside
from forms.types import TYPES

# "" is a kind that nobody knows before the answers: it meets every other.
Kind = str
KINDS = {
    "number": ("a number", "un nombre"),
    "date": ("a date", "une date"),
    "text": ("a text", "un texte"),
    "ticks": ("a set of ticks", "des cases cochées"),
}
_BUILT_IN = {
    "today": "date", "visit_on": "date", "visit_from": "date", "visit_to": "date", "visit": "text",
    "NSP": "text", "NF": "text", "SO": "text", "repeat_no": "number",
    "first_grant_on": "date", "last_grant_on": "date", "birth": "date", "authorisations": "number", "cover_days": "number",
    "auth_kind": "number",
}  # fmt: skip
# What each function wants of its arguments, then what it gives. "*" is any kind, the same for all arguments marked so.
_SIGNATURES = {
    "days": "date date > number", "years": "date date > number", "anniversary": "date number > date",
    "earliest": "date > date", "latest": "date > date", "middle": "date > date", "is_full": "date > number",
    "year": "date > number", "month": "date > number", "log10": "number > number", "abs": "number > number",
    "round": "number number > number", "date": "text > date", "if": "number * * > *",
    "previous": "* > *", "next": "* > *",
}  # fmt: skip
_ALIKE = ("least", "greatest", "coalesce", "min", "max")
_OF_LINES = {"any": "number", "all": "number", "count": "number", "sum": "number number",
             "min": "* number", "max": "* number", "first": "* number", "last": "* number"}  # fmt: skip


def kind_faults(formula: Formula, vocabulary: Vocabulary) -> tuple[Kind, list[Fault]]:
    """The kind of a formula that can be bound, and every place where two kinds cannot meet."""
    reader = _Reader(vocabulary, formula)
    return reader.kind(parse(formula.text)), reader.faults


def kind_of_variable(variable: Variable) -> Kind:
    """What expressions see of a variable; a choice is a number or a text, as its codes are."""
    if variable.kind != "single" or not variable.codes:
        return TYPES[variable.kind].seen_as
    kinds = {"text" if isinstance(code, str) else "number" for code in variable.codes}
    return kinds.pop() if len(kinds) == 1 else ""


@dataclass
class _Reader:
    vocabulary: Vocabulary
    formula: Formula
    faults: list[Fault] = field(default_factory=list)

    def kind(self, node: nodes.Node) -> Kind:
        match node:
            case nodes.Number():
                return "number"
            case nodes.Text():
                return "text"
            case nodes.Name(name=name) | nodes.Dotted(name=name):
                variable = self.vocabulary.variables.get(name)
                is_fact = isinstance(node, nodes.Dotted) and node.owner == "list"
                return kind_of_variable(variable) if variable and not is_fact else _BUILT_IN.get(name, "")
            case nodes.Unary(sign=sign, operand=operand):
                return self.wants(operand, "number", sign)
            case nodes.Binary():
                return self.binary(node)
            case nodes.Within(left=left, items=items):
                for item in items:
                    self.meet(node, "in", left, item)
            case nodes.Has(left=left):
                self.kind(left)
            case nodes.Call():
                return self.call(node)
        return "number"

    def wants(self, node: nodes.Node, wanted: Kind, owner: str) -> Kind:
        """The wanted kind; another one is noted at the node."""
        found = self.kind(node)
        if found and found != wanted:
            self.wrong(node, "wrong_kind", owner=owner, wanted=wanted, found=found)
        return wanted

    def wrong(self, node: nodes.Node, code: str, owner: str, **kinds: Kind) -> None:
        facts = {key: KINDS[kind][0] for key, kind in kinds.items()}
        facts |= {f"{key}_fr": KINDS[kind][1] for key, kind in kinds.items()}
        self.faults.append(fault(place_inside(self.formula, node.at), code, owner=owner, **facts))

    def binary(self, node: nodes.Binary) -> Kind:
        if node.sign in ("+", "-"):
            return self.shift(node)
        if node.sign in ("and", "or", "*", "/", "^"):
            for side in (node.left, node.right):
                self.wants(side, "number", node.sign)
        else:
            self.meet(node, node.sign, node.left, node.right)
        return "number"

    def shift(self, node: nodes.Binary) -> Kind:
        """Numbers; a date and a number of days; the days between two dates."""
        left, right = self.kind(node.left), self.kind(node.right)
        if "date" not in (left, right):
            for side, found in ((node.left, left), (node.right, right)):
                if found not in ("number", ""):
                    self.wrong(side, "wrong_kind", owner=node.sign, wanted="number", found=found)
            return "number" if left == right == "number" else ""
        if node.sign == "-" and left == right:
            return "number"
        other = right if left == "date" else left
        if other not in ("number", "") or (node.sign == "-" and left == "number"):
            self.wrong(node, "mixed_kinds", owner=node.sign, left=left or "date", right=right or "date")
        return "date" if other == "number" else ""

    def meet(self, at: nodes.Node, owner: str, left: nodes.Node, right: nodes.Node) -> Kind:
        """Two values that are compared must be of one kind."""
        kinds = self.kind(left), self.kind(right)
        # A written code that its question does not have is told as such, where names are bound.
        if all(kinds) and kinds[0] != kinds[1] and not (self.coded(left, right) or self.coded(right, left)):
            self.wrong(at, "mixed_kinds", owner=owner, left=kinds[0], right=kinds[1])
        return kinds[0] or kinds[1]

    def coded(self, one: nodes.Node, other: nodes.Node) -> bool:
        variable = self.vocabulary.variables.get(one.name) if isinstance(one, nodes.Name) else None
        known = variable is not None and variable.codes is not None and variable.kind != "multiple"
        return known and isinstance(other, nodes.Number | nodes.Text)

    def call(self, node: nodes.Call) -> Kind:
        first = node.arguments[0]
        if isinstance(first, nodes.Name) and first.name in self.vocabulary.repeats and node.name in _OF_LINES:
            found = self.arguments(node.name, node.arguments[1:], _OF_LINES[node.name].split())
            return found or ("number" if node.name in ("any", "all", "count", "sum") else "")
        if node.name in _ALIKE:
            return self.arguments(node.name, node.arguments, ["*"] * len(node.arguments))
        if node.name == "sum":
            return self.arguments("sum", node.arguments, ["number"] * len(node.arguments)) or "number"
        signature = _SIGNATURES.get(node.name)
        if signature is None:
            return {"reason": "text", "lookup": ""}.get(node.name, "number")
        wanted, _, given = signature.partition(" > ")
        found = self.arguments(node.name, node.arguments, wanted.split())
        return found if given == "*" else given

    def arguments(self, owner: str, arguments: Sequence[nodes.Node], wanted: list[str]) -> Kind:
        """The common kind of the arguments marked ``*``; the others must be of the kind wanted."""
        common = ""
        for argument, kind in zip(arguments, wanted, strict=False):
            if kind != "*":
                self.wants(argument, kind, owner)
                continue
            found = self.kind(argument)
            if common and found and common != found:
                self.wrong(argument, "mixed_kinds", owner=owner, left=common, right=found)
                return ""
            common = common or found
        return common
