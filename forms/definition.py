"""The parts of a questionnaire as frozen values. A definition says what is asked; it reads no file and computes nothing."""

import math
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Literal

Language = Literal["fr", "en"]
Level = Literal["core", "reason", "optional"]
Scope = Literal["patient", "visit", "line"]
Code = int | str


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was written; ``raw`` is the text as it stands in the file, to find a place inside it."""

    file: str = ""
    line: int = 0
    column: int = 0
    raw: str = field(default="", repr=False)


NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class Label:
    """One text in the languages of the house."""

    fr: str = ""
    en: str = ""

    def __getitem__(self, language: str) -> str:
        """The text in one language, else in the other: an empty screen helps nobody."""
        wanted, other = (self.fr, self.en) if language == "fr" else (self.en, self.fr)
        return wanted or other

    def __bool__(self) -> bool:
        return bool(self.fr or self.en)


@dataclass(frozen=True, slots=True)
class Formula:
    """An expression as written."""

    text: str
    place: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True)
class Range:
    """``low..high``; a bound is a number, an ISO date, an expression, or open (None)."""

    low: Formula | None = None
    high: Formula | None = None

    @cached_property
    def constants(self) -> tuple[float | date | None, float | date | None]:
        """The bounds that are a number or a date by themselves; None for an open bound and for an expression."""
        return _constant(self.low), _constant(self.high)

    @cached_property
    def computed(self) -> bool:
        """True when a bound is an expression, so that only an evaluation can tell."""
        return any(bound is not None and _constant(bound) is None for bound in (self.low, self.high))

    def __str__(self) -> str:
        return f"{self.low.text if self.low else ''}..{self.high.text if self.high else ''}"


def _constant(bound: Formula | None) -> float | date | None:
    if bound is None:
        return None
    for read in (_finite, date.fromisoformat):
        try:
            return read(bound.text)
        except ValueError:
            continue
    return None


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


@dataclass(frozen=True, slots=True)
class Choice:
    """One code of a list: ``code`` as exported (a number or a word)."""

    code: Code
    label: Label
    short: Label = Label()
    note: Label = Label()
    place: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Unit:
    """Another unit that may be typed, and the steps that lead to the question's own: ``(("/", 40.0),)``."""

    name: str
    steps: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Question:
    """One question, asked once, once per visit, or once per line of a repeat (``scope``)."""

    name: str
    label: Label
    type: str
    section: str
    scope: Scope = "patient"
    visits: tuple[str, ...] = ()
    repeat: str | None = None
    help: Label = Label()
    placeholder: Label = Label()
    usual: str = ""
    unit: str = ""
    unit_label: Label = Label()
    other_units: tuple[Unit, ...] = ()
    soft: Range | None = None
    hard: Range | None = None
    required: Level = "optional"
    required_at: tuple[tuple[str, Level], ...] = ()
    required_if: Formula | None = None
    covariate: bool = False
    express: bool = False
    ask_if: Formula | None = None
    unless: Formula | None = None
    choices: tuple[Choice, ...] = ()
    choices_from: str = ""
    exclusive: Code | None = None
    dates: bool = False
    tick_of: tuple[str, Code] | None = None
    identity: bool = False
    read_only: bool = False
    from_list: str = ""
    from_entry: bool = False
    wide: bool = False
    max_chars: int = 0
    codon_max: int = 0
    shown_to: Literal["day", "month"] = "day"
    operator: str = ""
    rules: tuple[str, ...] = ()
    source: str = ""
    place: Place = field(default=NOWHERE, compare=False, repr=False)

    def essential(self, level: Level) -> bool:
        """Whether it stands on the short path where it is required so much: a core question only where it is still core."""
        return level == "core" or (self.express and self.required != "core")

    def usually(self, language: str) -> str:
        """The usual answer for people: a choice by its label."""
        choice = next((one for one in self.choices if str(one.code) == self.usual), None)
        return choice.label[language] if choice else self.usual

    @cached_property
    def by_code(self) -> dict[Code, Choice]:
        """The choices by their code."""
        return {choice.code: choice for choice in self.choices}


@dataclass(frozen=True)
class Repeat:
    """A group of lines, once per patient or once per visit; ``gate`` is the yes/no question that opens it."""

    code: str
    section: str
    label: Label
    sheet: str
    visits: tuple[str, ...] = ()
    min_lines: int = 0
    max_lines: int = 0
    gate: str = ""
    order_by: str = ""
    line_label: Label = Label()
    place: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Closing:
    """When ``when`` is true, questions of the visit without an answer get this missing reason by themselves."""

    when: Formula
    missing: Literal["NSP", "NF", "SO"]


@dataclass(frozen=True)
class Visit:
    """A visit and its window around the anchor, in days; a visit without a day has no window."""

    code: str
    label: Label
    day: int | None = None
    before: int = 0
    after: int = 0
    asked: Literal["always", "optional"] = "always"
    anchor: str = ""
    ask_if: Formula | None = None
    unless: Formula | None = None
    closed: tuple[Closing, ...] = ()
    place: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True)
class Section:
    """One page: its questions in order, asked per visit or per line where the section says so."""

    code: str
    letter: str
    label: Label
    questions: tuple[str, ...] = ()
    visits: tuple[str, ...] = ()
    repeat: str | None = None
    help: Label = Label()
    banner: Label = Label()
    ask_if: Formula | None = None
    unless: Formula | None = None
    place: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True)
class Derived:
    """A value computed from answers, never typed."""

    name: str
    label: Label
    type: str
    formula: Formula
    scope: Scope = "patient"
    visits: tuple[str, ...] = ()
    repeat: str | None = None
    unit: str = ""
    unit_label: Label = Label()
    choices: tuple[Choice, ...] = ()
    choices_from: str = ""
    wide: bool = False
    internal: bool = False
    help: Label = Label()
    source: str = ""
    place: Place = field(default=NOWHERE, compare=False, repr=False)

    @cached_property
    def by_code(self) -> dict[Code, Choice]:
        """The choices by their code."""
        return {choice.code: choice for choice in self.choices}


@dataclass(frozen=True)
class Check:
    """A rule over several answers: ``when`` true means a problem; H blocks submission, W wants a comment."""

    code: str
    level: Literal["H", "W"]
    when: Formula
    message: Label
    on: tuple[str, ...] = ()
    scope: Scope = "patient"
    visits: tuple[str, ...] = ()
    repeat: str | None = None
    source: str = ""
    place: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True)
class Table:
    """A versioned look-up table shown to people: rows by code, cells by column; an absent cell is missing."""

    code: str
    version: str
    title: Label
    columns: tuple[tuple[str, Label], ...]
    rows: tuple[tuple[Code, tuple[tuple[str, float | int | str], ...]], ...]
    note: Label = Label()
    key: str = ""
    source: str = ""

    @cached_property
    def cells(self) -> dict[Code, dict[str, float | int | str]]:
        """The rows as dictionaries."""
        return {code: dict(row) for code, row in self.rows}


@dataclass(frozen=True, slots=True)
class Contact:
    """Who leads the study and answers for it; each part may be unknown."""

    name: str = ""
    organisation: str = ""
    telephone: str = ""
    email: str = ""

    @property
    def organiser(self) -> str:
        """The person with the organisation in brackets, or whichever is known."""
        if self.name and self.organisation:
            return f"{self.name} ({self.organisation})"
        return self.name or self.organisation

    def __str__(self) -> str:
        return ", ".join(filter(None, (self.name, self.organisation, self.telephone, self.email)))


@dataclass(frozen=True)
class Questionnaire:
    """One version of a study's questionnaire. ``sha256`` is that of its canonical JSON, so that equal content has equal keys."""

    code: str
    version: int
    title: Label
    prefix: str
    anchor: str = ""
    registration: str = ""
    languages: tuple[str, ...] = ("fr", "en")
    centres: tuple[str, ...] = ()
    contact: Contact = Contact()
    minutes: int = 0
    changes: Label = Label()
    note: Label = Label()
    visits: tuple[Visit, ...] = ()
    sections: tuple[Section, ...] = ()
    repeats: dict[str, Repeat] = field(default_factory=dict)
    questions: dict[str, Question] = field(default_factory=dict)
    derived: dict[str, Derived] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    tables: dict[str, Table] = field(default_factory=dict)
    code_lists: dict[str, tuple[Choice, ...]] = field(default_factory=dict)
    sha256: str = field(default="", compare=False)
    source: str = field(default="", compare=False, repr=False)

    def visit(self, code: str) -> Visit:
        """The visit of that code; raises KeyError."""
        return self._visits[code]

    def section(self, code: str) -> Section:
        """The section of that code; raises KeyError."""
        return self._sections[code]

    def questions_of(self, section: Section) -> list[Question]:
        """The questions of a section in their order."""
        return [self.questions[name] for name in section.questions]

    def level(self, question: Question, visit: str | None) -> Level:
        """How much its answer is wanted: what it states for that visit, else nothing at a visit that is optional itself."""
        stated = dict(question.required_at).get(visit or "")
        at = self._visits.get(visit or "")
        return stated or ("optional" if at is not None and at.asked == "optional" else question.required)

    @cached_property
    def _visits(self) -> dict[str, Visit]:
        return {visit.code: visit for visit in self.visits}

    @cached_property
    def _sections(self) -> dict[str, Section]:
        return {section.code: section for section in self.sections}
