"""The csv.zip: both profiles give the tables back, texts survive, and the programs beside them run."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import statistics
import subprocess
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports.sasprogram import sas_program
from exports.separated import guarded, write_csv
from exports.tables import Choice, Column, Table, Written, single
from tests.exports.builders import COLUMNS, HOSTILE, hostile, plain, row


def unguarded(text: str) -> str:
    """The text again, from its csv form, as the R script and the SAS program undo it."""
    return text[1:] if re.match("'+[=+\\-@\t\r\0]", text) else text


def archive() -> tuple[zipfile.ZipFile, Written]:
    out = io.BytesIO()
    written = write_csv(out, [single(hostile())], None, package="essai", title="Essai")
    return zipfile.ZipFile(out), written


def rows_of(members: zipfile.ZipFile, name: str, delimiter: str) -> list[list[str]]:
    text = members.read(name).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


@pytest.mark.parametrize(("name", "delimiter"), [("patients.csv", ";"), ("virgule/patients.csv", ",")])
def test_each_profile_holds_every_value(name: str, delimiter: str) -> None:
    members, written = archive()
    assert members.read(name).startswith(b"\xef\xbb\xbf")
    head, *rows = rows_of(members, name, delimiter)
    assert head == [column.name for column in COLUMNS]
    assert len(rows) == written.sheets["patients"] == len(HOSTILE)
    for place, cells in enumerate(rows):
        *values, text = row(place)
        assert unguarded(cells[-1]) == text
        assert cells[0] == values[0]
        assert cells[1] == ("" if values[1] is None else str(values[1]))
        assert float(cells[3]) == values[3]
        assert cells[4:7] == [values[4].isoformat(), values[5], values[6].isoformat()]


def test_no_text_of_a_csv_starts_like_a_formula() -> None:
    _, *rows = rows_of(archive()[0], "patients.csv", ";")
    assert not [cells[-1] for cells in rows if cells[-1].startswith(("=", "+", "-", "@", "\t", "\r"))]


@given(st.text(alphabet="'=+-@\t\rab"))
def test_guarding_a_text_can_always_be_undone(text: str) -> None:
    assert unguarded(guarded(text)) == text


def test_the_data_package_describes_every_column_with_its_type_and_codes() -> None:
    package = json.loads(archive()[0].read("datapackage.json"))
    fields = {one["name"]: one for one in package["resources"][0]["schema"]["fields"]}
    assert list(fields) == [column.name for column in COLUMNS]
    assert fields["sex"]["constraints"]["enum"] == [1, 2]
    assert (fields["x"]["type"], fields["x"]["unit"], fields["d"]["type"]) == ("number", "mmol/L", "date")
    assert package["resources"][0]["path"] == "patients.csv"


def test_the_sas_program_reads_every_column_in_its_order_and_uses_only_formats_that_it_defines() -> None:
    members, _ = archive()
    program = members.read("lire.sas").decode()
    defined = dict(re.findall(r"^  value (\$?[a-z]+\d+f)\n(.*?);$", program, re.M | re.S))
    assert all(len(name) <= 32 for name in defined)
    for table, step in re.findall(r"\ndata (\w+);(.*?)\nrun;", program, re.S):
        head = rows_of(members, f"{table}.csv", ";")[0]
        inputs, used = re.search(r"input\n(.*?)\n  ;", step, re.S), re.search(r"  format\n(.*?)\n  ;", step, re.S)
        assert inputs
        assert used
        assert [line.split()[0] for line in inputs[1].splitlines()] == head
        shown = dict(line.split() for line in used[1].splitlines())
        assert set(shown) <= set(head)
        assert {one.rstrip(".") for one in shown.values()} - {"yymmdd10", "e8601dt19"} <= set(defined)
        if table == "patients":
            assert defined[shown["sex"].rstrip(".")].splitlines() == ["    1 = 'Masculin'", "    2 = 'Féminin'"]
    assert 'infile "&dossier/patients.csv" dlm=";" dsd' in program
    assert 'if n_mq = "NSP" and missing(n) then n = .U;' in program
    # No quote stays open, whatever a label holds.
    assert all(line.count("'") % 2 == 0 for line in program.splitlines() if " = '" in line)


def test_the_formats_of_a_sas_program_are_those_of_their_own_table() -> None:
    def table(name: str, *labels: str) -> Table:
        choices = tuple(Choice(code, label, "") for code, label in enumerate(labels))
        return Table(name, (Column("etat", "code", "État d’une réponse", choices=choices),), lambda: [(0,), (1,)])
    program = sas_program([table("a", "l'un & 100 %", "autre"), table("b", "oui", "non")], {"a": [1], "b": [1]}, "t")
    assert "0 = 'l''un & 100 %'" in program
    one, two = re.findall(r"etat (\w+)\.", program)
    assert one != two
    assert f"value {one}" in program
    assert f"value {two}" in program


def test_the_same_tables_give_the_same_archive() -> None:
    first, second = io.BytesIO(), io.BytesIO()
    for out in (first, second):
        write_csv(out, [single(hostile())], None, package="essai", title="Essai")
    assert first.getvalue() == second.getvalue()


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R (Rscript) is not installed: its program was not run")
def test_the_r_program_runs_and_finds_the_same_medians_and_labels(tmp_path: Path) -> None:
    out = io.BytesIO()
    write_csv(out, [single(plain(rows=40))], None, package="essai", title="Essai")
    zipfile.ZipFile(out).extractall(tmp_path)
    script = (
        'source("lire.R", encoding = "UTF-8"); cat(nrow(patients), median(patients$n, na.rm = TRUE), median(patients$x),'
        ' levels(patients$sex), class(patients$d), attr(patients$x, "label"), sum(is.na(patients$n)), sep = "|")'
    )
    done = subprocess.run(["Rscript", "-e", script], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)
    found = done.stdout.split("|")
    rows = [row(place) for place in range(40)]
    numbers = [cells[1] for cells in rows if cells[1] is not None]
    assert int(found[0]) == 40
    assert float(found[1]) == statistics.median(numbers)
    assert float(found[2]) == pytest.approx(statistics.median(cells[3] for cells in rows), rel=1e-6)
    assert found[3:] == ["Masculin", "Féminin", "Date", "Décimal", "8"]
