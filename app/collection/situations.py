"""How a response stands, as pages show it: what is not asked, what was found, how far each section is.

Kept beside the answers by every save, so that showing a page evaluates nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from app.collection.documents import Document
from forms.definition import Label, Questionnaire
from forms.evaluation import Evaluation, State

Counted = tuple[int, int, int]


@dataclass(frozen=True)
class Found:
    """One finding: H forbids the submission, W wants a comment."""

    code: str
    level: Literal["H", "W"]
    message: Label
    addresses: tuple[str, ...]


@dataclass(frozen=True)
class Situation:
    """The marks of one response at one moment.

    `off` are the addresses not asked; `progress` maps a section to (required, done, left); `missing` are
    the required addresses nobody answered; `derived` maps the text address of each derived value to it.
    """

    off: frozenset[str]
    findings: tuple[Found, ...]
    progress: dict[str, Counted]
    missing: tuple[str, ...]
    derived: dict[str, Any]

    @property
    def blocking(self) -> list[Found]:
        """The findings that forbid a submission."""
        return [found for found in self.findings if found.level == "H"]

    @property
    def warnings(self) -> list[Found]:
        """The findings that want a comment."""
        return [found for found in self.findings if found.level == "W"]

    def dumps(self) -> str:
        """The text that a response keeps."""
        findings = [
            [one.code, one.level, one.message.fr, one.message.en, one.addresses] for one in self.findings
        ]
        kept = {
            "o": sorted(self.off),
            "f": findings,
            "p": self.progress,
            "m": self.missing,
            "d": self.derived,
        }
        return orjson.dumps(kept, default=str).decode()

    @classmethod
    def loads(cls, text: str) -> "Situation":
        """The situation kept as `text`."""
        kept = orjson.loads(text)
        findings = tuple(
            Found(code, level, Label(fr, en), tuple(addresses))
            for code, level, fr, en, addresses in kept["f"]
        )
        progress = {section: (counted[0], counted[1], counted[2]) for section, counted in kept["p"].items()}
        return cls(frozenset(kept["o"]), findings, progress, tuple(kept["m"]), kept["d"])


def situation_of(questionnaire: Questionnaire, evaluation: Evaluation) -> Situation:
    """The situation that an evaluation says."""
    return Situation(
        off=frozenset(str(at) for at, state in evaluation.states.items() if state is State.NOT_ASKED),
        findings=tuple(
            Found(one.code, one.level, one.message, tuple(map(str, one.addresses)))
            for one in evaluation.findings
        ),
        progress={
            section: (counted.required, counted.done, counted.left)
            for section, counted in evaluation.progress.items()
        },
        missing=tuple(map(str, evaluation.missing_required)),
        derived={str(at): value for at, value in evaluation.derived.items() if value is not None},
    )


def is_explained(document: Document, found: Found) -> bool:
    """Whether somebody has commented a warning, at any of its answers."""
    return any("c" in document.answers.get(address, {}) for address in found.addresses)


def unexplained(document: Document, situation: Situation) -> Sequence[Found]:
    """The warnings that nobody has commented yet."""
    return [found for found in situation.warnings if not is_explained(document, found)]
