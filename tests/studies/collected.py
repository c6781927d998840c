"""Takes fixtures through the real path: opened study, `answers import`, export, and the workbook read back with openpyxl."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from app.cohort.centres import ensure_centre
from app.collection.importing import import_answers
from app.collection.opening import open_study
from app.extraction.exporting import export
from app.kernel.actor import Actor
from app.kernel.installation import Installation
from tests.extraction.builders import repeated_keys
from tests.studies.elsewhere import objects

Row = dict[str, Any]
FICTITIOUS = "CHU FICTIF DES TESTS"


class Collected:
    """One study of an installation, filled by fixtures."""

    def __init__(self, installation: Installation, code: str, actor: Actor, now: datetime) -> None:
        self.installation, self.code, self.actor, self.now = installation, code, actor, now
        self.codes: dict[str, str] = {}

    def take(self, *fixtures: str) -> list[Row]:
        """Imports fixtures; the results by patient, refused ones included."""
        results: list[Row] = []
        with self.installation.database.writing() as session:
            study = open_study(session, self.code, actor=self.actor, now=self.now)
            if not study_ships_centres(self.code):
                ensure_centre(session, study, FICTITIOUS, city="NANTES", postcode="44000", actor=self.actor, now=self.now)
            for fixture in fixtures:
                given = objects(fixture)
                results += import_answers(session, self.installation.vault, study, given, actor=self.actor, now=self.now)
        self.codes |= {result["patient"]: result["key"] for result in results if result["stored"]}
        return results

    def sheets(self, folder: Path) -> dict[str, list[Row]]:
        """Every sheet of the exported workbook, one dictionary a row, with the fixture's key in `key`."""
        out = folder / f"{self.code}.xlsx"
        export(self.installation, self.code, out, actor=self.actor, now=self.now)
        return {sheet.title: self._rows(sheet) for sheet in load_workbook(out)}

    def _rows(self, sheet: Any) -> list[Row]:
        header, *rows = sheet.iter_rows(values_only=True)
        found = [dict(zip(header, (_plain(cell) for cell in row), strict=True)) for row in rows]
        return [{**row, "key": self.codes.get(row.get("patient_id", ""))} for row in found]


_BUILT: dict[tuple[str, ...], dict[str, list[Row]]] = {}


def workbook(
    installation: Installation, code: str, fixture: str, actor: Actor, now: datetime, folder: Path
) -> dict[str, list[Row]]:
    """The sheets of one fixture on one engine; built once a process, because every test of a file reads the same ones."""
    key = (installation.database.engine.dialect.name, code, fixture)
    if key not in _BUILT:
        collected = Collected(installation, code, actor, now)
        refused = {result["key"]: result["refusals"] for result in collected.take(fixture) if not result["stored"]}
        assert refused == {}
        _BUILT[key] = collected.sheets(folder)
        assert repeated_keys(_BUILT[key]) == {}
    return _BUILT[key]


def study_ships_centres(code: str) -> bool:
    """True for the pilot study, which works with no list and no other centre."""
    return code == "hiv_fos"


def _plain(cell: Any) -> Any:
    return cell.date() if isinstance(cell, datetime) else cell


def known(rows: list[Row], name: str) -> dict[str, Any]:
    """The values of a column by patient, empty cells left out."""
    return {row["key"]: row[name] for row in rows if row[name] is not None}


def day(text: str) -> date:
    """A date as the workbook holds it."""
    return date.fromisoformat(text)
