"""A whole simulated list: sites, patients, courses, rows with dirt at given rates, and the truth beside them."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random

from bench.generator import words
from bench.generator.spoiling import hospital, slip, written_birth, written_date, written_initials

COARSER = {"d": ("m", "y", ""), "m": ("y", ""), "y": ("",), "": ("",)}
OPENS, CLOSES = date(2012, 1, 1), date(2016, 12, 31)


@dataclass(frozen=True)
class Dirt:
    """Rates of the dirt; `only_swaps` restricts typos to transpositions, `typo` is per row."""

    duplicate: float = 0.03
    conflict: float = 0.0
    two_strengths: float = 0.04
    before_window: float = 0.05
    relapse: float = 0.04
    move: float = 0.06
    spelling: float = 0.45
    typo: float = 0.03
    only_swaps: bool = True
    birth_missing: float = 0.08
    birth_month: float = 0.15
    birth_year: float = 0.03
    short_initials: float = 0.30
    swapped: float = 0.07
    mixed_dates: float = 0.12
    unreadable: float = 0.005
    other_product: float = 0.05
    other_use: float = 0.02
    unclear: float = 0.0
    refused: float = 0.02
    finess_absent: float = 0.60
    postcode_absent: float = 0.20
    city_absent: float = 0.0
    sex_missing: float = 0.0
    initials_typo: float = 0.0
    birth_varies: float = 0.0
    initials_vary: float = 0.0


@dataclass(frozen=True)
class Site:
    """A true centre."""

    key: str
    name: str
    city: str
    postcode: str
    finess: str


@dataclass(frozen=True)
class Person:
    """A true patient."""

    key: str
    surname: str
    first: str
    born: date
    sex: int
    precision: str
    short: bool
    site: Site


@dataclass
class Simulated:
    """Rows under `words.HEADERS`, and as many truths (row, atu_num, patient, site, fate)."""

    rows: list[list[str]] = field(default_factory=list)
    truths: list[tuple[str, str, str, str]] = field(default_factory=list)

    def write(self, folder: Path, name: str) -> Path:
        """Writes `name`.csv and `name`.truth.csv; the path of the list."""
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter=";").writerows([words.HEADERS, *self.rows])
        with (folder / f"{name}.truth.csv").open("w", encoding="utf-8", newline="") as file:
            truths = [(i, *truth) for i, truth in enumerate(self.truths, 1)]
            csv.writer(file).writerows([("row", "atu_num", "patient", "site", "fate"), *truths])
        return folder / f"{name}.csv"


def simulate(seed: int, patients: int = 540, sites: int = 110, dirt: Dirt | None = None) -> Simulated:
    """The same seed gives the same list; about two rows a patient, in the order of grants."""
    return _Maker(Random(seed), dirt or Dirt()).make(patients, sites)


class _Maker:
    def __init__(self, chance: Random, dirt: Dirt) -> None:
        self.chance, self.dirt = chance, dirt
        self.number = 1_200_000

    def make(self, patients: int, sites: int) -> Simulated:
        houses = self._sites(sites)
        pull = [self.chance.gammavariate(0.75, 1) + 0.02 for _ in houses]
        grants: list[tuple[date, Person, Site, bool, int, str]] = []
        for index in range(patients):
            home = self.chance.choices(houses, pull)[0]
            grants += self._story(self._person(index, home), houses)
        made = Simulated()
        for grant in sorted(grants, key=lambda g: (g[0], g[1].key)):
            self._row(made, *grant)
        return made

    def _sites(self, count: int) -> list[Site]:
        names: dict[tuple[str, str], tuple[str, str, str]] = {}
        for name, city, postcode in self._houses():
            names.setdefault((name, city + postcode[:3]), (name, city, postcode))
            if len(names) == count:
                break
        return [
            Site(f"S{i:04d}", name, city, postcode, self._finess(postcode))
            for i, (name, city, postcode) in enumerate(names.values())
        ]

    def _houses(self) -> Iterator[tuple[str, str, str]]:
        towns = list(words.TOWNS)
        self.chance.shuffle(towns)
        for city, postcode in towns:
            yield self.chance.choice((f"CENTRE HOSPITALIER DE {city}", f"CHU DE {city}")), city, postcode
        kinds = [f"HOPITAL {s}" for s in words.SITES] + [f"CLINIQUE {s}" for s in words.SITES]
        kinds += [f"CENTRE DE DIALYSE {d}" for d in words.DIALYSIS]
        for kind in self.chance.sample(kinds, len(kinds)):
            for city, postcode in self.chance.sample(towns, len(towns)):
                alone = kind.startswith("HOPITAL")
                yield (kind if alone else f"{kind} {city}"), city, postcode

    def _finess(self, postcode: str) -> str:
        return ("2B" if postcode.startswith("20") else postcode[:2]) + f"{self.chance.randrange(10**7):07d}"

    def _person(self, index: int, home: Site) -> Person:
        dirt, draw = self.dirt, self.chance.random()
        bounds = (dirt.birth_missing, dirt.birth_missing + dirt.birth_year)
        partial = "m" if draw < bounds[1] + dirt.birth_month else "d"
        precision = "" if draw < bounds[0] else "y" if draw < bounds[1] else partial
        born = date(1943, 1, 1) + timedelta(days=int(self.chance.gauss(0, 4300)))
        if (born.month, born.day) == (1, 1):
            born += timedelta(days=1)
        return Person(
            f"P{index:06d}",
            self.chance.choice(words.SURNAMES),
            self.chance.choice(words.FIRST_NAMES),
            born,
            1 if self.chance.random() < 0.4 else 2,
            precision,
            self.chance.random() < dirt.short_initials,
            home,
        )

    def _story(
        self, person: Person, houses: list[Site]
    ) -> Iterator[tuple[date, Person, Site, bool, int, str]]:
        chance, dirt = self.chance, self.dirt
        start = OPENS + timedelta(days=chance.randrange((CLOSES - OPENS).days))
        if chance.random() < dirt.before_window:
            start = OPENS - timedelta(days=chance.randrange(1, 120))
        site, moves = person.site, chance.random() < dirt.move
        for _ in range(2 if chance.random() < dirt.relapse else 1):
            at, treated = start, 0.0
            wanted = min(900.0, chance.lognormvariate(4.38, 1.15))
            first = True
            while first or treated < wanted:
                length = chance.choices((30, 90, 180, 360), (12, 63, 20, 5))[0]
                if not first and moves:
                    site, moves = chance.choice(houses), False
                yield at, person, site, first, length, "25"
                if first and chance.random() < dirt.two_strengths:
                    yield at, person, site, first, length, "10"
                treated += length
                at += timedelta(days=length + chance.randrange(-7, 8))
                first = False
            start = at + timedelta(days=chance.randrange(150, 700))

    def _row(
        self, made: Simulated, at: date, person: Person, site: Site, first: bool, length: int, strength: str
    ) -> None:
        chance, dirt = self.chance, self.dirt
        self.number += chance.randrange(1, 30)
        fate = "keep" if OPENS <= at <= CLOSES else "outside_window"
        cells = self._cells(at, person, site, first, length)
        cells[5] = cells[5].replace("25", strength)
        draw = chance.random()
        if draw < dirt.other_product:
            cells[5], cells[6], fate = chance.choice(words.OTHER_PRODUCTS), "autre", "other_product"
        elif draw < dirt.other_product + dirt.other_use:
            cells[6], fate = chance.choice(words.OTHER_USES), "other_indication"
        elif draw < dirt.other_product + dirt.other_use + dirt.refused:
            cells[2], fate = "Refusée", "refused"
        elif chance.random() < dirt.unreadable:
            cells[3], fate = f"31/02/{at.year}", "unreadable_date"
        elif fate == "keep" and chance.random() < dirt.unclear:
            cells[6], fate = chance.choice(words.UNCLEAR), "review"
        self._put(made, cells, person, site, fate)

    def _precision(self, person: Person) -> str:
        """How much of the birth this row gives: as the patient's others, or less."""
        if not self.dirt.birth_varies or self.chance.random() >= self.dirt.birth_varies:
            return person.precision
        return self.chance.choice(COARSER[person.precision])

    def _put(self, made: Simulated, cells: list[str], person: Person, site: Site, fate: str) -> None:
        made.rows.append(cells)
        made.truths.append((cells[0], person.key, site.key, fate))
        if self.chance.random() < self.dirt.duplicate:
            made.rows.append(list(cells))
            made.truths.append((cells[0], person.key, site.key, "duplicate"))
        elif self.chance.random() < self.dirt.conflict:
            made.rows.append([*cells[:4], "6 mois" if cells[4] != "6 mois" else "3 mois", *cells[5:]])
            made.truths.append((cells[0], person.key, site.key, fate))

    def _cells(self, at: date, person: Person, site: Site, first: bool, length: int) -> list[str]:
        chance, dirt = self.chance, self.dirt
        # Drawn only where asked for, so that the lists of a seed stay what they were.
        short = person.short or (dirt.initials_vary > 0 and chance.random() < dirt.initials_vary)
        initials = written_initials(person.surname, person.first, short, chance, dirt.swapped)
        if chance.random() < dirt.initials_typo:
            initials = slip(initials, chance, only_swaps=False)
        idem = not first and chance.random() < 0.06
        return [
            str(self.number),
            chance.choice(words.INITIAL if first else words.RENEWAL),
            "Octroyée",
            written_date(at, chance, dirt.mixed_dates),
            chance.choice(dict(words.DURATIONS)[length]),
            chance.choice(words.PRODUCTS),
            "idem" if idem else chance.choice(words.INDICATIONS),
            initials,
            written_birth(person.born, self._precision(person)),
            "" if chance.random() < dirt.sex_missing else chance.choice(words.SEXES[person.sex]),
            hospital(site.name, chance, dirt.spelling, dirt.typo, only_swaps=dirt.only_swaps),
            "" if chance.random() < dirt.finess_absent else site.finess,
            "" if chance.random() < dirt.postcode_absent else site.postcode,
            "" if chance.random() < dirt.city_absent else chance.choice((site.city, site.city.title())),
            f"Dr {chance.choice(words.PRESCRIBERS)}",
        ]
