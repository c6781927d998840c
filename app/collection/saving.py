"""Saving answers: one transaction that locks the response, refuses what is stale, journals every change and counts.

Nothing is overwritten silently, a replayed request gets its first reply again, and a draft always saves.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.cohort.models import Patient
from app.cohort.studies import code_of
from app.collection.changes import (
    Change,
    Clash,
    Confirmation,
    LineChange,
    Outcome,
    add_line,
    apply_cells,
    copy_line,
    group_named,
    group_of,
    open_line,
    remove_line,
)
from app.collection.confirming import take_facts
from app.collection.correcting import refuse_bad_correction
from app.collection.disposing import refuse_disposed
from app.collection.documents import Document
from app.collection.errors import AnswersRefused, Conflict, ReasonNeeded
from app.collection.models import Response
from app.collection.mutations import digest_of, remember, replayed
from app.collection.parsing import Parsed, parse_changes
from app.collection.questionnaires import Published
from app.collection.responses import CONFIRMED, Writer, begin_response, lock_response, reason_of, version_for
from app.kernel.actor import Actor
from app.kernel.vault import Vault
from forms.evaluation import Evaluation


@dataclass(frozen=True)
class SaveReply:
    """What a save acknowledges: which answers are stored at which revision, and what was refused.

    `refused` maps an address to its message {"fr", "en"}; `clashes` are answers that somebody else
    changed meanwhile; `added` maps a group to the line that was made. `evaluation` is of now, also in
    the reply to a replay.
    """

    revision: int
    at: datetime
    stored: dict[str, int]
    refused: dict[str, dict[str, str]]
    evaluation: Evaluation
    clashes: list[Clash] = field(default_factory=list)
    added: dict[str, int] = field(default_factory=dict)


def save(
    session: Session,
    vault: Vault,
    *,
    patient: Patient,
    changes: Sequence[Change | LineChange | Confirmation],
    mutation_id: str,
    actor: Actor,
    now: datetime,
    reason: str | None = None,
) -> SaveReply:
    """Stores what can be stored of `changes`, in the caller's transaction, and says what became of each.

    Raises Conflict when everything was stale and AnswersRefused when nothing was understood; ReasonNeeded
    for a change after submission without a reason, ReasonRefused; CorrectionContradicts or CorrectionIncomplete when it
    leaves a new contradiction or a new gap; DispositionInForce, UnknownQuestion, TooManyLines, MutationReused.
    """
    response = lock_response(session, patient)
    study = code_of(session, patient.study_id)
    writer = Writer(session, vault, patient, study, actor, now, reason_of(reason))
    version = version_for(session, patient, response)
    digest = digest_of("save", [*map(repr, changes), reason])
    again = replayed(session, response, mutation_id, digest)
    if again is not None and response is not None:
        return _reply_again(writer, version, response, again)
    refuse_disposed(session, patient)
    if response is None:
        response = begin_response(session, patient, version)
    elif response.status != "draft" and writer.reason is None and not _confirms_only(changes):
        raise ReasonNeeded
    reply = _apply(writer, version, response, changes)
    remember(session, response, mutation_id, digest, _remembered(reply), now)
    return reply


def _confirms_only(changes: Sequence[Change | LineChange | Confirmation]) -> bool:
    return all(isinstance(one, Confirmation) for one in changes)


def _apply(
    writer: Writer,
    version: Published,
    response: Response,
    changes: Sequence[Change | LineChange | Confirmation],
) -> SaveReply:
    document = Document.loads(response.document)
    parsed = parse_changes(version.questionnaire, [one for one in changes if isinstance(one, Change)])
    revision, outcome = response.revision + 1, Outcome(writer.actor.call)
    confirmed = [one.name for one in changes if isinstance(one, Confirmation)]
    take_facts(writer, version.questionnaire, response, document, parsed, confirmed, revision, outcome)
    apply_answers(version, document, parsed, revision, outcome)
    for line in changes:
        if isinstance(line, LineChange):
            _apply_line(version, document, line, revision, outcome)
    _refuse_if_nothing_stands(parsed, outcome)
    if outcome.steps:
        evaluation = _write(writer, version, response, document, outcome, revision)
    else:
        evaluation = writer.evaluate(version, document)
    stored = {name: document.revision_of(name) for name in outcome.written}
    return SaveReply(
        response.revision, writer.now, stored, parsed.refused, evaluation, outcome.clashes, outcome.added
    )


def _apply_line(
    version: Published, document: Document, line: LineChange, revision: int, outcome: Outcome
) -> None:
    group = group_named(version.questionnaire, line.group)
    if line.action == "add":
        add_line(document, group, outcome)
    elif line.action == "copy":
        copy_line(document, group, line.line or 0, revision, outcome)
    else:
        remove_line(document, group, line.line or 0, revision, outcome)


def apply_answers(
    version: Published, document: Document, parsed: Parsed, revision: int, outcome: Outcome
) -> None:
    """Writes parsed answers into `document`; an answer on a line makes the line. Raises TooManyLines."""
    for address, cell, _ in parsed.cells:
        group = group_of(version.questionnaire, address)
        if group is not None and address.line is not None and not cell.empty:
            open_line(document, group, address.line, outcome)
    apply_cells(document, parsed.cells, revision, outcome)


def _refuse_if_nothing_stands(parsed: Parsed, outcome: Outcome) -> None:
    if outcome.written or outcome.steps:
        return
    if outcome.clashes:
        raise Conflict(outcome.clashes)
    if parsed.refused:
        first = next(iter(parsed.refused.values()))
        raise AnswersRefused(parsed.refused, why_fr=first["fr"], why_en=first["en"])


def _write(
    writer: Writer,
    version: Published,
    response: Response,
    document: Document,
    outcome: Outcome,
    revision: int,
) -> Evaluation:
    corrects = response.status != "draft"
    evaluation = writer.evaluate(version, document)
    if corrects and any(step.action != CONFIRMED for step in outcome.steps):
        before = writer.evaluate(version, Document.loads(response.document))
        refuse_bad_correction(version.questionnaire, before, evaluation, outcome)
    for number, step in enumerate(outcome.steps):
        if step.action == "answer":
            outcome.steps[number] = step.named("answer.corrected" if corrects else "answer.saved")
    writer.write_back(response, version, document, evaluation, outcome, revision)
    return evaluation


def _remembered(reply: SaveReply) -> dict[str, object]:
    return {
        "revision": reply.revision,
        "at": reply.at.isoformat(),
        "stored": reply.stored,
        "refused": reply.refused,
        "clashes": [[one.address, one.stored, one.sent, one.base, one.revision] for one in reply.clashes],
        "added": reply.added,
    }


def _reply_again(writer: Writer, version: Published, response: Response, body: dict[str, Any]) -> SaveReply:
    return SaveReply(
        revision=body["revision"],
        at=datetime.fromisoformat(body["at"]),
        stored=body["stored"],
        refused=body["refused"],
        evaluation=writer.evaluate(version, Document.loads(response.document)),
        clashes=[Clash(*one) for one in body["clashes"]],
        added=body["added"],
    )
