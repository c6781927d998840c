"""From sheets of text to records: headers, repeated headers, total lines, and the value of every known cell."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from hashlib import blake2b

from app.cohort.dates import month_first, read_birth, read_grant
from app.cohort.errors import NoKeyColumn
from app.cohort.finess import read_finess
from app.cohort.headers import FIELDS, Columns, looks_like_headers, missing_keys, read_headers
from app.cohort.initials import read_initials
from app.cohort.names import Place, bare
from app.cohort.reading import ListFile, Sheet
from app.cohort.records import Record
from app.cohort.rules import ListRules
from app.cohort.vocabulary import (
    read_duration,
    read_kind,
    read_request_type,
    read_sex,
    read_status,
    read_strength,
)

HEADER_DEPTH = 30
TOTALS = ("TOTAL", "TOTAUX", "SOUS TOTAL", "NOMBRE TOTAL", "NB TOTAL")
Fingerprint = Callable[[str], str]


def fingerprinter(key: bytes) -> Fingerprint:
    """A keyed fingerprint of a text: 32 hexadecimal characters; equal texts meet, nobody reads them."""

    def fingerprint(text: str) -> str:
        return blake2b(text.encode(), key=key, digest_size=16).hexdigest()

    return fingerprint


def read_records(
    file: ListFile, rules: ListRules, mapping: Mapping[str, str], fingerprint: Fingerprint
) -> list[Record]:
    """Every data row of every sheet that has headers, in file order. Raises NoKeyColumn when none has."""
    records: list[Record] = []
    seen: list[str] = []
    missing: list[str] = []
    for sheet in file.sheets:
        found = _headers(sheet, mapping)
        if found is None:
            continue
        start, columns = found
        lacking = missing_keys(columns)
        if lacking:
            missing += lacking
            seen += [cell for cell in sheet.rows[start] if cell.strip()]
            continue
        records += _Reader(sheet, columns, rules, fingerprint).records(start + 1, len(records))
    if not records and (missing or not any(_headers(sheet, mapping) for sheet in file.sheets)):
        raise NoKeyColumn(
            file=file.name,
            missing=", ".join(dict.fromkeys(missing)) or "NUM_ATU",
            seen=", ".join(seen[:20]) or "—",
        )
    return records


def headers_of(file: ListFile, mapping: Mapping[str, str]) -> list[tuple[str, list[str], Columns]]:
    """Sheet by sheet: its name, its header cells and the columns recognised, for the mapping screen."""
    found = []
    for sheet in file.sheets:
        headers = _headers(sheet, mapping)
        if headers is not None:
            found.append((sheet.name, sheet.rows[headers[0]], headers[1]))
    return found


def _headers(sheet: Sheet, mapping: Mapping[str, str]) -> tuple[int, Columns] | None:
    """The header row: the one of the first rows that names most fields, and at least two."""
    best: tuple[int, Columns] | None = None
    for index, row in enumerate(sheet.rows[:HEADER_DEPTH]):
        columns = read_headers(row, mapping)
        if len(columns.fields) >= 2 and (best is None or len(columns.fields) > len(best[1].fields)):
            best = (index, columns)
    return best


class _Reader:
    """Reads the rows of one sheet. Absent columns read as empty: every row gets one empty cell at its end."""

    def __init__(self, sheet: Sheet, columns: Columns, rules: ListRules, fingerprint: Fingerprint) -> None:
        self.sheet, self.columns, self.rules, self.fingerprint = sheet, columns, rules, fingerprint
        self.at = {name: columns.fields.get(name, -1) for name in FIELDS}
        self.named = [(f"{name}=", index) for name, index in sorted(columns.fields.items())]
        self.width = max(index for _, index in columns.kept) + 1
        self.known: dict[str, str] = {}
        self.us_grant = self._month_first("grant_d")
        self.us_birth = self._month_first("birth_raw")
        self.places: dict[tuple[str, str, str, str], tuple[Place, str]] = {}
        self.products: dict[tuple[str, str], str] = {}
        self.indications: dict[str, str] = {}

    def _month_first(self, name: str) -> bool:
        index = self.at[name]
        return index >= 0 and month_first(row[index] for row in self.sheet.rows if index < len(row))

    def records(self, start: int, before: int) -> Iterator[Record]:
        """The data rows from `start`, numbered on after `before` rows of earlier sheets; uses the sheet up."""
        source_row = before
        rows = self.sheet.rows
        for index in range(start, len(rows)):
            # Each row is let go once read: a list of the largest size must fit into memory.
            cells, rows[index] = rows[index], []
            if not any(cells) or self._is_total(cells) or self._is_header(cells):
                continue
            source_row += 1
            yield self._record(self._padded(cells), source_row, index + 1)

    def _padded(self, cells: list[str]) -> list[str]:
        # One string object for equal cells: hospitals, products and dates come again and again.
        once = self.known.setdefault
        return [once(cell, cell) for cell in cells[: self.width]] + [""] * (self.width - len(cells) + 1)

    def _is_total(self, cells: Sequence[str]) -> bool:
        first = next(cell for cell in cells if cell)
        return first[:1] in "TtSsNn" and bare(first).startswith(TOTALS)

    def _is_header(self, cells: Sequence[str]) -> bool:
        # Most rows begin with a number in some field: only a row of words is worth comparing.
        number = self.at["atu_num"]
        return not cells[number][:1].isdigit() and looks_like_headers(cells, self.columns)

    def _record(self, cells: list[str], source_row: int, sheet_row: int) -> Record:
        at = self.at
        record = Record(self.sheet.name, source_row, sheet_row, cells, self.columns)
        record.number = cells[at["atu_num"]].strip()
        record.fingerprint = self.fingerprint(self._content(cells))
        if record.number:
            record.number_index = self.fingerprint("number\x1f" + record.number)
        record.kind = read_kind(cells[at["auth_kind"]], self.rules.default_kind)
        record.request_type = read_request_type(cells[at["req_type"]])
        if record.request_type == "initial" and cells[at["atu_prev"]].strip():
            # It names the authorisation that it renews (D20).
            record.request_type, record.request_type_inferred = "renewal", True
            record.flags.append("type_inferred")
        record.status = read_status(cells[at["req_status"]])
        record.sex = read_sex(cells[at["sex"]])
        self._read_dates(record, cells)
        self._read_person(record, cells)
        self._read_place(record, cells)
        self._read_product(record, cells)
        return record

    def _content(self, cells: list[str]) -> str:
        """What makes two rows exact twins: every known cell without its outer spaces, empty ones left out."""
        content = "\x1f".join([name + cells[index] for name, index in self.named if cells[index]])
        if "= " in content or " \x1f" in content or content.endswith(" ") or "\u00a0" in content:
            found = [(name, cells[index].strip()) for name, index in self.named]
            content = "\x1f".join([name + cell for name, cell in found if cell])
        return content

    def _read_dates(self, record: Record, cells: list[str]) -> None:
        at, rules = self.at, self.rules
        granted = read_grant(cells[at["grant_d"]], self.us_grant)
        record.granted_on = granted.on
        record.duration_days = read_duration(cells[at["dur_raw"]])
        if granted.on is None:
            record.flags.append("grant_" + granted.problem)
            return
        record.in_window = rules.opens <= granted.on <= rules.closes
        record.valid_from = read_grant(cells[at["valid_from"]], self.us_grant).on or granted.on
        record.valid_to = read_grant(cells[at["valid_to"]], self.us_grant).on
        if record.valid_to is None and record.duration_days is not None:
            record.valid_to = record.valid_from + timedelta(days=record.duration_days - 1)
        self._warn_dates(record, cells)

    def _warn_dates(self, record: Record, cells: list[str]) -> None:
        if record.valid_to is not None and record.valid_from is not None:
            if record.valid_to < record.valid_from:
                record.flags.append("validity_reversed")
            elif (record.valid_to - record.valid_from).days > self.rules.longest_grant:
                record.flags.append("validity_too_long")
        requested = read_grant(cells[self.at["req_d"]], self.us_grant).on
        if requested is not None and record.granted_on is not None and record.granted_on < requested:
            record.flags.append("granted_before_request")

    def _read_person(self, record: Record, cells: list[str]) -> None:
        at = self.at
        whole, surname = cells[at["pt_ini"]], cells[at["pt_ini_sur"]]
        record.initials = (
            read_initials(whole) if whole.strip() else read_initials(surname, cells[at["pt_ini_first"]])
        )
        if record.initials.name_in_full:
            record.flags.append("name_in_full")
        year = record.granted_on.year if record.granted_on is not None else None
        record.birth = read_birth(cells[at["birth_raw"]], year, self.us_birth)
        if record.birth.problem:
            record.flags.append(record.birth.problem)
        if record.sex is None and cells[at["sex"]].strip():
            record.flags.append("sex_unread")
        weight = cells[at["weight_kg"]].strip()
        if weight:
            record.flags += _weight_flags(weight)

    def _read_place(self, record: Record, cells: list[str]) -> None:
        at = self.at
        raw = (cells[at["site_raw"]], cells[at["city"]], cells[at["zip"]], cells[at["finess"]])
        known = self.places.get(raw)
        if known is None:
            finess = read_finess(raw[3], raw[2])
            known = (Place(raw[0].strip(), raw[1].strip(), raw[2].strip(), finess.number), finess.flag)
            self.places[raw] = known
        record.place = known[0]
        if known[1]:
            record.flags.append(known[1])

    def _read_product(self, record: Record, cells: list[str]) -> None:
        at = self.at
        named = cells[at["product_raw"]], cells[at["inn"]]
        found = self.products.get(named)
        if found is None:
            found = self.products[named] = self._product(*named)
        if found == "this":
            record.product = self.rules.product
        elif found == "blank":
            record.flags.append("product_blank")
        record.strength = read_strength(cells[at["strength"]], named[0])
        raw = cells[at["indic_raw"]]
        if raw not in self.indications:
            self.indications[raw] = _indication(raw, self.rules)
        record.indication = self.indications[raw]

    def _product(self, *named: str) -> str:
        words = [bare(name) for name in named]
        if any(word and self.rules.product_words.match(word) for word in words):
            return "this"
        return "other" if any(words) else "blank"


def _indication(raw: str, rules: ListRules) -> str:
    text = bare(raw)
    if not text or text in rules.inherit_words:
        return "inherit"
    if rules.indication_words.match(text):
        return "in"
    return "other" if rules.other_indication_words.match(text) else "unclear"


def _weight_flags(weight: str) -> list[str]:
    number = weight.lower().removesuffix("kg").strip().replace(",", ".")
    try:
        return [] if 2 <= float(number) <= 300 else ["weight_implausible"]
    except ValueError:
        repaired = number.replace("o", "0")
        return ["weight_letter"] if repaired.replace(".", "", 1).isdigit() else ["weight_unread"]
