"""SAS transport files (.xpt): version 8 with the names of the other formats, version 5 with names of eight letters.

Layout: SAS, "Record layout of a SAS version 5/6 (8/9) data set in transport format". A missing reason is a special
missing value: .U (NSP), .N (NF), .A (SO). Transport files know no value labels: the SAS program sets them.
"""

import math
import struct
from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import BinaryIO, Literal

from exports.names import short_names
from exports.statistical import Cells, Measured, Variable, encoded, measure, number_of, piece
from exports.tables import Table

Version = Literal[5, 8]
_EPOCH = date(1960, 1, 1)
_LONGEST = {5: 200, 8: 32_000}
_REASONS = {code: letter.ljust(8, b"\0") for code, letter in (("NSP", b"U"), ("NF", b"N"), ("SO", b"A"))}
_TIME = b"01JAN80:00:00:00"
_TAGS = {
    5: {"lib": "LIBRARY ", "mem": "MEMBER  ", "dsc": "DSCRPTR ", "nam": "NAMESTR ", "obs": "OBS     "},
    8: {"lib": "LIBV8   ", "mem": "MEMBV8  ", "dsc": "DSCPTV8 ", "nam": "NAMSTV8 ", "obs": "OBSV8   "},
}
_FORMATS = {"date": (b"YYMMDD", 10), "datetime": (b"E8601DT", 19)}


def write_xpt(out: BinaryIO, table: Table, *, title: str, version: Version = 8) -> int:
    """Write one table and return its number of rows. Version 5 lays long texts over variables of 200 bytes."""
    measured = measure(table, _LONGEST[version])
    names = short_names(v.name for v in measured.variables) if version == 5 else {}
    out.write(_opening(measured, title, version))
    out.write(_padded(b"".join(_namestrs(measured.variables, names, version))))
    out.write(_labels(measured.variables) if version == 8 else b"")
    tail = f"{measured.rows:15d}".ljust(32) if version == 8 else "0" * 30 + "  "
    out.write(_record(_TAGS[version]["obs"], tail))
    size, cells = 0, Cells(measured.variables, partial(_cell, _LONGEST[version]), _REASONS)
    for row in table.rows():
        data = b"".join(cells.of(row))
        size += len(data)
        out.write(data)
    out.write(b" " * (-size % 80))
    return measured.rows


def _record(tag: str, tail: str) -> bytes:
    return f"HEADER RECORD*******{tag}HEADER RECORD!!!!!!!{tail}".encode().ljust(80)


def _padded(data: bytes) -> bytes:
    return data + b" " * (-len(data) % 80)


def _opening(measured: Measured, title: str, version: Version) -> bytes:
    tags, zeros = _TAGS[version], "0" * 30 + "  "
    name = measured.table.name.encode()
    dataset = name[:32].ljust(32) if version == 8 else name[:8].upper().ljust(8)
    blank = b"" if version == 8 else b" " * 24
    return b"".join([
        _record(tags["lib"], zeros),
        b"SAS     SAS     SASLIB  9.4     Recueil " + b" " * 24 + _TIME, _TIME.ljust(80),
        _record(tags["mem"], "000000000000000001600000000140  "), _record(tags["dsc"], zeros),
        b"SAS     " + dataset + b"SASDATA 9.4     Recueil " + blank + _TIME,
        _TIME + b" " * 16 + piece(encoded(title), 1, 40).ljust(40) + b" " * 8,
        _record(tags["nam"], f"000000{len(measured.variables):04d}".ljust(30, "0") + "  "),
    ])  # fmt: skip


def _namestrs(variables: Sequence[Variable], names: dict[str, str], version: Version) -> list[bytes]:
    made, place = [], 0
    for number, variable in enumerate(variables, 1):
        width = 8 if variable.numeric else variable.width
        form, shown = _FORMATS.get(variable.column.kind, (b"", 0)) if variable.numeric else (b"", 0)
        label = encoded(variable.label)
        name = names[variable.name] if version == 5 else variable.name
        made.append(struct.pack(
            ">hhhh8s40s8shhh2s8shhi", 1 if variable.numeric else 2, 0, width, number, name[:8].encode().ljust(8),
            piece(label, 1, 40).ljust(40), form.ljust(8), shown, 0, 0, b"\0\0", b" " * 8, 0, 0, place))
        made.append(struct.pack(">32sh18x", name.encode().ljust(32), len(label)) if version == 8 else b"\0" * 52)
        place += width
    return made


def _labels(variables: Sequence[Variable]) -> bytes:
    longer = [(n, v) for n, v in enumerate(variables, 1) if len(encoded(v.label)) > 40]
    if not longer:
        return b""
    entries = b""
    for number, variable in longer:
        name, label = variable.name.encode(), piece(encoded(variable.label), 1, 256)
        entries += struct.pack(">hhh", number, len(name), len(label)) + name + label
    return _record("LABELV8 ", str(len(longer)).ljust(32)) + _padded(entries)


def _cell(longest: int, variable: Variable, value: object) -> bytes:
    if variable.numeric:
        return ibm_double(number_of(variable, value, _EPOCH, day=1.0, second=1.0))
    data = b"" if value is None else piece(encoded(value), variable.part, longest)
    return data.ljust(variable.width)


def ibm_double(value: float | None) -> bytes:
    """A number as IBM mainframes kept it: base 16, excess 64, 56 bits; no value is a dot."""
    if value is None:
        return b".\0\0\0\0\0\0\0"
    if value == 0:
        return b"\0" * 8
    fraction, exponent = math.frexp(abs(value))
    sixteens = -(-exponent // 4)
    bits = int(math.ldexp(fraction, exponent - 4 * sixteens + 56))
    sign = 0x80 if value < 0 else 0
    return bytes([sign | (64 + sixteens)]) + bits.to_bytes(7, "big")
