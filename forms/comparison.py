"""What changed between two versions of a questionnaire: added, removed, renamed, changed. Published versions
themselves never change."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

from forms.definition import (
    Check,
    Choice,
    Derived,
    Formula,
    Label,
    Question,
    Questionnaire,
    Range,
    Repeat,
    Section,
    Table,
    Visit,
)

Kind = Literal["added", "removed", "renamed", "changed"]
Part = Question | Derived | Check | Section | Visit | Repeat | Table | Questionnaire

_WORDS: dict[str, tuple[str, str]] = {
    "question": ("la question", "question"),
    "derived": ("la valeur calculée", "derived value"),
    "check": ("le contrôle", "check"),
    "section": ("la section", "section"),
    "visit": ("la visite", "visit"),
    "repeat": ("les lignes", "lines"),
    "table": ("la table", "table"),
    "study": ("l’étude", "study"),
    "code": ("le code", "code"),
}
_UNSEEN = {"place", "name", "code", "choices", "questions", "section"}
# What a study says of itself; its parts are compared one by one.
_STUDY = (
    "title",
    "prefix",
    "anchor",
    "registration",
    "languages",
    "centres",
    "contact",
    "minutes",
    "note",
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One change. ``of`` is the question of a code; ``before`` and ``after`` are short texts; ``harmful`` when
    answers given under the
    earlier version may no longer read the same (a type, a unit, a code's meaning, something taken away)."""

    kind: Kind
    what: str
    name: str
    field: str = ""
    before: str = ""
    after: str = ""
    of: str = ""
    harmful: bool = False

    def text(self, language: str) -> str:
        """The change as a sentence."""
        fr, en = _WORDS[self.what]
        of = f" ({self.of})" if self.of else ""
        if language == "fr":
            verbs = {"added": "Ajouté", "removed": "Retiré", "renamed": "Renommé", "changed": "Modifié"}
            told = f"{verbs[self.kind]} : {fr} « {self.name} »{of}"
        else:
            told = f"{self.kind.capitalize()}: {en} '{self.name}'{of}"
        if self.kind == "renamed":
            return f"{told} → {self.after}"
        return f"{told}, {self.field}: {self.before or '—'} → {self.after or '—'}" if self.field else told


def compare(before: Questionnaire, after: Questionnaire) -> list[Difference]:
    """Every difference, in the order of the later version; what was taken away comes after what it resembles."""
    found = list(_changed("study", after.code, before, after, _STUDY))
    for what, old, new in _parts(before, after):
        found += _compared(what, old, new)
    for name in [name for name in after.questions if name in before.questions]:
        found += _codes(name, before.questions[name].choices, after.questions[name].choices)
    return found


def _parts(
    before: Questionnaire, after: Questionnaire
) -> Iterator[tuple[str, Mapping[str, Part], Mapping[str, Part]]]:
    yield "section", _by_code(before.sections), _by_code(after.sections)
    yield "visit", _by_code(before.visits), _by_code(after.visits)
    yield "repeat", before.repeats, after.repeats
    yield "question", before.questions, after.questions
    yield "derived", before.derived, after.derived
    yield "check", _by_code(before.checks), _by_code(after.checks)
    yield "table", before.tables, after.tables


def _by_code(parts: Iterable[Any]) -> dict[str, Any]:
    return {part.code: part for part in parts}


def _compared(what: str, before: Mapping[str, Part], after: Mapping[str, Part]) -> Iterator[Difference]:
    gone, new = [name for name in before if name not in after], [name for name in after if name not in before]
    renamed = _renamed(before, after, gone, new)
    for name, part in after.items():
        if name in before:
            yield from _changed(what, name, before[name], part)
        elif name not in renamed.values():
            yield Difference("added", what, name)
    for old, name in renamed.items():
        yield Difference("renamed", what, old, after=name, harmful=True)
    for name in gone:
        if name not in renamed:
            yield Difference("removed", what, name, harmful=what == "question")


def _renamed(
    before: Mapping[str, Part], after: Mapping[str, Part], gone: list[str], new: list[str]
) -> dict[str, str]:
    """A part is renamed when one that is gone and one that is new say the same but for their name."""
    found: dict[str, str] = {}
    for old in gone:
        same = [
            name
            for name in new
            if name not in found.values() and not list(_changed("", name, before[old], after[name]))
        ]
        if len(same) == 1:
            found[old] = same[0]
    return found


def _changed(
    what: str, name: str, before: Part, after: Part, only: tuple[str, ...] = ()
) -> Iterator[Difference]:
    for part in only or [part.name for part in fields(after) if part.name not in _UNSEEN]:
        old, new = getattr(before, part, None), getattr(after, part)
        if old != new:
            harmful = what == "question" and part in ("type", "unit", "scope", "repeat", "operator")
            yield Difference("changed", what, name, part, _short(old), _short(new), harmful=harmful)


def _codes(name: str, before: tuple[Choice, ...], after: tuple[Choice, ...]) -> Iterator[Difference]:
    old, new = ({choice.code: choice for choice in choices} for choices in (before, after))
    for code, choice in new.items():
        if code not in old:
            yield Difference("added", "code", str(code), of=name)
        elif old[code].label != choice.label:
            yield Difference(
                "changed",
                "code",
                str(code),
                "label",
                _short(old[code].label),
                _short(choice.label),
                name,
                harmful=True,
            )
    for code in old:
        if code not in new:
            yield Difference("removed", "code", str(code), of=name, harmful=True)


def _short(value: Any) -> str:
    if value is None or value == () or value == "":
        return ""
    if isinstance(value, Formula):
        return value.text
    if isinstance(value, Label):
        return value["fr"]
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Range):
        return str(value)
    if isinstance(value, tuple):
        return ", ".join(
            _short(part) if isinstance(part, Label | Formula | str) else str(part) for part in value
        )
    return str(value)
