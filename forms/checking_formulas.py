"""What can be wrong with formulas that can be bound: kinds that never meet, bounds of another type than their question's,
messages that name what has no value there."""

import re
from collections.abc import Iterator

from forms.checking_questions import bad_bound
from forms.definition import Check, Derived, Formula, Place, Question, Questionnaire
from forms.expressions.formulas import bind
from forms.expressions.kinds import KINDS, kind_faults
from forms.expressions.vocabulary import Vocabulary, vocabulary
from forms.faults import Fault, fault, nearest
from forms.judging import HOLE
from forms.types import TYPES

_BRACES = re.compile(r"\{([^{}]*)\}")


def check_formulas(questionnaire: Questionnaire) -> Iterator[Fault]:
    """Every fault of kinds and of messages; the formulas are known to be bound without fault."""
    words = vocabulary(questionnaire)
    for owner, condition in _conditions(questionnaire):
        yield from _wanted(condition, words, "number", owner)
    for question in questionnaire.questions.values():
        yield from _bounds(question, words)
    for derived in questionnaire.derived.values():
        # A set of ticks is exported as text, its codes one after the other.
        wanted = "" if derived.type == "text" else TYPES[derived.type].seen_as
        yield from _wanted(derived.formula, words, wanted, f"type: {derived.type}")
    for check in questionnaire.checks:
        yield from _message(check, questionnaire, words)


def _conditions(questionnaire: Questionnaire) -> Iterator[tuple[str, Formula]]:
    for visit in questionnaire.visits:
        yield from (("when", closing.when) for closing in visit.closed)
    for part in (*questionnaire.visits, *questionnaire.sections, *questionnaire.questions.values()):
        keys = ("ask_if", "unless", "required_if") if isinstance(part, Question) else ("ask_if", "unless")
        found = ((key, getattr(part, key)) for key in keys)
        yield from ((key, formula) for key, formula in found if formula is not None)
    yield from (("when", check.when) for check in questionnaire.checks)


def _wanted(formula: Formula, words: Vocabulary, wanted: str, owner: str) -> Iterator[Fault]:
    kind, faults = kind_faults(formula, words)
    yield from faults
    if wanted and kind and kind != wanted:
        (said, said_fr), (found, found_fr) = KINDS[wanted], KINDS[kind]
        yield fault(
            formula.place, "wrong_kind", owner=owner, wanted=said, wanted_fr=said_fr, found=found, found_fr=found_fr
        )  # fmt: skip


def _bounds(question: Question, words: Vocabulary) -> Iterator[Fault]:
    wanted = TYPES[question.type].seen_as
    for limits in (question.soft, question.hard):
        if limits is None:
            continue
        for bound, known in zip((limits.low, limits.high), limits.constants, strict=True):
            if bound is not None and known is None:
                kind, faults = kind_faults(bound, words)
                yield from faults
                if kind and wanted and kind != wanted:
                    yield bad_bound(bound, question.name, wanted == "date")


def _message(check: Check, questionnaire: Questionnaire, words: Vocabulary) -> Iterator[Fault]:
    parts: dict[str, Question | Derived] = {**questionnaire.derived, **questionnaire.questions}
    repeat = questionnaire.repeats.get(check.repeat or "")
    visits = repeat.visits if repeat else check.visits
    for hole in dict.fromkeys(_BRACES.findall(check.message.fr + check.message.en)):
        name = hole.partition("@")[0]
        known = HOLE.fullmatch(f"{{{hole}}}") is not None and name in parts
        faults = bind(Formula(hole), words, check.scope, visits, check.repeat).faults if known else ()
        if known and not faults:
            continue
        mend = (
            {"nearest": faults[0].mend_en, "nearest_fr": faults[0].mend_fr}
            if faults
            else nearest(hole, parts)
        )
        yield fault(_inside(check.place, f"{{{hole}}}"), "bad_placeholder", name=hole, **mend)


def _inside(place: Place, text: str) -> Place:
    """Where a text stands inside the part that holds it."""
    before, found, _ = place.raw.partition(text)
    if not found:
        return place
    lines = before.split("\n")
    column = len(lines[-1]) + (place.column if len(lines) == 1 else 1)
    return Place(place.file, place.line + len(lines) - 1, column)
