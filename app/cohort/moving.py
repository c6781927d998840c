"""Hooks for the rooms above: told when patients or centres merge or part, so that what hangs on them follows.

The arrows point down only, so an upper room registers itself here at import time; cohort never imports it.
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

_patient_hooks: dict[str, PatientHook] = {}
_centre_hooks: dict[str, CentreHook] = {}


def on_patient_merge(name: str, hook: PatientHook) -> None:
    """Registers `hook` under `name` (once per name: importing a room twice does no harm)."""
    _patient_hooks[name] = hook


def on_centre_merge(name: str, hook: CentreHook) -> None:
    """Registers `hook` under `name` (once per name)."""
    _centre_hooks[name] = hook


def tell_patient_merge(session: Session, merge: PatientMerge) -> None:
    """Calls every registered hook, in the order of their names."""
    for _, hook in sorted(_patient_hooks.items()):
        hook(session, merge)


def tell_centre_merge(session: Session, merge: CentreMerge) -> None:
    """Calls every registered hook, in the order of their names."""
    for _, hook in sorted(_centre_hooks.items()):
        hook(session, merge)
