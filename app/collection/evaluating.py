"""Evaluating a response with the facts of its patient's list, and keeping what dashboards count by.

It writes on the response it is given and nowhere else.
"""

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy.orm import Session

from app.cohort.models import Patient
from app.cohort.patients import list_facts
from app.collection.documents import Document
from app.collection.evaluated import key, pack
from app.collection.models import Response
from app.collection.questionnaires import Published
from app.kernel.vault import Vault
from forms.definition import Questionnaire
from forms.evaluation import Evaluation, evaluate

# The study's calendar: a chart is read in France, and "today" in a check is the reader's day.
CALENDAR = ZoneInfo("Europe/Paris")


def day_of(instant: datetime) -> date:
    """The calendar day of an instant, as checks on "today" mean it."""
    return instant.astimezone(CALENDAR).date()


def evaluate_document(
    session: Session, vault: Vault, patient: Patient, questionnaire: Questionnaire, document: Document, now: datetime
) -> tuple[Evaluation, Mapping[str, object]]:
    """States, derived values, findings and progress of a document; and the list facts they rest on."""
    facts = list_facts(session, vault, patient)
    return evaluate(questionnaire, document.as_answers(), facts, day_of(now)), facts


def keep_counts(
    response: Response, version: Published, evaluation: Evaluation, facts: Mapping[str, object]
) -> None:
    """Writes the counters, the progress by section and the packed evaluation on `response`."""
    progress = {
        section: [counted.required, counted.done, counted.left]
        for section, counted in evaluation.progress.items()
    }
    response.required_total = sum(counted.required for counted in evaluation.progress.values())
    response.required_left = sum(counted.left for counted in evaluation.progress.values())
    response.blocking = len(evaluation.blocking)
    response.warnings = len(evaluation.warnings)
    response.progress = orjson.dumps(progress).decode()
    response.evaluated = pack(version.questionnaire, evaluation)
    response.evaluated_key = key(version.questionnaire, facts)
