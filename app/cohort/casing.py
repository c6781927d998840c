"""Opening review cases for what an import would not decide alone; each case asks one question."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy.orm import Session

from app.cohort.evidence import compare
from app.cohort.known import KnownRow
from app.cohort.models import ReviewCase, Study
from app.cohort.names import squash, where
from app.cohort.persons import Person
from app.cohort.planning import Plan
from app.cohort.records import Record
from app.cohort.rules import ListRules
from app.cohort.storing import row_id

# Consequence first: a centre decides for all its rows, a patient for a questionnaire, a row for itself.
WEIGHTS = {"centre": 40, "patient": 30, "changed": 25, "withdrawn": 20, "number": 15, "row": 10}


def open_cases(
    session: Session, study: Study, rules: ListRules, plan: Plan, import_id: int, now: datetime
) -> None:
    """Opens one case per question that the plan leaves open."""
    opener = _Opener(session, study, rules, plan, import_id, now)
    opener.centres()
    opener.patients()
    opener.rows()
    opener.numbers()
    opener.editions()
    session.flush()


class _Opener:
    def __init__(
        self, session: Session, study: Study, rules: ListRules, plan: Plan, import_id: int, now: datetime
    ) -> None:
        self.session, self.study, self.rules, self.plan = session, study, rules, plan
        self.import_id, self.now = import_id, now

    def _open(self, kind: str, rows: list[int], probability: float | None = None, **facts: Any) -> None:
        document = orjson.dumps({"rows": rows, **facts}).decode()
        self.session.add(
            ReviewCase(
                study_id=self.study.id,
                import_id=self.import_id,
                kind=kind,
                state="open",
                weight=WEIGHTS[kind] * 1000 + min(len(rows), 999),
                probability=probability,
                facts=document,
                opened_at=self.now,
            )
        )

    def _ids(self, records: Iterable[Record]) -> list[int]:
        return [row_id(self.import_id, record.source_row) for record in records]

    def centres(self) -> None:
        """One case per spelling and town, whatever its case, postcode or FINESS."""
        groups: defaultdict[tuple[str, str], list[Record]] = defaultdict(list)
        for record in self.plan.stored:
            if record.reason in ("centre_doubtful", "centre_unknown"):
                place = record.place
                town = where(place.city, place.postcode, place.finess)
                groups[(squash(place.name), f"{town.city}|{town.postcode}|{place.finess}")].append(record)
        for records in groups.values():
            place = records[0].place
            candidates = [e.centre_id for e in self.plan.places[place].candidates if e.centre_id is not None]
            shown = [place.name, place.city, place.postcode, place.finess]
            self._open("centre", self._ids(records), place=shown, candidates=candidates)

    def patients(self) -> None:
        """One case per doubtful person; later rows of a person still undecided join its case."""
        groups: defaultdict[int, list[Record]] = defaultdict(list)
        persons: dict[int, Person] = {}
        for record in self.plan.stored:
            person = self.plan.person_of(record)
            if person is not None and person.why and record.fate == "review":
                groups[id(person)].append(record)
                persons[id(person)] = person
        for key, records in groups.items():
            if any(record.reason.startswith("patient_") for record in records):
                self._patient(persons[key], records)

    def _patient(self, person: Person, records: list[Record]) -> None:
        rows = self._ids(records)
        if person.case_id is not None:
            case = self.session.get_one(ReviewCase, person.case_id)
            facts = orjson.loads(case.facts)
            case.facts = orjson.dumps({**facts, "rows": [*facts["rows"], *rows]}).decode()
            return
        candidates = [self._candidate(person, other) for other in person.proposals]
        candidates.sort(key=lambda candidate: -candidate["probability"])
        likeliest = candidates[0]["probability"] if candidates else None
        self._open("patient", rows, likeliest, why=person.why, candidates=candidates)

    def _candidate(self, person: Person, other: Person) -> dict[str, Any]:
        population = len(self.plan.known.register.persons)
        found = compare(person, other, population, self.rules.continuation)
        return {
            "patient": other.key,
            "rows": [self._row_of(member.ref) for member in other.members],
            "probability": round(found.probability, 4),
            "weights": {fact: round(weight, 1) for fact, weight in found.facts},
        }

    def _row_of(self, ref: int) -> int:
        # Members of this file are known by their position, those of earlier lists by their stored id.
        return row_id(self.import_id, ref) if ref in self.plan.members else ref

    def rows(self) -> None:
        """One case per row that is itself unclear; the same unclear words of one person are one case."""
        groups: defaultdict[tuple[str, int], list[Record]] = defaultdict(list)
        for record in self.plan.stored:
            if record.fate != "review" or record.reason.startswith(("centre_", "patient_")):
                continue
            if record.reason in ("changed", "number_conflict"):
                continue
            person = self.plan.person_of(record)
            groups[(record.reason, id(person) if person is not None else id(record))].append(record)
        for (reason, _), records in groups.items():
            self._open("row", self._ids(records), why=reason)

    def numbers(self) -> None:
        """Same number, other content: which one is right (D02)?"""
        for record, rival in self.plan.conflicts:
            other = rival.id if isinstance(rival, KnownRow) else self._ids([rival])[0]
            self._open("number", self._ids([record]), rival=other)

    def editions(self) -> None:
        """Corrections of known rows, and numbers that left the list."""
        by_position = {record.source_row: record for record in self.plan.stored}
        for position, old in self.plan.changed.items():
            self._open("changed", self._ids([by_position[position]]), rival=old.id)
        for old in self.plan.withdrawn:
            self._open("withdrawn", [old.id])
