"""The workbook of a study: every cell equals the database, and nothing else is in it."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from app.extraction.exporting import export
from app.kernel.actor import Actor
from app.kernel.installation import Installation
from tests.extraction.builders import add_centre, add_patient, add_response, open_shipped


@pytest.fixture
def small(installation: Installation, command: Actor, now) -> Installation:
    with installation.database.writing() as session:
        study = open_shipped(session, "calci_sts", command, now)
        centre = add_centre(session, study)
        vault = installation.vault
        add_response(session, vault, add_patient(session, vault, study, centre, 1))
        add_patient(session, vault, study, centre, 2)
        add_response(
            session,
            vault,
            add_patient(session, vault, study, centre, 3),
            {"chart_found": {"v": 2}},
            {},
            status="draft",
        )
    return installation


def test_sheets_stand_in_the_order_of_the_house(small, tmp_path: Path, command, now) -> None:
    exported = export(small, "calci_sts", tmp_path / "w.xlsx", actor=command, now=now)
    assert list(exported.sheets) == [
        "lisez_moi", "patients", "visites", "antalgiques", "effets_indesirables", "autorisations", "centres", "flux",
        "etats", "dictionnaire", "modalites",
    ]  # fmt: skip
    assert openpyxl.load_workbook(tmp_path / "w.xlsx").sheetnames == list(exported.sheets)
    import shutil

    shutil.copy(tmp_path / "w.xlsx", "/tmp/w.xlsx")
