"""SPSS system files (.sav), written as the PSPP documentation describes them: streamed, UTF-8, user-missing reasons."""

import struct
from collections.abc import Iterator, Sequence
from datetime import date
from typing import BinaryIO

from exports.errors import MissingCodeTaken
from exports.statistical import Cells, Measured, Variable, encoded, measure, number_of, piece
from exports.tables import MISSING_REASONS, Table

LONGEST = 32_000
_EPOCH = date(1582, 10, 14)
_SYSMIS = -1.7976931348623157e308
REASONS = {"NSP": -9997.0, "NF": -9998.0, "SO": -9999.0}
_TAKEN = frozenset(REASONS.values())
_FORMATS = {"date": (39, 10, 0), "datetime": (22, 20, 0), "integer": (5, 10, 0), "code": (5, 8, 0), "flag": (5, 5, 0),
            "decimal": (5, 16, 6)}


def write_sav(out: BinaryIO, table: Table, *, title: str) -> int:
    """Write one table and return its number of rows. Raises MissingCodeTaken when data use -9997, -9998 or -9999."""
    measured = measure(table, LONGEST)
    variables = measured.variables
    segments = [segment for variable in variables for segment in _segments(variable)]
    out.write(_header(sum(units for _, units in segments), measured.rows, title))
    for place, (first, variable) in enumerate(_with_index(variables), 1):
        out.write(_variable_records(place, variable, first))
    out.write(b"".join(_value_labels(first, variable) for first, variable in _with_index(variables)))
    out.write(_extensions(variables, measured))
    cells = Cells(variables, _cell, {code: struct.pack("<d", value) for code, value in REASONS.items()})
    for row in table.rows():
        out.write(b"".join(cells.of(row)))
    return measured.rows


def _segments(variable: Variable) -> list[tuple[int, int]]:
    """(declared width, 8-byte units) of each segment: a string over 255 bytes takes several."""
    if variable.numeric:
        return [(0, 1)]
    width = variable.width
    if width <= 255:
        return [(width, -(-width // 8))]
    count = (width + 251) // 252
    last = width - (count - 1) * 252
    return [(255, 32)] * (count - 1) + [(last, -(-last // 8))]


def _with_index(variables: Sequence[Variable]) -> Iterator[tuple[int, Variable]]:
    at = 1
    for variable in variables:
        yield at, variable
        at += sum(units for _, units in _segments(variable))


def _header(units: int, rows: int, title: str) -> bytes:
    # The date is fixed: the same data give the same bytes.
    return struct.pack(
        "<4s60siiiiid9s8s64s3x", b"$FL2", b"@(#) SPSS DATA FILE Recueil".ljust(60), 2, units, 0, 0, rows, 100.0,
        b"01 Jan 80", b"00:00:00", _cut(title, 64).ljust(64))


def _cut(text: str, limit: int) -> bytes:
    return piece(encoded(text), 1, limit)


def _variable_records(place: int, variable: Variable, first: int) -> bytes:
    records = []
    for number, (width, units) in enumerate(_segments(variable)):
        kind, shown, decimals = _FORMATS.get(variable.column.kind, (5, 8, 0)) if width == 0 else (1, width, 0)
        form = kind << 16 | shown << 8 | decimals
        label = _cut(variable.label, 252) if number == 0 else b""
        missing = sorted(REASONS.values()) if variable.reason_place is not None else []
        records.append(struct.pack("<iiiiii8s", 2, width, int(bool(label)), len(missing), form, form,
                                   _short(place, number)))
        if label:
            records.append(struct.pack("<i", len(label)) + label + b" " * (-len(label) % 4))
        records.append(struct.pack(f"<{len(missing)}d", *missing))
        records.append(struct.pack("<iiiiii8s", 2, -1, 0, 0, 0, 0, b" " * 8) * (units - 1))
    return b"".join(records)


def _short(place: int, segment: int) -> bytes:
    name = f"V{place}" if segment == 0 else f"S{place:X}_{segment:X}"
    return name.encode().ljust(8)


def _value_labels(index: int, variable: Variable) -> bytes:
    if not variable.numeric:
        return b""
    pairs = [(float(choice.code), choice.fr or str(choice.code)) for choice in variable.column.choices]
    if variable.reason_place is not None:
        pairs += [(REASONS[code], french) for code, french, _ in MISSING_REASONS]
    if not pairs:
        return b""
    labels = b""
    for value, text in pairs:
        label = _cut(text, 120)
        labels += struct.pack("<dB", value, len(label)) + label + b" " * (-(len(label) + 1) % 8)
    return struct.pack("<ii", 3, len(pairs)) + labels + struct.pack("<iii", 4, 1, index)


def _extensions(variables: Sequence[Variable], measured: Measured) -> bytes:
    names = "\t".join(f"V{place}={variable.name}" for place, variable in enumerate(variables, 1)).encode()
    long = b"".join(f"V{place}={v.width:05d}".encode() + b"\0\t"
                    for place, v in enumerate(variables, 1) if v.width > 255)
    parts = [
        _extension(3, 4, struct.pack("<8i", 1, 0, 0, -1, 1, 1, 2, 65001)),
        _extension(4, 8, struct.pack("<3d", _SYSMIS, -_SYSMIS, -1.7976931348623155e308)),
        _extension(13, 1, names),
        _extension(14, 1, long) if long else b"",
        _extension(16, 8, struct.pack("<2q", 1, measured.rows)),
        _extension(20, 1, b"UTF-8"),
        _long_labels(variables),
    ]
    return b"".join(parts) + struct.pack("<ii", 999, 0)


def _extension(subtype: int, size: int, data: bytes) -> bytes:
    return struct.pack("<iiii", 7, subtype, size, len(data) // size) + data


def _long_labels(variables: Sequence[Variable]) -> bytes:
    data = b""
    for variable in variables:
        if variable.numeric or not variable.column.choices or variable.part > 1:
            continue
        name = variable.name.encode()
        data += struct.pack("<i", len(name)) + name + struct.pack("<ii", variable.width, len(variable.column.choices))
        for choice in variable.column.choices:
            value = encoded(choice.code).ljust(variable.width)[: variable.width]
            label = _cut(choice.fr or str(choice.code), 120)
            data += struct.pack("<i", len(value)) + value + struct.pack("<i", len(label)) + label
    return _extension(21, 1, data) if data else b""


def _cell(variable: Variable, value: object) -> bytes:
    if not variable.numeric:
        return _string(b"" if value is None else piece(encoded(value), variable.part, LONGEST), variable)
    number = number_of(variable, value, _EPOCH, day=86400.0, second=1.0)
    if number in _TAKEN and variable.reason_place is not None:
        raise MissingCodeTaken(column=variable.name, value=number, format="SPSS")
    return struct.pack("<d", _SYSMIS if number is None else number)


def _string(data: bytes, variable: Variable) -> bytes:
    segments = _segments(variable)
    if len(segments) == 1:
        return data.ljust(segments[0][1] * 8)
    made = b""
    for _, units in segments:
        made += data[:255].ljust(units * 8)
        data = data[255:]
    return made
