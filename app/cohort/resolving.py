"""Which centre a spelling means, by the rules D09–D13 of the tests: pure, deciding only what is safe.

Homonyms are never merged; whatever is neither the same name nor one edit away is left to a person.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from rapidfuzz.distance import OSA

from app.cohort.names import (
    HOMONYMS,
    PUBLIC,
    Place,
    Spelling,
    Where,
    departments_differ,
    spelling,
    spelling_key,
    squash,
    variants,
    where,
)

How = Literal["list", "typo", "decided", "given", "new", "proposed", "unknown"]
UNNAMED = (
    "",
    "INCONNU",
    "HOPITALINCONNU",
    "NC",
    "NR",
    "ND",
    "NONRENSEIGNE",
    "HOPITAL",
    "CLINIQUE",
    "DIALYSE",
)
# A dialysis association has many sites: its acronym alone does not say which one to ask (D12).
ASSOCIATIONS = (
    "AURAL",
    "AURA",
    "ATIR",
    "ECHO",
    "AIDER",
    "CALYDIAL",
    "NEPHROCARE",
    "SANTELYS",
    "AUB",
    "AGDUC",
    "ALTIR",
)
NAMELESS = frozenset(UNNAMED) | frozenset(ASSOCIATIONS)


@dataclass(eq=False)
class Entry:
    """A centre as its spellings show it. `centre_id` is None until it is stored."""

    centre_id: int | None = None
    number: int = 0
    names: Counter[str] = field(default_factory=Counter)
    towns: Counter[str] = field(default_factory=Counter)
    spellings: set[Spelling] = field(default_factory=set)
    written: set[str] = field(default_factory=set)
    cities: set[str] = field(default_factory=set)
    postcodes: Counter[str] = field(default_factory=Counter)
    exact_postcodes: set[str] = field(default_factory=set)
    departments: set[str] = field(default_factory=set)
    finesses: Counter[str] = field(default_factory=Counter)
    legal_body: str = ""

    def count(self, places: Mapping[Place, int]) -> None:
        """Counts how often names and towns were written so, for the ones to show."""
        for place, count in places.items():
            self.names[" ".join(place.name.split())] += count
            self.towns[" ".join(place.city.split())] += count

    def learn(self, place: Place, count: int) -> None:
        """Takes one more spelling of this centre into account."""
        town = where(place.city, place.postcode, place.finess)
        read = spelling(place.name, town.city)
        if place.name.strip():
            self.names[" ".join(place.name.split())] += count
            if read not in self.spellings:
                self.spellings.add(read)
                self.written |= variants(place.name)
        if place.city.strip():
            self.towns[" ".join(place.city.split())] += count
            self.cities.add(town.city)
        if town.postcode:
            self.postcodes[town.postcode] += count
            if town.exact:
                self.exact_postcodes.add(town.postcode)
        if town.department:
            self.departments.add(town.department)
        if place.finess:
            self.finesses[place.finess] += count
        self.legal_body = self.legal_body or read.legal_body


@dataclass(frozen=True)
class Resolution:
    """The centre of a spelling and how it was found, or the candidates that a person must choose from."""

    entry: Entry | None
    how: How
    candidates: tuple[Entry, ...] = ()


class CentreBook:
    """The centres known so far, with their spellings; grows as places are resolved."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._aliases: dict[str, tuple[Entry, How]] = {}
        self._by_city: defaultdict[str, list[Entry]] = defaultdict(list)
        self._departments: defaultdict[str, set[str]] = defaultdict(set)
        self._by_finess: defaultdict[str, list[Entry]] = defaultdict(list)
        self._by_writing: defaultdict[tuple[str, str], list[Entry]] = defaultdict(list)

    def add(self, entry: Entry) -> Entry:
        """Puts an empty entry into the book."""
        self.entries.append(entry)
        return entry

    def learn(self, entry: Entry, place: Place, how: How, count: int = 1) -> None:
        """Remembers that `place` is a spelling of `entry`."""
        entry.learn(place, count)
        self._aliases.setdefault(spelling_key(place), (entry, how))
        town = where(place.city, place.postcode, place.finess)
        city = town.city
        if city and town.department:
            self._departments[city].add(town.department)
        for written in variants(place.name) if city else ():
            known = self._by_writing[(city, written)]
            if entry not in known:
                known.append(entry)
        if city and entry not in self._by_city[city]:
            self._by_city[city].append(entry)
        if place.finess and entry not in self._by_finess[place.finess]:
            self._by_finess[place.finess].append(entry)

    def resolve(self, place: Place) -> Resolution:
        """The centre that `place` means; `new` when no known centre can be meant."""
        known = self._aliases.get(spelling_key(place))
        if known is not None:
            return Resolution(known[0], known[1])
        town = where(place.city, place.postcode, place.finess)
        read = spelling(place.name, town.city)
        if squash(place.name) in NAMELESS or not read.squash:
            return self._nameless(place, town)
        if town.city and town.city in self._by_city:
            return self._in_city(place, town, read)
        return self._elsewhere(place, town, read)

    def resolve_given(self, place: Place) -> Resolution:
        """`resolve` for what a person or a study wrote down, not an agency's list: a name that exactly one
        centre without any place goes by means that centre, wherever the writer says it lies; so does the one
        centre that the study knows in a homonymous town.
        """
        found = self.resolve(place)
        if found.how == "proposed" and len(found.candidates) == 1:
            only = found.candidates[0]
            town = where(place.city, place.postcode, place.finess)
            here = town.city in only.cities and not town.department
            if (here or not _is_placed(only)) and not variants(place.name).isdisjoint(only.written):
                return Resolution(only, "given")
        return found

    def _nameless(self, place: Place, town: Where) -> Resolution:
        # «AP-HP» alone names a legal body, not a site (D11); a blank names nothing (D12).
        sites = (
            [e for e in self._by_finess.get(place.finess, ()) if not _far(e, town)] if place.finess else []
        )
        return Resolution(sites[0], "list") if len(sites) == 1 else Resolution(None, "unknown", tuple(sites))

    def _in_city(self, place: Place, town: Where, read: Spelling) -> Resolution:
        pool = [e for e in self._by_city[town.city] if not _far(e, town)]
        written = {id(e) for v in variants(place.name) for e in self._by_writing.get((town.city, v), ())}
        same = [e for e in pool if id(e) in written or _same_core_and_kind(e, read, town.city)]
        near = [] if same else [e for e in pool if not _same_core(e, read) and _edits(e, read.squash, 1) <= 1]
        if (same or near) and not town.department and self._is_homonym(town.city):
            return Resolution(None, "proposed", tuple(same or near))
        if same:
            return _one_of(same, place, town, "list")
        if _site_missing(read, town.city):
            sites = tuple(e for e in pool if _is_site_of_kind(e, read.kind, town.city))
            if sites:
                return Resolution(None, "proposed", sites)
        # «CH PARIS» and «CHU PARIS» may be one house, unless postcode or FINESS say that they are two.
        other_kind = [e for e in pool if _same_core(e, read)]
        possible = tuple(e for e in other_kind if not _conflicts(e, place, town))
        if possible:
            return Resolution(None, "proposed", possible)
        if near:
            return _one_of(near, place, town, "typo")
        return self._by_number(place, town, read, pool)

    def _is_homonym(self, city: str) -> bool:
        """Whether two towns have this name, by what everybody knows or by the list's own departments (D10)."""
        if city in HOMONYMS:
            return True
        known = sorted(self._departments[city])
        return any(departments_differ(known[0], other) for other in known[1:])

    def _by_number(self, place: Place, town: Where, read: Spelling, pool: list[Entry]) -> Resolution:
        """By FINESS when the names resemble each other; two edits or a shared FINESS alone are only proposed."""
        sharing = (
            [e for e in self._by_finess.get(place.finess, ()) if not _far(e, town)] if place.finess else []
        )
        alike = [
            e
            for e in sharing
            if _likeness(e, read.squash) >= 0.85 and (not town.city or town.city in e.cities)
        ]
        if len(alike) == 1 and len(sharing) == 1:
            return Resolution(alike[0], "list")
        close = [e for e in pool if len(read.squash) >= 10 and _edits(e, read.squash, 2) <= 2]
        proposed = tuple(dict.fromkeys([*sharing, *close]))
        return Resolution(None, "proposed" if proposed else "new", proposed)

    def _elsewhere(self, place: Place, town: Where, read: Spelling) -> Resolution:
        """No city given, or one never seen: the name may still be known under a city that was typed otherwise."""
        reachable = [e for e in self.entries if not _far(e, town) and _may_share_city(e, town)]
        same = [e for e in reachable if _same_name(e, read, place.name, town.city)]
        if same and _placed(place, town) == any(_is_placed(e) for e in same):
            agreeing = [e for e in same if not town.city or town.postcode in e.exact_postcodes]
            if agreeing or not town.city:
                return _one_of(agreeing or same, place, town, "list")
        if same:
            return Resolution(None, "proposed", tuple(same))
        return self._by_number(place, town, read, reachable)


def resolve_all(book: CentreBook, places: Counter[Place]) -> dict[Place, Resolution]:
    """Resolves all spellings of a list together, the best documented and most frequent first.

    A typo is thus met after the spelling it comes from, and a homonym without a postcode after those that have one.
    """
    # What differs in case or punctuation only is one spelling: a large list has ten times more places than keys.
    groups: defaultdict[str, list[Place]] = defaultdict(list)
    for place in places:
        groups[spelling_key(place)].append(place)
    weight: Counter[str] = Counter()
    for key, alike in groups.items():
        weight[_name_and_city(key)] += sum(places[place] for place in alike)

    def rank(key: str) -> tuple[int, int, int, str]:
        _, city, postcode, finess = key.split("|")
        known = 0 if postcode or finess else 1 if city else 2
        return known, -weight[_name_and_city(key)], -sum(places[p] for p in groups[key]), key

    found: dict[Place, Resolution] = {}
    for key in sorted(groups, key=rank):
        alike = groups[key]
        resolution = book.resolve(alike[0])
        if resolution.how == "new":
            resolution = Resolution(book.add(Entry()), "new")
        if resolution.entry is not None:
            how = "list" if resolution.how == "new" else resolution.how
            book.learn(resolution.entry, alike[0], how, 0)
            resolution.entry.count({place: places[place] for place in alike})
        found.update(dict.fromkeys(alike, resolution))
    return found


def _name_and_city(key: str) -> str:
    return key[: key.index("|", key.index("|") + 1)]


def _one_of(entries: list[Entry], place: Place, town: Where, how: How) -> Resolution:
    agreeing = [e for e in entries if not _conflicts(e, place, town)]
    if len(agreeing) == 1 and (how == "list" or len(entries) == 1):
        return Resolution(agreeing[0], how)
    return Resolution(None, "proposed", tuple(agreeing or entries))


def _conflicts(entry: Entry, place: Place, town: Where) -> bool:
    if place.finess and entry.finesses and place.finess not in entry.finesses:
        return True
    return town.exact and bool(entry.exact_postcodes) and town.postcode not in entry.exact_postcodes


def _far(entry: Entry, town: Where) -> bool:
    """Another department is another place, whatever the name (D10)."""
    return any(departments_differ(town.department, d) for d in entry.departments)


def _may_share_city(entry: Entry, town: Where) -> bool:
    if not town.city or not entry.cities:
        return True
    return any(OSA.distance(town.city, city, score_cutoff=1) <= 1 for city in entry.cities)


def _placed(place: Place, town: Where) -> bool:
    return bool(town.city or town.postcode or place.finess)


def _is_placed(entry: Entry) -> bool:
    return bool(entry.cities or entry.postcodes or entry.finesses)


def _same_name(entry: Entry, read: Spelling, name: str, city: str) -> bool:
    return not variants(name).isdisjoint(entry.written) or _same_core_and_kind(entry, read, city)


def _same_core_and_kind(entry: Entry, read: Spelling, city: str) -> bool:
    towns = [town.replace(" ", "") for town in {city, *entry.cities} if town]
    return any(
        _kinds_agree(read.kind, known.kind, site=any(_names_a_site(core, towns) for core in shared))
        for known in entry.spellings
        if (shared := read.cores & known.cores)
    )


def _names_a_site(core: str, towns: list[str]) -> bool:
    """Whether a proper name says more than a town; without any town nobody can tell."""
    return bool(towns) and all(len(core.replace(town, "")) >= 4 for town in towns)


def _kinds_agree(one: str, other: str, *, site: bool) -> bool:
    # «HOP. RANGUEIL» and «CHU RANGUEIL» are one site; «CH ANGERS» and «CHU ANGERS» may be two houses.
    return one == other or (site and (not one or not other or (one in PUBLIC and other in PUBLIC)))


def _same_core(entry: Entry, read: Spelling) -> bool:
    return any(read.cores & known.cores for known in entry.spellings)


def _site_missing(read: Spelling, city: str) -> bool:
    return read.kind in ("CHU", "CHR", "CHRU") and city.replace(" ", "") in read.cores


def _is_site_of_kind(entry: Entry, kind: str, city: str) -> bool:
    town = city.replace(" ", "")
    return any(known.kind == kind and town not in known.cores for known in entry.spellings)


def _edits(entry: Entry, written: str, limit: int) -> int:
    """Fewest edits or transpositions between `written` and a spelling of `entry`; a changed digit is no typo."""
    best = limit + 1
    for known in entry.written:
        # The distance is compiled and the digits are not: nearly all spellings stop at the distance.
        # (rapidfuzz.process would loop in compiled code too, but loads 80 MB of other libraries.)
        edits = OSA.distance(known, written, score_cutoff=limit)
        if edits < best and _digits(known) == _digits(written):
            best = edits
    return best


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def _likeness(entry: Entry, written: str) -> float:
    return max((OSA.normalized_similarity(known, written) for known in entry.written), default=0.0)
