"""What would follow from changes that are not stored: a correction is looked at before its reason is given."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.cohort.models import Patient
from app.collection.changes import Change, Confirmation, LineChange, Outcome
from app.collection.documents import Document
from app.collection.evaluating import evaluate_document
from app.collection.facts import is_fact
from app.collection.models import Response
from app.collection.parsing import parse_changes
from app.collection.responses import version_for
from app.collection.saving import apply_answers
from app.collection.situations import Situation, situation_of
from app.kernel.vault import Vault


@dataclass(frozen=True)
class Preview:
    """The answers as they would be, how they would stand, and what was not understood."""

    document: Document
    situation: Situation
    refused: dict[str, dict[str, str]]


def preview(
    session: Session,
    vault: Vault,
    *,
    patient: Patient,
    response: Response | None,
    changes: Sequence[Change | LineChange | Confirmation],
    now: datetime,
) -> Preview:
    """The response with `changes` made, evaluated and thrown away. Raises UnknownQuestion, TooManyLines.

    Corrections of the list change nothing here: they count once the sponsor has accepted them.
    """
    version = version_for(session, patient, response)
    document = Document.loads(response.document) if response is not None else Document()
    questionnaire = version.questionnaire
    parsed = parse_changes(questionnaire, [one for one in changes if isinstance(one, Change)])
    parsed.cells[:] = [
        (at, cell, None) for at, cell, _ in parsed.cells if not is_fact(questionnaire.questions[at.name])
    ]
    revision = response.revision + 1 if response is not None else 1
    apply_answers(version, document, parsed, revision, Outcome())
    evaluation, _ = evaluate_document(session, vault, patient, questionnaire, document, now)
    return Preview(document, situation_of(questionnaire, evaluation), parsed.refused)
