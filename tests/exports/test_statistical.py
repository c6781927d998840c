"""SPSS, Stata and SAS files, read back by pyreadstat: values, labels, missing reasons, long texts."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pyreadstat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports.dta import write_dta
from exports.errors import MissingCodeTaken
from exports.sav import write_sav
from exports.statistical import piece
from exports.tables import Column, Table
from exports.xpt import ibm_double, write_xpt
from tests.exports.builders import COLUMNS, HOSTILE, hostile, row

Read = Callable[..., tuple[dict[str, Any], Any]]
WAYS = {
    "sav": (write_sav, pyreadstat.read_sav), "dta": (write_dta, pyreadstat.read_dta),
    "xpt": (write_xpt, pyreadstat.read_xport),
}  # fmt: skip


def read_back(format: str, table: Table, folder: Path, **options: Any) -> tuple[dict[str, Any], Any]:
    write, read = WAYS[format]
    path = folder / f"t.{format}"
    with path.open("wb") as out:
        write(out, table, title="Étude")  # type: ignore[operator]  # the three writers take the same
    return read(path, output_format="dict", **options)


@pytest.mark.parametrize("format", WAYS)
def test_numbers_dates_and_texts_come_back(format: str, tmp_path: Path) -> None:
    found, meta = read_back(format, hostile(), tmp_path)
    rows = [row(place) for place in range(len(HOSTILE))]
    assert list(found["n"]) == [cells[1] for cells in rows]
    assert list(found["x"]) == [cells[3] for cells in rows]
    assert list(found["d"]) == [cells[4] for cells in rows]
    assert list(found["p"]) == [cells[5] for cells in rows]
    assert list(found["at_utc"]) == [cells[6] for cells in rows]
    assert list(found["sex"]) == [cells[7] for cells in rows]
    parts = [name for name in found if name == "t" or name.startswith("t__")]
    texts = ["".join(pieces) for pieces in zip(*(found[name] for name in parts), strict=True)]
    # A padded format cannot tell trailing blanks; nothing else may differ.
    assert [text.rstrip(" ") for text in texts] == [cells[-1].rstrip(" ") for cells in rows]
    assert meta.column_names_to_labels["x"] == "Décimal"


@pytest.mark.parametrize("format", ["sav", "dta"])
def test_codes_carry_their_labels(format: str, tmp_path: Path) -> None:
    _, meta = read_back(format, hostile(), tmp_path)
    assert meta.variable_value_labels["sex"] == {1: "Masculin", 2: "Féminin"}


def test_spss_keeps_missing_reasons_as_user_missing_values_with_labels(tmp_path: Path) -> None:
    found, meta = read_back("sav", hostile(), tmp_path, user_missing=True)
    assert (found["n"][0], found["n"][5], found["n"][10]) == (-9997, -9998, -9999)
    assert meta.variable_value_labels["n"][-9998] == "non fait"
    assert len(meta.missing_ranges["n"]) == 3


def test_stata_keeps_missing_reasons_as_extended_missing_values(tmp_path: Path) -> None:
    found, _ = read_back("dta", hostile(), tmp_path, user_missing=True)
    assert (found["n"][0], found["n"][5], found["n"][10]) == ("u", "n", "a")


def test_sas_keeps_missing_reasons_as_special_missing_values() -> None:
    out = io.BytesIO()
    columns = (Column("n", "integer"), Column("n_mq", "text", reason_for="n"))
    write_xpt(out, Table("t", columns, lambda: [(None, "NSP"), (None, "NF"), (None, "SO"), (None, None)]), title="t")
    data = out.getvalue()[-80:]
    assert [data[place : place + 1] for place in (0, 11, 22, 33)] == [b"U", b"N", b"A", b"."]


@pytest.mark.parametrize("format", WAYS)
def test_codes_of_mixed_kinds_are_numbers_and_beside_them_texts(format: str, tmp_path: Path) -> None:
    columns = (Column("code", "text", mixed=True), Column("fr", "text"))
    found, _ = read_back(format, Table("modalites", columns, lambda: [(1, "un"), ("wound", "mot")]), tmp_path)
    assert list(found["code"]) == [1, None] or str(found["code"]) == "[1.0, nan]"
    assert list(found["code_texte"]) == ["1", "wound"]


def test_the_reason_of_a_multiple_choice_stands_on_each_of_its_boxes(tmp_path: Path) -> None:
    columns = (Column("rf___avk", "flag"), Column("rf___cs", "flag"), Column("rf_mq", "text", reason_for="rf___avk"))
    found, _ = read_back("sav", Table("t", columns, lambda: [(None, None, "NSP")]), tmp_path, user_missing=True)
    assert (found["rf___avk"][0], found["rf___cs"][0]) == (-9997, -9997)


def test_version_5_of_sas_transport_has_short_unique_names_and_whole_texts(tmp_path: Path) -> None:
    path = tmp_path / "t5.xpt"
    columns = (Column("sts_start_d", "date"), Column("sts_stop_why", "integer"), Column("texte", "text"))
    rows = [("2012-03-01", 2, "é" * 450), ("2013-03-01", None, "court")]
    with path.open("wb") as out:
        write_xpt(out, Table("antalgiques", columns, lambda: rows), title="t", version=5)
    found, _ = pyreadstat.read_xport(path, output_format="dict")
    assert list(found)[:3] == ["stsstard", "ststowhy", "texte"]
    assert all(len(name) <= 8 for name in found)
    texts = [name for name in found if name.startswith("texte")]
    assert "".join(found[name][0] for name in texts) == "é" * 450
    assert list(found["stsstard"]) == [date(2012, 3, 1), date(2013, 3, 1)]


@pytest.mark.parametrize("format", WAYS)
def test_an_empty_table_is_a_file_without_rows(format: str, tmp_path: Path) -> None:
    found, meta = read_back(format, hostile(0), tmp_path)
    assert meta.number_rows in (0, None)
    assert list(meta.column_names)[: len(COLUMNS)] == [column.name for column in COLUMNS]
    assert all(len(values) == 0 for values in found.values())


@pytest.mark.parametrize("format", WAYS)
def test_three_hundred_variables_come_back(format: str, tmp_path: Path) -> None:
    columns = tuple(Column(f"variable_numero_{place}", "decimal") for place in range(300))
    found, _ = read_back(format, Table("large", columns, lambda: [[place / 3 for place in range(300)]]), tmp_path)
    assert [values[0] for values in found.values()] == [place / 3 for place in range(300)]


def test_a_value_that_spss_would_take_for_a_missing_reason_is_refused() -> None:
    columns = (Column("n", "integer"), Column("n_mq", "text", reason_for="n"))
    with pytest.raises(MissingCodeTaken):
        write_sav(io.BytesIO(), Table("t", columns, lambda: [(-9997, None)]), title="t")


NUMBERS = st.floats(min_value=-1e60, max_value=1e60).filter(lambda value: value == 0 or abs(value) > 1e-60)


@given(NUMBERS)
def test_ibm_doubles_lose_nothing(value: float) -> None:
    data = ibm_double(value)
    sign = -1 if data[0] & 0x80 else 1
    bits = struct.unpack(">Q", b"\0" + data[1:])[0]
    assert sign * bits * 16.0 ** ((data[0] & 0x7F) - 64 - 14) == value


@given(st.text(alphabet="aé😀", max_size=60), st.integers(5, 11))
def test_pieces_of_a_text_are_whole_characters_and_join_again(text: str, longest: int) -> None:
    data = text.encode()
    pieces = [piece(data, part, longest) for part in range(1, len(data) + 2)]
    assert b"".join(pieces) == data
    assert all(len(one) <= longest and one.decode() is not None for one in pieces)
