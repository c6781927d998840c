"""Identities that a centre types (a birth the list did not have): sealed with the patient, never among the answers."""

from sqlalchemy.orm import Session

from app.cohort.models import Patient, PatientIdentity
from app.cohort.patients import identity_of, seal_identity
from app.kernel.vault import Vault
from forms.answers import Cell
from forms.definition import Question
from forms.refusals import AnswerRefused


def complete_identity(
    session: Session, vault: Vault, patient: Patient, question: Question, cell: Cell
) -> bool:
    """Seals what was typed where nothing was known, or for a patient that centres enrol; True when it changed.

    Raises AnswerRefused where the list already says something: that is corrected by a review, not here.
    """
    known = identity_of(session, vault, patient)
    facts = {"initials": known.initials, "birth": known.birth}
    if question.from_list not in facts:
        raise AnswerRefused("read_only")
    if facts[question.from_list] == cell.value or cell.value is None:
        return False
    if facts[question.from_list] is not None and not patient.enrolled:
        raise AnswerRefused("read_only")
    facts[question.from_list] = str(cell.value)
    sealed = seal_identity(vault, patient.id, facts["initials"], facts["birth"])
    row = session.get(PatientIdentity, patient.id)
    if row is None:
        session.add(PatientIdentity(patient_id=patient.id, identity=sealed))
    else:
        row.identity = sealed
    session.flush()
    return True
