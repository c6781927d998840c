"""From a posted page to changes: only what its sender touched is a change, whatever the page carried along."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import orjson
from werkzeug.datastructures import MultiDict

from app.collection.changes import Change, Confirmation, LineChange
from app.collection.documents import cell_of
from app.doors.centre.filling import as_entered
from app.doors.centre.plans import Block
from app.doors.centre.showing import Entered, Shown
from app.doors.centre.skeletons import drawn_as
from app.doors.centre.standings import CONFIRM, awaits
from app.doors.request import gettext
from app.kernel.texts import whole_number
from forms.answers import MISSING, Address

LINE_NUMBER = re.compile(r"[1-9][0-9]{0,4}", re.ASCII)
LINE_ACTION = re.compile(
    r"(add|copy|remove):([a-z][a-z0-9_]*(?:@[a-z0-9_]+)?)(?::([1-9][0-9]{0,4}))?", re.ASCII
)
Was = dict[str, Entered]


@dataclass
class Posted:
    """A page as it came back: every field as sent, and the changes that its sender made."""

    entered: dict[str, Entered] = field(default_factory=dict)
    changes: list[Change | LineChange | Confirmation] = field(default_factory=list)


def as_was(shown: Shown) -> str:
    """What the page shows, compactly: it travels with the form, so that only touched fields become changes."""
    held: dict[str, list[object]] = {}
    for name, address in shown.fields():
        if name in shown.document.answers or shown.question(address.name).identity:
            entered = as_entered(shown, address)
            if entered.typed or entered.missing:
                held[name] = [entered.typed, entered.missing]
    return orjson.dumps(held).decode()


def read_posted(shown: Shown, form: MultiDict[str, str]) -> Posted:
    """The changes of a posted page. `shown` is the page as it stands now; nothing is parsed here."""
    was = _was(form.get("was", ""))
    base = form.get("base", 0, type=whole_number)
    bases = _bases(form.get("bases", ""))
    posted = Posted()
    for address in _addresses(shown, form):
        name = str(address)
        before = was.get(name, Entered())
        entered = _entered(shown, address, form, before)
        if entered is None:
            continue
        posted.entered[name] = entered
        if form.get(f"{name}!k"):
            continue  # the sender chose the value that is stored
        change = _change(shown, address, entered, before, bases.get(name, base))
        if change is not None:
            posted.changes.append(change)
    posted.changes.extend(_line_changes(form.get("do", "")))
    confirmed = _confirmed(shown, form.get("do", ""))
    posted.changes = [one for one in posted.changes if not _is_of(one, confirmed)]
    posted.changes.extend(map(Confirmation, confirmed))
    return posted


def _confirmed(shown: Shown, asked: str) -> list[str]:
    """The facts of the list that the button pressed says are right: one, or all that wait."""
    action, _, name = asked.partition(":")
    if action != CONFIRM:
        return []
    facts = [one.name for _, one in shown.fields() if shown.question(one.name).read_only]
    if name != "*":
        return [one for one in facts if one == name]
    return [one for one in facts if awaits(shown.question(one), shown.facts, shown.checked.get(one))]


def _is_of(change: Change | LineChange | Confirmation, names: list[str]) -> bool:
    return isinstance(change, Change) and str(change.address) in names


def _was(text: str) -> Was:
    try:
        held = orjson.loads(text)
        return {str(name): Entered(typed, missing) for name, (typed, missing) in held.items()}
    except (orjson.JSONDecodeError, AttributeError, TypeError, ValueError):
        return {}


def _bases(text: str) -> dict[str, int]:
    """The revisions of answers that the live page has stored since the page was drawn."""
    try:
        held = orjson.loads(text)
        return {str(name): int(revision) for name, revision in held.items()}
    except (orjson.JSONDecodeError, AttributeError, OverflowError, TypeError, ValueError):
        return {}


def _addresses(shown: Shown, form: MultiDict[str, str]) -> Iterator[Address]:
    seen = set()
    for _, address in shown.fields():
        seen.add(address)
        yield address
    for block in shown.page.blocks:
        for number in _posted_lines(block, form):
            for address in block.on_line(number):
                if address not in seen:
                    yield address


def _posted_lines(block: Block, form: MultiDict[str, str]) -> list[int]:
    if block.group is None:
        return []
    return [int(text) for text in form.getlist(f"l:{block.group}") if LINE_NUMBER.fullmatch(text)]


def _entered(shown: Shown, address: Address, form: MultiDict[str, str], before: Entered) -> Entered | None:
    name = str(address)
    kind = drawn_as(shown.question(address.name))
    missing = form.get(f"{name}!m", "")
    comment = form.get(f"{name}!c")
    if comment is not None and not comment.strip() and form.get(f"{name}!ok"):
        comment = gettext("Valeur vérifiée")
    if kind == "ticks":
        typed: str | list[str] = form.getlist(name)
        if not typed and name not in form and not before.typed and not missing and comment is None:
            return None
    elif name not in form:
        if not missing and comment is None:
            return None
        typed = ""
    else:
        typed = form[name]
    if kind == "radio" and isinstance(typed, str) and typed.startswith("!"):
        typed, missing = "", typed[1:]
    return Entered(typed, missing if missing in MISSING else "", comment)


def _change(shown: Shown, address: Address, entered: Entered, before: Entered, base: int) -> Change | None:
    typed, missing = entered.typed, entered.missing
    stored = shown.document.answers.get(str(address), {})
    if _flat(typed) == _flat(before.typed) and missing == before.missing:
        if entered.comment is None or entered.comment == stored.get("c", "") or not stored:
            return None
        return Change(address, cell_of(stored), base, comment=entered.comment)
    if missing and missing == before.missing:
        missing = ""  # a value was typed over an older reason
    return Change(address, typed, base, missing=missing or None, comment=entered.comment)


def _flat(typed: str | list[str]) -> str:
    if isinstance(typed, list):
        return "\x1f".join(sorted(typed))
    return typed.replace("\r\n", "\n").strip()


def _line_changes(asked: str) -> list[LineChange]:
    found = LINE_ACTION.fullmatch(asked)
    if not found:
        return []
    action, group, line = found.groups()
    if action != "add" and line is None:
        return []
    return [LineChange(group, action, int(line) if line else None)]  # type: ignore[arg-type]  # the pattern's own words
