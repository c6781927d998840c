"""Finds questions that no answers can ever open: every combination of the coded answers that their conditions read is
tried, and of the numbers on either side of each number they are compared with.

What is neither (a date, a number that is computed with) may be anything, so that only what is certain is reported."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from forms.definition import Formula, Question, Questionnaire
from forms.expressions import nodes
from forms.expressions.parsing import NotAnExpression, parse
from forms.expressions.values import OPERATIONS, truth
from forms.faults import Fault, fault
from forms.sampling import numbers_tried
from forms.types import TYPES

Atom = tuple[str, str | None]
Assigned = Mapping[Atom, Any]

HAS = " has "
_MOST = 20_000
_ANY = object()
_EVERY = frozenset((True, False, None))


def unreachable(questionnaire: Questionnaire) -> Iterator[Fault]:
    """A fault for each question that can never be asked, alone or because of its section."""
    for question in questionnaire.questions.values():
        section = questionnaire.section(question.section)
        wanted = [
            (section.ask_if, True),
            (question.ask_if, True),
            (section.unless, False),
            (question.unless, False),
        ]
        conditions = [(formula, want) for formula, want in wanted if formula is not None]
        if question.tick_of is None and conditions and not _possible(questionnaire, conditions):
            texts = " and ".join(formula.text for formula, _ in conditions)
            place = (question.ask_if or question.unless or question).place
            yield fault(
                place,
                "unreachable",
                name=question.name,
                detail=f"nothing makes '{texts}' true",
                detail_fr=f"rien ne rend « {texts} » vrai",
            )


def _possible(questionnaire: Questionnaire, conditions: list[tuple[Formula, bool]]) -> bool:
    parsed = [(_parsed(formula), want) for formula, want in conditions]
    values: dict[Atom, tuple[Any, ...]] = {}
    for node, _ in parsed:
        if node is not None:
            values |= {atom: found for atom in _atoms(node) if (found := _values(questionnaire, atom))}
    guards = {atom: _parsed(formula) for atom in values if (formula := _own(questionnaire, atom)) is not None}
    values |= numbers_tried(questionnaire, [node for node, _ in parsed] + list(guards.values()))
    size = 1
    for found in values.values():
        size *= len(found)
    if size > _MOST:
        return True
    for row in product(*values.values()):
        assigned = dict(zip(values, row, strict=True))
        if not _ticks_agree(questionnaire, assigned):
            continue
        if _allowed(guards, assigned) and all(_may(node, assigned, want) for node, want in parsed):
            return True
    return False


def _allowed(guards: Mapping[Atom, nodes.Node | None], assigned: Assigned) -> bool:
    """An answer can only be there when its own question may be asked."""
    return all(assigned[atom] is None or _may(node, assigned, True) for atom, node in guards.items())


def _may(node: nodes.Node | None, assigned: Assigned, want: bool) -> bool:
    if node is None:
        return True
    found = _truths(node, assigned)
    return True in found if want else bool(found - {True})


def _parsed(formula: Formula) -> nodes.Node | None:
    try:
        return parse(formula.text)
    except NotAnExpression:
        return None


def _own(questionnaire: Questionnaire, atom: Atom) -> Formula | None:
    question: Question | None = questionnaire.questions.get(atom[0].partition(HAS)[0])
    return question.ask_if if question else None


def _values(questionnaire: Questionnaire, atom: Atom) -> tuple[Any, ...]:
    if HAS in atom[0]:
        return (True, False, None)
    part = questionnaire.questions.get(atom[0]) or questionnaire.derived.get(atom[0])
    kind = TYPES.get(part.type) if part else None
    if part is None or kind is None or kind.several or not kind.options(part):
        return ()
    return (*(choice.code for choice in kind.options(part)), None)


def _atoms(node: Any) -> Iterator[Atom]:
    tick = _tick(node)
    if tick is not None:
        yield tick
        return
    if isinstance(node, nodes.Name):
        yield (node.name, node.visit)
    for part in ("left", "right", "operand"):
        if hasattr(node, part):
            yield from _atoms(getattr(node, part))
    for part in (*getattr(node, "items", ()), *getattr(node, "arguments", ())):
        yield from _atoms(part)


def _tick(node: Any) -> Atom | None:
    """The atom of one tick of a question with several: `comorb has dm` is true, false, or nobody answered."""
    if not isinstance(node, nodes.Has) or not isinstance(node.left, nodes.Name):
        return None
    return (f"{node.left.name}{HAS}{node.code}", node.left.visit)


def _ticks_agree(questionnaire: Questionnaire, assigned: Assigned) -> bool:
    """Whether the ticks of each question may stand together: all of them unanswered or none, the exclusive one alone."""
    ticked: dict[Atom, dict[str, Any]] = defaultdict(dict)
    for (name, visit), value in assigned.items():
        question, has, code = name.partition(HAS)
        if has:
            ticked[question, visit][code] = value
    for (name, _), codes in ticked.items():
        part = questionnaire.questions.get(name)
        alone = str(part.exclusive) if part is not None else ""
        if None in codes.values() and set(codes.values()) != {None}:
            return False
        if codes.get(alone) and sum(map(bool, codes.values())) > 1:
            return False
    return True


def _truths(node: nodes.Node, assigned: Assigned) -> frozenset[bool | None]:
    """Every truth the node may have under the assignment."""
    if isinstance(node, nodes.Binary) and node.sign in ("and", "or"):
        left, right = _truths(node.left, assigned), _truths(node.right, assigned)
        return frozenset(_join(one, other, node.sign == "or") for one in left for other in right)
    if isinstance(node, nodes.Unary) and node.sign == "not":
        return frozenset(None if one is None else not one for one in _truths(node.operand, assigned))
    value = _value(node, assigned)
    return _EVERY if value is _ANY else frozenset((truth(value),))


def _join(left: bool | None, right: bool | None, decides: bool) -> bool | None:
    if decides in (left, right):
        return decides
    return None if None in (left, right) else not decides


def _value(node: Any, assigned: Assigned) -> Any:
    """The value of a node, or that it may be anything."""
    if isinstance(node, nodes.Number | nodes.Text):
        return node.value
    tick = _tick(node)
    if tick is not None:
        return assigned.get(tick, _ANY)
    if isinstance(node, nodes.Name):
        return None if node.name == "nothing" else assigned.get((node.name, node.visit), _ANY)
    if isinstance(node, nodes.Binary) and node.sign not in ("and", "or"):
        left, right = _value(node.left, assigned), _value(node.right, assigned)
        return _ANY if _ANY in (left, right) else OPERATIONS[node.sign](left, right)
    if isinstance(node, nodes.Within):
        found = [_value(item, assigned) for item in (node.left, *node.items)]
        return _ANY if _ANY in found else None if found[0] is None else found[0] in found[1:]
    if isinstance(node, nodes.Call) and node.name in ("known", "missing", "coalesce"):
        return _called(node, assigned)
    return _ANY


def _called(node: nodes.Call, assigned: Assigned) -> Any:
    found = [_value(argument, assigned) for argument in node.arguments]
    if node.name == "coalesce":
        return next((value for value in found if value is not None), None)
    if _ANY in found:
        return _ANY
    return (found[0] is not None) is (node.name == "known")
