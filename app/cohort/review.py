"""The review desk's reading side: what needs a decision, with its evidence side by side; what was decided."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cohort.deciding import ACTIONS
from app.cohort.errors import UnknownCase
from app.cohort.expecting import state_of_case, state_text
from app.cohort.models import (
    Authorisation,
    Centre,
    Decision,
    ListImport,
    ListRow,
    ListRowIdentity,
    Patient,
    ReviewCase,
    Study,
)
from app.cohort.patients import raw_cells
from app.cohort.questions import likelihood, question
from app.kernel.vault import Vault

# An allow-list: a cell that is in neither (a comment, a telephone, a column nobody knows) is never shown here.
PLAIN = (
    "req_type", "req_status", "grant_d", "dur_raw", "valid_from", "valid_to", "sex", "site_raw", "finess", "zip", "city",
    "product_raw", "strength", "indic_raw",
)  # fmt: skip
# Shown only to a person with the right, after asking for it (an act that is journalled).
IDENTITIES = ("atu_num", "atu_prev", "pt_ini", "pt_ini_sur", "pt_ini_first", "birth_raw", "presc_name")


@dataclass(frozen=True)
class EvidenceRow:
    """One list row as the desk shows it. `raw` holds cells by field, identities only when asked for."""

    id: int
    file: str
    sheet: str
    source_row: int
    sheet_row: int | None
    raw: dict[str, str]
    granted_on: date | None
    valid_to: date | None
    request_type: str | None
    sex: int | None
    patient: str
    centre: str
    fate: str
    reason: str
    flags: tuple[str, ...]


@dataclass(frozen=True)
class Candidate:
    """One possible answer: a known patient (`patient` key and `code`) or centre (`centre` id), with its rows.

    `weights` are the evidence in bits by fact (birth, initials, sex, centre, continuity): for when positive.
    """

    patient: str | None
    centre: int | None
    code: str
    name: str
    probability: float | None
    weights: dict[str, float]
    rows: tuple[EvidenceRow, ...]


@dataclass(frozen=True)
class Case:
    """One question to a person. `fr` and `en` ask it; `actions` are the possible answers, the usual one first."""

    id: int
    kind: str
    state: str
    why: str
    fr: str
    en: str
    actions: tuple[str, ...]
    probability: float | None
    likelihood_fr: str
    likelihood_en: str
    place: tuple[str, ...]
    rows: tuple[EvidenceRow, ...]
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True)
class Progress:
    """How far the desk is."""

    open: int
    decided: int
    settled: int

    @property
    def total(self) -> int:
        """All questions that were ever asked."""
        return self.open + self.decided + self.settled


def progress(session: Session, study: Study) -> Progress:
    """How many cases are open, decided by a person, settled by another decision."""
    query = (
        select(ReviewCase.state, func.count())
        .where(ReviewCase.study_id == study.id)
        .group_by(ReviewCase.state)
    )
    counts: dict[str, int] = {row[0]: row[1] for row in session.execute(query)}
    return Progress(counts.get("open", 0), counts.get("decided", 0), counts.get("settled", 0))


def list_cases(
    session: Session,
    vault: Vault,
    study: Study,
    *,
    identities: bool = False,
    limit: int = 50,
    offset: int = 0,
    kind: str | None = None,
    without: Collection[int] = (),
) -> list[Case]:
    """The open cases but those set aside for later, most consequential first, then most probable."""
    query = select(ReviewCase).where(ReviewCase.study_id == study.id, ReviewCase.state == "open")
    if without:
        query = query.where(ReviewCase.id.not_in(without))
    if kind is not None:
        query = query.where(ReviewCase.kind == kind)
    ordered = query.order_by(
        ReviewCase.weight.desc(), func.coalesce(ReviewCase.probability, 0).desc(), ReviewCase.id
    )
    cases = session.scalars(ordered.limit(limit).offset(offset)).all()
    return _Reader(session, vault, study, identities).cases(cases)


def find_case(
    session: Session, vault: Vault, study: Study, case_id: int, *, identities: bool = False
) -> Case:
    """One case, open or not. Raises UnknownCase."""
    return _Reader(session, vault, study, identities).cases([_case_of(session, study, case_id)])[0]


def seen_of(session: Session, study: Study, case_id: int) -> str:
    """How the evidence of a case stands, for a page to keep until its answer comes back. Raises UnknownCase."""
    return state_text(state_of_case(session, _case_of(session, study, case_id)))


def _case_of(session: Session, study: Study, case_id: int) -> ReviewCase:
    case = session.scalar(select(ReviewCase).where(ReviewCase.id == case_id, ReviewCase.study_id == study.id))
    if case is None:
        raise UnknownCase()
    return case


def decided_cases(
    session: Session, vault: Vault, study: Study, decisions: Iterable[Decision]
) -> dict[int, Case]:
    """What these decisions were about, by the id of their case, without identities."""
    wanted = {decision.case_id for decision in decisions if decision.case_id is not None}
    cases = session.scalars(
        select(ReviewCase).where(ReviewCase.study_id == study.id, ReviewCase.id.in_(wanted))
    ).all()
    return {case.id: case for case in _Reader(session, vault, study, identities=False).cases(cases)}


def list_decisions(session: Session, study: Study, limit: int = 50) -> list[Decision]:
    """The latest decisions first, undone ones among them."""
    query = select(Decision).where(Decision.study_id == study.id).order_by(Decision.id.desc()).limit(limit)
    return list(session.scalars(query))


class _Reader:
    """Reads the rows of several cases in one go."""

    def __init__(self, session: Session, vault: Vault, study: Study, identities: bool) -> None:
        self.session, self.vault, self.study, self.identities = session, vault, study, identities

    def cases(self, cases: Iterable[ReviewCase]) -> list[Case]:
        facts = [(case, orjson.loads(case.facts)) for case in cases]
        rows = self._rows({row for _, fact in facts for row in _named_rows(fact)})
        return [self._case(case, fact, rows) for case, fact in facts]

    def _case(self, case: ReviewCase, facts: dict[str, Any], rows: dict[int, EvidenceRow]) -> Case:
        why = str(facts.get("why", ""))
        asked = question(case.kind, why)
        worded = likelihood(case.probability)
        return Case(
            case.id,
            case.kind,
            case.state,
            why,
            asked["fr"],
            asked["en"],
            ACTIONS[case.kind],
            case.probability,
            worded["fr"],
            worded["en"],
            tuple(facts.get("place", ())),
            tuple(rows[row] for row in facts["rows"] if row in rows),
            tuple(self._candidates(case.kind, facts, rows)),
        )

    def _candidates(self, kind: str, facts: dict[str, Any], rows: dict[int, EvidenceRow]) -> list[Candidate]:
        if kind == "patient":
            return [self._patient(candidate, rows) for candidate in facts["candidates"]]
        if kind == "centre":
            return [self._centre(centre_id) for centre_id in facts["candidates"]]
        rival = rows.get(facts.get("rival", 0))
        return [Candidate(None, None, rival.patient, "", None, {}, (rival,))] if rival is not None else []

    def _patient(self, candidate: dict[str, Any], rows: dict[int, EvidenceRow]) -> Candidate:
        shown = tuple(rows[row] for row in candidate["rows"] if row in rows)
        patient = self.session.get(Patient, candidate["patient"]) if candidate["patient"] else None
        code = (
            patient.code if patient is not None else next((row.patient for row in shown if row.patient), "")
        )
        return Candidate(
            candidate["patient"], None, code, "", candidate["probability"], candidate["weights"], shown
        )

    def _centre(self, centre_id: int) -> Candidate:
        centre = self.session.get_one(Centre, centre_id)
        where = " ".join(part for part in (centre.postcode, centre.city) if part)
        return Candidate(None, centre.id, centre.code, f"{centre.name}, {where}".rstrip(", "), None, {}, ())

    def _rows(self, keys: set[int]) -> dict[int, EvidenceRow]:
        found: dict[int, EvidenceRow] = {}
        ordered = sorted(keys)
        for start in range(0, len(ordered), 500):
            query = (
                select(
                    ListRow,
                    ListImport.file_name,
                    ListRowIdentity.raw,
                    Authorisation,
                    Patient.code,
                    Centre.code,
                )
                .join(ListImport, ListImport.id == ListRow.import_id)
                .join(ListRowIdentity, ListRowIdentity.row_id == ListRow.id)
                .join(Authorisation, Authorisation.id == ListRow.id)
                .outerjoin(Patient, Patient.id == Authorisation.patient_id)
                .outerjoin(Centre, Centre.id == Authorisation.centre_id)
                .where(ListRow.id.in_(ordered[start : start + 500]))
            )
            for row, file, raw, authorisation, patient, centre in self.session.execute(query):
                found[row.id] = self._row(row, file, raw, authorisation, patient or "", centre or "")
        return found

    def _row(
        self, row: ListRow, file: str, raw: bytes, authorisation: Authorisation, patient: str, centre: str
    ) -> EvidenceRow:
        cells = raw_cells(self.vault, row.id, raw)
        fields = (*PLAIN, *IDENTITIES) if self.identities else PLAIN
        shown = {field: cells[field] for field in fields if field in cells}
        return EvidenceRow(
            row.id,
            file,
            row.sheet,
            row.source_row,
            row.sheet_row,
            shown,
            authorisation.granted_on,
            authorisation.valid_to,
            authorisation.request_type,
            authorisation.sex,
            patient,
            centre,
            row.fate,
            row.reason,
            tuple(row.flags.split()),
        )


def _named_rows(facts: dict[str, Any]) -> set[int]:
    named = set(facts["rows"])
    for candidate in facts.get("candidates", ()):
        if isinstance(candidate, dict):
            named |= set(candidate["rows"])
    return named | ({facts["rival"]} if "rival" in facts else set())
