"""Builds the questions of one section: labels, choices, ranges, units, and the dates beside the ticks of a multiple choice."""

import re
from dataclasses import dataclass, field
from typing import Any

from forms.definition import Choice, Code, Formula, Label, Level, Question, Range, Scope, Unit
from forms.faults import Fault, fault, nearest
from forms.reading import Fields, Item

_LEVELS = ("optional", "core", "reason")
_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)", re.ASCII)
_STEPS = re.compile(r"\s*(?:[*/+-]\s*[0-9]+(?:\.[0-9]+)?\s*)+", re.ASCII)
_STEP = re.compile(r"([*/+-])\s*([0-9]+(?:\.[0-9]+)?)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Frame:
    """What a section says for all of its questions."""

    section: str
    visits: tuple[str, ...]
    repeat: str | None
    gate: str
    wide: bool


@dataclass(slots=True)
class Context:
    """What is known of the study while its questions are built."""

    codes: dict[str, tuple[Choice, ...]]
    faults: list[Fault]
    questions: dict[str, Question] = field(default_factory=dict)

    def add(self, question: Question) -> None:
        """Adds a question; a name may be used once."""
        if question.name in self.questions:
            where = f"section {self.questions[question.name].section}"
            self.faults.append(
                fault(question.place, "double_name", name=question.name, other=f"a question of {where}",
                      other_fr=f"une question de la {where}")
            )  # fmt: skip
        self.questions[question.name] = question

    def choices(self, parts: Fields) -> tuple[tuple[Choice, ...], str]:
        """The choices written there, or those of the code list named there, with its name."""
        item = parts.get("choices")
        if item is None:
            return (), ""
        if item.is_mapping:
            return read_choices(item), ""
        name = item.text()
        if name not in self.codes:
            item.wrong("unknown_list", name=name, **nearest(name, self.codes))
        return self.codes.get(name, ()), name


def code_of(text: str) -> Code:
    """A code as exported: a number where it is one, else the word."""
    return int(text) if _INTEGER.fullmatch(text) else text


def read_choices(item: Item) -> tuple[Choice, ...]:
    """``{1: {fr: …, en: …}, …}`` as choices, in their order."""
    return tuple(_choice(key, value) for key, value in item.fields("double_code").pairs())


def _choice(key: str, item: Item) -> Choice:
    if not item.is_mapping:
        return Choice(code_of(key), item.label(), place=item.place)
    parts = item.fields()
    short, note = parts.label("short"), parts.label("note")
    return Choice(code_of(key), parts.label_here(), short, note, item.place)


def build_question(item: Item, context: Context, frame: Frame) -> list[Question]:
    """The question written there, followed by the dates of its ticks; all are added to the context."""
    parts = item.fields()
    name, kind = parts.need("name"), parts.need("type")
    question = Question(
        name=name,
        label=parts.label("label", needed=True),
        type=kind,
        section=frame.section,
        help=parts.label("help"),
        placeholder=parts.label("placeholder"),
        usual=parts.text("usual"),
        source=parts.text("source"),
        place=item.place,
        **_standpoint(parts, name, frame),
        **_conditions(parts),
        **_values(parts, context),
        operator=parts.text("operator") or (f"{name}_op" if kind == "limit" else ""),
    )
    parts.finish()
    built = [question, *_tick_dates(question)]
    for each in built:
        context.add(each)
    return built


def _standpoint(parts: Fields, name: str, frame: Frame) -> dict[str, Any]:
    scope, visits = _scope(parts, name, frame), parts.words("visits")
    return {
        "scope": scope,
        "visits": () if scope == "patient" else visits or frame.visits,
        "repeat": frame.repeat if scope == "line" else None,
        "wide": parts.flag("wide", frame.wide),
    }


def _conditions(parts: Fields) -> dict[str, Any]:
    required = _level(parts.one_of("required", _LEVELS))
    return {
        "required": required,
        "required_at": _required_at(parts),
        "required_if": parts.formula("required_if"),
        "ask_if": parts.formula("ask_if"),
        "unless": parts.formula("unless"),
        "covariate": parts.flag("covariate"),
        "express": parts.flag("express", required == "core"),
        "identity": parts.flag("identity"),
        "read_only": parts.flag("read_only"),
        "from_list": parts.text("from_list"),
        "from_entry": parts.flag("from_entry"),
    }


def _values(parts: Fields, context: Context) -> dict[str, Any]:
    choices, choices_from = context.choices(parts)
    exclusive, unit = parts.text("exclusive"), parts.label("unit")
    return {
        "unit": unit.fr,
        "unit_label": unit,
        "other_units": _units(parts),
        "soft": _range(parts, "soft"),
        "hard": _range(parts, "hard"),
        "choices": choices,
        "choices_from": choices_from,
        "exclusive": code_of(exclusive) if exclusive else None,
        "dates": parts.flag("dates"),
        "max_chars": parts.number("max_chars"),
        "codon_max": parts.number("codon_max"),
        "shown_to": parts.one_of("shown_to", ("day", "month")),
        "rules": parts.words("rules"),
    }


def _scope(parts: Fields, name: str, frame: Frame) -> Scope:
    outside: Scope = "visit" if frame.visits else "patient"
    written = parts.get("per")
    if written is None:
        return outside if frame.repeat is None or name == frame.gate else "line"
    per = written.one_of(("patient", "visit", "line"))
    if per == "line" and frame.repeat:
        return "line"
    return outside if per == "visit" else "patient"


def _level(word: str) -> Level:
    return "core" if word == "core" else "reason" if word == "reason" else "optional"


def _required_at(parts: Fields) -> tuple[tuple[str, Level], ...]:
    item = parts.get("required_at")
    if item is None:
        return ()
    return tuple((visit, _level(level.one_of(_LEVELS))) for visit, level in item.fields().pairs())


def _range(parts: Fields, key: str) -> Range | None:
    item = parts.get(key)
    if item is None:
        return None
    text = item.text()
    low, dots, high = text.partition("..")
    if not dots or not (low.strip() or high.strip()):
        item.wrong("bad_range", text=text)
        return None
    place = item.place
    return Range(*(Formula(bound.strip(), place) if bound.strip() else None for bound in (low, high)))


def _units(parts: Fields) -> tuple[Unit, ...]:
    item = parts.get("other_units")
    if item is None:
        return ()
    found = []
    for name, conversion in item.fields().pairs():
        text = conversion.text()
        if not _STEPS.fullmatch(text):
            conversion.wrong("bad_unit", text=text)
            continue
        found.append(Unit(name, tuple((sign, float(number)) for sign, number in _STEP.findall(text))))
    return tuple(found)


def _tick_dates(question: Question) -> list[Question]:
    """``at_wound_d`` beside the tick ``wound`` of ``at``: an optional partial date asked when the tick is
    there."""
    if not question.dates:
        return []
    return [
        Question(
            name=f"{question.name}_{choice.code}_d",
            label=Label(f"{choice.label.fr} : date de début", f"{choice.label.en}: start date"),
            type="partial_date",
            section=question.section,
            scope=question.scope,
            visits=question.visits,
            repeat=question.repeat,
            soft=question.soft,
            hard=question.hard,
            ask_if=Formula(f"{question.name} has {choice.code}", question.place),
            tick_of=(question.name, choice.code),
            wide=question.wide,
            source=question.source,
            place=question.place,
        )
        for choice in question.choices
        if choice.code != question.exclusive
    ]
