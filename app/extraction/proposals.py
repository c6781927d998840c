"""The sheet ``propositions``: what centres say against the list, with both values and what became of it.

There is no such sheet before the first proposal. Of an identity neither value is exported; of a patient who opposed,
or was filtered out, nothing is read.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.cohort.models import Study
from app.collection.documents import Document
from app.collection.facts import values_of
from app.collection.models import FactCheck, Response
from app.collection.proposals import PROPOSED
from app.extraction.listed import YES_NO
from app.extraction.reading import OPPOSED, Filters, PatientRow, centre_codes, patient_rows
from app.extraction.times import paris, twins, utc
from app.kernel.vault import Vault
from exports.tables import Choice, Column, Row, Table
from forms.definition import Questionnaire

STATES = (
    Choice("proposed", "à décider : la valeur de la liste compte", "to be decided: the list's value counts"),
    Choice("accepted", "acceptée : la valeur du centre compte", "accepted: the centre's value counts"),
    Choice("refused", "refusée : la valeur de la liste compte", "refused: the list's value counts"),
)
COLUMNS = (
    Column("centre_id", "text", "Centre", "Centre"),
    Column("patient_id", "text", "Patient", "Patient"),
    Column("variable", "text", "Variable que la liste renseigne", "Variable that the list fills in"),
    Column("etat", "code", "Ce que le promoteur en a décidé", "What the sponsor decided", choices=STATES),
    Column("identite", "flag", "Identité : aucune des deux valeurs n’est exportée",
           "Identity: neither value is exported", choices=YES_NO),
    Column("selon_liste", "text", "Valeur de la liste (un code est celui de la variable)",
           "Value of the list (a code is the variable's)"),
    Column("selon_centre", "text", "Valeur proposée par le centre", "Value proposed by the centre"),
    *twins("proposed_at", "Proposée le", "Proposed at"),
    Column("proposed_by_telephone", "flag", "Dite au téléphone par le centre, saisie par le promoteur ; 0 : saisie par le centre",
           "Said on the telephone by the centre, typed by the sponsor; 0: typed by the centre", choices=YES_NO),
    *twins("decided_at", "Décidée le", "Decided at"),
    Column("decided_by_typist", "flag", "Décidée par le compte même du promoteur qui l’avait saisie au téléphone",
           "Decided by the same account of the sponsor that had typed it on the telephone", choices=YES_NO),
    Column("pourquoi", "text", "Motif de la décision", "Reason of the decision"),
)  # fmt: skip


def proposes_anything(session: Session, study: Study) -> bool:
    """Whether a centre ever proposed something against the list of this study, and did not take it back."""
    return bool(session.scalar(select(exists().where(FactCheck.study_id == study.id, FactCheck.state.in_(PROPOSED)))))


def proposals_table(session: Session, vault: Vault, study: Study, union: Questionnaire, filters: Filters) -> Table:
    """The proposals by patient, each patient's by variable."""
    def rows() -> Iterator[Row]:
        proposed = _by_patient(session, study)
        centres = centre_codes(session, study)
        for row in patient_rows(session, study, filters, among=proposed):
            if row.disposition != OPPOSED:
                for check in proposed[row.patient_id]:
                    yield _row(vault, centres[row.centre_id], row, check, union)
    return Table("propositions", COLUMNS, rows, "Propositions contre la liste", "Proposals against the list", frozen=2,
                 key=("patient_id", "variable"))


def _by_patient(session: Session, study: Study) -> dict[str, list[FactCheck]]:
    query = (
        select(Response.patient_id, FactCheck)
        .join(Response, Response.id == FactCheck.response_id)
        .where(FactCheck.study_id == study.id, FactCheck.state.in_(PROPOSED))
        .order_by(FactCheck.name)
    )
    found: dict[str, list[FactCheck]] = {}
    for patient_id, check in session.execute(query):
        found.setdefault(patient_id, []).append(check)
    return found


def _row(vault: Vault, centre: str, row: PatientRow, check: FactCheck, union: Questionnaire) -> Row:
    question = union.questions.get(check.name)
    # A question that no version holds any more could have been an identity.
    hidden = question is None or question.identity
    listed, proposed = (None, None) if hidden else values_of(vault, check)
    return (
        centre, row.code, check.name, check.state, int(hidden), _text(listed), _text(proposed),
        utc(check.said_at), paris(check.said_at), int(_heard(row, check.name)),
        utc(check.decided_at), paris(check.decided_at), int(check.typed_by(check.decided_by)) if check.decided_at else None,
        check.reason,
    )  # fmt: skip


def _heard(row: PatientRow, name: str) -> bool:
    return Document.loads(row.document or "{}").call_of(name) is not None


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
