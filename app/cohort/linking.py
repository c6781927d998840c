"""Linking rows into patients by rules (a), (b), (c) and (d); whatever is not safe is proposed. Pure.

Births come first, the precise before the partial before the missing, so that the result does not depend on
the order of the file.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from app.cohort.initials import resemblance, share_a_letter
from app.cohort.persons import Member, Person, Register

# A human compares a few candidates, not a page of them.
MOST_PROPOSED = 6
# Rule (d) may meet a stranger once in so many links.
MOST_STRANGERS = 1 / 300


@dataclass(frozen=True)
class Linkage:
    """The thresholds of a study for rule (c)."""

    continuation: timedelta


def link(register: Register, members: Iterable[Member], linkage: Linkage) -> None:
    """Gives every member a person, or none when a weak one fits nobody; fills in the proposals of doubtful persons.

    `register` may hold persons of earlier lists: they are joined, never merged with one another.
    """
    linker = _Linker(register, linkage)
    ordered = sorted(members, key=_order)
    for member in ordered:
        linker.place(member)


def _order(member: Member) -> tuple[int, bool, int, date, int]:
    precision = {"d": 0, "m": 1, "y": 2}.get(member.birth.precision, 3)
    if member.birth.slack:
        precision = 2
    # Longer initials first: a short form must find the whole ones it may abbreviate. Births missing: by date,
    # since rule (c) follows one validity after another.
    letters = -sum(map(len, member.initials.readings[0])) if member.initials.readings and precision < 3 else 0
    return precision, member.weak, letters, member.granted_on or date.max, member.ref


class _Linker:
    def __init__(self, register: Register, linkage: Linkage) -> None:
        self.register, self.linkage = register, linkage

    def place(self, member: Member) -> None:
        if len(member.birth.iso) == 10:
            fits, near, rule = self._by_full_birth(member)
        elif member.birth.iso:
            fits, near, rule = self._by_partial_birth(member)
        else:
            fits, near, rule = self._by_continuity(member)
        self._settle(member, fits, near, rule)

    def _settle(self, member: Member, fits: list[Person], near: list[Person], rule: str) -> None:
        if len(fits) > 1:
            fits = _one_question(fits, member)
        if len(fits) == 1:
            self.register.add(member, rule, fits[0])
            return
        if member.weak:
            return
        person = self.register.add(member)
        if fits or near:
            person.proposals = (fits or near)[:MOST_PROPOSED]
            person.why = "several" if fits else "doubtful"
        elif not member.initials.readings and not member.birth.iso:
            person.why = "nameless"
        elif member.birth.ambiguous:
            person.why = "century"

    def _by_full_birth(self, member: Member) -> tuple[list[Person], list[Person], str]:
        """Rule (a): same full birth, compatible sex and initials, any centre; else rule (b) in the same centre."""
        born = self.register.born_on(member.birth.iso)
        fits = [
            p for p in born if p.admits_sex(member) and p.admits_initials(member) and p.admits_birth(member)
        ]
        if fits:
            strangers = [p for p in fits if _short_elsewhere(p, member)]
            return ([], fits, "a") if strangers else (fits, [], "a")
        about = [p for p in self.register.born_about(member.centre, member.birth) if p.admits_birth(member)]
        fits = [p for p in about if p.admits_sex(member) and p.admits_initials(member)]
        if fits:
            return self._unless_vague(fits, member)
        return [], [p for p in born if self._twin_suspected(p, member)], "a"

    def _by_partial_birth(self, member: Member) -> tuple[list[Person], list[Person], str]:
        """Rule (b): same centre, compatible sex, initials and partial birth."""
        about = [p for p in self.register.born_about(member.centre, member.birth) if p.admits_birth(member)]
        fits = [p for p in about if p.admits_sex(member) and p.admits_initials(member)]
        if fits:
            return self._unless_vague(fits, member)
        near = [p for p in about if self._twin_suspected(p, member)]
        return self._unless_alone(near or self._moved(member), member, "b")

    def _unless_vague(self, fits: list[Person], member: Member) -> tuple[list[Person], list[Person], str]:
        """A first request is not linked by rule (b) on a year of birth and two letters alone: they meet by chance."""
        for p in [] if member.renewal else fits:
            if any(_second_strength(known, member) for known in p.members):
                continue
            year = len(member.birth.iso) == 4 or all(len(known.iso) == 4 for known in p.births)
            if year and not _named_alike(p, member):
                return [], fits, "b"
        return fits, [], "b"

    def _by_continuity(self, member: Member) -> tuple[list[Person], list[Person], str]:
        """Rule (c): births missing, same centre, identical 3+2, one candidate only, and a continuing renewal or a
        second strength on the same day (D03)."""
        here = [
            p
            for p in self.register.lettered(member.centre, member.initials)
            if p.admits_sex(member) and p.admits_initials(member)
        ]
        named = [p for p in here if not p.births and _named_alike(p, member)]
        continued = [p for p in named if self._follows(p, member)]
        if len(here) == 1 and continued:
            return here, [], "c"
        # A person in doubt and those it may be are one question: what continues it follows its answer.
        for doubted in continued:
            if doubted.why and all(p is doubted or p in doubted.proposals for p in here):
                return [doubted], [], "c"
        return self._unless_alone(here or self._misspelt(member) or self._moved(member), member, "c")

    def _unless_alone(
        self, near: list[Person], member: Member, rule: str
    ) -> tuple[list[Person], list[Person], str]:
        """Rule (d): a renewal, or a beginning that was missing, that could be one person's only, where the list's own
        frequencies leave room for hardly any stranger who would look the same."""
        alone = len(near) == 1 and self._agree(near[0], member)
        alone = alone and (member.renewal or self._begins(near[0], member))
        if alone and self._strangers(near[0], member) <= MOST_STRANGERS:
            return near, [], "d"
        return [], near, rule

    def _agree(self, person: Person, member: Member) -> bool:
        """Nothing speaks against: a doubtful person, another sex, other initials or births that differ do."""
        births = not member.birth.iso or not person.births or person.admits_birth(member)
        return not person.why and births and person.admits_sex(member) and person.admits_initials(member)

    def _strangers(self, person: Person, member: Member) -> float:
        """How many other persons are expected to agree with `member` as much as `person` does."""
        rarity = self.register.rarity
        share = min(rarity.of_initials(known, member.initials) for known in person.initials)
        share *= rarity.of_sex(member.sex if person.sexes else None)
        if self._continues(person, member) or self._begins(person, member):
            share *= rarity.of_day(len(person.members), self.linkage.continuation)
        if member.birth.precision == "m" and any(len(birth.iso) >= 7 for birth in person.births):
            return share * rarity.persons * rarity.of_month(member.birth.iso[:7])
        if member.birth.iso:
            return rarity.persons
        here = member.centre if member.centre in person.centres else None
        return share * rarity.known(here, birthless=not person.births)

    def _follows(self, person: Person, member: Member) -> bool:
        continues = member.renewal and self._continues(person, member)
        return continues or any(_second_strength(known, member) for known in person.members)

    def _continues(self, person: Person, member: Member) -> bool:
        return person.continued_on(member.granted_on, self.linkage.continuation)

    def _begins(self, person: Person, member: Member) -> bool:
        """Whether the person's rows begin by a renewal, and of just this request's validity."""
        first = min(person.members, key=lambda known: known.granted_on or date.max)
        end = member.valid_to or member.granted_on
        if not first.renewal or first.granted_on is None or end is None or member.granted_on is None:
            return False
        return member.granted_on < first.granted_on and abs(first.granted_on - end) <= self.linkage.continuation

    def _moved(self, member: Member) -> list[Person]:
        """A renewal whose beginning may lie in another centre (D08): same 3+2 initials or month of birth, and
        either the validity continues, or both agree, or the row's own centre is not known yet."""
        if not member.renewal:
            return []
        named = self.register.named(member.initials)
        born = self.register.born_in(member.birth.iso) if member.birth.precision == "m" else []
        found = {id(p): p for p in (*named, *born)}.values()
        return [
            p
            for p in found
            if p.admits_sex(member)
            and p.admits_initials(member)
            and (not member.birth.iso or not p.births or p.admits_birth(member))
            and (member.centre is None or self._continues(p, member) or (p in named and p in born))
        ]

    def _misspelt(self, member: Member) -> list[Person]:
        """A renewal that continues a validity of the same centre under initials of which one part differs."""
        if not member.renewal:
            return []
        return [
            p
            for p in self.register.lettered(member.centre, member.initials)
            if p.admits_sex(member)
            and not p.births
            and any(resemblance(known, member.initials) >= 1 for known in p.initials)
            and self._continues(p, member)
        ]

    def _twin_suspected(self, person: Person, member: Member) -> bool:
        """Same birth, and either the sex or the initials are against it, but not both (D17, D23)."""
        if not member.initials.readings or not person.initials:
            return member.centre in person.centres and person.admits_sex(member)
        if not person.admits_sex(member):
            return person.admits_initials(member)
        if member.centre in person.centres:
            return any(share_a_letter(known, member.initials) for known in person.initials)
        # In another centre a shared letter is chance; a shared name on a validity that continues is not.
        alike = any(resemblance(known, member.initials) >= 1 for known in person.initials)
        return alike and member.renewal and self._continues(person, member)


def _one_question(fits: list[Person], member: Member) -> list[Person]:
    """The person in doubt when the others that fit are those it may be, all elsewhere: the row follows its answer."""
    for doubted in fits:
        here = doubted.why and member.centre in doubted.centres
        others = [p for p in fits if p is not doubted]
        if here and all(p in doubted.proposals and member.centre not in p.centres for p in others):
            return [doubted]
    return fits


def _named_alike(person: Person, member: Member) -> bool:
    full = member.initials.full
    return bool(full) and all(known.full & full for known in person.initials)


def _second_strength(one: Member, other: Member) -> bool:
    """Two vials of different strength granted on one day are one treatment (D03)."""
    same_day = one.granted_on is not None and one.granted_on == other.granted_on
    return same_day and bool(one.strength and other.strength) and one.strength != other.strength


def _short_elsewhere(person: Person, member: Member) -> bool:
    """A first request in a new centre under one-letter initials: with thousands of patients, the same birthday
    and two letters do meet by chance (2 of 3,000 in simulation), so a person looks."""
    if member.renewal or not person.centres or member.centre in person.centres:
        return False
    return not (member.initials.full and any(known.full for known in person.initials))
