"""Says everything that is wrong with a study folder: shape, names, codes, ranges, references, expressions,
what can never be asked."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from forms.checking_facts import check_fact
from forms.checking_formulas import check_formulas
from forms.checking_questions import check_question
from forms.definition import Check, Derived, Place, Question, Questionnaire, Repeat
from forms.faults import Fault, fault, nearest
from forms.loading import read
from forms.naming import check_columns, check_name
from forms.planning import make_plan
from forms.reachability import unreachable
from forms.types import TYPES


def check(folder: Path) -> list[Fault]:
    """Every fault of a study folder, in the order of its files; none means that the study can be opened."""
    folder = Path(folder)
    questionnaire, faults = read(folder)
    if any(found.code in ("not_yaml", "no_file") for found in faults):
        # What an unreadable file holds is not unknown: nothing is said of those who refer to it.
        faults = [found for found in faults if found.code != "unknown_list"]
    elif questionnaire is not None:
        faults = faults + check_questionnaire(questionnaire)
    return sorted({replace(found, file=str(folder / found.file)) for found in faults})


def check_questionnaire(questionnaire: Questionnaire) -> list[Fault]:
    """Every fault of a questionnaire that could be read."""
    faults = [*_names(questionnaire), *_structure(questionnaire), *_references(questionnaire)]
    for question in questionnaire.questions.values():
        faults += check_question(question, questionnaire.code_lists)
    known_types = all(question.type in TYPES for question in questionnaire.questions.values())
    known_visits = not any(found.code in ("unknown_visit", "bad_gate", "bad_order") for found in faults)
    if known_types and known_visits:
        # Expressions can only be bound where every type and visit is known.
        found = make_plan(questionnaire)[1]
        faults += _but_told(found, faults)
        if not found:
            faults += check_formulas(questionnaire)
            faults += unreachable(questionnaire)
    return faults


def _but_told(found: list[Fault], told: list[Fault]) -> list[Fault]:
    """The faults but those of a range that was told to be no range: it need not be an expression besides."""
    ranges = {(one.file, one.line) for one in told if one.code == "bad_bound"}
    return [one for one in found if (one.file, one.line) not in ranges]


def _names(questionnaire: Questionnaire) -> Iterator[Fault]:
    parts: list[Question | Derived] = [*questionnaire.questions.values(), *questionnaire.derived.values()]
    for part in parts:
        yield from check_name(part.name, part.place)
    for question in questionnaire.questions.values():
        if question.operator:
            yield from check_name(question.operator, question.place)
    for derived in questionnaire.derived.values():
        if derived.name in questionnaire.questions:
            yield fault(derived.place, "shadowing", name=derived.name)
    yield from check_columns(questionnaire)


def _structure(questionnaire: Questionnaire) -> Iterator[Fault]:
    visits = {visit.code for visit in questionnaire.visits}
    for section in questionnaire.sections:
        yield from _unknown_visits(section.visits, visits, section.code, section.place)
    for question in questionnaire.questions.values():
        allowed = set(questionnaire.section(question.section).visits) & visits
        asked_at = (*question.visits, *(visit for visit, _ in question.required_at))
        yield from _unknown_visits(asked_at, allowed, question.name, question.place)
    parts: list[Derived | Check] = [*questionnaire.derived.values(), *questionnaire.checks]
    for part in parts:
        name = part.name if isinstance(part, Derived) else part.code
        yield from _unknown_visits(part.visits, visits, name, part.place)
        if part.repeat and part.repeat not in questionnaire.repeats:
            yield fault(
                part.place, "unknown_repeat", name=part.repeat, **nearest(part.repeat, questionnaire.repeats)
            )
    for repeat in questionnaire.repeats.values():
        yield from _repeat(questionnaire, repeat)


def _unknown_visits(named: tuple[str, ...], known: set[str], variable: str, place: Place) -> Iterator[Fault]:
    for visit in named:
        if visit not in known:
            yield fault(place, "unknown_visit", name=visit, variable=variable, **nearest(visit, known))


def _repeat(questionnaire: Questionnaire, repeat: Repeat) -> Iterator[Fault]:
    gate = questionnaire.questions.get(repeat.gate)
    if repeat.gate and gate is None:
        yield fault(
            repeat.place,
            "bad_gate",
            name=repeat.gate,
            detail="there is no such question",
            detail_fr="cette question n’existe pas",
        )
    elif gate is not None and (gate.type != "yes_no" or gate.scope == "line"):
        yield fault(repeat.place, "bad_gate", name=repeat.gate, detail="it is not a yes/no question outside the lines",
                    detail_fr="ce n’est pas une question oui/non hors des lignes")  # fmt: skip
    order = questionnaire.questions.get(repeat.order_by)
    if repeat.order_by and (order is None or order.repeat != repeat.code):
        yield fault(repeat.place, "bad_order", name=repeat.order_by)


def _references(questionnaire: Questionnaire) -> Iterator[Fault]:
    names = {*questionnaire.questions, *questionnaire.derived}
    anchors = {questionnaire.anchor, *(visit.anchor for visit in questionnaire.visits)} - {""}
    first = questionnaire.visits[0].place if questionnaire.visits else Place("study.yaml", 1, 1)
    for anchor in sorted(anchors - names):
        yield fault(first, "unknown_variable", name=anchor, **nearest(anchor, names))
    for check in questionnaire.checks:
        for name in check.on:
            if name.partition("@")[0] not in questionnaire.questions:
                yield fault(
                    check.place, "unknown_question", name=name, **nearest(name, questionnaire.questions)
                )
    for question in questionnaire.questions.values():
        yield from check_fact(question)
