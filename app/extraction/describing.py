"""Questions and derived values as described columns: everything that the dictionary says of them."""

import re
from collections.abc import Sequence
from typing import cast

from exports.tables import Choice, Column, Kind
from forms.definition import Choice as FormsChoice
from forms.definition import Derived, Label, Question, Questionnaire, Range, Visit
from forms.naming import at_visit
from forms.types import TYPES, kind_of
from forms.types.base import Column as FormsColumn

_DERIVED_KINDS: dict[str, Kind] = {
    "integer": "integer", "decimal": "decimal", "date": "date", "partial_date": "partial_date", "text": "text",
    "single": "code", "yes_no": "flag",
}
_WORD = re.compile("[a-z][a-z0-9_]*")
_LEVELS = {"core": "oui (critère)", "reason": "oui, ou un motif", "optional": ""}


def question_columns(union: Questionnaire, question: Question, visit: str | None = None) -> tuple[Column, ...]:
    """The columns of a question; at a visit they carry its code, as ``v_surf_m12`` does."""
    made = kind_of(question.type).columns(question)
    return tuple(_column(union, question, one, visit) for one in made)


def _column(union: Questionnaire, question: Question, one: FormsColumn, visit: str | None) -> Column:
    at_fr = f" ({union.visit(visit).label.fr})" if visit else ""
    at_en = f" ({union.visit(visit).label.en})" if visit else ""
    ranged = one.kind not in ("code", "flag")  # the sign of a limit has no bounds, its number has
    return Column(
        name=at_visit(one.name, visit), kind=cast(Kind, one.kind),
        fr=one.label.fr + at_fr, en=one.label.en + at_en,
        question=question.help.fr or question.label.fr, unit=_unit(one.unit), choices=_choices(one.choices),
        soft=_range(question.soft) if ranged else "", hard=_range(question.hard) if ranged else "",
        required=_required(union, question, visit),
        condition=_condition(union, question), visits=visit or " ".join(_visits_of(union, question)),
        source=question.source, version=str(union.version),
        may_be_missing=not question.read_only,
    )  # fmt: skip


def derived_columns(union: Questionnaire, derived: Derived, visit: str | None = None) -> tuple[Column, ...]:
    """The one column of a derived value."""
    at_fr = f" ({union.visit(visit).label.fr})" if visit else ""
    at_en = f" ({union.visit(visit).label.en})" if visit else ""
    choices = (derived.type in TYPES and TYPES[derived.type].options(derived)) or derived.choices
    return (
        Column(
            name=at_visit(derived.name, visit), kind=_DERIVED_KINDS[derived.type], fr=derived.label.fr + at_fr,
            en=derived.label.en + at_en, question=derived.help.fr, unit=_unit(derived.unit), choices=_choices(choices),
            required="dérivée : calculée, jamais saisie", rule=_rule(union, derived),
            visits=visit or " ".join(derived.visits), source=derived.source, version=str(union.version),
        ),
    )  # fmt: skip


def _rule(union: Questionnaire, derived: Derived) -> str:
    """The formula, and those of the values it rests on that no sheet has."""
    said, known = [derived.formula.text], {derived.name}
    for text in said:
        for name in _WORD.findall(text):
            inner = union.derived.get(name)
            if inner is not None and inner.internal and name not in known:
                known.add(name)
                said.append(f"{name} = {inner.formula.text}")
    return " ; où ".join([said[0], " ; ".join(said[1:])]) if said[1:] else said[0]


def _unit(unit: str | Label) -> str:
    return unit if isinstance(unit, str) else unit.fr


def _choices(choices: Sequence[FormsChoice]) -> tuple[Choice, ...]:
    return tuple(Choice(choice.code, choice.label.fr, choice.label.en) for choice in choices)


def _range(limits: Range | None) -> str:
    if limits is None:
        return ""
    return f"{limits.low.text if limits.low else ''}..{limits.high.text if limits.high else ''}"


def _required(union: Questionnaire, question: Question, visit: str | None) -> str:
    level = union.level(question, visit)
    said = _LEVELS[level]
    if not visit:
        levels = {code: union.level(question, code) for code in question.visits}
        said += "".join(f" ; {code} : {_LEVELS[at] or 'non'}" for code, at in levels.items() if at != level)
    return said + (f" si {question.required_if.text}" if question.required_if and said else "")


def _condition(union: Questionnaire, question: Question) -> str:
    section = next((s for s in union.sections if s.code == question.section), None)
    asked: list[str] = []
    for step in (section, question):
        if step is not None and step.ask_if is not None:
            asked.append(step.ask_if.text)
        if step is not None and step.unless is not None:
            asked.append(f"not ({step.unless.text})")
    gate = union.repeats[question.repeat].gate if question.scope == "line" and question.repeat else ""
    if gate:
        asked.append(f"{gate} = 1")
    if question.tick_of is not None:
        asked.append(f"{question.tick_of[0]} has {question.tick_of[1]}")
    return " and ".join(f"({text})" for text in asked) if len(asked) > 1 else "".join(asked)


def _visits_of(union: Questionnaire, question: Question) -> tuple[str, ...]:
    if question.scope == "line" and question.repeat:
        return union.repeats[question.repeat].visits
    return question.visits


def visit_rules(union: Questionnaire) -> str:
    """When each visit is, when it is asked, and when its answers are missing by themselves."""
    return " ; ".join(f"{visit.code} : {_visit_rule(union, visit)}" for visit in union.visits)


def _visit_rule(union: Questionnaire, visit: Visit) -> str:
    said = []
    if visit.day is not None:
        said.append(f"jour {visit.day} depuis {visit.anchor or union.anchor} (−{visit.before}/+{visit.after} jours)")
    said.append("facultative" if visit.asked == "optional" else "demandée")
    if visit.ask_if is not None:
        said.append(f"si {visit.ask_if.text}")
    if visit.unless is not None:
        said.append(f"sauf si {visit.unless.text}")
    said += [f"{one.missing} si {one.when.text}" for one in visit.closed]
    return ", ".join(said)
