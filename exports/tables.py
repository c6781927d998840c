"""What every writer takes: a table is a name, described columns, and rows that can be read again.

Values are plain: text is ``str``; integer, code and flag are ``int`` (a code may be ``str``); decimal is a number;
date is a ``date`` or its full ISO text; partial_date is ISO text; datetime is naive (its zone is in the name) or
ISO text. An absent value is ``None``, never an empty text.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["text", "integer", "decimal", "date", "partial_date", "datetime", "code", "flag"]
Row = Sequence[object]
NUMERIC: frozenset[Kind] = frozenset({"integer", "decimal", "code", "flag"})

MISSING_REASONS = (
    ("NSP", "inconnu ou absent du dossier", "unknown or absent from the chart"),
    ("NF", "non fait", "not done"),
    ("SO", "sans objet", "not applicable"),
)


@dataclass(frozen=True)
class Choice:
    """One code of a variable and what it means."""

    code: int | str
    fr: str
    en: str
    first_version: str = ""
    version: str = ""
    earlier: str = ""
    """The versions that first and last had it, and its earlier labels."""


@dataclass(frozen=True)
class Column:
    """One variable of a table, with all that its dictionary row says about it."""

    name: str
    kind: Kind
    fr: str = ""
    en: str = ""
    question: str = ""
    unit: str = ""
    choices: tuple[Choice, ...] = ()
    soft: str = ""
    hard: str = ""
    required: str = ""
    condition: str = ""
    visits: str = ""
    """The visits at which the question is asked, or the value computed."""
    rule: str = ""
    source: str = ""
    first_version: str = ""
    version: str = ""
    """The versions of the questionnaire that first and last had it."""
    earlier: str = ""
    """Its labels in earlier versions, where they were others."""
    identifying: bool = False
    may_be_missing: bool = False
    """The question offers NSP, NF and SO."""
    reason_for: str | None = None
    """On a ``_mq`` column: the column whose missing reason it holds."""
    parts: int = 1
    """How many cells the longest text of the column needs in a workbook."""
    mixed: bool = False
    """A column of texts where whole numbers stand as numbers wherever a file lets each cell be of its own kind."""


@dataclass(frozen=True)
class Table:
    """A rectangle under a name. ``rows()`` starts again at each call and streams."""

    name: str
    columns: tuple[Column, ...]
    rows: Callable[[], Iterable[Row]]
    fr: str = ""
    en: str = ""
    frozen: int = 0
    """How many key columns stay in view."""
    recurring: int | None = None
    """From this column on rows are often the same as others: a writer may remember the rest of a row as a whole."""
    described: bool = True
    """Its columns belong in the dictionary (false for the read-me, the dictionary and the codes)."""
    key: tuple[str, ...] = ()
    """The columns that tell a row from all others, where some do; a blank one is a value like any other."""


Batch = tuple[int, Sequence[Row]]
"""Rows for the table at that place of its pass."""


@dataclass(frozen=True)
class Pass:
    """Tables that one reading of the data fills together, so that no document is decoded twice."""

    tables: tuple[Table, ...]
    batches: Callable[[], Iterable[Batch]]


@dataclass
class Written:
    """What came out: sheets as they were named in the file with their rows, in order."""

    sheets: dict[str, int] = field(default_factory=dict)
    totals: dict[str, int] = field(default_factory=dict)


def single(table: Table, size: int = 500) -> Pass:
    """A pass for one table that stands alone."""
    return Pass((table,), lambda: ((0, rows) for rows in _chunks(table.rows(), size)))


def member(columns: tuple[Column, ...], name: str, place: int, batches: Callable[[], Iterable[Batch]],
           *, fr: str = "", en: str = "", frozen: int = 0, described: bool = True,
           recurring: int | None = None, key: tuple[str, ...] = ()) -> Table:
    """A table whose rows are those that a shared pass gives for ``place``."""
    def rows() -> Iterator[Row]:
        return (row for at, some in batches() if at == place for row in some)
    return Table(name, columns, rows, fr, en, frozen, recurring, described, key)


def _chunks(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    chunk: list[Row] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) >= size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
