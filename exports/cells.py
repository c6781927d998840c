"""One value to the XML of its cell, remembered: most cells of a column repeat a few values.

A cell is ``<c r="`` + column letters + row number + *body*; the body depends on the value alone and is what is kept.
Text stays text whatever it looks like.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from exports.errors import NotOfKind, TextTooLong
from exports.limits import SAFE_INTEGER, TEXT, units
from exports.tables import Column, Kind

REMEMBERED = 1_500
_EPOCH = date(1899, 12, 30)
# Excel believes in 29 February 1900: before March of that year its serial numbers lie, so the date stays text.
_FIRST_TRUE_SERIAL = 61
# XML 1.0 has no way to write these; `_x0041_` typed by a person would be read as a letter (ECMA-376 22.9.2.19).
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=[xX][0-9A-Fa-f]{4}_)")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\x00")


@dataclass(frozen=True)
class StyleIds:
    """Places in the workbook's table of cell formats (exports.structure makes it)."""

    text: int
    quoted: int
    date: int
    datetime: int


def escaped(text: str) -> str:
    """Text fit for an XML element, losing nothing: entities, and ``_xHHHH_`` for what XML cannot hold."""
    if _UNWRITABLE.search(text):
        text = _UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet might take the text for a formula if a person edits or re-opens it."""
    return text.startswith(_FORMULA_STARTS)


class Bodies(dict[object, str]):
    """Value → cell body for one column; a miss formats and, up to a bound, remembers."""

    def __init__(self, form: Callable[[object], str]) -> None:
        super().__init__()
        self._form = form

    def __missing__(self, value: object) -> str:
        body = self._form(value)
        if len(self) < REMEMBERED and len(body) < 200:
            self[value] = body
        return body


def bodies(sheet: str, column: Column, styles: StyleIds) -> Bodies:
    """The remembered formatter of a column. A value that is not of the column's kind raises NotOfKind."""
    form = _FORMS["code" if column.mixed else column.kind]

    def checked(value: object) -> str:
        try:
            body = form(value, styles)
        except (ValueError, TypeError, AttributeError):
            body = None
        if body is None:
            raise NotOfKind(sheet=sheet, column=column.name, row="?", value=str(value)[:60], kind=column.kind)
        if column.kind == "text" and isinstance(value, str) and units(value) > TEXT:
            raise TextTooLong(sheet=sheet, column=column.name, parts=column.parts)
        return body
    return Bodies(checked)


def serial_of(day: date) -> int:
    """Excel's number for a day (1900 system)."""
    return (day - _EPOCH).days


def _text(value: object, styles: StyleIds) -> str | None:
    if not isinstance(value, str):
        return None
    style = styles.quoted if looks_like_formula(value) else styles.text
    space = ' xml:space="preserve"' if value != value.strip() or "\n" in value or "  " in value else ""
    return f'" s="{style}" t="inlineStr"><is><t{space}>{escaped(value)}</t></is></c>'


def _integer(value: object, styles: StyleIds) -> str | None:
    number = int(value) if isinstance(value, int) else None
    if isinstance(value, float) and value.is_integer():
        number = int(value)
    if number is None:
        return None
    return f'"><v>{number}</v></c>' if abs(number) < SAFE_INTEGER else _text(str(number), styles)


def _decimal(value: object, styles: StyleIds) -> str | None:
    if isinstance(value, int):
        return _integer(value, styles)
    if not isinstance(value, float) or not math.isfinite(value):
        return None
    return f'"><v>{int(value) if value.is_integer() and abs(value) < SAFE_INTEGER else repr(value)}</v></c>'


def _code(value: object, styles: StyleIds) -> str | None:
    return _text(value, styles) if isinstance(value, str) else _integer(value, styles)


def _date(value: object, styles: StyleIds) -> str | None:
    day = value if isinstance(value, date) else date.fromisoformat(str(value))
    serial = serial_of(day)
    if serial < _FIRST_TRUE_SERIAL:
        return _text(day.isoformat()[:10], styles)
    return f'" s="{styles.date}"><v>{serial}</v></c>'


def _datetime(value: object, styles: StyleIds) -> str | None:
    at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    if at.tzinfo is not None:
        return None
    seconds = at.hour * 3600 + at.minute * 60 + at.second
    return f'" s="{styles.datetime}"><v>{serial_of(at.date()) + seconds / 86400!r}</v></c>'


_FORMS: dict[Kind, Callable[[object, StyleIds], str | None]] = {
    "text": _text, "partial_date": _text, "integer": _integer, "flag": _integer, "decimal": _decimal,
    "code": _code, "date": _date, "datetime": _datetime,
}
