"""What a person asks to change, and what comes of it on a document. Pure: no session, no clock.

The rule of staleness is here: an answer changed since its sender saw it is never overwritten silently
; answers to different questions never disturb each other.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from app.collection.documents import (
    Document,
    StoredCell,
    address_of,
    as_journalled,
    content,
    marked,
    stored_of,
)
from app.collection.errors import TooManyLines, UnknownQuestion
from forms.answers import Address, Cell, lines_key
from forms.definition import Questionnaire


@dataclass(frozen=True)
class Change:
    """One answer as it was typed (text, a list of codes, a typed value or a finished Cell).

    `base_revision` is the response's revision when the sender last saw this answer; None means
    unconditional (a file, a simulation). `missing`, `unit` and `comment` accompany the answer;
    `comment=None` leaves the comment as it is, "" removes it.
    """

    address: Address
    typed: object = None
    base_revision: int | None = None
    missing: str | None = None
    unit: str | None = None
    comment: str | None = None


@dataclass(frozen=True)
class LineChange:
    """A line of a repeat added, copied from another or removed; `group` is "ag@j0" or "ae"."""

    group: str
    action: Literal["add", "copy", "remove"]
    line: int | None = None


@dataclass(frozen=True)
class Confirmation:
    """What the list says under this question is right."""

    name: str


@dataclass(frozen=True)
class Clash:
    """The same answer, changed by two people: what is stored now and what was sent."""

    address: str
    stored: StoredCell
    sent: StoredCell
    base: int
    revision: int


@dataclass(frozen=True)
class Step:
    """One change that took place, as the journal will name it."""

    action: str
    field: str
    old: str | None
    new: str | None

    def named(self, action: str) -> "Step":
        """The same step under another name."""
        return replace(self, action=action)


@dataclass
class Outcome:
    """What came of a set of changes on one document; `call` is where they were heard, when somebody else types them."""

    call: str | None = None
    steps: list[Step] = field(default_factory=list)
    clashes: list[Clash] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    added: dict[str, int] = field(default_factory=dict)


def apply_cells(
    document: Document, cells: Iterable[tuple[Address, Cell, int | None]], revision: int, outcome: Outcome
) -> None:
    """Writes each (address, cell, base revision) at `revision`, unless it is stale: then a Clash is noted."""
    for address, cell, base in cells:
        name = str(address)
        before = document.answers.get(name, {})
        after = stored_of(cell)
        if cell.comment is None and "c" in before and _same_answer(before, after):
            after["c"] = before["c"]
        if after.get("c") == "":
            del after["c"]
        stale = base is not None and before.get("r", 0) > base
        if base is not None and stale and _disagree(before, after):
            outcome.clashes.append(Clash(name, content(before), after, base, before["r"]))
        elif content(before) == after or (stale and ("c" in before or "c" not in after)):
            outcome.written.append(name)
        else:
            _write(document, name, after, revision, outcome)


def _disagree(before: StoredCell, after: StoredCell) -> bool:
    """Whether two people said different things: another answer, or the same one explained in other words."""
    explained = "c" in before and "c" in after and before["c"] != after["c"]
    return explained or not _same_answer(before, after)


def _same_answer(one: StoredCell, other: StoredCell) -> bool:
    return one.get("v") == other.get("v") and one.get("m") == other.get("m")


def _write(document: Document, name: str, after: StoredCell, revision: int, outcome: Outcome) -> None:
    before = document.answers.get(name, {})
    document.answers[name] = marked(after, revision, outcome.call)
    outcome.steps.append(Step("answer", name, as_journalled(before), as_journalled(after)))
    outcome.written.append(name)


@dataclass(frozen=True)
class Group:
    """One group of lines of a repeat ("ag@j0"): its visit, its questions and how many lines it may have."""

    key: str
    repeat: str
    visit: str | None
    names: frozenset[str]
    most: int

    def line_of(self, address: str) -> int:
        """The line of this group that an address stands on; 0 when it stands elsewhere."""
        found = address_of(address)
        inside = found.line and found.visit == self.visit and found.name in self.names
        return (found.line or 0) if inside else 0


def group_of(questionnaire: Questionnaire, address: Address) -> Group | None:
    """The group of lines that an address stands in; None when it is not on a line."""
    repeat = questionnaire.questions[address.name].repeat
    if address.line is None or not repeat:
        return None
    return group_named(questionnaire, lines_key(repeat, address.visit))


def group_named(questionnaire: Questionnaire, key: str) -> Group:
    """The group of that name. Raises UnknownQuestion."""
    code, _, visit = key.partition("@")
    repeat = questionnaire.repeats.get(code)
    if repeat is None or (visit not in repeat.visits if repeat.visits else bool(visit)):
        raise UnknownQuestion(name=key)
    names = frozenset(
        name for name, one in questionnaire.questions.items() if one.repeat == code and one.scope == "line"
    )
    return Group(key, code, visit or None, names, repeat.max_lines)


def open_line(document: Document, group: Group, line: int, outcome: Outcome) -> None:
    """Makes sure that `group` has this line: an answer on a line is what makes it exist."""
    lines = document.lines.setdefault(group.key, [])
    if line in lines:
        return
    if group.most and len(lines) >= group.most:
        raise TooManyLines(most=group.most)
    old = _numbers(lines)
    lines.append(line)
    outcome.steps.append(Step("line.added", group.key, old, _numbers(lines)))


def add_line(document: Document, group: Group, outcome: Outcome) -> int:
    """A new line at the end of `group`; a number is never given twice, so that no stale save lands on it."""
    line = highest_line(document, group) + 1
    open_line(document, group, line, outcome)
    outcome.added[group.key] = line
    return line


def copy_line(document: Document, group: Group, line: int, revision: int, outcome: Outcome) -> int:
    """A new line at the end with the answers of `line`."""
    cells = {name: stored for name, stored in document.answers.items() if group.line_of(name) == line}
    copied = add_line(document, group, outcome)
    for name, stored in cells.items():
        if content(stored):
            _write(document, f"{name.rpartition('#')[0]}#{copied}", content(stored), revision, outcome)
    return copied


def remove_line(document: Document, group: Group, line: int, revision: int, outcome: Outcome) -> None:
    """Empties the answers of `line` one by one (the journal keeps each) and takes it out of its group."""
    lines = document.lines.get(group.key, [])
    if line not in lines:
        return
    for name, stored in list(document.answers.items()):
        if group.line_of(name) == line and content(stored):
            _write(document, name, {}, revision, outcome)
    old = _numbers(lines)
    lines.remove(line)
    outcome.steps.append(Step("line.removed", group.key, old, _numbers(lines)))


def highest_line(document: Document, group: Group) -> int:
    """The highest number that a line of `group` has or had."""
    had = [group.line_of(name) for name in document.answers]
    return max([*document.lines.get(group.key, []), *had], default=0)


def _numbers(lines: list[int]) -> str | None:
    return ",".join(map(str, lines)) or None
