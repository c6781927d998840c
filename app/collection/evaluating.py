"""Evaluating a response with the facts of its patient's list, and keeping what dashboards count by.

It writes on the response it is given and nowhere else.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from app.cohort.models import Patient
from app.collection.documents import Document
from app.collection.evaluated import key_of, pack
from app.collection.facts import facts_in_use
from app.collection.models import Response
from app.collection.questionnaires import Published
from app.collection.situations import situation_of
from app.kernel.clock import day_of
from app.kernel.vault import Vault
from forms.definition import Questionnaire
from forms.evaluation import Evaluation, evaluate


def evaluate_document(
    session: Session,
    vault: Vault,
    patient: Patient,
    questionnaire: Questionnaire,
    document: Document,
    now: datetime,
) -> tuple[Evaluation, Mapping[str, object]]:
    """States, derived values, findings and progress of a document; and the list facts they rest on."""
    facts = facts_in_use(session, vault, patient, document)
    return evaluate(questionnaire, document.as_answers(), facts, day_of(now)), facts


def keep_counts(
    session: Session,
    patient: Patient,
    response: Response,
    version: Published,
    evaluation: Evaluation,
) -> None:
    """Writes on `response` what `counts_of` says."""
    for name, value in counts_of(session, patient, version, evaluation).items():
        setattr(response, name, value)


def counts_of(
    session: Session, patient: Patient, version: Published, evaluation: Evaluation
) -> dict[str, object]:
    """The columns of a response that follow from its answers: counters, situation, packed evaluation and its key."""
    situation = situation_of(version.questionnaire, evaluation)
    return {
        "required_total": sum(counted[0] for counted in situation.progress.values()),
        "required_left": sum(counted[2] for counted in situation.progress.values()),
        "blocking": len(situation.blocking),
        "warnings": len(situation.warnings),
        "situation": situation.dumps(),
        "evaluated": pack(version.questionnaire, evaluation),
        "evaluated_key": key_of(session, version.sha256, patient),
    }
