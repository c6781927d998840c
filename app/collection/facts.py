"""What the list says of a patient and what was said of it: the value in use, what a centre confirmed or proposes.

The list's value stays in use until the sponsor accepts a proposal; nothing is written here.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cohort.models import Patient
from app.cohort.patients import list_facts
from app.collection.documents import Document
from app.collection.models import FactCheck, Response
from app.kernel.vault import Vault
from forms.definition import Question
from forms.refusals import AnswerRefused
from forms.types import kind_of


def is_fact(question: Question) -> bool:
    """Whether the list says what this question asks, to be confirmed or corrected."""
    return question.read_only and question.from_list not in ("", "patient_code")


def listed_value(question: Question, facts: Mapping[str, object]) -> Any:
    """What the list says under a question, as its type holds it; None where it says nothing readable."""
    fact = facts.get(question.from_list)
    if fact is None:
        return None
    try:
        return (
            kind_of(question.type)
            .parse(fact if isinstance(fact, str | int | float) else str(fact), question)
            .value
        )
    except AnswerRefused:
        return None


def facts_in_use(
    session: Session, vault: Vault, patient: Patient, document: Document | None = None
) -> Mapping[str, object]:
    """What the list says of a patient, corrected by the proposals that were accepted.

    `document` spares a query where nothing was accepted.
    """
    facts = list_facts(session, vault, patient)
    if document is not None and not any(one.get("p") == "accepted" for one in document.answers.values()):
        return facts
    return facts | accepted_facts(session, vault, [patient.id]).get(patient.id, {})


def accepted_facts(session: Session, vault: Vault, patient_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The corrections of the list that the sponsor accepted, by patient and fact."""
    query = (
        select(Response.patient_id, FactCheck)
        .join(Response, Response.id == FactCheck.response_id)
        .where(Response.patient_id.in_(patient_ids), FactCheck.state == "accepted")
    )
    found: dict[str, dict[str, Any]] = {}
    for patient_id, check in session.execute(query):
        found.setdefault(patient_id, {})[check.fact] = values_of(vault, check)[1]
    return found


def facts_checked(session: Session, response: Response) -> dict[str, FactCheck]:
    """What was said of each fact of the list on one response, by question."""
    query = select(FactCheck).where(FactCheck.response_id == response.id)
    return {one.name: one for one in session.scalars(query)}


def values_of(vault: Vault, check: FactCheck) -> tuple[Any, Any]:
    """The list's value when the centre spoke, and the proposed one (None where it agreed)."""
    listed, proposed = orjson.loads(vault.open("fact_check", check.id, "sealed", check.sealed))
    return listed, proposed
