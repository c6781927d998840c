"""Excel's limits (Microsoft, "Excel specifications and limits") and what is done at them: continue, never cut."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from exports.tables import Column, Row, Table

ROWS = 1_048_576
COLUMNS = 16_384
TEXT = 32_767
SAFE_INTEGER = 10**15
"""Excel keeps fifteen digits; a longer number is written as text."""


def units(text: str) -> int:
    """Length as Excel counts it: UTF-16 code units."""
    return len(text) + sum(1 for sign in text if sign > "\uffff") if not text.isascii() else len(text)


def split_text(text: str, limit: int = TEXT) -> list[str]:
    """The text in pieces of at most ``limit`` UTF-16 units, no character torn; joined, they are the text."""
    if len(text) * 2 <= limit or units(text) <= limit:
        return [text]
    pieces: list[str] = []
    piece: list[str] = []
    used = 0
    for sign in text:
        size = 2 if sign > "\uffff" else 1
        if used + size > limit:
            pieces.append("".join(piece))
            piece, used = [], 0
        piece.append(sign)
        used += size
    pieces.append("".join(piece))
    return pieces


def parts_needed(text: str) -> int:
    """How many cells hold this text."""
    return 1 if len(text) * 2 <= TEXT else len(split_text(text))


def continued_name(name: str, part: int) -> str:
    """The column that continues ``name``: ``name``, ``name__2``, ``name__3``."""
    return name if part == 1 else f"{name}__{part}"


def cell_columns(columns: Sequence[Column]) -> list[Column]:
    """The columns as a workbook holds them: a long text has one for each of its parts."""
    return [
        replace(column, name=continued_name(column.name, part))
        for column in columns
        for part in range(1, column.parts + 1)
    ]


def measured(table: Table) -> Table:
    """The same table, each text column knowing how many cells its longest text needs (one reading of the rows)."""
    texts = [place for place, column in enumerate(table.columns) if column.kind == "text"]
    parts = dict.fromkeys(texts, 1)
    for row in table.rows():
        for place in texts:
            value = row[place]
            if isinstance(value, str) and len(value) * 2 > TEXT:
                parts[place] = max(parts[place], parts_needed(value))
    columns = tuple(replace(c, parts=parts.get(i, 1)) for i, c in enumerate(table.columns))
    return replace(table, columns=columns)


def spread(columns: Sequence[Column], rows: Sequence[Row]) -> Iterator[list[object]]:
    """Rows with each long text laid over the cells of its parts."""
    for row in rows:
        laid: list[object] = []
        for column, value in zip(columns, row, strict=True):
            if column.parts == 1:
                laid.append(value)
                continue
            pieces: list[object] = list(split_text(value)) if isinstance(value, str) else [value]
            laid += pieces + [None] * (column.parts - len(pieces))
        yield laid
