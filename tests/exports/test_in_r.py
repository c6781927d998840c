"""What R reads: readxl the workbook, haven the statistical files. Skipped, loudly, where R or a package is missing."""

from __future__ import annotations

import functools
import io
import shutil
import subprocess
from datetime import datetime
from pathlib import Path

import pytest

from exports.dta import write_dta
from exports.sav import write_sav
from exports.tables import single
from exports.workbook import Front, write_workbook
from exports.xpt import write_xpt
from tests.exports.builders import HOSTILE, hostile, plain

SHOWN = (
    'cat(nrow(d), d$patient_id[2], d$n[2], round(d$x[8], 6), format(d$d[3], "%Y-%m-%d"), d$p[2], d$statut[1], sep = "|")'
)
FOUND = ["28", "CAL-001-001", "-6", "1", "2012-01-03", "2012-02", "draft"]


@functools.cache
def r_has(package: str) -> bool:
    """Whether R and that package are installed."""
    if shutil.which("Rscript") is None:
        return False
    ask = f'cat(requireNamespace("{package}", quietly = TRUE))'
    told = subprocess.run(["Rscript", "-e", ask], capture_output=True, text=True)
    return told.stdout.strip() == "TRUE"


def in_r(script: str, folder: Path) -> list[str]:
    done = subprocess.run(["Rscript", "-e", script], cwd=folder, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout.split("|")


@pytest.mark.skipif(not r_has("readxl"), reason="R with readxl is not installed: the workbook was not read by it")
def test_readxl_finds_values_dates_and_texts(tmp_path: Path) -> None:
    out = io.BytesIO()
    write_workbook(out, [single(hostile())], Front(["patients"], None, datetime(2026, 1, 1), "t"))
    (tmp_path / "w.xlsx").write_bytes(out.getvalue())
    read = 'd <- readxl::read_excel("w.xlsx", "patients"); '
    assert in_r(read + SHOWN, tmp_path) == FOUND
    texts = in_r(read + 'cat(d$t[1], d$t[3], d$t[4], nchar(d$t[10]), nchar(d$t__2[10]), d$t[24], sep = "|")', tmp_path)
    assert texts == [HOSTILE[0], HOSTILE[2], HOSTILE[3], "32767", "7233", HOSTILE[23]]


@pytest.mark.skipif(not r_has("haven"), reason="R with haven is not installed: the statistical files were not read by it")
@pytest.mark.parametrize(("format", "write"), [("sav", write_sav), ("dta", write_dta), ("xpt", write_xpt)])
def test_haven_finds_values_dates_and_labels(format: str, write, tmp_path: Path) -> None:
    with (tmp_path / f"t.{format}").open("wb") as out:
        write(out, plain(rows=28), title="t")
    read = f'd <- haven::read_{format}("t.{format}"); '
    assert in_r(read + SHOWN, tmp_path) == FOUND
    if format != "xpt":
        labels = in_r(read + 'cat(names(attr(d$sex, "labels")), attr(d$x, "label"), sep = "|")', tmp_path)
        assert labels == ["Masculin", "Féminin", "Décimal"]
