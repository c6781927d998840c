"""The columns of one sheet, each distinct text read once: hospitals, products and dates come again and again. Pure."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple, TypeVar

from app.cohort.dates import Birth, month_first, read_birth, read_grant
from app.cohort.finess import read_finess
from app.cohort.headers import Columns
from app.cohort.initials import Initials, read_initials
from app.cohort.names import Place, bare
from app.cohort.reading import Cells
from app.cohort.rules import ListRules
from app.cohort.vocabulary import (
    is_bare_number,
    read_duration,
    read_kind,
    read_request_type,
    read_sex,
    read_strength,
)

Flags = tuple[str, ...]
T = TypeVar("T")


class Dates(NamedTuple):
    """The dates of a row and what is wrong with them."""

    granted_on: date | None
    valid_from: date | None
    valid_to: date | None
    duration_days: int | None
    in_window: bool | None
    flags: Flags


def each(read: Callable[..., T], *columns: Sequence[Any]) -> list[T]:
    """`read` of every row of these columns, called once for each distinct combination."""
    known: dict[Any, T] = {}
    if len(columns) == 1:
        known = {text: read(text) for text in set(columns[0])}
        return list(map(known.__getitem__, columns[0]))
    rows = list(zip(*columns, strict=True))
    known = {row: read(*row) for row in set(rows)}
    return list(map(known.__getitem__, rows))


class Grid:
    """The data rows of one sheet as columns; a field that the sheet lacks is a column of empty cells."""

    def __init__(self, rows: list[Cells], columns: Columns, rules: ListRules) -> None:
        self.fields, self.unit, self.rules = columns.fields, columns.duration_unit, rules
        self._columns: list[tuple[str, ...]] = list(zip(*rows, strict=True))
        self._empty = ("",) * len(rows)
        self._us_grant = month_first(self["grant_d"])
        self._us_birth = month_first(self["birth_raw"])

    def __getitem__(self, field: str) -> Sequence[str]:
        index = self.fields.get(field)
        return self._empty if index is None or not self._columns else self._columns[index]

    def contents(self) -> list[str]:
        """What makes two rows exact twins: every known cell without its outer spaces, empty ones left out."""
        named = [each(_under(f"{field}="), self[field]) for field in sorted(self.fields)]
        return ["\x1f".join(filter(None, row)) for row in zip(*named, strict=True)]

    def kinds(self) -> list[str]:
        """The kind of each authorisation."""
        return each(lambda raw: read_kind(raw, self.rules.default_kind), self["auth_kind"])

    def requests(self) -> list[tuple[str | None, bool, Flags]]:
        """The type of each request, whether it was inferred, flags."""
        return each(_request, self["req_type"], each(_filled, self["atu_prev"]))

    def dates(self) -> list[Dates]:
        """The dates of each row."""
        return each(
            self._dates, *map(self.__getitem__, ("grant_d", "valid_from", "valid_to", "dur_raw", "req_d"))
        )

    def _dates(self, grant: str, begin: str, end: str, duration: str, request: str) -> Dates:
        us, days = self._us_grant, read_duration(duration, self.unit)
        unread: Flags = ("duration_unit",) if days is None and is_bare_number(duration) else ()
        granted = read_grant(grant, us)
        if granted.on is None:
            return Dates(None, None, None, days, None, ("grant_" + granted.problem, *unread))
        valid_from = read_grant(begin, us).on or granted.on
        valid_to = read_grant(end, us).on
        if valid_to is None and days is not None:
            valid_to = valid_from + timedelta(days=days - 1)
        flags = self._warnings(granted.on, valid_from, valid_to, read_grant(request, us).on)
        flags = (*flags, *unread)
        inside = self.rules.opens <= granted.on <= self.rules.closes
        return Dates(granted.on, valid_from, valid_to, days, inside, flags)

    def _warnings(self, granted: date, begin: date, end: date | None, requested: date | None) -> Flags:
        flags: Flags = ()
        if end is not None and end < begin:
            flags = ("validity_reversed",)
        elif end is not None and (end - begin).days > self.rules.longest_grant:
            flags = ("validity_too_long",)
        return flags if requested is None or granted >= requested else (*flags, "granted_before_request")

    def initials(self) -> list[Initials]:
        """The initials of each row, from one column or from two."""
        return each(_initials, self["pt_ini"], self["pt_ini_sur"], self["pt_ini_first"])

    def births(self, dates: list[Dates]) -> list[Birth]:
        """The birth of each row; two-digit years and ages are read against the grant."""
        years = [dated.granted_on.year if dated.granted_on is not None else None for dated in dates]
        return each(lambda raw, year: read_birth(raw, year, self._us_birth), self["birth_raw"], years)

    def sexes(self) -> list[tuple[int | None, Flags]]:
        """The sex of each row, flags."""
        return each(_sex, self["sex"])

    def weights(self) -> list[Flags]:
        """What is wrong with the weight of each row."""
        return each(_weight_flags, self["weight_kg"])

    def places(self) -> list[tuple[Place, Flags]]:
        """The hospital of each row as it is written, flags."""
        return each(_place, self["site_raw"], self["city"], self["zip"], self["finess"])

    def products(self) -> list[tuple[str | None, Flags]]:
        """The product when it is the study's, flags."""
        return each(self._product, self["product_raw"], self["inn"])

    def _product(self, *named: str) -> tuple[str | None, Flags]:
        words = [bare(name) for name in named]
        if any(word and self.rules.product_words.match(word) for word in words):
            return self.rules.product, ()
        return None, () if any(words) else ("product_blank",)

    def strengths(self) -> list[str | None]:
        """The strength of each row, from its own column or from the product's name."""
        return each(read_strength, self["strength"], self["product_raw"])

    def indications(self) -> list[str]:
        """in, other, unclear or inherit."""
        return each(self._indication, self["indic_raw"])

    def _indication(self, raw: str) -> str:
        text = bare(raw)
        if not text or text in self.rules.inherit_words:
            return "inherit"
        if self.rules.indication_words.match(text):
            return "in"
        return "other" if self.rules.other_indication_words.match(text) else "unclear"


def _under(name: str) -> Callable[[str], str]:
    return lambda raw: name + text if (text := raw.strip()) else ""


def _filled(raw: str) -> bool:
    return bool(raw.strip())


def _request(raw: str, renews: bool) -> tuple[str | None, bool, Flags]:
    request = read_request_type(raw)
    # A first request that names the authorisation it renews is none (D20).
    return ("renewal", True, ("type_inferred",)) if request == "initial" and renews else (request, False, ())


def _initials(whole: str, surname: str, first: str) -> Initials:
    return read_initials(whole) if whole.strip() else read_initials(surname, first)


def _sex(raw: str) -> tuple[int | None, Flags]:
    sex = read_sex(raw)
    return sex, ("sex_unread",) if sex is None and raw.strip() else ()


def _place(name: str, city: str, postcode: str, finess: str) -> tuple[Place, Flags]:
    read = read_finess(finess, postcode)
    place = Place(name.strip(), city.strip(), postcode.strip(), read.number)
    return place, (read.flag,) if read.flag else ()


def _weight_flags(raw: str) -> Flags:
    weight = raw.strip()
    if not weight:
        return ()
    number = weight.lower().removesuffix("kg").strip().replace(",", ".")
    try:
        return () if 2 <= float(number) <= 300 else ("weight_implausible",)
    except ValueError:
        repaired = number.replace("o", "0")
        return ("weight_letter",) if repaired.replace(".", "", 1).isdigit() else ("weight_unread",)
