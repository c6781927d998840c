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
_VERBS: dict[Kind, tuple[str, str]] = {
    "added": ("Ajouté", "Added"),
    "removed": ("Retiré", "Removed"),
    "renamed": ("Renommé", "Renamed"),
    "changed": ("Modifié", "Changed"),
}
_FIELDS: dict[str, tuple[str, str]] = {
    "label": ("libellé", "label"),
    "title": ("titre", "title"),
    "help": ("aide", "help"),
    "soft": ("valeurs habituelles", "usual values"),
    "hard": ("valeurs possibles", "possible values"),
    "required": ("obligation", "required"),
    "required_at": ("obligation par visite", "required by visit"),
    "unit": ("unité", "unit"),
    "ask_if": ("condition", "condition"),
    "formula": ("formule", "formula"),
    "when": ("condition", "condition"),
    "level": ("niveau", "level"),
}
NO_LABEL = Label()
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
    """One change. ``label`` is what people call the part; ``of`` the question of a code; ``before`` and ``after`` are
    short texts; ``harmful`` when answers given under the earlier version may no longer read the same (a type, a unit, a
    code's meaning, something taken away)."""

    kind: Kind
    what: str
    name: str
    field: str = ""
    before: Label = NO_LABEL
    after: Label = NO_LABEL
    of: str = ""
    harmful: bool = False
    label: Label = NO_LABEL

    def text(self, language: str) -> str:
        """The change as a sentence."""
        french = language == "fr"
        verb, what = _VERBS[self.kind][not french], _WORDS[self.what][not french]
        place = f"{self.of} = {self.name}" if self.of else self.name
        called = self.label[language] or place
        quoted = f"«\u00a0{called}\u00a0»" if french else f"'{called}'"
        colon = "\u00a0:" if french else ":"
        told = f"{verb}{colon} {what} {quoted}" + (f" ({place})" if self.label else "")
        if self.kind == "renamed":
            return f"{told} → {self.after[language]}"
        if not self.field:
            return told
        field = _FIELDS.get(self.field, (self.field, self.field))[not french]
        return f"{told}, {field}{colon} {self.before[language] or '—'} → {self.after[language] or '—'}"


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
            yield Difference("added", what, name, label=_called(part))
    for old, name in renamed.items():
        yield Difference("renamed", what, old, after=Label(name, name), harmful=True, label=_called(before[old]))
    for name in gone:
        if name not in renamed:
            yield Difference("removed", what, name, harmful=what == "question", label=_called(before[name]))


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
            yield Difference(
                "changed", what, name, part, _short(old), _short(new), harmful=harmful, label=_called(before)
            )


def _codes(name: str, before: tuple[Choice, ...], after: tuple[Choice, ...]) -> Iterator[Difference]:
    old, new = ({choice.code: choice for choice in choices} for choices in (before, after))
    for code, choice in new.items():
        if code not in old:
            yield Difference("added", "code", str(code), of=name, label=choice.label)
        elif old[code].label != choice.label:
            was, now = old[code].label, choice.label
            yield Difference("changed", "code", str(code), "label", was, now, name, harmful=True)
    for code, choice in old.items():
        if code not in new:
            yield Difference("removed", "code", str(code), of=name, harmful=True, label=choice.label)


def _called(part: Part) -> Label:
    """What people call a part; a check has no name but its code."""
    found = getattr(part, "label", None) or getattr(part, "title", None)
    return found if isinstance(found, Label) else Label()


def _short(value: Any) -> Label:
    return Label(_said(value, "fr"), _said(value, "en"))


def _said(value: Any, language: str) -> str:
    if value is None or value == () or value == "":
        return ""
    if isinstance(value, Formula):
        return value.text
    if isinstance(value, Label):
        return value[language]
    if isinstance(value, bool):
        return ("oui" if value else "non") if language == "fr" else ("yes" if value else "no")
    if isinstance(value, tuple):
        return ", ".join(
            _said(part, language) if isinstance(part, Label | Formula | str) else str(part) for part in value
        )
    return str(value)
