"""What an evaluation says: the state of every address, findings, progress. Plain values, no rule."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from forms.answers import Address, Answers, Missing
from forms.definition import Label


class State(StrEnum):
    """Every address of a questionnaire is in exactly one of these."""

    ANSWERED = "answered"
    NOT_ASKED = "not_asked"
    NOT_ANSWERED = "not_answered"
    UNKNOWN = "unknown"
    NOT_DONE = "not_done"
    NOT_APPLICABLE = "not_applicable"


OF_REASON: dict[Missing, State] = {"NSP": State.UNKNOWN, "NF": State.NOT_DONE, "SO": State.NOT_APPLICABLE}
REASON_OF: dict[State, Missing] = {state: reason for reason, state in OF_REASON.items()}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong (H, blocks submission) or surprising (W, wants a comment); ``confirmed`` when one of its
    answers has a comment."""

    level: Literal["H", "W"]
    code: str
    message: Label
    addresses: tuple[Address, ...]
    confirmed: bool = False


@dataclass(slots=True)
class Progress:
    """Of one section: questions asked that want a value or a missing reason, and how many of them have it."""

    required: int = 0
    done: int = 0

    @property
    def left(self) -> int:
        """How many are still to be answered."""
        return self.required - self.done


@dataclass(slots=True)
class Evaluation:
    """Everything that follows from answers, facts of the list and a day; equal inputs give an equal evaluation.

    ``states`` in the order of the questionnaire; ``derived`` as JSON values (dates as ISO text, missing ones as None);
    ``missing_required`` are the required questions (core or reason) without value or reason;
    ``express_left`` those of the short path.
    """

    answers: Answers
    states: dict[Address, State] = field(default_factory=dict)
    derived: dict[Address, Any] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    progress: dict[str, Progress] = field(default_factory=dict)
    missing_required: list[Address] = field(default_factory=list)
    express_left: list[Address] = field(default_factory=list)
    filled: dict[Address, Any] = field(default_factory=dict)

    def state(self, address: Address) -> State:
        """The state of an address; what the questionnaire does not know is not asked."""
        return self.states.get(address, State.NOT_ASKED)

    def value(self, address: Address) -> Any:
        """The value that counts there: what was answered, or what the list says of a read-only question; None
        when not answered."""
        if self.states.get(address) is not State.ANSWERED:
            return None
        value = self.answers.cell(address).value
        return self.filled.get(address) if value is None else value

    def missing(self, address: Address) -> Missing | None:
        """The missing reason that counts there, given or following from a closed visit."""
        return REASON_OF.get(self.state(address))

    @property
    def blocking(self) -> list[Finding]:
        """The findings that forbid a submission; unanswered required questions stand in ``missing_required``."""
        return [finding for finding in self.findings if finding.level == "H"]

    @property
    def warnings(self) -> list[Finding]:
        """The findings that want a comment."""
        return [finding for finding in self.findings if finding.level == "W"]

    @property
    def total(self) -> Progress:
        """The progress of the whole questionnaire."""
        parts = self.progress.values()
        return Progress(sum(part.required for part in parts), sum(part.done for part in parts))
