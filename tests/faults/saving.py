"""Several people saving to one patient at once, and what the journal says of it afterwards.

Proves an absence (no acknowledged answer lost, doubled or overwritten silently), so that it ships with variants
that break the promise on purpose and must be caught.
"""

from __future__ import annotations

import random
import threading
from bisect import bisect_right
from collections import Counter
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
SENT_AGAIN = 10  # one save in so many is sent a second time, as a browser does that heard no reply
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
    sent_again: int = 0
    lost: list[str] = field(default_factory=list)
    overwritten: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    misplaced: list[str] = field(default_factory=list)
    chain: list[str] = field(default_factory=list)

    @property
    def problems(self) -> list[str]:
        """Every promise that was broken, in words."""
        return self.lost + self.overwritten + self.doubled + self.misplaced + self.chain

    def counts(self) -> dict[str, int | bool]:
        """The figures of a run."""
        return {
            "acknowledged": len(self.acknowledged),
            "refused_as_stale": self.conflicts,
            "sent_again": self.sent_again,
            "lost": len(self.lost),
            "overwritten_silently": len(self.overwritten),
            "doubled": len(self.doubled),
            "misplaced": len(self.misplaced),
            "journal_verified": not self.chain,
        }


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
    _check(installation, patient_id, report, drop_journal)
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
        mutation = uuid4().hex
        try:
            reply = _save(installation, patient_id, sent, actor, mutation)
            again = turn % SENT_AGAIN == 0 and _save(installation, patient_id, sent, actor, mutation)
        except Conflict as conflict:
            (clash,) = conflict.details  # type: ignore[misc]  # one change, one clash
            seen[address] = clash.revision
            with lock:
                report.conflicts += 1
            continue
        with lock:
            report.acknowledged.append(Acknowledged(address, value, seen[address], reply.stored[address]))
            report.sent_again += bool(again)
            if again and again.stored != reply.stored:
                report.doubled.append(f"two replies to one save: {reply.stored} and {again.stored}")
        seen[address] = reply.stored[address]


def _save(
    installation: Installation, patient_id: str, change: Change, actor: Actor, mutation: str
) -> SaveReply:
    with installation.database.writing() as session:
        patient = session.get_one(Patient, patient_id)
        return save(
            session,
            installation.vault,
            patient=patient,
            changes=[change],
            mutation_id=mutation,
            actor=actor,
            now=installation.clock(),
        )


def _check(installation: Installation, patient_id: str, report: Report, drop_journal: bool) -> None:
    written = _journalled(installation)
    if drop_journal:
        written.pop()
    told = Counter(written)
    report.lost += [str(one) for one in report.acknowledged if not told[one.address, one.value]]
    report.doubled += [f"{times} times in the journal: {one}" for one, times in told.items() if times > 1]
    report.overwritten += _overwritten(report.acknowledged)
    report.misplaced += _misplaced(installation, patient_id, written)
    with installation.database.reading() as session:
        verification = verify(session)
    report.chain += [] if verification.ok else [str(verification.problem)]


def _overwritten(acknowledged: Sequence[Acknowledged]) -> list[str]:
    """Saves that covered a change which their sender had not seen."""
    found = []
    for question in QUESTIONS:
        saves = sorted((one for one in acknowledged if one.address == question), key=lambda one: one.revision)
        revisions = [one.revision for one in saves]
        for rank, later in enumerate(saves):
            unseen = saves[bisect_right(revisions, later.base) : rank]
            found += [f"{later} covers unseen {unseen[-1]}"] if unseen else []
    return found


def _misplaced(
    installation: Installation, patient_id: str, written: Sequence[tuple[str, float]]
) -> list[str]:
    """Answers that are not the last ones of the journal."""
    with installation.database.reading() as session:
        text = session.scalars(select(Response.document).where(Response.patient_id == patient_id)).one()
    stored = {name: cell.get("v") for name, cell in orjson.loads(text)["answers"].items()}
    last = dict(written)
    return [
        f"{name}: stored {stored[name]}, journalled {last.get(name)}"
        for name in stored
        if stored[name] != last.get(name)
    ]


def _journalled(installation: Installation) -> list[tuple[str, float]]:
    query = (
        select(JournalEntry.field, JournalValue.new)
        .join(JournalValue, JournalValue.seq == JournalEntry.seq)
        .where(JournalEntry.action == "answer.saved")
        .order_by(JournalEntry.seq)
    )
    with installation.database.reading() as session:
        return [(str(name), orjson.loads(new)["v"]) for name, new in session.execute(query)]


def long_form(installation: Installation, patient_id: str, saves: int = 10_000) -> Report:
    """8 clients × 10,000 saves, for `./recueil bench faults`."""
    return run(installation, patient_id, clients=8, saves=saves)
