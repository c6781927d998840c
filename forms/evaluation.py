"""Computes everything that follows from answers: what is asked, derived values, states, findings and progress.
The only implementation."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from forms.answers import EMPTY, Address, Answers
from forms.definition import Derived, Questionnaire
from forms.expressions.frames import Frame
from forms.expressions.values import NUMBERS, truth
from forms.graph import Node
from forms.judging import judge
from forms.planning import Asking, Condition, Deriving, Group, Plan, Visit, plan_of
from forms.spans import Span, moment
from forms.states import OF_REASON, Evaluation, Finding, Progress, State

__all__ = ["Evaluation", "Finding", "Progress", "State", "evaluate"]

_DATES = frozenset({"birth", "first_grant_on", "last_grant_on"})


def evaluate(
    questionnaire: Questionnaire, answers: Answers, facts: Mapping[str, object], today: date
) -> Evaluation:
    """The evaluation of answers on a day, with the facts of the patient's list (dates or ISO text).

    It does not depend on the order in which answers came, always ends, and raises nothing but FaultyDefinition (forms.planning).
    """
    plan = plan_of(questionnaire)
    run = Run(plan, answers, facts, today)
    takes: dict[type, Callable[[Any], None]] = {
        Asking: run.ask,
        Deriving: run.derive,
        Group: run.take_lines,
        Condition: run.open,
    }
    for step in plan.steps:
        takes[type(step)](step)
    run.tell_states()
    judge(plan, run.frame, run.evaluation)
    return run.evaluation


def as_fact(name: str, value: object) -> Any:
    """A fact of the list as expressions see it: dates that came as ISO text become dates."""
    if name in _DATES and isinstance(value, str):
        try:
            return moment(value)
        except ValueError:
            return None
    return value


class Run:
    """One evaluation on its way."""

    def __init__(self, plan: Plan, answers: Answers, facts: Mapping[str, object], today: date) -> None:
        self.plan, self.answers, self.facts = plan, answers, facts
        self.cells = answers.cells
        self.frame = Frame({name: as_fact(name, value) for name, value in facts.items()}, today)
        self.evaluation = Evaluation(answers)
        self.closed: set[Node] = set()

    def open(self, step: Condition) -> None:
        """Notes a section or a visit that is closed."""
        self.frame.visit = step.visit
        if not _holds(step, self.frame):
            self.closed.add(step.key)

    def take_lines(self, step: Group) -> None:
        """Enters the lines of a group, or puts them in order."""
        if step.order:
            self.sort(step)
        else:
            self.enter(step)

    def ask(self, step: Asking) -> None:
        """Reads a question's answers where it is asked."""
        if self.closed and (
            not self.closed.isdisjoint(step.conditions)
            or (step.any_of and self.closed.issuperset(step.any_of))
        ):
            return
        frame = self.frame
        frame.visit = step.visit
        if step.group is None:
            self.read(step, frame, step.address)
            return
        lines = frame.lines.get(step.group)
        if lines:
            inner = frame.inside(step.visit)
            inner.outer = None
            for line in lines:
                inner.line = line
                self.read(step, inner, step.on(line))

    def read(self, step: Asking, frame: Frame, address: Address) -> None:
        """One answer: its operand or its missing reason goes to the frame."""
        if (step.ask_if is not None or step.unless is not None) and not _holds(step, frame):
            return
        frame.asked.add(address)
        question, cell = step.question, self.cells.get(address, EMPTY)
        value = cell.value
        if value is None:
            if cell.missing is not None:
                frame.reasons[address] = cell.missing
                return
            if not (question.read_only or question.identity) or not question.from_list:
                return
            value = _fact_value(self.facts.get(question.from_list))
            if value is None:
                return
            self.evaluation.filled[address] = value
        operand = self._operand(step, value)
        if operand is not None:
            frame.values[address] = operand
        if question.operator and isinstance(value, dict):
            frame.values[Address(question.operator, address.visit, address.line)] = value.get("op")

    @staticmethod
    def _operand(step: Asking, value: Any) -> Any:
        try:
            return step.kind.operand(value)
        except (ValueError, TypeError, AttributeError, KeyError):
            # A fact of the list, or an answer of an earlier version whose type was another, may not read as this type.
            return None

    def derive(self, step: Deriving) -> None:
        """Computes a derived value, for each line where it is one of lines."""
        frame = self.frame
        frame.visit = step.visit
        if step.group is None:
            self.keep(step.derived, frame, step.address, step.run(frame))
            return
        inner = frame.inside(step.visit)
        inner.outer = None
        for line in frame.lines.get(step.group, ()):
            inner.line = line
            self.keep(step.derived, inner, step.on(line), step.run(inner))

    def keep(self, derived: Derived, frame: Frame, address: Address, value: Any) -> None:
        """Stores a derived value for expressions and, as JSON, for the evaluation."""
        if value is not None:
            frame.values[address] = value
        self.evaluation.derived[address] = _json(value, derived.type)

    def enter(self, step: Group) -> None:
        """The lines of a group: those entered, unless its gate or its section is closed."""
        repeat, visit = step.repeat, step.visit
        key = (repeat.code, visit)
        entered = self.answers.lines_of(repeat.code, visit)
        self.frame.entered[key] = entered
        if entered and self.closed.isdisjoint(step.conditions) and self.is_open(step):
            self.frame.lines[key] = entered

    def is_open(self, step: Group) -> bool:
        """True when the gate says yes, or was left unanswered: lines that came from elsewhere count."""
        gate = self.plan.questionnaire.questions.get(step.repeat.gate)
        if gate is None:
            return True
        address = Address(gate.name, step.visit if gate.scope == "visit" else None)
        if address not in self.frame.asked or address in self.frame.reasons:
            return False
        return self.frame.values.get(address) != 0

    def sort(self, step: Group) -> None:
        """Puts the lines in the order of the order question; equal and missing ones stay as entered, missing ones last."""
        key = (step.repeat.code, step.visit)
        lines = self.frame.lines.get(key)
        if lines and step.repeat.order_by:
            values = self.frame.values
            name, visit = step.repeat.order_by, step.visit
            self.frame.lines[key] = sorted(lines, key=lambda line: _rank(values.get((name, visit, line))))

    def tell_states(self) -> None:
        """The state of every address in the order of the questionnaire, and the progress of each section."""
        evaluation, frame = self.evaluation, self.frame
        evaluation.progress = {section.code: Progress() for section in self.plan.questionnaire.sections}
        closings = {visit: self.closing(visit) for visit in self.plan.closings}
        for step in self.plan.layout:
            closed = closings.get(step.visit or "")
            if step.group is None:
                self.tell(step, frame, step.address, closed)
                continue
            entered = frame.entered.get(step.group)
            if entered:
                inner = frame.inside(step.visit)
                inner.outer = None
                for line in entered:
                    inner.line = line
                    self.tell(step, inner, step.on(line), closed)

    def closing(self, visit: Visit) -> State | None:
        """The state that unanswered questions of a visit have by themselves, when one of its closings is true."""
        self.frame.visit = None
        for run, closing in self.plan.closings.get(visit or "", ()):
            if truth(run(self.frame)):
                return OF_REASON[closing.missing]
        return None

    def tell(self, step: Asking, frame: Frame, address: Address, closed: State | None) -> None:
        """One state, counted where something is wanted there."""
        evaluation, state = self.evaluation, self.state(address, closed)
        evaluation.states[address] = state
        if state is State.NOT_ASKED:
            return
        open_ = state is State.NOT_ANSWERED
        if step.level != "optional" and self.is_wanted(step, frame):
            progress = evaluation.progress[step.question.section]
            progress.required += 1
            if open_:
                evaluation.missing_required.append(address)
            else:
                progress.done += 1
        if open_ and step.question.essential(step.level):
            evaluation.express_left.append(address)

    def state(self, address: Address, closed: State | None) -> State:
        """The one state of an address."""
        frame = self.frame
        if address not in frame.asked:
            return State.NOT_ASKED
        if address in frame.reasons:
            return OF_REASON[frame.reasons[address]]  # type: ignore[index]  # a cell's reason is one of the three
        cell = self.cells.get(address)
        if (cell is not None and cell.value is not None) or address in self.evaluation.filled:
            return State.ANSWERED
        return closed or State.NOT_ANSWERED

    @staticmethod
    def is_wanted(step: Asking, frame: Frame) -> bool:
        """True unless ``required_if`` is not true."""
        if step.required_if is None:
            return True
        frame.visit = step.visit
        return truth(step.required_if(frame)) is True


def _holds(step: Asking | Condition, frame: Frame) -> bool:
    if step.ask_if is not None and truth(step.ask_if(frame)) is not True:
        return False
    return step.unless is None or truth(step.unless(frame)) is not True


def _fact_value(fact: object) -> object:
    return fact.isoformat() if isinstance(fact, date) else fact


def _rank(value: Any) -> tuple[bool, Any]:
    if isinstance(value, date | Span):
        return (False, (value, value) if isinstance(value, date) else tuple(value))
    return (True, (date.max, date.max))


def _json(value: Any, kind: str) -> Any:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, float):
        return int(value) if kind != "decimal" and value.is_integer() else value
    if isinstance(value, NUMBERS):
        return value
    if isinstance(value, Span):
        return _partial(value)
    return value.isoformat() if isinstance(value, date) else ";".join(sorted(map(str, value)))


def _partial(span: Span) -> str:
    year, month = f"{span.first.year:04d}", f"{span.first.year:04d}-{span.first.month:02d}"
    for text in (year, month):
        if moment(text) == span:
            return text
    return span.first.isoformat()
