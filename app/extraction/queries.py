"""The sheet ``requetes``: every question put on an answer, its reply, and the answer before and after, from the journal.

There is no such sheet before the first question. Of a patient who opposed, or was filtered out, nothing is read.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.cohort.models import Study
from app.extraction.changes import shown
from app.extraction.listed import YES_NO
from app.extraction.reading import OPPOSED, Filters, PatientRow, centre_codes, patient_rows
from app.extraction.times import paris, twins, utc
from app.journal.models import JournalEntry, JournalValue
from app.outreach.models import Query
from exports.tables import Choice, Column, Row, Table
from forms.answers import Address, lines_key
from forms.definition import Questionnaire

ANSWERS = ("answer.saved", "answer.corrected")
STATES = (
    Choice("open", "sans réponse", "no reply yet"),
    Choice("answered", "répondue", "answered"),
    Choice("closed", "close", "closed"),
)
COLUMNS = (
    Column("centre_id", "text", "Centre", "Centre"),
    Column("patient_id", "text", "Patient", "Patient"),
    Column("visit", "text", "Visite", "Visit"),
    Column("repeat_no", "integer", "Rang de la ligne", "Rank of the line"),
    Column("variable", "text", "Variable sur laquelle porte la question", "Variable that is asked about"),
    Column("etat", "code", "État de la question", "State of the query", choices=STATES),
    Column("texte", "text", "Question posée", "Question put"),
    *twins("raised_at", "Posée le", "Raised at"),
    *twins("answered_at", "Répondue le", "Answered at"),
    *twins("closed_at", "Close le", "Closed at"),
    Column("avant", "text", "Réponse quand la question a été posée", "Answer when the question was put"),
    Column("apres", "text", "Réponse après celle du centre", "Answer after the centre's reply"),
    Column("corrigee", "flag", "La réponse a été corrigée", "The answer was corrected", choices=YES_NO),
    Column("reponse", "text", "Ce que le centre a répondu", "What the centre replied"),
)


def asks_anything(session: Session, study: Study) -> bool:
    """Whether a question was ever put in this study."""
    return bool(session.scalar(select(exists().where(Query.study_id == study.id))))


def queries_table(session: Session, study: Study, union: Questionnaire, filters: Filters) -> Table:
    """The questions by patient, each patient's in the order in which they were put."""
    def rows() -> Iterator[Row]:
        asked = _by_patient(session, study)
        centres = centre_codes(session, study)
        for row in patient_rows(session, study, filters, among=asked):
            if row.disposition != OPPOSED:
                for query in asked[row.patient_id]:
                    yield _row(session, centres[row.centre_id], row, query, union)
    return Table("requetes", COLUMNS, rows, "Questions sur les réponses", "Queries on answers", frozen=2,
                 key=("patient_id", "visit", "repeat_no", "variable", "raised_at"))


def _by_patient(session: Session, study: Study) -> dict[str, list[Query]]:
    found: dict[str, list[Query]] = {}
    for query in session.scalars(select(Query).where(Query.study_id == study.id).order_by(Query.id)):
        found.setdefault(query.patient_id, []).append(query)
    return found


def _row(session: Session, centre: str, row: PatientRow, query: Query, union: Questionnaire) -> Row:
    address = Address.parse(query.address)
    state = "closed" if query.closed_at else "answered" if query.answered_at else "open"
    after = _value_at(session, row, query.address, query.answered_at) if query.answered_at else None
    return (
        centre, row.code, address.visit, _rank(row, address, union), address.name, state, query.question,
        utc(query.asked_at), paris(query.asked_at), utc(query.answered_at), paris(query.answered_at),
        utc(query.closed_at), paris(query.closed_at),
        _value_at(session, row, query.address, query.asked_at), after,
        int(query.corrected) if query.answered_at else None, query.reply,
    )  # fmt: skip


def _value_at(session: Session, row: PatientRow, address: str, at: datetime) -> str | None:
    """What the journal says the answer was at an instant; identities are not journalled by value."""
    last = (
        select(JournalValue.new)
        .join(JournalEntry, JournalEntry.seq == JournalValue.seq)
        .where(JournalEntry.subject_type == "response", JournalEntry.subject_id == row.response_id,
               JournalEntry.field == address, JournalEntry.action.in_(ANSWERS), JournalEntry.at <= at)
        .order_by(JournalEntry.seq.desc())
        .limit(1)
    )  # fmt: skip
    return shown(session.scalar(last))


def _rank(row: PatientRow, address: Address, union: Questionnaire) -> int | None:
    """The rank of a line as the sheets count it; None where the line is no more."""
    question = union.questions.get(address.name)
    if address.line is None or question is None or not question.repeat:
        return None
    document: Mapping[str, Any] = orjson.loads(row.document or b"{}")
    lines = document.get("lines", {}).get(lines_key(question.repeat, address.visit), [])
    return lines.index(address.line) + 1 if address.line in lines else None
