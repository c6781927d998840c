"""A questionnaire changes while a study runs: what was answered under the earlier version stays readable and
exportable, at both doors and in the workbook; only a manager publishes, and only what was shown."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from app.doors.sponsor import create_app
from app.extraction.exporting import export
from forms.loading import shipped
from tests.doors_centre.builders import NOW, Visitor, page, text_of, visitor
from tests.doors_sponsor.desk import desk_for
from tests.fixtures.installations import COMMAND
from tests.fixtures.studies import Opened

PATH = "/studies/calci_sts/questionnaire"


def changed(folder: Path) -> Path:
    """calci_sts with the ECOG question gone and one about tobacco in its place."""
    shutil.copytree(shipped("calci_sts"), folder)
    section = folder / "20_terrain.yaml"
    kept, _, _ = section.read_text("utf-8").partition("  - name: ecog_j0")
    section.write_text(kept + "  - {name: tabac, label: {fr: Tabac, en: Tobacco}, type: yes_no}\n", "utf-8")
    return folder


def hand_in(centre: Visitor, code: str, **answers: str) -> None:
    """Answers one page of a patient and hands in what there is."""
    assert centre.send(page(code, "terrain"), **answers).status_code == 303
    sent = centre.send(f"/patients/{code}/relecture", because="essai")
    assert sent.status_code == 303, text_of(sent)


def patients_sheet(opened: Opened, path: Path) -> dict[str, dict[str, Any]]:
    """The rows of the sheet `patients` of a new workbook, by patient."""
    export(opened.installation, "calci_sts", path, actor=COMMAND, now=NOW)
    rows = load_workbook(path, read_only=True)["patients"].iter_rows(values_only=True)
    names = [str(name) for name in next(rows)]
    return {str(row[names.index("patient_id")]): dict(zip(names, row, strict=True)) for row in rows}


def test_answers_outlive_the_version_they_were_given_under(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, centre = create_app(opened.installation), visitor(opened).enter()
    manager, reader = desk_for(app, "manager"), desk_for(app, "reader")
    before, after = centre.codes[:2]
    hand_in(centre, before, weight_kg="61", ecog_j0="2")
    assert "à publier" not in manager.text(PATH)

    folder = changed(tmp_path / "calci_sts")
    monkeypatch.setattr("app.collection.opening.shipped", lambda code: folder)
    shown = manager.text(PATH)
    assert "Retiré" in shown
    assert "touche des réponses déjà données" in shown
    assert manager.post(PATH, {"sha256": "0" * 64}).status_code == 409
    sha256 = shown.split('name="sha256" value="')[1][:64]
    assert reader.post(PATH, {"sha256": sha256}).status_code == 403
    assert manager.post(PATH, {"sha256": sha256}).status_code == 422
    assert manager.post(PATH, {"sha256": sha256, "agreed": "1"}).status_code == 303

    hand_in(centre, after, weight_kg="62", tabac="1")
    assert "Indice ECOG" in text_of(centre.get(f"/patients/{before}/imprimer"))
    assert "Tabac" not in text_of(centre.get(f"/patients/{before}/imprimer"))
    assert "ECOG" in manager.text(f"/studies/calci_sts/patients/{before}")
    told = text_of(reader.get(PATH))
    assert "Version 2 en vigueur" in told
    assert told.count("1 questionnaire remis") == 2
    assert "à publier" not in told
    assert "Indice ECOG" in reader.text(f"{PATH}/1/fr.html")
    assert "Tobacco" in reader.text(f"{PATH}/2/en.html")
    assert reader.get(f"{PATH}/2/fr.pdf").data.startswith(b"%PDF")
    assert reader.get(f"{PATH}/3/fr.pdf").status_code == 404

    rows = patients_sheet(opened, tmp_path / "classeur.xlsx")
    assert [rows[code]["questionnaire_version"] for code in (before, after)] == [1, 2]
    assert [(rows[code]["ecog_j0"], rows[code]["tabac"]) for code in (before, after)] == [
        (2, None),
        (None, 1),
    ]
