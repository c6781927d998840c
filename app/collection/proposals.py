"""What centres propose against the list, and the sponsor's decision, which a later one may reverse.

Accepting puts the centre's value in the place of the list's for all that is computed and exported; the list keeps its rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from app.cohort.models import Patient, Study
from app.cohort.studies import code_of
from app.collection.correcting import new_contradictions
from app.collection.documents import Document
from app.collection.errors import CorrectionContradicts, ProposalChanged, RefusalNeedsReason, UnknownProposal
from app.collection.evaluating import keep_counts
from app.collection.facts import values_of
from app.collection.models import FactCheck, Response
from app.collection.questionnaires import Published
from app.collection.responses import Writer, lock_response, version_for
from app.kernel.actor import Actor
from app.kernel.vault import Vault
from forms.definition import Question
from forms.types import kind_of

ACTIONS = {"accepted": "fact.accepted", "refused": "fact.refused"}
PROPOSED = ("proposed", "accepted", "refused")


@dataclass(frozen=True)
class Proposal:
    """One proposal with both values; `question` is its question, `patient` the one it is about."""

    check: FactCheck
    patient: Patient
    question: Question
    listed: Any
    proposed: Any

    def shown(self, value: Any, language: str) -> str:
        """One of the values in words."""
        kind = kind_of(self.question.type)
        return kind.display(kind.parse(value, self.question), self.question, language)


def proposals_of(
    session: Session,
    vault: Vault,
    study: Study,
    questions: dict[str, Question],
    patient: Patient | None = None,
) -> Sequence[Proposal]:
    """The proposals of a study, or on one patient, those that wait first; `questions` are those of its questionnaire."""
    waiting = case((FactCheck.state == "proposed", 0), else_=1)
    query = (
        select(FactCheck, Patient)
        .join(Response, Response.id == FactCheck.response_id)
        .join(Patient, Patient.id == Response.patient_id)
        .where(FactCheck.study_id == study.id, FactCheck.state.in_(PROPOSED))
        .order_by(waiting, FactCheck.said_at.desc(), FactCheck.name)
    )
    if patient is not None:
        query = query.where(Response.patient_id == patient.id)
    return [
        Proposal(check, whose, questions[check.name], *values_of(vault, check))
        for check, whose in session.execute(query)
        if check.name in questions
    ]


def proposal_by_id(session: Session, study: Study, key: str) -> FactCheck:
    """One proposal of this study. Raises UnknownProposal, also for another study's."""
    found = session.get(FactCheck, key)
    if found is None or found.study_id != study.id or found.state not in PROPOSED:
        raise UnknownProposal
    return found


def decide(
    session: Session,
    vault: Vault,
    check: FactCheck,
    *,
    accept: bool,
    reason: str,
    seen: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Accepts or refuses what a centre proposes; deciding anew reverses it. `seen` is the revision that was read.

    Raises ProposalChanged when the centre said something else meanwhile, RefusalNeedsReason, and
    CorrectionContradicts when accepting would contradict a submitted answer.
    """
    why = reason.strip()[:500] or None
    if not accept and why is None:
        raise RefusalNeedsReason
    patient = _patient(session, check)
    response = lock_response(session, patient)
    session.refresh(check)
    if response is None or check.state not in PROPOSED or check.revision != seen:
        raise ProposalChanged
    state = "accepted" if accept else "refused"
    if check.state == state:
        return
    writer = Writer(session, vault, patient, code_of(session, check.study_id), actor, now, why)
    before = check.state
    _settle(writer, response, check, state)
    writer.journal(response, ACTIONS[state], field=check.name, old=before, new=state)


def _patient(session: Session, check: FactCheck) -> Patient:
    query = select(Patient).join(Response, Response.patient_id == Patient.id)
    return session.scalars(query.where(Response.id == check.response_id)).one()


def _settle(writer: Writer, response: Response, check: FactCheck, state: str) -> None:
    version = version_for(writer.session, writer.patient, response)
    document = Document.loads(response.document)
    before = writer.evaluate(version, document)
    check.state, check.decided_at, check.reason = state, writer.now, writer.reason
    check.decided_by = writer.actor.name
    document.say(check.name, state, response.revision + 1, document.call_of(check.name))
    writer.session.flush()
    _rewrite(writer, response, version, document)
    contradicts = new_contradictions(before, writer.evaluate(version, document))
    if contradicts and response.status != "draft":
        first = contradicts[0].message
        raise CorrectionContradicts(contradicts, why_fr=first.fr, why_en=first.en)


def _rewrite(writer: Writer, response: Response, version: Published, document: Document) -> None:
    """Stores the decision as a revision of its own, so that a page drawn before it is stale; nobody answered anything."""
    response.document, response.revision = document.dumps(), response.revision + 1
    evaluation = writer.evaluate(version, document)
    keep_counts(writer.session, writer.patient, response, version, evaluation)
