"""What the files for SPSS, Stata and SAS have in common: variables as numbers or texts, measured before they are written.

A missing reason joins its variable as a user-missing value; its ``_mq`` column stays beside it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from exports.errors import NotOfKind
from exports.names import check_names
from exports.tables import NUMERIC, Column, Row, Table

REMEMBERED = 1_500


@dataclass(frozen=True)
class Variable:
    """One variable of a statistical file. ``width`` is the bytes of the longest text, 0 for a number."""

    column: Column
    name: str
    place: int
    part: int
    width: int
    reason_place: int | None
    of_numbers: bool = False
    """The numbers of a mixed column; beside it a text holds all its codes, words among them."""

    @property
    def numeric(self) -> bool:
        """Whether the file holds it as a number (dates are)."""
        return self.width == 0

    @property
    def label(self) -> str:
        """French label, else the name."""
        return self.column.fr or self.name


@dataclass(frozen=True)
class Measured:
    """A table with its row count and its variables; reading it again gives the same rows."""

    table: Table
    rows: int
    variables: tuple[Variable, ...]


def is_text(column: Column) -> bool:
    """Whether a column is text in a statistical file: partial dates are, and codes that are words."""
    if column.kind == "code":
        return any(isinstance(choice.code, str) for choice in column.choices)
    return column.kind not in NUMERIC and column.kind not in ("date", "datetime")


def measure(table: Table, longest: int) -> Measured:
    """Count rows and bytes of texts in one reading; a text over ``longest`` bytes gets continuation variables."""
    check_names(table.columns)
    texts = {place for place, column in enumerate(table.columns) if is_text(column)}
    widths = {place: max([1, *(len(encoded(c.code)) for c in table.columns[place].choices)]) for place in texts}
    count = 0
    for row in table.rows():
        count += 1
        for place in texts:
            value = row[place]
            if value is not None and (size := _size(value)) > widths[place]:
                widths[place] = size
    return Measured(table, count, tuple(_variables(table.columns, widths, longest)))


def _variables(columns: Sequence[Column], widths: dict[int, int], longest: int) -> Iterator[Variable]:
    reasons: dict[str | None, int] = {c.reason_for: place for place, c in enumerate(columns) if c.reason_for is not None}
    for place, column in enumerate(columns):
        width, stem = widths.get(place, 0), column.name
        if column.mixed:
            yield Variable(column, column.name, place, 1, 0, None, of_numbers=True)
            stem = f"{column.name}_texte"
        parts = 1 if width <= longest else len_parts(width, longest)
        for part in range(1, parts + 1):
            name = stem if part == 1 else f"{stem}__{part}"
            reason = _reason(reasons, column) if width == 0 and column.kind not in ("date", "datetime") else None
            yield Variable(column, name, place, part, min(width, longest), reason)


def _reason(reasons: dict[str | None, int], column: Column) -> int | None:
    """Where the reason of a column stands; one reason holds for each box of a multiple choice (``name___code``)."""
    stem, mark, _ = column.name.partition("___")
    if not mark:
        return reasons.get(column.name)
    return next((place for name, place in reasons.items() if name and name.partition("___")[0] == stem), None)


def len_parts(width: int, longest: int) -> int:
    """Variables for a text of ``width`` bytes; a torn character may cost three bytes a part."""
    return -(-width // (longest - 3))


def encoded(value: object) -> bytes:
    """UTF-8; a lone surrogate, which UTF-8 cannot say, becomes U+FFFD."""
    return str(value).encode("utf-8", "replace")


def _size(value: object) -> int:
    text = value if isinstance(value, str) else str(value)
    return len(text) if text.isascii() else len(encoded(text))


def piece(data: bytes, part: int, longest: int) -> bytes:
    """The bytes of one part of a long text, no character torn."""
    start = 0
    for number in range(1, part + 1):
        end = min(start + longest, len(data))
        while end < len(data) and data[end] & 0xC0 == 0x80:
            end -= 1
        if number == part:
            return data[start:end]
        start = end
    return b""


@lru_cache(maxsize=65_536)
def days_since(text: str, epoch: date) -> int:
    """Days from ``epoch`` to a full ISO date."""
    return (date.fromisoformat(text[:10]) - epoch).days


def number_of(variable: Variable, value: object, epoch: date, *, day: float, second: float) -> float | None:
    """The value as a number: dates as days, instants as seconds since ``epoch``, in the unit of the format."""
    if value is None or (variable.of_numbers and not isinstance(value, int)):
        return None
    kind = variable.column.kind
    try:
        if kind == "date":
            return days_since(str(value), epoch) * day
        if kind == "datetime":
            at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
            return (at - datetime(epoch.year, epoch.month, epoch.day)).total_seconds() * second  # noqa: DTZ001
        return float(value)  # type: ignore[arg-type]  # a wrong type is what the except is for
    except (TypeError, ValueError) as error:
        raise NotOfKind(sheet="", column=variable.name, row="?", value=value, kind=kind) from error


class Cells:
    """The cells of a row as bytes. What a value becomes is remembered for each variable: most repeat a few values."""

    def __init__(
        self, variables: Sequence[Variable], pack: Callable[[Variable, object], bytes], reasons: Mapping[str, bytes]
    ) -> None:
        self._known = [(variable.place, _Known(variable, pack)) for variable in variables]
        self._excused = [(at, variable.place, variable.reason_place) for at, variable in enumerate(variables)
                         if variable.reason_place is not None]
        self._reasons = reasons

    def of(self, row: Row) -> list[bytes]:
        """One cell a variable; an absent value is its missing reason where the row has one."""
        cells = [known[row[place]] for place, known in self._known]
        for at, place, reason_place in self._excused:
            if row[place] is None and row[reason_place] is not None:
                cells[at] = self._reasons[str(row[reason_place])]
        return cells


class _Known(dict[object, bytes]):
    """Value → bytes for one variable; a miss packs and, up to a bound, remembers."""

    def __init__(self, variable: Variable, pack: Callable[[Variable, object], bytes]) -> None:
        super().__init__()
        self._variable, self._pack = variable, pack

    def __missing__(self, value: object) -> bytes:
        packed = self._pack(self._variable, value)
        if len(self) < REMEMBERED and len(packed) + (len(value) if isinstance(value, str) else 0) < 400:
            self[value] = packed
        return packed
