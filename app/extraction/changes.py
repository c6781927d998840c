"""The sheet ``changements``: what changed since a cut, from the journal: answers, lines, hand-ins, dispositions, decisions.

Of a patient who opposed, nothing is read.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from functools import lru_cache
from heapq import merge
from operator import itemgetter
from typing import Any

import orjson
from sqlalchemy import Select, and_, exists, func, select
from sqlalchemy.orm import Session

from app.cohort.models import Patient, Study
from app.collection.models import Response
from app.extraction.decided import decided_since
from app.extraction.models import Cut
from app.extraction.reading import Filters, opposed_patients
from app.extraction.times import paris, twins, utc
from app.journal.models import JournalEntry, JournalValue
from exports.tables import Choice, Column, Row, Table
from forms.answers import Address, lines_key
from forms.definition import Questionnaire

ACTIONS = (
    Choice("answer.saved", "réponse enregistrée", "answer saved"),
    Choice("answer.corrected", "réponse corrigée après la remise", "answer corrected after submission"),
    Choice("line.added", "ligne ajoutée (avant, après : nombre de lignes)", "line added (before, after: number of lines)"),
    Choice("line.removed", "ligne retirée (avant, après : nombre de lignes)", "line removed (before, after: number of lines)"),
    Choice("fact.proposed", "correction de la liste proposée par le centre", "correction of the list proposed by the centre"),
    Choice("fact.withdrawn", "correction de la liste retirée", "correction of the list withdrawn"),
    Choice("fact.accepted", "correction de la liste acceptée : elle compte", "correction of the list accepted: it counts"),
    Choice("fact.refused", "correction de la liste refusée : la liste compte", "correction of the list refused: the list counts"),
    Choice("response.submitted", "questionnaire remis", "questionnaire handed in"),
    Choice("disposition.set", "motif d’absence donné", "reason for no answer given"),
    Choice("disposition.withdrawn", "motif d’absence retiré", "reason for no answer withdrawn"),
    Choice("patient.enrolled", "patient ajouté", "patient added"),
    Choice("review.decided", "décision : patients réunis ou séparés, créés, changés de centre",
           "decision: patients merged or split, made, moved to another centre"),
    Choice("review.undone", "décision annulée", "decision undone"),
    Choice("list.imported", "liste importée (après : patients de l’étude)", "list imported (after: patients of the study)"),
    Choice("patient.incident_decided", "caractère incident décidé", "incident or not, decided"),
)
_ABOUT = {"response.submitted": "statut", "disposition.set": "disposition", "disposition.withdrawn": "disposition",
          "patient.enrolled": "patient_id", "patient.incident_decided": "incident_list"}
COLUMNS = (
    Column("patient_id", "text", "Patient", "Patient"),
    Column("variable", "text", "Variable, ou feuille pour une ligne", "Variable, or sheet for a line"),
    Column("visit", "text", "Visite", "Visit"),
    Column("repeat_no", "integer", "Rang de la ligne ; vide si elle n’est plus là", "Rank of the line; blank when it is gone"),
    Column("action", "code", "Ce qui a été fait", "What was done", choices=ACTIONS),
    Column("avant", "text", "Avant", "Before"),
    Column("apres", "text", "Après", "After"),
    *twins("changed_at", "Changé le", "Changed at"),
    Column("pourquoi", "text", "Pourquoi", "Why"),
    Column("par", "text", "Fonction de la personne", "Function of the person"),
)
ACTION = [column.name for column in COLUMNS].index("action")
_DECIDED = ("fact.accepted", "fact.refused")
Ranks = Callable[[str, str, str | None, int], int | None]


def changes_table(session: Session, study: Study, since: Cut, union: Questionnaire, filters: Filters) -> Table:
    """The changes after the journal entry at which the cut was made, in their order."""
    def rows() -> Iterator[Row]:
        ranks, opposed = _ranks(session), opposed_patients(session, study)
        decided = decided_since(session, study, since, filters, opposed)
        query = _since(select(Patient.code, JournalEntry, JournalValue), study, since, filters, opposed)
        with session.execute(query.order_by(JournalEntry.seq).execution_options(yield_per=1_000)) as found:
            told = ((entry.seq, _row(code, entry, value, union, ranks)) for code, entry, value in found)
            for _, row in merge(told, decided, key=itemgetter(0)):
                yield row
    return Table("changements", COLUMNS, rows, "Changements", "Changes", frozen=2)


def count_changes(session: Session, study: Study, since: Cut, filters: Filters) -> dict[str, int]:
    """How many changes of each kind there were since the cut."""
    opposed = opposed_patients(session, study)
    query = _since(select(JournalEntry.action, func.count()), study, since, filters, opposed)
    counts = Counter({row[0]: row[1] for row in session.execute(query.group_by(JournalEntry.action))})
    counts.update(str(row[ACTION]) for _, row in decided_since(session, study, since, filters, opposed))
    return dict(sorted(counts.items()))


def _since(
    query: Select[*tuple[Any, ...]], study: Study, since: Cut, filters: Filters, opposed: Collection[str]
) -> Select[*tuple[Any, ...]]:
    known = [choice.code for choice in ACTIONS]
    on_response = and_(JournalEntry.subject_type == "response", Response.id == JournalEntry.subject_id)
    query = (
        query.select_from(JournalEntry)
        .outerjoin(Response, on_response)
        .join(Patient, Patient.id == func.coalesce(Response.patient_id, JournalEntry.subject_id))
        .outerjoin(JournalValue, JournalValue.seq == JournalEntry.seq)
        .where(JournalEntry.study == study.code, JournalEntry.seq > since.journal_entries,
               JournalEntry.action.in_(known), Patient.id.not_in(opposed))
    )  # fmt: skip
    if filters.submitted_only:
        query = query.where(exists().where(Response.patient_id == Patient.id, Response.status != "draft").correlate(Patient))
    return query


def _row(code: str, entry: JournalEntry, value: JournalValue | None, union: Questionnaire, ranks: Ranks) -> Row:
    old, new, why = (value.old, value.new, value.reason) if value else (None, None, None)
    if entry.action in _ABOUT:
        place: tuple[object, ...] = (_ABOUT[entry.action], None, None)
        if entry.action == "response.submitted":
            new = "submitted"
    elif entry.action.startswith("line."):
        place = _line(entry, old, new, union, ranks)
        old, new = (str(len(lines.split(","))) if lines else "0" for lines in (old, new))
    elif entry.action in _DECIDED:
        place, old, new = _address(entry, union, ranks), None, None  # both values stand where it was proposed
    else:
        place = _address(entry, union, ranks)
        old, new = (shown(old), shown(new)) if shown(old) != shown(new) else (_comment(old), _comment(new))
    return (code, *place, entry.action, old, new, utc(entry.at), paris(entry.at), why, entry.actor_role)


def _line(
    entry: JournalEntry, old: str | None, new: str | None, union: Questionnaire, ranks: Ranks
) -> tuple[object, ...]:
    repeat, _, visit = (entry.field or "").partition("@")
    before, after = (set(lines.split(",")) if lines else set[str]() for lines in (old, new))
    rank = next((ranks(entry.subject_id, repeat, visit or None, int(line)) for line in after - before), None)
    return (union.repeats[repeat].sheet if repeat in union.repeats else repeat, visit or None, rank)


def _address(entry: JournalEntry, union: Questionnaire, ranks: Ranks) -> tuple[object, ...]:
    address = Address.parse(entry.field or "")
    question = union.questions.get(address.name)
    rank = None
    if address.line is not None and question is not None and question.repeat:
        rank = ranks(entry.subject_id, question.repeat, address.visit, address.line)
    return (address.name, address.visit, rank)


def _ranks(session: Session) -> Ranks:
    """Finds the rank of a line as the sheets count it today; responses are looked at one after the other."""
    @lru_cache(maxsize=100)
    def lines_of(response_id: str) -> dict[str, list[int]]:
        document = session.scalar(select(Response.document).where(Response.id == response_id))
        return dict(orjson.loads(document or b"{}").get("lines", {}))

    def rank(response_id: str, repeat: str, visit: str | None, line: int) -> int | None:
        lines = lines_of(response_id).get(lines_key(repeat, visit), [])
        return lines.index(line) + 1 if line in lines else None
    return rank


def shown(stored: str | None) -> str | None:
    """A journalled cell in short: its value, or its missing reason; None when there was none."""
    if stored is None:
        return None
    cell = orjson.loads(stored)
    if not isinstance(cell, dict):
        return stored
    if "m" in cell:
        return str(cell["m"])
    value = cell.get("v")
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # as the sheets show it
    return value if isinstance(value, str) or value is None else orjson.dumps(value).decode()


def _comment(stored: str | None) -> str | None:
    """What a change of the comment alone is told by."""
    comment = orjson.loads(stored or b"{}").get("c")
    return f"commentaire : {comment}" if comment else None
