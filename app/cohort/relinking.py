"""Finding the patient of stored rows once what kept them in review was decided, by the same rules as an import."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cohort.evidence import compare
from app.cohort.known import Known, load_known, member_of
from app.cohort.ledger import Ledger
from app.cohort.linking import Linkage, link
from app.cohort.models import (
    Authorisation,
    Centre,
    ListRow,
    ListRowIdentity,
    Patient,
    PatientIdentity,
    ReviewCase,
    Study,
)
from app.cohort.patients import next_code, seal_identity
from app.cohort.persons import Member, Person
from app.cohort.rules import ListRules
from app.cohort.storing import best_identity
from app.kernel.vault import Vault


class Relinker:
    """Links rows of one study again; every change goes through the decision's ledger."""

    def __init__(
        self, session: Session, vault: Vault, study: Study, rules: ListRules, ledger: Ledger, now: datetime
    ) -> None:
        self.session, self.vault, self.study, self.rules = session, vault, study, rules
        self.ledger, self.now = ledger, now

    def relink(self, row_ids: Sequence[int]) -> None:
        """Gives these rows their patient, a new patient, or a new case; rows without a centre stay in review."""
        rows = self._rows(row_ids)
        placed = [(row, member) for row, member in rows if row.centre_id is not None]
        for row, _ in rows:
            if row.centre_id is None:
                self.ledger.set(self._listed(row.id), fate="review", reason="centre_doubtful")
        known = load_known(self.session, self.vault, self.study, frozenset(row_ids))
        link(known.register, [member for _, member in placed], Linkage(self.rules.continuation))
        of_person: defaultdict[int, list[Authorisation]] = defaultdict(list)
        persons: dict[int, Person] = {}
        for row, member in placed:
            if member.person is not None:
                of_person[id(member.person)].append(row)
                persons[id(member.person)] = member.person
        for key, person in persons.items():
            self._settle(known, person, of_person[key])

    def as_new_patient(self, row_ids: Sequence[int]) -> Patient:
        """These rows are one patient whom the study does not know yet."""
        rows = self._rows(row_ids)
        person = Person()
        for _, member in rows:
            person.take(member, "decided")
        return self._new_patient(person, [row for row, _ in rows], "decided")

    def join(self, row_ids: Sequence[int], patient: Patient, rule: str = "decided") -> None:
        """These rows belong to `patient`."""
        for row, _ in self._rows(row_ids):
            self._accept(row, patient.id, rule)

    def _settle(self, known: Known, person: Person, rows: list[Authorisation]) -> None:
        if person.case_id is not None:
            case = self.session.get_one(ReviewCase, person.case_id)
            facts = orjson.loads(case.facts)
            joined = list(dict.fromkeys([*facts["rows"], *(row.id for row in rows)]))
            self.ledger.set(case, facts=orjson.dumps({**facts, "rows": joined}).decode())
            self._hold(rows, person.why)
        elif person.why:
            self._open_case(known, person, rows)
            self._hold(rows, person.why)
        elif person.key is not None:
            for row in rows:
                self._accept(row, person.key, _rule(person, row))
        elif any(row.in_window for row in rows):
            self._new_patient(person, rows, "first")
        else:
            for row in rows:
                self.ledger.set(self._listed(row.id), fate="outside_window", reason="outside_window")

    def _hold(self, rows: list[Authorisation], why: str) -> None:
        for row in rows:
            self.ledger.set(self._listed(row.id), fate="review", reason=f"patient_{why}")

    def _open_case(self, known: Known, person: Person, rows: list[Authorisation]) -> None:
        population = len(known.register.persons)
        candidates: list[dict[str, Any]] = []
        for other in person.proposals:
            found = compare(person, other, population, self.rules.continuation)
            candidates.append(
                {
                    "patient": other.key,
                    "rows": [member.ref for member in other.members],
                    "probability": round(found.probability, 4),
                    "weights": {fact: round(weight, 1) for fact, weight in found.facts},
                }
            )
        facts = {"rows": [row.id for row in rows], "why": person.why, "candidates": candidates}
        self.ledger.add(
            ReviewCase(
                study_id=self.study.id,
                kind="patient",
                state="open",
                weight=30_000 + len(rows),
                probability=max((c["probability"] for c in candidates), default=None),
                facts=orjson.dumps(facts).decode(),
                opened_at=self.now,
            )
        )

    def _new_patient(self, person: Person, rows: list[Authorisation], rule: str) -> Patient:
        inside = [row for row in rows if row.in_window] or rows
        first = min(inside, key=lambda row: (row.granted_on is None, row.granted_on, row.id))
        centre = self.session.get_one(Centre, first.centre_id)
        patient = Patient(
            study_id=self.study.id,
            centre_id=centre.id,
            code=next_code(self.study, centre),
            created_at=self.now,
        )
        self.ledger.add(patient)
        sealed = seal_identity(self.vault, patient.id, *best_identity(person))
        self.ledger.add(PatientIdentity(patient_id=patient.id, identity=sealed))
        for row in rows:
            self._accept(row, patient.id, rule if row is first or rule == "decided" else _rule(person, row))
        return patient

    def _accept(self, row: Authorisation, patient_id: str, rule: str) -> None:
        self.ledger.set(row, patient_id=patient_id, link_rule=rule)
        inside = row.in_window is not False
        fate, reason = ("kept", rule) if inside else ("outside_window", "outside_window")
        self.ledger.set(self._listed(row.id), fate=fate, reason=reason)

    def _listed(self, row_id: int) -> ListRow:
        return self.session.get_one(ListRow, row_id)

    def _rows(self, row_ids: Sequence[int]) -> list[tuple[Authorisation, Member]]:
        self.session.flush()
        query = (
            select(Authorisation, ListRowIdentity.raw)
            .join(ListRowIdentity, ListRowIdentity.row_id == Authorisation.id)
            .where(Authorisation.id.in_(row_ids))
            .order_by(Authorisation.granted_on, Authorisation.id)
        )
        return [(row, member_of(self.vault, row, raw)[0]) for row, raw in self.session.execute(query)]


def _rule(person: Person, row: Authorisation) -> str:
    return next((member.rule for member in person.members if member.ref == row.id), "decided")
