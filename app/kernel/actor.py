"""Who does something: passed into every operation, never fetched by it."""

from dataclasses import dataclass
from typing import Literal

ActorKind = Literal["staff", "respondent", "command", "system"]


@dataclass(frozen=True)
class Actor:
    """A person or a part of the system that acts, as the journal will name it.

    `name`, `role` and `organisation` are what EMA 112288/2023 6.2.1 wants beside every change;
    `ref` is the internal id behind the name (a staff id, an entry id), when there is one. `heard`: this person
    types what somebody says on the telephone, and `ref` is the call.
    """

    kind: ActorKind
    name: str
    role: str
    organisation: str
    ref: str | None = None
    heard: bool = False

    @property
    def call(self) -> str | None:
        """The telephone call in which this actor is told what they type; None for their own words."""
        return self.ref if self.heard else None

    @classmethod
    def command(cls, name: str) -> "Actor":
        """Somebody at the command line of the server."""
        return cls("command", name, "operator", "Recueil")

    @classmethod
    def system(cls, name: str) -> "Actor":
        """Recueil by itself: the worker, a scheduled step."""
        return cls("system", name, "system", "Recueil")
