"""Findings: ranges, counts of lines and the checks of the study, each with its sentence in both languages."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from forms.answers import EMPTY, Address
from forms.definition import Label, Question, Questionnaire
from forms.expressions.frames import Frame
from forms.expressions.values import less, truth
from forms.planning import Asking, Checking, Group, Plan
from forms.spans import Span, write
from forms.states import Evaluation, Finding, State
from forms.types import TYPES
from forms.types.numbers import write_number

_PLAIN = frozenset((int, float, date))
HOLE = re.compile(r"\{([a-z][a-z0-9_]*(?:@[a-z0-9_]+)?)\}")

_SOFT = Label(
    "Valeur inhabituelle : {value} (attendu : {range}). Vérifiez-la.",
    "Unusual value: {value} (expected: {range}). Check it.",
)
_HARD = Label(
    "{value} est hors de l’intervalle possible : {range}.", "{value} is out of the possible range: {range}."
)
_NO_LINE = Label(
    "Ajoutez au moins {least} ligne(s), ou répondez non.", "Add at least {least} line(s), or answer no."
)
_MANY_LINES = Label("{count} lignes ; {most} au plus.", "{count} lines; {most} at most.")


_ONCE: list[Any] = [None]


def judge(plan: Plan, frame: Frame, evaluation: Evaluation) -> None:
    """Adds the findings, in the order of the questionnaire and then of the checks."""
    for step in plan.ranged:
        _ranges(step, frame, evaluation)
    for group in plan.groups:
        _lines(group, frame, evaluation)
    for check in plan.checks:
        _check(plan, check, frame, evaluation)


def _found(
    evaluation: Evaluation, level: Any, code: str, message: Label, addresses: tuple[Address, ...]
) -> None:
    cells = evaluation.answers.cells
    confirmed = any(cells.get(address, EMPTY).comment for address in addresses)
    evaluation.findings.append(Finding(level, code, message, addresses, confirmed))


def _filled(template: Label, facts: Any) -> Label:
    return Label(template.fr.format_map(facts("fr")), template.en.format_map(facts("en")))


def _ranges(step: Asking, frame: Frame, evaluation: Evaluation) -> None:
    lines: Any = (None,) if step.group is None else frame.lines.get(step.group, ())
    for line in lines:
        address = step.address if line is None else step.on(line)
        if evaluation.states.get(address) is State.ANSWERED and not _is_usual(
            step, frame.values.get(address)
        ):
            # A value past the hard range is not told a second time that it is unusual.
            for level in ("H", "W"):
                if _constant_range(step, level, address, evaluation) or _computed_range(
                    step, level, address, frame, evaluation
                ):
                    break


def _is_usual(step: Asking, value: Any) -> bool:
    """True for most answers, at the cost of two comparisons; the rest is looked at closely."""
    if step.narrow is None or type(value) not in _PLAIN:
        return False
    low, high = step.narrow
    return bool(low <= value <= high)


def _constant_range(step: Asking, level: str, address: Address, evaluation: Evaluation) -> bool:
    question, kind = step.question, step.kind
    limits = question.hard if level == "H" else question.soft
    if limits is None or limits.computed:
        return False
    value = evaluation.value(address)
    try:
        if not kind.outside(value, limits):
            return False
    except (TypeError, ValueError, KeyError):
        return False  # an answer of an earlier version, whose type was another
    _outside(step, level, address, evaluation, lambda language: kind.show_range(limits, question, language))
    return True


def _computed_range(step: Asking, level: str, address: Address, frame: Frame, evaluation: Evaluation) -> bool:
    limits = next((one for one in step.computed if one.level == level), None)
    if limits is None:
        return False
    here = frame.inside(step.visit)
    here.outer, here.line = None, address.line
    value = frame.values.get(address)
    low, high = (None if bound is None else bound(here) for bound in (limits.low, limits.high))
    if less(value, low) is not True and less(high, value) is not True:
        return False
    _outside(
        step,
        level,
        address,
        evaluation,
        lambda language: step.kind.between(_bound(low, language), _bound(high, language), language),
    )
    return True


def _outside(
    step: Asking, level: str, address: Address, evaluation: Evaluation, limits: Callable[[str], str]
) -> None:
    value, question = evaluation.value(address), step.question
    message = _filled(
        _HARD if level == "H" else _SOFT,
        lambda language: {"value": step.kind.show(value, question, language), "range": limits(language)},
    )
    _found(evaluation, level, f"{'hard' if level == 'H' else 'soft'}:{address.name}", message, (address,))


def _bound(value: Any, language: str) -> str | None:
    if value is None:
        return None
    if isinstance(value, int | float):
        return write_number(value, language)
    if isinstance(value, Span):
        return " – ".join(write(day.isoformat(), language) for day in value)
    return write(value.isoformat(), language)


def _lines(group: Group, frame: Frame, evaluation: Evaluation) -> None:
    repeat, visit = group.repeat, group.visit
    lines = frame.lines.get((repeat.code, visit), [])
    gate = Address(repeat.gate, visit) if repeat.gate else None
    if gate is not None and gate not in evaluation.states:
        gate = Address(repeat.gate)
    opened = gate is not None and frame.values.get(gate) == 1
    least = max(repeat.min_lines, 1) if opened else 0
    if len(lines) < least:
        message = _filled(_NO_LINE, lambda language: {"least": least})
        _found(evaluation, "H", f"lines:{repeat.code}", message, (gate,) if gate else ())
    if repeat.max_lines and len(lines) > repeat.max_lines:
        message = _filled(_MANY_LINES, lambda language: {"count": len(lines), "most": repeat.max_lines})
        _found(evaluation, "H", f"lines:{repeat.code}", message, (gate,) if gate else ())


def _check(plan: Plan, step: Checking, frame: Frame, evaluation: Evaluation) -> None:
    if step.group is None:
        here, lines = frame, _ONCE
        frame.visit = step.visit
    else:
        lines = frame.lines.get(step.group, [])
        here = frame.inside(step.visit)
        here.outer = None
    for line in lines:
        here.line = line
        if truth(step.run(here)) is True:
            check = step.check
            message = _told(plan.questionnaire, check.message, step.visit, line, evaluation)
            addresses = tuple(_addresses(plan.questionnaire, step.on, step.visit, line, evaluation))
            _found(evaluation, check.level, check.code, message, addresses)


def place(questionnaire: Questionnaire, name: str, visit: str | None, line: int | None) -> Address:
    """The address a name stands for, seen from a visit and a line; ``name@visit`` says it all."""
    if "@" in name:
        return Address.parse(name)
    part = questionnaire.questions.get(name) or questionnaire.derived.get(name)
    if part is None or part.scope == "patient":
        return Address(name)
    if part.scope == "visit":
        return Address(name, visit)
    repeat = questionnaire.repeats[part.repeat or ""]
    return Address(name, visit if repeat.visits else None, line)


def _addresses(
    questionnaire: Questionnaire,
    names: tuple[str, ...],
    visit: str | None,
    line: int | None,
    evaluation: Evaluation,
) -> list[Address]:
    found = [place(questionnaire, name, visit, line) for name in names]
    return [address for address in found if address in evaluation.states]


def _told(
    questionnaire: Questionnaire, message: Label, visit: str | None, line: int | None, evaluation: Evaluation
) -> Label:
    if "{" not in message.fr + message.en:
        return message

    def told(language: str) -> str:
        return HOLE.sub(
            lambda hole: _shown(questionnaire, hole[1], visit, line, evaluation, language), message[language]
        )

    return Label(told("fr"), told("en"))


def _shown(
    questionnaire: Questionnaire,
    name: str,
    visit: str | None,
    line: int | None,
    evaluation: Evaluation,
    language: str,
) -> str:
    address = place(questionnaire, name, visit, line)
    part = questionnaire.questions.get(address.name) or questionnaire.derived.get(address.name)
    if part is None:
        return "…"
    value = evaluation.value(address) if isinstance(part, Question) else evaluation.derived.get(address)
    return "…" if value is None else TYPES[part.type].show(value, part, language)
