"""Writing a plan: centres, patients, rows, authorisations, all in the caller's transaction and in bulk."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cohort.bulk import Row, insert_rows
from app.cohort.courses import Grant, incident, majority_sex, number_courses
from app.cohort.models import (
    Authorisation,
    Centre,
    CentreAlias,
    ListImport,
    ListRow,
    ListRowIdentity,
    Patient,
    PatientIdentity,
    Study,
)
from app.cohort.names import Place, plain, postcode_of, spelling_key, where
from app.cohort.patients import code_of, identity_document
from app.cohort.persons import Person
from app.cohort.planning import Plan, by_grant, makes_centre
from app.cohort.records import Record
from app.cohort.report import shown_name
from app.cohort.resolving import Entry
from app.cohort.rules import ListRules
from app.kernel.tables import random_key
from app.kernel.vault import Vault

ROWS_PER_IMPORT = 1_000_000
CHUNK = 1_000
PATIENT = (
    "id",
    "study_id",
    "centre_id",
    "code",
    "first_grant_on",
    "last_grant_on",
    "incident",
    "incident_decided",
    "sex",
    "enrolled",
    "created_at",
)
ROW = (
    "id",
    "import_id",
    "study_id",
    "sheet",
    "source_row",
    "sheet_row",
    "fingerprint",
    "number_index",
    "fate",
    "reason",
    "flags",
)
AUTHORISATION = (
    "id",
    "study_id",
    "patient_id",
    "centre_id",
    "auth_kind",
    "request_type",
    "request_type_inferred",
    "status",
    "granted_on",
    "valid_from",
    "valid_to",
    "duration_days",
    "product",
    "strength",
    "sex",
    "in_window",
    "course_no",
    "link_rule",
)
ALIAS = (
    "study_id",
    "centre_id",
    "spelling_key",
    "name",
    "city",
    "postcode",
    "finess",
    "origin",
    "seen",
    "added_at",
)


def row_id(import_id: int, source_row: int) -> int:
    """The id of a row, known before it is stored so that its identity can be bound to it."""
    return import_id * ROWS_PER_IMPORT + source_row


class Store:
    """Writes one plan for one study; used once, inside one transaction."""

    def __init__(self, session: Session, vault: Vault, study: Study, rules: ListRules, now: datetime) -> None:
        self.session, self.vault, self.study, self.rules, self.now = session, vault, study, rules, now
        self.study_id = study.id
        self.codes: dict[int, str] = {}
        self.courses: dict[int, int] = {}
        self.joined: set[str] = set()

    def store(self, plan: Plan, listed: ListImport) -> None:
        """Stores everything but the review cases. `listed` has its id already."""
        self._store_centres(plan)
        self._store_aliases(plan)
        self._store_patients(plan)
        self._store_rows(plan, listed.id)

    def _store_centres(self, plan: Plan) -> None:
        wanted: dict[int, Entry] = {}
        for record in plan.stored:
            if makes_centre(record):
                entry = plan.entry_of(record)
                if entry is not None and entry.centre_id is None:
                    wanted.setdefault(id(entry), entry)
        last = (
            self.session.scalar(select(func.max(Centre.number)).where(Centre.study_id == self.study.id)) or 0
        )
        made = [
            centre_of(entry, self.study.id, n, self.now) for n, entry in enumerate(wanted.values(), last + 1)
        ]
        self.session.add_all(made)
        self.session.flush()
        for entry, centre in zip(wanted.values(), made, strict=True):
            entry.centre_id, entry.number = centre.id, centre.number
            plan.known.centre_codes[centre.id] = centre.code

    def _store_aliases(self, plan: Plan) -> None:
        rows: dict[str, Row] = {}
        for place, resolution in plan.places.items():
            entry = resolution.entry
            key = spelling_key(place)
            if entry is None or entry.centre_id is None or key in plan.known.alias_keys or not place.name:
                continue
            origin = "typo" if resolution.how == "typo" else "list"
            rows.setdefault(key, alias_row(self.study.id, entry.centre_id, place, origin, self.now))
        insert_rows(self.session, CentreAlias, ALIAS, list(rows.values()))

    def _store_patients(self, plan: Plan) -> None:
        rows_of: defaultdict[int, list[Record]] = defaultdict(list)
        persons: dict[int, Person] = {}
        for record in plan.stored:
            person = plan.person_of(record)
            if person is not None and not person.why and record.fate in ("kept", "outside_window"):
                rows_of[id(person)].append(record)
                if record.fate == "kept":
                    persons[id(person)] = person
        self.joined = {person.key for person in persons.values() if person.key is not None}
        self._make_patients(plan, [(p, rows_of[key]) for key, p in persons.items() if p.key is None])

    def _make_patients(self, plan: Plan, made: list[tuple[Person, list[Record]]]) -> None:
        centres = {centre.id: centre for centre in self._centres()}
        coded = {key: centre.patients_coded for key, centre in centres.items()}
        patients: list[Row] = []
        identities: list[tuple[str, bytes]] = []
        # Keys that nobody can guess, in the order of the rows: the indexes then grow at their end.
        keys = sorted(random_key() for _ in made)
        ordered = sorted(made, key=lambda pair: _first_row(pair[1]))
        for key, (person, records) in zip(keys, ordered, strict=True):
            records.sort(key=by_grant)
            centre = _first_centre(plan, records)
            coded[centre] += 1
            code = code_of(self.study, centres[centre], coded[centre])
            person.key = key
            self.codes[id(person)] = code
            plan.known.patient_codes[person.key] = code
            patients.append(self._patient(person, records, centre, code))
            identities.append((key, identity_document(*best_identity(person))))
            if len(patients) == CHUNK:
                self._flush_patients(patients, identities)
        self._flush_patients(patients, identities)
        for number, house in centres.items():
            house.patients_coded = coded[number]
        self.session.flush()

    def _flush_patients(self, patients: list[Row], identities: list[tuple[str, bytes]]) -> None:
        insert_rows(self.session, Patient, PATIENT, patients)
        sealed = self.vault.seal_all("patient_identity", "identity", identities)
        rows = [(key, identity) for (key, _), identity in zip(identities, sealed, strict=True)]
        insert_rows(self.session, PatientIdentity, ("patient_id", "identity"), rows)
        patients.clear()
        identities.clear()

    def _centres(self) -> Iterable[Centre]:
        return self.session.scalars(select(Centre).where(Centre.study_id == self.study.id))

    def _patient(self, person: Person, records: list[Record], centre: int, code: str) -> Row:
        grants = [Grant(r.granted_on, r.request_type, bool(r.in_window)) for r in records if r.granted_on]
        _infer_types(records, grants)
        for record, course in zip(records, number_courses(grants, self.rules.new_course), strict=True):
            self.courses[record.source_row] = course
        sex = majority_sex([r.sex for r in records if r.sex is not None])
        for record in records:
            if sex is not None and record.sex not in (None, sex):
                record.flags.append("sex_minority")
        return (
            person.key,
            self.study_id,
            centre,
            code,
            grants[0].granted_on,
            grants[-1].granted_on,
            incident(grants),
            False,
            sex,
            False,
            self.now,
        )

    def _store_rows(self, plan: Plan, import_id: int) -> None:
        first = row_id(import_id, 0)
        for start in range(0, len(plan.stored), CHUNK):
            chunk = plan.stored[start : start + CHUNK]
            single = [record for record in chunk if record.fate != "duplicate"]
            insert_rows(self.session, ListRow, ROW, [self._row(r, import_id, first) for r in chunk])
            insert_rows(self.session, ListRowIdentity, ("row_id", "raw"), self._sealed(chunk, first))
            insert_rows(
                self.session,
                Authorisation,
                AUTHORISATION,
                [self._authorisation(plan, r, first) for r in single],
            )

    def _row(self, record: Record, import_id: int, first: int) -> Row:
        return (
            first + record.source_row,
            import_id,
            self.study_id,
            record.sheet,
            record.source_row,
            record.sheet_row,
            record.fingerprint,
            record.number_index,
            record.fate,
            record.reason,
            " ".join(record.flags),
        )

    def _sealed(self, records: list[Record], first: int) -> list[Row]:
        keys = [first + record.source_row for record in records]
        cells = [orjson.dumps(_document(record)) for record in records]
        sealed = self.vault.seal_all("list_row_identity", "raw", list(zip(keys, cells, strict=True)))
        return list(zip(keys, sealed, strict=True))

    def _authorisation(self, plan: Plan, record: Record, first: int) -> Row:
        member = plan.members.get(record.source_row)
        person = member.person if member is not None else None
        decided = person is not None and person.key is not None and not person.why
        entry = plan.entry_of(record)
        return (
            first + record.source_row,
            self.study_id,
            person.key if person is not None and decided else None,
            entry.centre_id if entry is not None else None,
            record.kind,
            record.request_type,
            record.request_type_inferred,
            record.status,
            record.granted_on,
            record.valid_from,
            record.valid_to,
            record.duration_days,
            record.product,
            record.strength,
            record.sex,
            record.in_window,
            self.courses.get(record.source_row),
            member.rule or None if member is not None and decided else None,
        )


def _document(record: Record) -> dict[str, str]:
    """Every raw cell, and beside them what was read of those that no table holds in the clear."""
    document = record.raw()
    document["read:birth"] = record.birth.iso
    document["read:indication"] = record.indication
    if record.birth.slack:
        document["read:slack"] = str(record.birth.slack)
    return document


def centre_of(entry: Entry, study_id: int, number: int, now: datetime) -> Centre:
    """A new centre as its spellings describe it."""
    postcode = next((code for code, _ in entry.postcodes.most_common(1)), None)
    town = next((name for name, _ in entry.towns.most_common() if name), None)
    known = where(town or "", postcode or "", next(iter(entry.finesses), ""))
    return Centre(
        study_id=study_id,
        number=number,
        code=f"{number:03d}",
        name=shown_name(entry),
        city=_shown_city(town),
        postcode=postcode,
        department=known.department or next(iter(sorted(entry.departments)), None),
        finess=next((number_ for number_, _ in entry.finesses.most_common(1)), None),
        legal_body=entry.legal_body or None,
        patients_coded=0,
        created_at=now,
    )


def _shown_city(town: str | None) -> str | None:
    if town is None:
        return None
    words = town.split()
    return " ".join(w for w in words if plain(w) != "CEDEX" and not w.isdigit()) or town


def alias_row(study_id: int, centre_id: int, place: Place, origin: str, now: datetime) -> Row:
    """The alias table's row for one spelling."""
    code = postcode_of(place.postcode)
    return (
        study_id,
        centre_id,
        spelling_key(place),
        place.name,
        place.city,
        code,
        place.finess,
        origin,
        1,
        now,
    )


def best_identity(person: Person) -> tuple[str | None, str | None]:
    """The initials and birth to show: the longest initials (straight order before swapped), the most precise birth."""
    shown = [m.initials for m in person.members if m.initials.readings]
    best = max(
        shown,
        key=lambda i: (len("".join(i.readings[0])), len(i.readings[0][0]) >= len(i.readings[0][1])),
        default=None,
    )
    births = [m.birth for m in person.members if m.birth.iso]
    birth = max(births, key=lambda b: (len(b.iso), -b.slack), default=None)
    return best.shown if best else None, birth.iso if birth else None


def _infer_types(records: list[Record], grants: list[Grant]) -> None:
    """A blank request type is inferred from the order (D20): the first row is initial, the others renew."""
    for place, (record, grant) in enumerate(zip(records, grants, strict=True)):
        if record.request_type is None:
            record.request_type = grant.request_type = "renewal" if place else "initial"
            record.request_type_inferred = True
            record.flags.append("type_inferred")


def _first_row(records: list[Record]) -> tuple[date, int]:
    return min([by_grant(r) for r in records if r.fate == "kept"])


def _first_centre(plan: Plan, records: list[Record]) -> int:
    first = next(record for record in records if record.fate == "kept")
    entry = plan.entry_of(first)
    if entry is None or entry.centre_id is None:
        raise RuntimeError("a kept row has a stored centre")
    return entry.centre_id
