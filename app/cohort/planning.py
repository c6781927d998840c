"""The plan of an import: every row's fate, patient and centre, against what is known. It writes nothing."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date

from app.cohort.fating import (
    fate_after_linking,
    fate_before_linking,
    inherit_indications,
    is_linked,
    is_weak,
)
from app.cohort.known import Known, KnownRow
from app.cohort.linking import Linkage, link
from app.cohort.names import Place
from app.cohort.persons import Member, Person
from app.cohort.records import Record
from app.cohort.resolving import Entry, Resolution, resolve_all
from app.cohort.rules import ListRules

# A list that holds at least this share of the known numbers is a newer edition of the whole list, so that a
# number missing from it was withdrawn; a list with fewer is a supplement and says nothing of the others.
EDITION_SHARE = 0.5


@dataclass
class Plan:
    """What an import would do. `stored` are the rows not known yet; the others are in `known_rows`."""

    records: list[Record]
    known: Known
    stored: list[Record] = field(default_factory=list)
    known_rows: dict[int, KnownRow] = field(default_factory=dict)
    twins: dict[int, Record] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    places: dict[Place, Resolution] = field(default_factory=dict)
    changed: dict[int, KnownRow] = field(default_factory=dict)
    conflicts: list[tuple[Record, Record | KnownRow]] = field(default_factory=list)
    withdrawn: list[KnownRow] = field(default_factory=list)

    def entry_of(self, record: Record) -> Entry | None:
        """The centre of a row, once resolved."""
        resolution = self.places.get(record.place)
        return resolution.entry if resolution is not None else None

    def person_of(self, record: Record) -> Person | None:
        """The person of a row, decided or not."""
        member = self.members.get(record.source_row)
        return member.person if member is not None else None

    def newcomers(self) -> list[tuple[Person, Entry]]:
        """The patients whom the import would make, each with the centre to ask: that of their first kept row."""
        firsts: dict[int, tuple[Person, Record]] = {}
        for record in self.stored:
            person = self.person_of(record)
            if record.fate == "kept" and person is not None and person.key is None:
                known = firsts.get(id(person))
                if known is None or by_grant(record) < by_grant(known[1]):
                    firsts[id(person)] = (person, record)
        found = ((person, self.entry_of(first)) for person, first in firsts.values())
        return [(person, entry) for person, entry in found if entry is not None]


def by_grant(record: Record) -> tuple[date, int]:
    """The order of one patient's rows."""
    return (record.granted_on or date.min, record.source_row)


def makes_centre(record: Record) -> bool:
    """Only a row that got as far as its patient makes a centre: a refused one asks nobody."""
    return record.fate == "kept" or record.reason.startswith("patient_")


def plan(records: list[Record], known: Known, rules: ListRules) -> Plan:
    """Decides what becomes of every record; the same records against the same knowledge give the same plan."""
    made = Plan(records, known)
    _meet_known_rows(made)
    for record in made.stored:
        if not record.fate:
            fate_before_linking(record, rules)
    _meet_known_numbers(made)
    linked = [record for record in made.stored if is_linked(record)]
    made.places = resolve_all(known.book, Counter(record.place for record in linked))
    _flag_typos(made)
    _link(made, linked, rules)
    inherit_indications(linked, made.members, known.told)
    fate_after_linking(linked, made.members, made.places)
    _meet_own_numbers(made)
    return made


def _meet_known_rows(made: Plan) -> None:
    """Sets apart rows that are stored already, then exact twins inside the file (D01)."""
    met: Counter[str] = Counter()
    firsts: dict[str, Record] = {}
    for record in made.records:
        stored = made.known.by_fingerprint.get(record.fingerprint, [])
        seen = met[record.fingerprint]
        met[record.fingerprint] += 1
        if seen < len(stored):
            made.known_rows[record.source_row] = stored[seen]
            continue
        made.stored.append(record)
        first = firsts.setdefault(record.fingerprint, record)
        if stored or first is not record:
            record.fate, record.reason = "duplicate", "twin"
            made.twins[record.source_row] = first


def _meet_known_numbers(made: Plan) -> None:
    """A known number with other content corrects a row that left the list, or conflicts with one still in it."""
    still_there = {row.id for row in made.known_rows.values()}
    present = {record.number_index for record in made.records if record.number_index}
    for record in made.stored:
        if record.fate == "duplicate" or record.number_index is None:
            continue
        rivals = [row for row in made.known.by_number.get(record.number_index, []) if row.reason != "twin"]
        if not rivals:
            continue
        if rivals[0].id in still_there:
            record.flags.append("number_twice")
            made.conflicts.append((record, rivals[0]))
        elif rivals[0].fate in ("kept", "outside_window"):
            made.changed[record.source_row] = rivals[0]
            record.fate, record.reason = "review", "changed"
    made.withdrawn = _withdrawn(made, present)


def _withdrawn(made: Plan, present: set[str]) -> list[KnownRow]:
    accepted = [row for row in made.known.rows if row.fate == "kept" and row.number_index is not None]
    gone = [row for row in accepted if row.number_index not in present]
    edition = accepted and len(accepted) - len(gone) >= EDITION_SHARE * len(accepted)
    return gone if edition and made.stored else []


def _flag_typos(made: Plan) -> None:
    for record in made.stored:
        resolution = made.places.get(record.place)
        if resolution is not None and resolution.how == "typo":
            record.flags.append("centre_typo")


def _link(made: Plan, linked: list[Record], rules: ListRules) -> None:
    for record in linked:
        entry = made.entry_of(record)
        made.members[record.source_row] = Member(
            ref=record.source_row,
            # A stored centre is compared by its id: rows of earlier lists carry nothing else.
            centre=None if entry is None else entry.centre_id or entry,
            sex=record.sex,
            initials=record.initials,
            birth=record.birth,
            granted_on=record.granted_on,
            valid_to=record.valid_to,
            renewal=record.request_type != "initial",
            strength=record.strength,
            weak=is_weak(record),
        )
    link(made.known.register, made.members.values(), Linkage(rules.continuation))


def _meet_own_numbers(made: Plan) -> None:
    """The same number with other content twice in one file: both kept and flagged, a person picks (D02)."""
    numbered: defaultdict[str, list[Record]] = defaultdict(list)
    for record in made.stored:
        if record.number_index is not None and record.fate != "duplicate":
            numbered[record.number_index].append(record)
    for rivals in numbered.values():
        first = rivals[0]
        for record in rivals[1:]:
            record.flags.append("number_twice")
            made.conflicts.append((record, first))
    for record, rival in made.conflicts:
        if record.fate == "kept" and not _same_person(made, record, rival):
            record.fate, record.reason = "review", "number_conflict"


def _same_person(made: Plan, record: Record, rival: Record | KnownRow) -> bool:
    person = made.person_of(record)
    if isinstance(rival, KnownRow):
        return person is not None and (person.key == rival.patient_id or rival.fate != "kept")
    return rival.fate != "kept" or made.person_of(rival) is person
