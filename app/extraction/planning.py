"""Which columns a study's sheets have and where each value comes from. It reads definitions, never an answer.

A response keeps the questionnaire it was given under; the sheets hold the union of all versions, newest wording first.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from app.extraction.describing import derived_columns, question_columns
from exports.tables import Column
from forms.answers import Cell
from forms.definition import Code, Derived, Question, Questionnaire, Repeat
from forms.types import kind_of

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Slot:
    """One question or derived value at one place: the key of its value (before a suffix) and its columns."""

    key: str
    columns: tuple[Column, ...]
    question: Question | None = None


@dataclass
class Several:
    """A question whose one value fills several cells; what it spreads to is remembered."""

    start: int
    end: int
    key: str
    question: Question
    offered: frozenset[Code] | None
    _known: dict[object, list[object]] = field(default_factory=dict)

    def spread(self, value: Any) -> list[object]:
        """The cells for a stored value; a code that this version did not offer stays blank."""
        known = _hashed(value)
        found = self._known.get(known)
        if found is None:
            found = kind_of(self.question.type).values(Cell(value), self.question)
            if self.offered is not None:
                found = [cell if choice.code in self.offered else None
                         for cell, choice in zip(found, self.question.choices, strict=True)]
            if len(self._known) < 1_500:
                self._known[known] = found
        return found


@dataclass(frozen=True)
class Filler:
    """Makes the cells of one row from values and missing reasons by address."""

    keys: tuple[str, ...]
    several: tuple[tuple[int, int, str, Callable[[Any], list[object]]], ...]
    reasons: tuple[tuple[int, str], ...]

    def fill(self, values: Values, missing: Mapping[str, str]) -> list[object]:
        """One cell a column; None where nothing stands."""
        row: list[object] = list(map(values.get, self.keys))
        for start, end, key, spread in self.several:
            value = values.get(key)
            if value is not None:
                row[start:end] = spread(value)
        if missing:
            for place, key in self.reasons:
                row[place] = missing.get(key)
        return row


class SheetPlan:
    """The answer columns of one sheet, and a filler for each suffix (``@m12``, ``@j0#2``, ``#1``, none)."""

    def __init__(self, slots: Sequence[Slot], learned: "Learned", version: Questionnaire) -> None:
        self.columns: list[Column] = []
        self._keys: list[str] = []
        self._several: list[Several] = []
        self._reasons: list[tuple[int, str]] = []
        self._fillers: dict[str, Filler] = {}
        for slot in slots:
            self._add(slot, learned, version)

    def _add(self, slot: Slot, learned: "Learned", version: Questionnaire) -> None:
        start = len(self.columns)
        parts = learned.parts.get(slot.key, 1)
        self.columns += [replace(c, parts=parts) if c.kind == "text" else c for c in slot.columns]
        plain = slot.question is None or kind_of(slot.question.type).as_stored
        self._keys += [slot.key] if plain else [""] * len(slot.columns)
        if not plain and slot.question is not None:
            offered = _offered(slot.question, version)
            self._several.append(Several(start, len(self.columns), slot.key, slot.question, offered))
        if slot.key in learned.missing:
            self._reasons.append((len(self.columns), slot.key))
            self.columns.append(reason_column(slot))
            self._keys.append("")

    def at(self, suffix: str) -> Filler:
        """The filler for values whose addresses end in ``suffix``."""
        filler = self._fillers.get(suffix)
        if filler is None:
            filler = self._fillers[suffix] = Filler(
                tuple(key and key + suffix for key in self._keys),
                tuple((one.start, one.end, one.key + suffix, one.spread) for one in self._several),
                tuple((place, key + suffix) for place, key in self._reasons),
            )
        return filler


def _hashed(value: Any) -> object:
    if isinstance(value, dict):
        return tuple(value.items())
    return tuple(value) if isinstance(value, list) else value


def _offered(question: Question, version: Questionnaire) -> frozenset[Code] | None:
    own = version.questions.get(question.name)
    if not kind_of(question.type).several or own is None or own.choices == question.choices:
        return None
    return frozenset(choice.code for choice in own.choices)


def reason_column(slot: Slot) -> Column:
    """The ``_mq`` twin of a variable."""
    stem = slot.key.replace("@", "_")
    beside = next((column for column in slot.columns if column.name == stem), slot.columns[0])
    return Column(
        f"{stem}_mq", "text", f"{beside.fr} : motif d’absence", f"{beside.en}: why it is missing",
        version=beside.version, reason_for=beside.name,
    )  # fmt: skip


@dataclass
class Learned:
    """What a first reading of the answers taught: where missing reasons stand, and how long the longest texts are.

    Keys are those of slots: ``v_surf@m12`` for a wide column, ``v_surf`` for a sheet of visits or lines.
    """

    missing: set[str] = field(default_factory=set)
    parts: dict[str, int] = field(default_factory=dict)


def union_of(versions: Sequence[Questionnaire]) -> Questionnaire:
    """The newest version with what only older ones held: questions at the end of their section, codes at the end."""
    newest = versions[-1]
    questions, derived = dict(newest.questions), dict(newest.derived)
    for older in reversed(versions[:-1]):
        for name, question in older.questions.items():
            questions[name] = _joined(questions[name], question) if name in questions else question
        derived = {**older.derived, **derived}
    repeats = {code: repeat for version in versions for code, repeat in version.repeats.items()}
    return replace(newest, questions=questions, derived=derived, repeats=repeats)


def _joined(newer: Question, older: Question) -> Question:
    lost = tuple(choice for choice in older.choices if choice.code not in newer.by_code)
    return replace(newer, choices=newer.choices + lost) if lost else newer


def patient_slots(union: Questionnaire) -> list[Slot]:
    """Questions asked once, then the wide visit columns, then derived values; no identity among them."""
    slots = [_slot(union, question) for question in _exported(union) if question.scope == "patient"]
    for question in _exported(union):
        if question.wide and question.scope == "visit":
            slots += [_slot(union, question, visit) for visit in question.visits]
    for derived in union.derived.values():
        if derived.scope == "patient" and not derived.internal:
            slots.append(Slot(derived.name, derived_columns(union, derived)))
        if derived.scope == "visit" and derived.wide and not derived.internal:
            slots += [Slot(f"{derived.name}@{visit}", derived_columns(union, derived, visit)) for visit in derived.visits]
    return slots


def visit_slots(union: Questionnaire) -> list[Slot]:
    """What is asked, or derived, at each visit."""
    questions = [question for question in _exported(union) if question.scope == "visit"]
    return [_slot(union, q) for q in questions] + _derived_slots(union, lambda one: one.scope == "visit")


def line_slots(union: Questionnaire, repeat: Repeat) -> list[Slot]:
    """What is asked, or derived, on each line of a repeat."""
    questions = [q for q in _exported(union) if q.scope == "line" and q.repeat == repeat.code]
    derived = _derived_slots(union, lambda one: one.scope == "line" and one.repeat == repeat.code)
    return [_slot(union, question) for question in questions] + derived


def _derived_slots(union: Questionnaire, wanted: Callable[[Derived], bool]) -> list[Slot]:
    return [Slot(one.name, derived_columns(union, one))
            for one in union.derived.values() if wanted(one) and not one.internal]


def _slot(union: Questionnaire, question: Question, visit: str | None = None) -> Slot:
    key = f"{question.name}@{visit}" if visit else question.name
    return Slot(key, question_columns(union, question, visit), question)


def _exported(union: Questionnaire) -> list[Question]:
    order = {section.code: place for place, section in enumerate(union.sections)}
    kept = [question for question in union.questions.values() if not question.identity]
    return sorted(kept, key=lambda question: order.get(question.section, len(order)))

