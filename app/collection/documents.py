"""A response's document: its answers and lines as stored, and as the questionnaire engine reads them.

Pure: it knows no session. Every stored cell carries `r`, the revision of its last change; an emptied
answer keeps its `r` alone, so that a stale save of it is still noticed. `p` is what was said of a fact of the
list (confirmed, proposed, accepted, refused): a proposal that is not accepted is kept and does not count. `h` is the
telephone call in which the answer was heard; whoever changes the answer by their own hand takes the mark away.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import orjson

from forms.answers import Address, Answers, Cell

StoredCell = dict[str, Any]
NOT_IN_FORCE = ("proposed", "refused")
_CALL = re.compile(r'"h":"([0-9a-f]{32})"')  # within a text the quotes are escaped


@lru_cache(maxsize=65_536)
def address_of(text: str) -> Address:
    """`Address.parse`, remembered: every save reads a hundred of them."""
    return Address.parse(text)


@dataclass
class Document:
    """The answers (address text → stored cell) and the line numbers of each group ("ag@j0" → [1, 2])."""

    answers: dict[str, StoredCell] = field(default_factory=dict)
    lines: dict[str, list[int]] = field(default_factory=dict)

    @classmethod
    def loads(cls, text: str) -> "Document":
        """The document stored as `text`."""
        loaded = orjson.loads(text)
        return cls(loaded["answers"], loaded["lines"])

    def dumps(self) -> str:
        """The text to store."""
        return orjson.dumps({"answers": self.answers, "lines": self.lines}).decode()

    def as_answers(self) -> Answers:
        """What the engine evaluates: emptied answers are left out, and corrections of the list not yet accepted."""
        cells = {
            address_of(text): cell_of(stored)
            for text, stored in self.answers.items()
            if ("v" in stored or "m" in stored) and stored.get("p") not in NOT_IN_FORCE
        }
        return Answers(cells, self.lines)

    def revision_of(self, address: str) -> int:
        """The revision of the last change of this answer; 0 when it never had one."""
        return int(self.answers.get(address, {}).get("r", 0))

    def said_of(self, name: str) -> str | None:
        """What was said of a fact of the list; None while nobody has."""
        said: str | None = self.answers.get(name, {}).get("p")
        return said

    def call_of(self, address: str) -> str | None:
        """The telephone call in which this answer was heard; None for what a centre typed itself."""
        call: str | None = self.answers.get(address, {}).get("h")
        return call

    def say(self, name: str, said: str | None, revision: int, call: str | None) -> None:
        """Keeps beside its answer what was said of a fact of the list, and in which call; None takes it back."""
        kept = {**content(self.answers.get(name, {})), "p": said} if said else content(self.answers.get(name, {}))
        self.answers[name] = marked(kept, revision, call)


def cell_of(stored: StoredCell) -> Cell:
    """The engine's cell of a stored one."""
    return Cell(
        value=stored.get("v"),
        missing=stored.get("m"),
        typed=stored.get("t"),
        unit=stored.get("u"),
        comment=stored.get("c"),
    )


def stored_of(cell: Cell) -> StoredCell:
    """The stored form of a cell, without its revision; {} for an empty answer."""
    pairs = (("v", cell.value), ("m", cell.missing), ("t", cell.typed), ("u", cell.unit), ("c", cell.comment))
    return {key: value for key, value in pairs if value is not None}


def content(stored: StoredCell) -> StoredCell:
    """A stored cell without its marks: what the journal keeps and what two savers are compared by."""
    return {key: value for key, value in stored.items() if key not in ("r", "p", "h")}


def calls_in(stored: str) -> list[str]:
    """The call of each answer of a stored document that was said on the telephone; of the answers nothing is read."""
    return _CALL.findall(stored)


def marked(kept: StoredCell, revision: int, call: str | None) -> StoredCell:
    """A cell as it is stored: with the revision of this change, and the call in which it was heard, if it was."""
    return {**kept, "r": revision, "h": call} if call and kept else {**kept, "r": revision}


def as_journalled(stored: StoredCell) -> str | None:
    """The text that the journal keeps of a cell: compact JSON; None for an empty answer."""
    kept = content(stored)
    return orjson.dumps(kept).decode() if kept else None
