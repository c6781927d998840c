"""Submitting a response: once, with a receipt, and never with a contradiction in it."""

import secrets
from collections.abc import Sequence
from datetime import datetime

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cohort.models import Patient
from app.cohort.studies import code_of
from app.collection.disposing import refuse_disposed
from app.collection.documents import Document
from app.collection.errors import AnswersContradict, NothingToSubmit, RequiredLeft
from app.collection.evaluating import keep_counts
from app.collection.levels import core_among
from app.collection.models import Response, Submission
from app.collection.mutations import digest_of, remember, replayed
from app.collection.responses import Writer, lock_response, reason_of, version_for
from app.collection.situations import Situation
from app.kernel.actor import Actor
from app.kernel.vault import Vault
from forms.answers import Address
from forms.definition import Questionnaire
from forms.evaluation import Evaluation

# No letter or digit that is read as another one over the telephone.
RECEIPT_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def submit(
    session: Session,
    vault: Vault,
    *,
    patient: Patient,
    mutation_id: str,
    actor: Actor,
    now: datetime,
    left_out_because: str | None = None,
) -> Submission:
    """The submission of the patient's response, the same one however often it is asked for.

    Raises AnswersContradict on blocking findings, RequiredLeft when required answers are missing and
    `left_out_because` is empty; ReasonRefused, NothingToSubmit, DispositionInForce, MutationReused.
    """
    response = lock_response(session, patient)
    if response is None:
        raise NothingToSubmit(patient=patient.code)
    known = submission_of(session, response)
    if known is not None:
        return known
    refuse_disposed(session, patient)
    study = code_of(session, patient.study_id)
    because = reason_of(left_out_because)
    writer = Writer(session, vault, patient, study, actor, now, because)
    made = _hand_in(writer, response, because)
    digest = digest_of("submit", because)
    if replayed(session, response, mutation_id, digest) is None:
        remember(session, response, mutation_id, digest, {"receipt": made.receipt}, now)
    return made


def submission_of(session: Session, response: Response) -> Submission | None:
    """The submission of a response, or None while it is a draft."""
    return session.scalars(select(Submission).where(Submission.response_id == response.id)).first()


def missing_required(evaluation: Evaluation) -> list[Address]:
    """The required questions that nobody has answered, in the order of the questionnaire."""
    return list(evaluation.missing_required)


def left_since(submission: Submission, situation: Situation) -> list[str]:
    """The required answers that are missing now and that nobody left out when submitting: corrections opened them."""
    left_out = set(orjson.loads(submission.left_out))
    return [name for name in situation.missing if name not in left_out]


def _hand_in(writer: Writer, response: Response, because: str | None) -> Submission:
    version = version_for(writer.session, writer.patient, response)
    document = Document.loads(response.document)
    evaluation = writer.evaluate(version, document)
    left = missing_required(evaluation)
    _refuse_unfinished(version.questionnaire, evaluation, left, because)
    response.version_id = version.id
    response.status, response.submitted_at = "submitted", writer.now
    keep_counts(writer.session, writer.patient, response, version, evaluation)
    made = Submission(
        response_id=response.id,
        version_id=version.id,
        revision=response.revision,
        receipt=_receipt(),
        submitted_at=writer.now,
        by_name=writer.actor.name,
        by_role=writer.actor.role,
        by_organisation=writer.actor.organisation,
        left_out=orjson.dumps([str(address) for address in left]).decode(),
        left_out_because=because if left else None,
        call_id=writer.actor.call,
    )
    writer.session.add(made)
    writer.session.flush()
    writer.journal(response, "response.submitted", old="draft", new=made.receipt)
    return made


def _refuse_unfinished(
    questionnaire: Questionnaire, evaluation: Evaluation, left: Sequence[Address], because: str | None
) -> None:
    blocking = evaluation.blocking
    if blocking:
        first = blocking[0].message
        raise AnswersContradict(blocking, count=len(blocking), why_fr=first.fr, why_en=first.en)
    if left and because is None:
        raise RequiredLeft(left, count=len(left), core=len(core_among(questionnaire, left)))


def _receipt() -> str:
    code = "".join(secrets.choice(RECEIPT_ALPHABET) for _ in range(8))
    return f"{code[:4]}-{code[4:]}"
