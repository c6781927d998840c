"""The answers of one whole calci_sts questionnaire, as somebody with the chart open would type them."""

from __future__ import annotations

from sqlalchemy import select

from app.cohort.models import Patient
from app.cohort.patients import list_facts
from app.collection.changes import Change
from app.collection.documents import Document
from app.collection.models import Response
from app.collection.questionnaires import questionnaire_of
from app.collection.saving import save
from app.simulation.playing import answers_for
from forms.answers import Address
from tests.collection.builders import DOCTOR, NOW
from tests.fixtures.studies import Opened

Typed = dict[str, tuple[str | list[str], str]]
"""By address: what is typed (codes of ticks as a list), or the reason why there is no answer."""


class _Tried(Exception):
    """Undoes what was only tried."""


def whole_answers(opened: Opened, code: str) -> Typed:
    """A treated patient's answers that leave nothing open and contradict nothing, with lines of both repeats."""
    for seed in range(60):
        found = _story(opened, code, str(seed))
        if found is not None:
            return found
    raise AssertionError("no such story among sixty")


def _story(opened: Opened, code: str, seed: str) -> Typed | None:
    story: Typed = {}
    try:
        with opened.installation.database.writing() as session:
            patient = session.scalars(select(Patient).where(Patient.code == code)).one()
            questionnaire = questionnaire_of(session, opened.study(session))
            facts = list_facts(session, opened.installation.vault, patient)
            sheet = answers_for(questionnaire, seed, facts, NOW.date()).answers
            if not {Address("ag_drug", "j0", 2), Address("ae_term", None, 1)} <= sheet.keys():
                return None
            changes = [Change(at, one.typed, missing=one.missing) for at, one in sheet.items()]
            reply = save(
                session, opened.installation.vault, patient=patient, changes=changes,
                mutation_id="only-tried", actor=DOCTOR, now=NOW,
            )  # fmt: skip
            evaluation = reply.evaluation
            if evaluation.blocking or evaluation.missing_required or reply.refused:
                return None
            for address, played in sheet.items():
                if evaluation.state(address) != "not_asked":
                    typed = played.typed
                    text = (
                        [str(one) for one in typed]
                        if isinstance(typed, list)
                        else str("" if typed is None else typed)
                    )
                    story[str(address)] = (text, played.missing or "")
            raise _Tried
    except _Tried:
        return story


def stored(opened: Opened, code: str) -> tuple[str, Document]:
    """The status and the answers of a patient's questionnaire."""
    with opened.installation.database.reading() as session:
        query = select(Response).join(Patient, Patient.id == Response.patient_id).where(Patient.code == code)
        response = session.scalars(query).one()
        return response.status, Document.loads(response.document)
