"""Simulated answers for a questionnaire without a profile: whatever is asked gets a value that passes."""

from collections.abc import Mapping
from datetime import date, timedelta

from app.simulation.chance import Chance
from app.simulation.sheet import Played, Sheet, written
from forms.answers import Address, Answers, Cell
from forms.definition import Question, Questionnaire, Range
from forms.evaluation import State, evaluate
from forms.types import kind_of
from forms.types.texts import Text

ROUNDS = 12  # a condition that opens a condition: deeper chains end unanswered, which is an answer too
REPAIRS = 4
FIRST_DAY, LAST_DAY = date(2014, 1, 6), date(2015, 12, 18)
SOME_TEXT = "Texte simulé"
NUMBERS = (0.0, 100.0)


def fill(chance: Chance, questionnaire: Questionnaire, facts: Mapping[str, object], today: date) -> Sheet:
    """Answers to everything that is asked, line by line of each opened repeat; contradictions are emptied."""
    sheet = Sheet(chance)
    started = _anchor(chance, facts)
    for _ in range(ROUNDS):
        evaluation = evaluate(questionnaire, answers_of(questionnaire, sheet), facts, today)
        open_ones = [where for where, state in evaluation.states.items() if state is State.NOT_ANSWERED]
        fresh = [where for where in open_ones if where not in sheet.answers]
        if not fresh and not _open_lines(questionnaire, sheet):
            break
        for where in fresh:
            sheet.answers[where] = _value(chance, questionnaire, where, started)
    for _ in range(REPAIRS):
        blocking = evaluate(questionnaire, answers_of(questionnaire, sheet), facts, today).blocking
        for finding in blocking:
            for where in finding.addresses:
                sheet.answers[where] = Played(missing="NSP")
        if not blocking:
            break
    return sheet


def answers_of(questionnaire: Questionnaire, sheet: Sheet) -> Answers:
    """The sheet as the answers that saving it would store."""
    answers = Answers()
    for where, played in sheet.answers.items():
        question = questionnaire.questions[where.name]
        cell = (
            Cell(missing=played.missing)
            if played.missing
            else kind_of(question.type).parse(played.typed, question)
        )
        answers.cells[where] = cell
        if where.line is not None and question.repeat:
            lines = answers.lines.setdefault(_group(question.repeat, where.visit), [])
            if where.line not in lines:
                lines.append(where.line)
    return answers


def _group(repeat: str, visit: str | None) -> str:
    return f"{repeat}@{visit}" if visit else repeat


def _open_lines(questionnaire: Questionnaire, sheet: Sheet) -> bool:
    opened = False
    for repeat in questionnaire.repeats.values():
        first = next(
            one
            for one in questionnaire.questions.values()
            if one.repeat == repeat.code and one.scope == "line"
        )
        for visit in repeat.visits or (None,):
            where = Address(first.name, visit, 1)
            gate = sheet.answers.get(Address(repeat.gate, visit)) or sheet.answers.get(Address(repeat.gate))
            if where not in sheet.answers and (not repeat.gate or (gate is not None and gate.typed == 1)):
                sheet.answers[where] = _value(sheet.chance, questionnaire, where, FIRST_DAY)
                opened = True
    return opened


def _anchor(chance: Chance, facts: Mapping[str, object]) -> date:
    granted = facts.get("first_grant_on")
    return granted if isinstance(granted, date) else chance.day(FIRST_DAY, LAST_DAY)


def _value(chance: Chance, questionnaire: Questionnaire, where: Address, started: date) -> Played:
    question = questionnaire.questions[where.name]
    kind = kind_of(question.type)
    if kind.options(question):
        return _choice(chance, question)
    if kind.bound is date and question.identity:
        return Played(written(started - timedelta(days=365 * chance.between(35, 80)), "m"))
    if kind.bound is date:
        offset = (questionnaire.visit(where.visit).day or 0) if where.visit else 0
        return Played(written(started + timedelta(days=offset)))
    if kind.bound is float:
        low, high = _bounds(question)
        drawn = chance.real(low, high)
        return Played(round(drawn) if kind.whole else round(drawn, 1))
    if isinstance(kind, Text):
        return Played(SOME_TEXT[: question.max_chars or None])
    return Played(missing="NSP")


def _choice(chance: Chance, question: Question) -> Played:
    kind = kind_of(question.type)
    codes = [choice.code for choice in kind.options(question) if choice.code != question.exclusive]
    picked = chance.one(codes)
    return Played([picked]) if kind.several else Played(picked)


def _bounds(question: Question) -> tuple[float, float]:
    low, high = _constants(question.soft)
    hard_low, hard_high = _constants(question.hard)
    lowest = low if low is not None else hard_low if hard_low is not None else NUMBERS[0]
    highest = high if high is not None else hard_high if hard_high is not None else lowest + NUMBERS[1]
    return lowest, highest


def _constants(limits: Range | None) -> tuple[float | None, float | None]:
    if limits is None:
        return None, None
    low, high = limits.constants
    return (low if isinstance(low, float) else None, high if isinstance(high, float) else None)
