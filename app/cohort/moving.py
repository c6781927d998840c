"""What the rooms above are told when patients or centres merge or part, so that what hangs on them follows.

The arrows point down only: whoever decides brings along who follows (`app/outreach/following.py` names them all).
A hook runs inside the deciding transaction and may raise a Refusal, which undoes everything.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.kernel.actor import Actor


@dataclass(frozen=True)
class PatientMerge:
    """`gone` becomes part of `kept` (or, with `undone`, is restored): both are random patient keys."""

    study_id: int
    gone: str
    kept: str
    decision_id: int
    undone: bool
    actor: Actor
    now: datetime


@dataclass(frozen=True)
class CentreMerge:
    """`gone` becomes part of `kept` (or, with `undone`, is restored): both are centre ids."""

    study_id: int
    gone: int
    kept: int
    decision_id: int
    undone: bool
    actor: Actor
    now: datetime


PatientHook = Callable[[Session, PatientMerge], None]
CentreHook = Callable[[Session, CentreMerge], None]

@dataclass(frozen=True)
class Follows:
    """What hangs on patients and centres, each told in this order."""

    patients: tuple[PatientHook, ...] = ()
    centres: tuple[CentreHook, ...] = ()

    def tell(self, session: Session, merge: PatientMerge | CentreMerge) -> None:
        """Tells everything that hangs on what merged or parted."""
        if isinstance(merge, PatientMerge):
            for of_patient in self.patients:
                of_patient(session, merge)
        else:
            for of_centre in self.centres:
                of_centre(session, merge)
