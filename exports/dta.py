"""Stata files (.dta, format 118: Stata 14 and later), written as Stata's ``help dta`` describes them.

Long texts are strL, missing reasons the extended missing values .u (NSP), .n (NF) and .a (SO).
"""

import struct
import tempfile
from collections.abc import Sequence
from datetime import date
from typing import IO, BinaryIO

from exports.names import short_names
from exports.statistical import Cells, Measured, Variable, encoded, measure, number_of
from exports.tables import MISSING_REASONS, Table

_EPOCH = date(1960, 1, 1)
_STRL, _DOUBLE = 32768, 65526
_LONGEST_STR = 2045
_LETTERS = {"NSP": "u", "NF": "n", "SO": "a"}
_DOT = 0x7FE0_0000_0000_0000
_DOT_LABEL = 2_147_483_621
_FORMATS = {"date": "%tdCCYY-NN-DD", "datetime": "%tc", "decimal": "%12.0g"}
_BLOCK = 1 << 20


def _rank(reason: str) -> int:
    return ord(_LETTERS[reason]) - ord("a") + 1


_REASON_BITS = {reason: struct.pack("<Q", _DOT + (_rank(reason) << 40)) for reason in _LETTERS}
_ABSENT = struct.pack("<Q", _DOT)


def write_dta(out: BinaryIO, table: Table, *, title: str) -> int:
    """Write one table and return its number of rows."""
    measured = measure(table, 2_000_000_000)
    variables = measured.variables
    sets = _label_sets(variables)
    head, before = _head(measured, title), b"<stata_dta>"
    opening = _openings(variables, sets)
    start = len(before) + len(head)
    marks = [0, start]
    at = start + len(b"<map>") + 14 * 8 + len(b"</map>")
    for part in opening:
        marks.append(at)
        at += len(part)
    width = sum(_cell_size(variable) for variable in variables)
    data_end = at + len(b"<data>") + width * measured.rows + len(b"</data>")
    with tempfile.TemporaryFile() as texts:
        out.write(before + head)
        map_at = start
        out.write(b"\0" * (at - map_at - sum(map(len, opening))))
        out.write(b"".join(opening) + b"<data>")
        cells = Cells(variables, _cell, _REASON_BITS)
        long = [(place, variable) for place, variable in enumerate(variables, 1) if _kind(variable) == _STRL]
        for number, row in enumerate(table.rows(), 1):
            made = cells.of(row)
            for place, variable in long:
                made[place - 1] = _long_text(row[variable.place], place, number, texts)
            out.write(b"".join(made))
        out.write(b"</data><strls>")
        strls = _copy(texts, out)
        labels = b"</strls><value_labels>" + b"".join(_label_set(*one) for one in sets.values()) + b"</value_labels>"
        out.write(labels + b"</stata_dta>")
    labels_at = data_end + len(b"<strls>") + strls + len(b"</strls>")
    end_at = labels_at + len(labels) - len(b"</strls>")
    marks += [at, data_end, labels_at, end_at, end_at + len(b"</stata_dta>")]
    out.seek(map_at)
    out.write(b"<map>" + struct.pack("<14Q", *marks) + b"</map>")
    out.seek(0, 2)
    return measured.rows


def _head(measured: Measured, title: str) -> bytes:
    label = encoded(title[:80])
    return (b"<header><release>118</release><byteorder>LSF</byteorder><K>"
            + struct.pack("<H", len(measured.variables)) + b"</K><N>" + struct.pack("<Q", measured.rows)
            + b"</N><label>" + struct.pack("<H", len(label)) + label
            + b"</label><timestamp>\x1101 Jan 1980 00:00</timestamp></header>")


def _kind(variable: Variable) -> int:
    if variable.numeric:
        return _DOUBLE
    return variable.width if variable.width <= _LONGEST_STR else _STRL


def _cell_size(variable: Variable) -> int:
    kind = _kind(variable)
    return kind if kind <= _LONGEST_STR else 8


def _openings(variables: Sequence[Variable], sets: dict[str, tuple[str, list[tuple[int, str]]]]) -> list[bytes]:
    count = len(variables)
    formats = [_FORMATS.get(v.column.kind, "%10.0g") if v.numeric else f"%{min(v.width, 40)}s" for v in variables]
    named = [sets[v.name][0] if v.name in sets else "" for v in variables]
    return [
        _tagged(b"variable_types", struct.pack(f"<{count}H", *map(_kind, variables))),
        _tagged(b"varnames", _fixed([v.name for v in variables], 129)),
        _tagged(b"sortlist", b"\0\0" * (count + 1)),
        _tagged(b"formats", _fixed(formats, 57)),
        _tagged(b"value_label_names", _fixed(named, 129)),
        _tagged(b"variable_labels", _fixed([v.label[:80] for v in variables], 321)),
        _tagged(b"characteristics", b""),
    ]


def _tagged(tag: bytes, data: bytes) -> bytes:
    return b"<" + tag + b">" + data + b"</" + tag + b">"


def _fixed(texts: Sequence[str], size: int) -> bytes:
    return b"".join(encoded(text)[: size - 1].ljust(size, b"\0") for text in texts)


def _label_sets(variables: Sequence[Variable]) -> dict[str, tuple[str, list[tuple[int, str]]]]:
    labelled = [v for v in variables if v.numeric and (v.column.choices or v.reason_place is not None)]
    names = short_names(v.name for v in labelled)
    sets = {}
    for variable in labelled:
        pairs = [(int(choice.code), choice.fr or str(choice.code)) for choice in variable.column.choices]
        if variable.reason_place is not None:
            pairs += [(_DOT_LABEL + _rank(code), french) for code, french, _ in MISSING_REASONS]
        sets[variable.name] = (names[variable.name], sorted(pairs))
    return sets


def _label_set(name: str, pairs: list[tuple[int, str]]) -> bytes:
    texts, offsets = b"", []
    for _, text in pairs:
        offsets.append(len(texts))
        texts += encoded(text[:32_000]) + b"\0"
    count = len(pairs)
    table = struct.pack(f"<ii{count}i{count}i", count, len(texts), *offsets, *(value for value, _ in pairs)) + texts
    return b"<lbl>" + struct.pack("<i", len(table)) + _fixed([name], 129) + b"\0\0\0" + table + b"</lbl>"


def _cell(variable: Variable, value: object) -> bytes:
    if not variable.numeric:
        return b"" if _kind(variable) == _STRL else _text(value).ljust(variable.width, b"\0")
    number = number_of(variable, value, _EPOCH, day=1.0, second=1000.0)
    return _ABSENT if number is None else struct.pack("<d", number)


def _text(value: object) -> bytes:
    return b"" if value is None else encoded(value)


def _long_text(value: object, place: int, number: int, texts: IO[bytes]) -> bytes:
    """The text goes among the long ones; its cell says where it came from."""
    data = _text(value)
    if not data:
        return b"\0" * 8
    # 130 is a text in UTF-8 that ends in a NUL.
    texts.write(b"GSO" + struct.pack("<IQBI", place, number, 130, len(data) + 1) + data + b"\0")
    return struct.pack("<HQ", place, number)[:8]


def _copy(source: IO[bytes], out: BinaryIO) -> int:
    size = source.tell()
    source.seek(0)
    while block := source.read(_BLOCK):
        out.write(block)
    return size
