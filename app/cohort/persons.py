"""Rows seen as persons: what linking compares, and the indexes that keep its cost linear. Pure."""

from collections import defaultdict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from app.cohort.dates import Birth, births_agree
from app.cohort.initials import Initials, Reading, compatible, first_letters
from app.cohort.rarity import Rarity


@dataclass(slots=True, eq=False)
class Member:
    """One row to be linked. A `weak` row (refused, undated) may join a person but never makes one."""

    ref: int
    centre: Hashable | None
    sex: int | None
    initials: Initials
    birth: Birth
    granted_on: date | None
    valid_to: date | None
    renewal: bool
    strength: str | None = None
    weak: bool = False
    person: "Person | None" = None
    rule: str = ""


@dataclass(slots=True, eq=False)
class Person:
    """Rows that are one patient. `proposals` are the persons it may be, when a human must say so."""

    key: str | None = None
    case_id: int | None = None
    members: list[Member] = field(default_factory=list)
    initials: list[Initials] = field(default_factory=list)
    births: list[Birth] = field(default_factory=list)
    # Short lists, not sets: half of a large list's memory would be empty hash tables.
    sexes: list[int] = field(default_factory=list)
    centres: list[Hashable] = field(default_factory=list)
    proposals: "list[Person]" = field(default_factory=list)
    why: str = ""

    def admits_sex(self, member: Member) -> bool:
        """Whether the sexes are compatible; an unknown one always is."""
        return member.sex is None or not self.sexes or self.sexes == [member.sex]

    def admits_initials(self, member: Member) -> bool:
        """Whether the initials are compatible with every form seen so far, so that no chain joins strangers."""
        if not member.initials.readings or not self.initials:
            return False
        mine = member.initials
        return all(known is mine or compatible(known, mine) for known in self.initials)

    def admits_birth(self, member: Member) -> bool:
        """Whether the births agree to the precision of the coarser, for every form seen so far."""
        mine = member.birth
        return bool(self.births) and all(known is mine or births_agree(known, mine) for known in self.births)

    def take(self, member: Member, rule: str) -> bool:
        """Makes `member` part of this person; whether it can be found in a way the others cannot."""
        member.person, member.rule = self, rule
        fresh = True
        for m in self.members:
            if m.initials is member.initials and m.centre == member.centre and m.birth == member.birth:
                fresh = False
                break
        self.members.append(member)
        if member.initials.readings and member.initials not in self.initials:
            self.initials.append(member.initials)
        if member.birth.iso and member.birth not in self.births:
            self.births.append(member.birth)
        if member.sex is not None and member.sex not in self.sexes:
            self.sexes.append(member.sex)
        if member.centre is not None and member.centre not in self.centres:
            self.centres.append(member.centre)
        return fresh

    def continued_on(self, day: date | None, within: timedelta) -> bool:
        """Whether a grant on `day` follows one of this person's validities, or anticipates its end, by so little."""
        if day is None:
            return False
        ends = (m.valid_to or m.granted_on for m in self.members if not m.weak)
        return any(end is not None and abs(day - end) <= within for end in ends)


class Register:
    """All persons, found by birth, by centre and year, by centre and letters, by 3+2 initials."""

    def __init__(self) -> None:
        self.persons: list[Person] = []
        self.rarity = Rarity()
        self._by_birth: defaultdict[str, list[Person]] = defaultdict(list)
        self._by_year: defaultdict[tuple[Hashable, str], list[Person]] = defaultdict(list)
        self._by_letters: defaultdict[tuple[Hashable, str], list[Person]] = defaultdict(list)
        self._by_full: defaultdict[Reading, list[Person]] = defaultdict(list)
        self._by_month: defaultdict[str, list[Person]] = defaultdict(list)

    def add(self, member: Member, rule: str = "first", person: Person | None = None) -> Person:
        """Takes `member` into `person` (a new one when None) and keeps the indexes right."""
        if person is None:
            person = Person()
            self.persons.append(person)
            self.rarity.learn(member.initials, member.birth, member.sex, member.centre)
        self.rarity.met(member.granted_on)
        if person.take(member, rule):
            self._index(person, member)
        return person

    def _index(self, person: Person, member: Member) -> None:
        birth = member.birth
        if len(birth.iso) == 10:
            _put(self._by_birth[birth.iso], person)
        if len(birth.iso) >= 7:
            _put(self._by_month[birth.iso[:7]], person)
        if member.centre is not None:
            for year in _years(birth):
                _put(self._by_year[(member.centre, year)], person)
            for letters in first_letters(member.initials):
                _put(self._by_letters[(member.centre, letters)], person)
        for reading in member.initials.full:
            _put(self._by_full[reading], person)

    def born_on(self, iso: str) -> list[Person]:
        """Persons with this full birth, anywhere."""
        return self._by_birth.get(iso, [])

    def born_about(self, centre: Hashable | None, birth: Birth) -> list[Person]:
        """Persons of a centre born in the year (or the years, for an age) of `birth`."""
        return _unique(self._by_year.get((centre, year), []) for year in _years(birth))

    def lettered(self, centre: Hashable | None, initials: Initials) -> list[Person]:
        """Persons of a centre who share both first letters, in either order."""
        return _unique(self._by_letters.get((centre, letters), []) for letters in first_letters(initials))

    def born_in(self, month: str) -> list[Person]:
        """Persons anywhere born in this month (YYYY-MM)."""
        return self._by_month.get(month, [])

    def named(self, initials: Initials) -> list[Person]:
        """Persons anywhere with the same 3+2 initials."""
        return _unique(self._by_full.get(reading, []) for reading in initials.full)


def _put(persons: list[Person], person: Person) -> None:
    if not persons or (persons[-1] is not person and person not in persons):
        persons.append(person)


def _unique(lists: Iterator[list[Person]]) -> list[Person]:
    return list({id(person): person for persons in lists for person in persons}.values())


def _years(birth: Birth) -> list[str]:
    if not birth.iso:
        return []
    year = int(birth.iso[:4])
    return [str(y) for y in range(year - birth.slack, year + birth.slack + 1)]
