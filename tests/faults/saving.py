"""Several people saving to one patient at once, and what the journal says of it afterwards.

Proves an absence (no acknowledged answer lost, none overwritten silently), so that it ships with variants
that break the promise on purpose and must be caught.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from uuid import uuid4

import orjson
from sqlalchemy import select

from app.cohort.models import Patient
from app.collection.changes import Change
from app.collection.errors import Conflict
from app.collection.models import Response
from app.collection.saving import SaveReply, save
from app.journal.models import JournalEntry, JournalValue
from app.journal.verifying import verify
from app.kernel.actor import Actor
from app.kernel.installation import Installation
from forms.answers import Address

QUESTIONS = ("v_surf@j0", "v_surf@m3", "v_surf@m6", "v_surf@m12")
Alter = Callable[[Change], Change]


@dataclass(frozen=True)
class Acknowledged:
    """A save that was answered "stored": what it wrote, on which view of the answer, at which revision."""

    address: str
    value: float
    base: int
    revision: int


@dataclass
class Report:
    """What became of the saves; `problems` is empty when every promise was kept."""

    acknowledged: list[Acknowledged] = field(default_factory=list)
    conflicts: int = 0
    problems: list[str] = field(default_factory=list)


def as_sent(change: Change) -> Change:
    """The promise kept: the revision that the sender has seen goes along."""
    return change


def without_revision_check(change: Change) -> Change:
    """A broken variant: nobody asks which answer the sender had seen."""
    return replace(change, base_revision=None)


def run(
    installation: Installation,
    patient_id: str,
    *,
    clients: int,
    saves: int,
    alter: Alter = as_sent,
    drop_journal: bool = False,
) -> Report:
    """`clients` people, each with `saves` saves to a few questions of one patient; then the books are checked.

    `alter` breaks the revision check; `drop_journal` checks against a journal without its last change.
    """
    report, lock = Report(), threading.Lock()
    threads = [
        threading.Thread(target=_person, args=(installation, patient_id, number, saves, alter, report, lock))
        for number in range(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    report.problems.extend(_check(installation, patient_id, report.acknowledged, drop_journal))
    return report


def _person(
    installation: Installation,
    patient_id: str,
    number: int,
    saves: int,
    alter: Alter,
    report: Report,
    lock: threading.Lock,
) -> None:
    actor = Actor("respondent", f"Dr {number}", "médecin", "CHU", f"e{number}")
    dice, seen = random.Random(number), dict.fromkeys(QUESTIONS, 0)
    for turn in range(saves):
        address = dice.choice(QUESTIONS)
        # Every value is different, so that an entry of the journal belongs to one save only.
        value = 20 + (number * saves + turn + 1) / 10_000
        sent = alter(Change(Address.parse(address), value, seen[address]))
        try:
            reply = _save(installation, patient_id, sent, actor)
        except Conflict as conflict:
            (clash,) = conflict.details  # type: ignore[misc]  # one change, one clash
            seen[address] = clash.revision
            with lock:
                report.conflicts += 1
            continue
        with lock:
            report.acknowledged.append(Acknowledged(address, value, seen[address], reply.stored[address]))
        seen[address] = reply.stored[address]


def _save(installation: Installation, patient_id: str, change: Change, actor: Actor) -> SaveReply:
    with installation.database.writing() as session:
        patient = session.get_one(Patient, patient_id)
        return save(
            session,
            installation.vault,
            patient=patient,
            changes=[change],
            mutation_id=uuid4().hex,
            actor=actor,
            now=installation.clock(),
        )


def _check(
    installation: Installation, patient_id: str, acknowledged: Sequence[Acknowledged], drop_journal: bool
) -> list[str]:
    written = _journalled(installation)
    if drop_journal:
        written.pop()
    told = {(name, value) for name, value in written}
    problems = [f"not in the journal: {one}" for one in acknowledged if (one.address, one.value) not in told]
    problems += _overwritten(acknowledged)
    problems += _misplaced(installation, patient_id, written)
    with installation.database.reading() as session:
        verification = verify(session)
    return problems if verification.ok else [*problems, f"chain: {verification.problem}"]


def _overwritten(acknowledged: Sequence[Acknowledged]) -> list[str]:
    """Saves that covered a change which their sender had not seen."""
    return [
        f"overwritten unseen: {earlier} by {later}"
        for later in acknowledged
        for earlier in acknowledged
        if earlier.address == later.address and later.base < earlier.revision < later.revision
    ]


def _misplaced(installation: Installation, patient_id: str, written: Sequence[tuple[str, float]]) -> list[str]:
    """Answers that are not the last ones of the journal."""
    with installation.database.reading() as session:
        text = session.scalars(select(Response.document).where(Response.patient_id == patient_id)).one()
    stored = {name: cell.get("v") for name, cell in orjson.loads(text)["answers"].items()}
    last = dict(written)
    return [f"{name}: stored {stored[name]}, journalled {last.get(name)}" for name in stored if stored[name] != last.get(name)]


def _journalled(installation: Installation) -> list[tuple[str, float]]:
    query = (
        select(JournalEntry.field, JournalValue.new)
        .join(JournalValue, JournalValue.seq == JournalEntry.seq)
        .where(JournalEntry.action == "answer.saved")
        .order_by(JournalEntry.seq)
    )
    with installation.database.reading() as session:
        return [(str(name), orjson.loads(new)["v"]) for name, new in session.execute(query)]


def long_form(installation: Installation, patient_id: str) -> Report:
    """8 clients × 10,000 saves (issue 3), for `./recueil bench faults`."""
    return run(installation, patient_id, clients=8, saves=10_000)
