"""A small study with every kind of patient, and its workbook read back."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from app.cohort.models import Study
from app.cohort.studies import find_study
from app.collection.models import Disposition
from app.extraction.exporting import Exported, export
from app.kernel.actor import Actor
from app.kernel.installation import Installation
from tests.extraction.builders import AT, add_centre, add_patient, add_response, open_shipped

NOT_FOUND = {"chart_found": {"v": 2}, "v_surf@j0": {"v": 99}, "comment_txt": {"v": "=1+1"}}


@pytest.fixture
def small(installation: Installation, command: Actor, now: datetime) -> Installation:
    """Patients 1 handed in, 2 untouched, 3 a draft that ends early, 4 opposed with answers, of centre 001; centre 002 empty."""
    vault = installation.vault
    with installation.database.writing() as session:
        study = open_shipped(session, "calci_sts", command, now)
        centre = add_centre(session, study)
        add_centre(session, study, 2, "CH ALBI")
        people = [add_patient(session, vault, study, centre, number) for number in (1, 2, 3, 4)]
        add_response(session, vault, people[0])
        add_response(session, vault, people[2], NOT_FOUND, {}, status="draft")
        add_response(session, vault, people[3], status="draft")
        session.add(Disposition(patient_id=people[3].id, kind="opposed", at=AT, by_name="A", by_role="B"))
    return installation


@dataclass(frozen=True)
class Book:
    """A workbook read back by openpyxl: rows as dictionaries, by sheet."""

    exported: Exported
    sheets: Mapping[str, list[dict[str, Any]]]

    def facts(self) -> dict[str, str]:
        """lisez_moi by its French facts."""
        return {row["fait"]: row["valeur"] for row in self.sheets["lisez_moi"]}


class Sheets(Mapping[str, list[dict[str, Any]]]):
    """The sheets of a workbook as dictionaries, each read when it is asked for."""

    def __init__(self, content: bytes) -> None:
        self._book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
        self._read: dict[str, list[dict[str, Any]]] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(self._book.sheetnames)

    def __len__(self) -> int:
        return len(self._book.sheetnames)

    def __getitem__(self, name: str) -> list[dict[str, Any]]:
        if name not in self._read:
            head, *rows = list(self._book[name].values)
            self._read[name] = [dict(zip(head, row, strict=True)) for row in rows]
        return self._read[name]


Export = Callable[..., Book]


@pytest.fixture
def book_of(tmp_path: Path, command: Actor, now: datetime) -> Export:
    """Exports a study of an installation and reads the workbook back."""
    def make(installation: Installation, code: str = "calci_sts", **wishes: Any) -> Book:
        path = tmp_path / f"w{len(list(tmp_path.glob('w*')))}.xlsx"
        exported = export(installation, code, path, **{"actor": command, "now": now, **wishes})
        return Book(exported, Sheets(path.read_bytes()))
    return make


@pytest.fixture
def study_of() -> Callable[..., Study]:
    """The study of an installation in a session."""
    return lambda session, code="calci_sts": find_study(session, code)
