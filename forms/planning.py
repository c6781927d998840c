"""A questionnaire made ready to evaluate: every formula bound once, every step in an order where its inputs come first."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from forms.answers import Address
from forms.definition import (
    Check,
    Closing,
    Derived,
    Formula,
    Level,
    Question,
    Questionnaire,
    Range,
    Repeat,
    Section,
)
from forms.expressions.formulas import Bound, bind
from forms.expressions.frames import Compiled
from forms.expressions.vocabulary import Vocabulary, vocabulary
from forms.faults import Fault, FaultyDefinition, fault
from forms.graph import Circle, Node, needed, ordered, shown
from forms.types import QuestionType, kind_of

Visit = str | None


@dataclass(slots=True)
class Condition:
    """Opens a section or a visit: ``ask_if`` must be true, ``unless`` must not be."""

    key: Node
    ask_if: Compiled | None
    unless: Compiled | None
    visit: Visit = None


@dataclass(slots=True)
class Group:
    """The lines of a repeat at one visit; ``order`` is the second pass that sorts them by the order question."""

    repeat: Repeat
    visit: Visit
    conditions: tuple[Node, ...]
    order: bool = False


@dataclass(slots=True)
class Limits:
    """A range with expressions as bounds."""

    level: str
    low: Compiled | None
    high: Compiled | None


@dataclass(slots=True)
class Asking:
    """One question at one visit (or at none), or on every line of a group."""

    question: Question
    visit: Visit
    kind: QuestionType
    conditions: tuple[Node, ...]
    any_of: tuple[Node, ...]
    ask_if: Compiled | None
    unless: Compiled | None
    required_if: Compiled | None
    level: Level
    group: tuple[str, Visit] | None
    computed: tuple[Limits, ...]
    narrow: tuple[Any, Any] | None
    address: Address
    memo: dict[int, Address] = field(default_factory=dict)

    def on(self, line: int) -> Address:
        """The address on a line, made once: an evaluation touches every address several times."""
        found = self.memo.get(line)
        if found is None:
            found = self.memo[line] = self.address._replace(line=line)
        return found


@dataclass(slots=True)
class Deriving:
    """One derived value at one visit, or on every line of a group."""

    derived: Derived
    visit: Visit
    group: tuple[str, Visit] | None
    run: Compiled
    address: Address
    memo: dict[int, Address] = field(default_factory=dict)

    def on(self, line: int) -> Address:
        """The address on a line, made once."""
        found = self.memo.get(line)
        if found is None:
            found = self.memo[line] = self.address._replace(line=line)
        return found


@dataclass(slots=True)
class Checking:
    """One check at one visit, or on every line of a group."""

    check: Check
    visit: Visit
    group: tuple[str, Visit] | None
    run: Compiled
    on: tuple[str, ...]


Step = Condition | Group | Asking | Deriving


@dataclass(slots=True)
class Plan:
    """``steps`` in order of computation, ``layout`` in order of the questionnaire."""

    questionnaire: Questionnaire
    vocabulary: Vocabulary
    steps: list[Step] = field(default_factory=list)
    layout: list[Asking] = field(default_factory=list)
    ranged: list[Asking] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    checks: list[Checking] = field(default_factory=list)
    closings: dict[str, list[tuple[Compiled, Closing]]] = field(default_factory=dict)


_PLANS: dict[str, Plan] = {}
_MOST_PLANS = 64


def plan_of(questionnaire: Questionnaire) -> Plan:
    """The plan of a version, made once; raises FaultyDefinition when one of its expressions cannot be used."""
    key = questionnaire.sha256
    plan = _PLANS.get(key) if key else None
    if plan is None:
        plan, faults = make_plan(questionnaire)
        if faults:
            raise FaultyDefinition(faults)
        if key:
            if len(_PLANS) >= _MOST_PLANS:
                _PLANS.pop(next(iter(_PLANS)))
            _PLANS[key] = plan
    return plan


def make_plan(questionnaire: Questionnaire) -> tuple[Plan, list[Fault]]:
    """The plan, and everything that is wrong with the expressions."""
    maker = _Maker(questionnaire)
    maker.make()
    return maker.plan, maker.faults


class _Maker:
    """Gathers steps by node with what each waits for, then puts them in order."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        self.questionnaire = questionnaire
        self.vocabulary = vocabulary(questionnaire)
        self.plan = Plan(questionnaire, self.vocabulary)
        self.faults: list[Fault] = []
        self.steps: dict[Node, Step] = {}
        self.waits: dict[Node, set[Node]] = {}
        self.bound: dict[tuple[int, Any, Any, Any], Bound] = {}

    def make(self) -> None:
        for visit in self.questionnaire.visits:
            self.condition(("§@" + visit.code, None), visit.ask_if, visit.unless, None, ())
            self.plan.closings[visit.code] = [
                (self.formula(closing.when, "patient", (), None).run, closing) for closing in visit.closed
            ]
        for section in self.questionnaire.sections:
            for code in section.visits or (None,):
                self.condition(
                    ("§" + section.code, code), section.ask_if, section.unless, code, section.visits
                )
        for repeat in self.questionnaire.repeats.values():
            self.group(repeat)
        for section in self.questionnaire.sections:
            self.section(section)
        for derived in self.questionnaire.derived.values():
            self.derive(derived)
        for check in self.questionnaire.checks:
            self.check(check)
        self.order()

    def order(self) -> None:
        try:
            self.plan.steps = [self.steps[node] for node in ordered(self.waits)]
        except Circle as circle:
            place = next((self.place_of(node) for node in circle.path if self.place_of(node)), None)
            names = [shown(node) for node in circle.path if not node[0].startswith(("§", "##"))]
            path = " → ".join(names[:1] if set(names) == set(names[:1]) and len(names) == 1 else names)
            self.faults.append(fault(place or self.questionnaire.sections[0].place, "circular", path=path))

    def place_of(self, node: Node) -> Any:
        name = node[0]
        question, derived = self.questionnaire.questions.get(name), self.questionnaire.derived.get(name)
        if derived:
            return derived.formula.place
        return (question.ask_if or question.unless or question).place if question else None

    def add(self, node: Node, step: Step, waits: Iterable[Node]) -> None:
        self.steps[node] = step
        self.waits[node] = set(waits)

    def formula(self, formula: Formula, scope: Any, visits: tuple[str, ...], repeat: str | None) -> Bound:
        key = (id(formula), scope, visits, repeat)
        if key not in self.bound:
            self.bound[key] = bind(formula, self.vocabulary, scope, visits, repeat)
            self.faults += self.bound[key].faults
        return self.bound[key]

    def runs(
        self,
        formula: Formula | None,
        scope: Any,
        visits: tuple[str, ...],
        repeat: str | None,
        visit: Visit,
        waits: set[Node],
    ) -> Compiled | None:
        """The closure of an optional formula; what it reads is added to ``waits``."""
        if formula is None:
            return None
        bound = self.formula(formula, scope, visits, repeat)
        waits |= needed(self.vocabulary, bound.needs, visit)
        return bound.run

    def condition(
        self,
        node: Node,
        ask_if: Formula | None,
        unless: Formula | None,
        visit: Visit,
        visits: tuple[str, ...],
    ) -> None:
        if ask_if is None and unless is None:
            return
        waits: set[Node] = set()
        scope = "visit" if visits else "patient"
        runs = [self.runs(formula, scope, visits, None, visit, waits) for formula in (ask_if, unless)]
        self.add(node, Condition(node, runs[0], runs[1], visit), waits)

    def conditions(self, section: str, visit: Visit) -> tuple[Node, ...]:
        nodes: list[Node] = [("§" + section, visit), ("§" + section, None)]
        if visit:
            nodes.append(("§@" + visit, None))
        return tuple(node for node in dict.fromkeys(nodes) if node in self.steps)

    def group(self, repeat: Repeat) -> None:
        for visit in repeat.visits or (None,):
            conditions = self.conditions(repeat.section, visit)
            gate = self.questionnaire.questions.get(repeat.gate)
            waits: set[Node] = set(conditions)
            if gate is not None:
                waits.add((gate.name, visit if gate.scope == "visit" else None))
            members: Node = (f"##{repeat.code}", visit)
            self.plan.groups.append(Group(repeat, visit, conditions))
            self.add(members, self.plan.groups[-1], waits)
            sorts = {(repeat.order_by, visit)} if repeat.order_by else set()
            self.add(
                (f"#{repeat.code}", visit), Group(repeat, visit, conditions, order=True), {members, *sorts}
            )

    def section(self, section: Section) -> None:
        for visit in section.visits or (None,):
            for question in self.questionnaire.questions_of(section):
                once = question.scope == "patient"
                if once and visit == section.visits[-1:][0] if section.visits else True:
                    self.question(question, None if once else visit, section)
                elif not once and visit in question.visits:
                    self.question(question, visit, section)

    def question(self, question: Question, visit: Visit, section: Section) -> None:
        repeat = question.repeat if question.scope == "line" else None
        conditions = self.question_conditions(question, visit, section)
        any_of = self.alternatives(question, section)
        waits: set[Node] = {*conditions, *any_of}
        visits = question.visits if visit else ()
        formulas = [
            self.runs(formula, question.scope, visits, repeat, visit, waits)
            for formula in (question.ask_if, question.unless)
        ]
        if repeat:
            waits.add((f"##{repeat}", visit))
        step = Asking(
            question=question,
            visit=visit,
            kind=kind_of(question.type),
            conditions=conditions,
            any_of=any_of,
            ask_if=formulas[0],
            unless=formulas[1],
            required_if=self.runs(question.required_if, question.scope, visits, repeat, visit, set()),
            level=self.questionnaire.level(question, visit),
            group=(repeat, visit) if repeat else None,
            computed=tuple(self.limits(question, visits, repeat)),
            narrow=_narrow(question),
            address=Address(question.name, visit),
        )
        self.add((question.name, visit), step, waits)
        self.plan.layout.append(step)
        if question.soft is not None or question.hard is not None:
            self.plan.ranged.append(step)

    def question_conditions(self, question: Question, visit: Visit, section: Section) -> tuple[Node, ...]:
        # A question asked once inside a section of visits is there when the section is open at any of them (Asking.any_of).
        if question.scope == "patient" and section.visits:
            return ()
        return self.conditions(section.code, visit)

    def alternatives(self, question: Question, section: Section) -> tuple[Node, ...]:
        if question.scope != "patient" or not section.visits:
            return ()
        nodes: list[Node] = [("§" + section.code, visit) for visit in section.visits]
        return tuple(nodes) if nodes[0] in self.steps else ()

    def limits(self, question: Question, visits: tuple[str, ...], repeat: str | None) -> Iterable[Limits]:
        for level, limits in (("H", question.hard), ("W", question.soft)):
            if limits is not None and limits.computed:
                low, high = (
                    self.bound_of(side, limits, question, visits, repeat) for side in ("low", "high")
                )
                yield Limits(level, low, high)

    def bound_of(
        self, side: str, limits: Range, question: Question, visits: tuple[str, ...], repeat: str | None
    ) -> Compiled | None:
        formula: Formula | None = getattr(limits, side)
        if formula is None:
            return None
        constant = limits.constants[0 if side == "low" else 1]
        if constant is not None:
            return _constant(constant)
        return self.formula(formula, question.scope, visits, repeat).run

    def visits_of(self, part: Derived | Check) -> tuple[str, ...]:
        repeat = self.questionnaire.repeats.get(part.repeat or "")
        return repeat.visits if repeat else part.visits

    def derive(self, derived: Derived) -> None:
        visits = self.visits_of(derived)
        for visit in visits or (None,):
            waits: set[Node] = {(f"##{derived.repeat}", visit)} if derived.repeat else set()
            run = self.runs(derived.formula, derived.scope, visits, derived.repeat, visit, waits)
            if run is not None:
                group = (derived.repeat, visit) if derived.repeat else None
                self.add(
                    (derived.name, visit),
                    Deriving(derived, visit, group, run, Address(derived.name, visit)),
                    waits,
                )

    def check(self, check: Check) -> None:
        visits = self.visits_of(check)
        bound = self.formula(check.when, check.scope, visits, check.repeat)
        for visit in visits or (None,):
            group = (check.repeat, visit) if check.repeat else None
            on = check.on or tuple(name for name in bound.reads if name in self.questionnaire.questions)
            self.plan.checks.append(Checking(check, visit, group, bound.run, on))


def _narrow(question: Question) -> tuple[Any, Any] | None:
    """The bounds between which a value is neither refused nor unusual; None unless all bounds are constants."""
    ranges = [limits for limits in (question.soft, question.hard) if limits is not None]
    if not ranges or any(limits.computed for limits in ranges):
        return None
    lows: list[Any] = [limits.constants[0] for limits in ranges if limits.constants[0] is not None]
    highs: list[Any] = [limits.constants[1] for limits in ranges if limits.constants[1] is not None]
    return (max(lows), min(highs)) if lows and highs else None


def _constant(value: Any) -> Callable[[Any], Any]:
    return lambda frame: value
