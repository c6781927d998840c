"""Whether two cells of a column mean the same however they are written, so that the desk marks real differences. Pure."""

from collections.abc import Callable, Mapping
from datetime import date

from app.cohort.dates import BIRTH_SERIALS, GRANT_SERIALS, births_agree, read_birth, read_grant, serial
from app.cohort.finess import read_finess
from app.cohort.initials import compatible, read_initials
from app.cohort.names import bare, postcode_of, squash, where
from app.cohort.vocabulary import read_duration, read_request_type, read_sex, read_status, read_strength

Cells = Mapping[str, str]
DAYS = ("grant_d", "req_d", "valid_from", "valid_to")


def same(field: str, one: Cells, other: Cells) -> bool:
    """Whether two rows say the same in `field`; a blank contradicts nothing, nor does a coarser birth date."""
    first, second = one.get(field, ""), other.get(field, "")
    if not first.strip() or not second.strip() or squash(first) == squash(second):
        return True
    if field == "birth_raw":
        return births_agree(read_birth(first, _year(one)), read_birth(second, _year(other)))
    if field == "pt_ini":
        return compatible(read_initials(first), read_initials(second))
    read = _READERS.get(field)
    meant = (read(one), read(other)) if read is not None else (None, None)
    return meant[0] is not None and meant[0] == meant[1]


def day_meant(field: str, typed: str) -> date | None:
    """The day that a spreadsheet's bare serial number stands for; None for anything that a person can read."""
    text = typed.strip().removesuffix(".0")
    known = GRANT_SERIALS if field in DAYS else BIRTH_SERIALS if field == "birth_raw" else ()
    return serial(int(text)) if text.isascii() and text.isdigit() and int(text) in known else None


def _year(cells: Cells) -> int | None:
    granted = read_grant(cells.get("grant_d", "")).on
    return granted.year if granted is not None else None


def _day(field: str) -> Callable[[Cells], object]:
    return lambda cells: read_grant(cells[field]).on


_READERS: dict[str, Callable[[Cells], object]] = {
    **{field: _day(field) for field in DAYS},
    "dur_raw": lambda cells: read_duration(cells["dur_raw"]),
    "sex": lambda cells: read_sex(cells["sex"]),
    "req_type": lambda cells: read_request_type(cells["req_type"]),
    "req_status": lambda cells: read_status(cells["req_status"]),
    "strength": lambda cells: read_strength(cells["strength"]),
    "finess": lambda cells: read_finess(cells["finess"], cells.get("zip", "")).number or None,
    "zip": lambda cells: postcode_of(cells["zip"]) or None,
    "city": lambda cells: where(cells["city"], "", "").city or None,
    "presc_name": lambda cells: bare(cells["presc_name"]).removeprefix("DR ").removeprefix("PR "),
}
