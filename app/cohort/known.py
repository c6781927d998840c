"""What a study already knows before a list is read: rows, centres with their spellings, persons. Reads only."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cohort.dates import Birth
from app.cohort.initials import read_initials
from app.cohort.models import (
    Authorisation,
    Centre,
    CentreAlias,
    ListRow,
    ListRowIdentity,
    Patient,
    ReviewCase,
    Study,
)
from app.cohort.names import Place
from app.cohort.patients import raw_cells
from app.cohort.persons import Member, Person, Register
from app.cohort.resolving import CentreBook, Entry
from app.kernel.vault import Vault


@dataclass(slots=True)
class KnownRow:
    """A stored row as a later list meets it again."""

    id: int
    fate: str
    reason: str
    fingerprint: str
    number_index: str | None
    patient_id: str | None
    centre_id: int | None


@dataclass
class Known:
    """All that is known of a study.

    `told` holds the persons whose indication is known, `asked` the centres that have patients.
    """

    rows: list[KnownRow] = field(default_factory=list)
    by_fingerprint: dict[str, list[KnownRow]] = field(default_factory=dict)
    by_number: dict[str, list[KnownRow]] = field(default_factory=dict)
    book: CentreBook = field(default_factory=CentreBook)
    entries: dict[int, Entry] = field(default_factory=dict)
    register: Register = field(default_factory=Register)
    told: set[int] = field(default_factory=set)
    centre_codes: dict[int, str] = field(default_factory=dict)
    patient_codes: dict[str, str] = field(default_factory=dict)
    alias_keys: set[str] = field(default_factory=set)
    asked: set[int] = field(default_factory=set)


def load_known(session: Session, vault: Vault, study: Study, without: frozenset[int] = frozenset()) -> Known:
    """Everything that importing another list into `study` must respect; `without` leaves rows out of the persons."""
    known = Known()
    _load_rows(session, study, known)
    _load_centres(session, study, known)
    _load_persons(session, vault, study, known, without)
    return known


def _load_rows(session: Session, study: Study, known: Known) -> None:
    query = (
        select(
            ListRow.id,
            ListRow.fate,
            ListRow.reason,
            ListRow.fingerprint,
            ListRow.number_index,
            Authorisation.patient_id,
            Authorisation.centre_id,
        )
        .outerjoin(Authorisation, Authorisation.id == ListRow.id)
        .where(ListRow.study_id == study.id)
        .order_by(ListRow.id)
    )
    fingerprints: defaultdict[str, list[KnownRow]] = defaultdict(list)
    numbers: defaultdict[str, list[KnownRow]] = defaultdict(list)
    for values in session.execute(query):
        row = KnownRow(*values)
        known.rows.append(row)
        fingerprints[row.fingerprint].append(row)
        if row.number_index is not None:
            numbers[row.number_index].append(row)
    known.by_fingerprint, known.by_number = dict(fingerprints), dict(numbers)


def load_book(session: Session, study: Study) -> tuple[CentreBook, dict[int, Entry]]:
    """The centres of a study as a book of spellings, and its entries by centre id."""
    known = Known()
    _load_centres(session, study, known)
    return known.book, known.entries


def _load_centres(session: Session, study: Study, known: Known) -> None:
    centres = session.scalars(select(Centre).where(Centre.study_id == study.id).order_by(Centre.number)).all()
    into = {centre.id: centre.merged_into_id for centre in centres}
    for centre in centres:
        known.centre_codes[centre.id] = centre.code
        if centre.merged_into_id is None:
            entry = known.book.add(Entry(centre_id=centre.id, number=centre.number))
            known.entries[centre.id] = entry
            place = Place(centre.name, centre.city or "", centre.postcode or "", centre.finess or "")
            known.book.learn(entry, place, "given")
    aliases = select(CentreAlias).where(CentreAlias.study_id == study.id).order_by(CentreAlias.id)
    for alias in session.scalars(aliases):
        known.alias_keys.add(alias.spelling_key)
        # A merged centre's spellings mean the centre that took over, as long as the merge stands.
        owner: int | None = alias.centre_id
        while owner is not None and into.get(owner) is not None:
            owner = into[owner]
        if owner in known.entries:
            place = Place(alias.name, alias.city, alias.postcode, alias.finess)
            known.book.learn(known.entries[owner], place, "decided", alias.seen)


def _load_persons(
    session: Session, vault: Vault, study: Study, known: Known, without: frozenset[int]
) -> None:
    patients = select(Patient.id, Patient.code, Patient.centre_id, Patient.merged_into_id)
    for patient, code, centre, merged in session.execute(patients.where(Patient.study_id == study.id)):
        known.patient_codes[patient] = code
        if merged is None:
            known.asked.add(centre)
    undecided = _open_cases(session, study)
    persons: dict[str | int, Person] = {}
    for row, raw in _linked_rows(session, study):
        case = undecided.get(row.id)
        key: str | int | None = row.patient_id if row.patient_id is not None else case.id if case else None
        if key is None or row.id in without:
            continue
        member, told = member_of(vault, row, raw)
        persons[key] = known.register.add(member, row.link_rule or "first", persons.get(key))
        persons[key].key = row.patient_id
        if case is not None and row.patient_id is None:
            persons[key].case_id = case.id
            persons[key].why = str(orjson.loads(case.facts)["why"])
        if told:
            known.told.add(id(persons[key]))
    for case in {case.id: case for case in undecided.values()}.values():
        if case.id in persons:
            candidates = [c["patient"] for c in orjson.loads(case.facts)["candidates"]]
            persons[case.id].proposals = [persons[c] for c in candidates if c in persons]


def _open_cases(session: Session, study: Study) -> dict[int, ReviewCase]:
    cases = session.scalars(
        select(ReviewCase).where(
            ReviewCase.study_id == study.id, ReviewCase.kind == "patient", ReviewCase.state == "open"
        )
    )
    return {row: case for case in cases for row in orjson.loads(case.facts)["rows"]}


def _linked_rows(session: Session, study: Study) -> list[tuple[Authorisation, bytes]]:
    query = (
        select(Authorisation, ListRowIdentity.raw)
        .join(ListRow, ListRow.id == Authorisation.id)
        .join(ListRowIdentity, ListRowIdentity.row_id == Authorisation.id)
        .where(Authorisation.study_id == study.id, ListRow.fate.in_(("kept", "outside_window", "review")))
        .order_by(Authorisation.id)
    )
    return [(authorisation, raw) for authorisation, raw in session.execute(query)]


def member_of(vault: Vault, row: Authorisation, raw: bytes) -> tuple[Member, bool]:
    """A stored row as linking sees it, and whether its own indication is the study's."""
    cells = raw_cells(vault, row.id, raw)
    whole = cells.get("pt_ini", "")
    initials = (
        read_initials(whole)
        if whole.strip()
        else read_initials(cells.get("pt_ini_sur", ""), cells.get("pt_ini_first", ""))
    )
    birth = Birth(cells.get("read:birth", ""), int(cells.get("read:slack", "0")))
    granted: date | None = row.granted_on
    member = Member(
        ref=row.id,
        centre=row.centre_id,
        sex=row.sex,
        initials=initials,
        birth=birth,
        granted_on=granted,
        valid_to=row.valid_to,
        renewal=row.request_type == "renewal",
        strength=row.strength,
    )
    return member, cells.get("read:indication") == "in"
