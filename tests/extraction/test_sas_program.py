"""The SAS program of each study, read by our own reader of such programs: it was not run in SAS."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pyreadstat
import pytest

from app.extraction.exporting import export
from tests.exports import sas
from tests.extraction.builders import open_shipped

SUPPLIED = {"yymmdd10", "e8601dt19"}


@pytest.mark.parametrize("code", ["calci_sts", "cmv_mbv", "hiv_fos"])
def test_every_statement_names_what_exists(installation, tmp_path: Path, command, now, code: str) -> None:
    with installation.database.writing() as session:
        open_shipped(session, code, command, now)
    export(installation, code, tmp_path / "e.zip", actor=command, now=now, format="csv")
    with zipfile.ZipFile(tmp_path / "e.zip") as members:
        formats, steps = sas.parse(members.read("lire.sas").decode())
        tables = {name.removesuffix(".csv") for name in members.namelist() if name.endswith(".csv") and "/" not in name}
        assert set(steps) == tables
        for name, step in steps.items():
            assert step.read(members.read(f"{name}.csv").decode()) is not None
            columns = set(step.informats)
            named = {one for reason in step.reasons for one in (reason[0], reason[2])}
            assert named | step.unguarded | step.labels.keys() | step.shown.keys() <= columns
            assert set(step.shown.values()) <= formats.keys() | SUPPLIED
            for column, shown in step.shown.items():
                assert shown.startswith("$") == (step.informats[column].startswith("$") and shown not in SUPPLIED)


def test_what_it_reads_is_what_the_transport_file_holds(small, tmp_path: Path, command, now) -> None:
    export(small, "calci_sts", tmp_path / "e.zip", actor=command, now=now, format="csv")
    export(small, "calci_sts", tmp_path / "e.sav", actor=command, now=now, format="sav")
    found, _ = pyreadstat.read_sav(tmp_path / "e.sav", output_format="dict", user_missing=True)
    special = {-9997.0: ".U", -9998.0: ".N", -9999.0: ".A"}
    with zipfile.ZipFile(tmp_path / "e.zip") as members:
        _, steps = sas.parse(members.read("lire.sas").decode())
        rows = steps["patients"].read(members.read("patients.csv").decode())
    assert ".U" in rows[0].values()
    assert len(rows) == 4
    for name in steps["patients"].informats:
        theirs = [None if value in (None, "") or value != value else special.get(value, value) for value in found[name]]
        assert [row[name] for row in rows] == theirs, name


def test_a_program_with_an_open_quote_or_an_unknown_statement_is_caught() -> None:
    for broken in ("data a; label b = 'l'été'; run;", "data a; set b; run;", "proc format; value x1 1 = 'a'; run;"):
        with pytest.raises(AssertionError):
            sas.parse(broken)
