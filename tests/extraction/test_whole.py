"""An extraction as a whole: one snapshot, versions side by side, companions, flow and completeness."""

from __future__ import annotations

import shutil
import zipfile
from itertools import pairwise
from pathlib import Path

import openpyxl
import orjson
import pyreadstat
import pytest
from sqlalchemy import select, update

from app.cohort.models import Centre, Patient
from app.cohort.studies import find_study
from app.collection.models import Disposition, Response
from app.collection.questionnaires import publish
from app.extraction.charts import flow_of
from app.extraction.completeness import completeness
from app.extraction.exporting import export
from app.extraction.tables import Extraction, Wishes
from forms.definition import Questionnaire
from forms.loading import load, shipped
from tests.extraction.builders import AT, TREATED, add_patient, add_response


def test_an_export_is_one_snapshot_and_nobody_waits_for_it(small, tmp_path: Path, command, now) -> None:
    saved = []

    def save_meanwhile(done: int) -> None:
        with small.database.writing() as session:
            session.execute(update(Response).values(document='{"answers": {}, "lines": {}}', evaluated=None))
        saved.append(done)

    export(small, "calci_sts", tmp_path / "w.xlsx", actor=command, now=now, progress=save_meanwhile)
    assert saved
    sheet = openpyxl.load_workbook(tmp_path / "w.xlsx")["patients"]
    names = [cell.value for cell in sheet[1]]
    assert sheet.cell(2, names.index("weight_kg") + 1).value == 70.5


EARLIER = "Antécédents : Hypertension artérielle / Medical history: Hypertension"


def second_version(folder: Path) -> Questionnaire:
    """calci_sts with a question gone, one more, and one more choice."""
    shutil.copytree(shipped("calci_sts"), folder)
    section = folder / "20_terrain.yaml"
    last = '      none: {fr: "Aucun"'
    text = section.read_text(encoding="utf-8").replace(last, "      copd: {fr: BPCO, en: COPD}\n" + last, 1)
    text = text.replace('fr: "Hypertension artérielle"', "fr: HTA", 1)
    kept, _, _ = text.partition("  - name: ecog_j0")
    section.write_text(kept + "  - {name: tabac, label: {fr: Tabac, en: Tobacco}, type: yes_no}\n", encoding="utf-8")
    study = folder / "study.yaml"
    study.write_text(study.read_text(encoding="utf-8").replace("\nversion: 1", "\nversion: 2"), encoding="utf-8")
    return load(folder)


def test_answers_under_two_questionnaire_versions_share_the_columns(small, book_of, tmp_path, command, now) -> None:
    with small.database.writing() as session:
        study = find_study(session, "calci_sts")
        publish(session, study, second_version(tmp_path / "calci_sts"), None, actor=command, now=now)
        centre = session.scalars(select(Centre).order_by(Centre.number)).first()
        patient = add_patient(session, small.vault, study, centre, 9)
        add_response(session, small.vault, patient, {**TREATED, "tabac": {"v": 1}, "comorb": {"v": ["copd"]}})
    book = book_of(small)
    first, *_, last = book.sheets["patients"]
    assert (first["questionnaire_version"], last["questionnaire_version"]) == (1, 2)
    assert (first["tabac"], last["tabac"]) == (None, 1)
    assert (first["comorb___copd"], last["comorb___copd"]) == (None, 1)
    assert "ecog_j0" in first
    told = {row["variable"]: row for row in book.sheets["dictionnaire"] if row["feuille"] == "patients"}
    history = ("version_premiere", "version", "libelles_anterieurs")
    found = {name: tuple(told[name][key] for key in history) for name in ("tabac", "ecog_j0", "weight_kg", "comorb___hta")}
    assert found == {"tabac": ("2", "2", None), "ecog_j0": ("1", "1", None), "weight_kg": ("1", "2", None),
                     "comorb___hta": ("1", "2", f"v1 : {EARLIER}")}  # fmt: skip
    assert book.facts()["Versions du questionnaire"] == "1, 2"


@pytest.mark.parametrize("format", ["sav", "dta", "xpt"])
def test_formats_of_one_table_a_file_write_the_others_beside(small, tmp_path: Path, command, now, format: str) -> None:
    told: list[int] = []
    out = tmp_path / f"etude.{format}"
    exported = export(small, "calci_sts", out, actor=command, now=now, format=format, progress=told.append)
    assert told == [4]  # every table comes from one reading of the answers
    read = {"sav": pyreadstat.read_sav, "dta": pyreadstat.read_dta, "xpt": pyreadstat.read_xport}[format]
    found, meta = read(tmp_path / f"etude.{format}", output_format="dict")
    assert list(found["patient_id"]) == [f"CAL-001-{number:03d}" for number in (1, 2, 3, 4)]
    assert found["weight_kg"][0] == 70.5
    assert meta.column_names_to_labels["weight_kg"] == "Poids"
    assert (tmp_path / f"etude_visites.{format}").exists()
    assert exported.sheets["etats"] == len(read(tmp_path / f"etude_etats.{format}", output_format="dict")[0]["etat"])
    assert exported.as_json()["sheets"]["patients"] == 4


def test_the_csv_holds_the_same_tables_with_the_same_names(small, tmp_path: Path, command, now) -> None:
    exported = export(small, "calci_sts", tmp_path / "etude.zip", actor=command, now=now, format="csv")
    with zipfile.ZipFile(tmp_path / "etude.zip") as members:
        names = set(members.namelist())
        package = orjson.loads(members.read("datapackage.json"))
    assert {f"{name}.csv" for name in exported.sheets} <= names
    assert {f"virgule/{name}.csv" for name in exported.sheets} <= names
    assert {one["name"] for one in package["resources"]} == set(exported.sheets)
    keys = {one["name"]: one["schema"].get("primaryKey") for one in package["resources"]}
    assert (keys["etats"], keys["visites"]) == (
        ["patient_id", "section", "visit", "repeat_no", "variable", "etat"], ["patient_id", "visit"])
    assert [name for name, key in keys.items() if key is None] == ["lisez_moi"]


def test_the_tables_of_a_study_can_be_read_again_and_again(small) -> None:
    with small.database.reading() as session:
        for table in Extraction(session, small.vault, find_study(session, "calci_sts"), Wishes()).tables:
            first = [list(row) for row in table.rows()]
            assert first == [list(row) for row in table.rows()]
            assert all(len(row) == len(table.columns) for row in first)


@pytest.mark.parametrize("format", ["sav", "dta"])
def test_a_statistical_file_of_simulated_answers_says_so_in_its_own_label(small, tmp_path, command, now, format) -> None:
    read = {"sav": pyreadstat.read_sav, "dta": pyreadstat.read_dta}[format]
    labels = []
    for simulated in (False, True):
        with small.database.writing() as session:
            session.execute(update(Response).values(simulated=simulated))
        out = tmp_path / f"{simulated}.{format}"
        export(small, "calci_sts", out, actor=command, now=now, format=format)
        labels.append(read(out, output_format="dict")[1].file_label)
    assert labels == ["Patients", "SIMULÉ - Patients"]


# What each further patient of the flow's test says: a questionnaire, or a disposition.
FLOW: list[dict[str, object] | str] = [
    {"chart_found": {"v": 2}}, {"chart_found": {"v": 3}}, {"chart_found": {"v": 4}}, {},
    {"chart_found": {"v": 1}, "sts_given": {"v": 0}}, TREATED | {"sts_prior": {"v": 1}},
    TREATED | {"last_d": {"v": "2013-06-01"}}, "chart_not_found", "never_treated", "not_our_patient", "moved",
]  # fmt: skip


def test_the_flow_subtracts_and_counts_a_fact_once_whichever_way_it_was_said(small, book_of) -> None:
    with small.database.writing() as session:
        centre = session.scalars(select(Centre).order_by(Centre.number)).first()
        for number, said in enumerate(FLOW, 11):
            patient = add_patient(session, small.vault, find_study(session, "calci_sts"), centre, number)
            if isinstance(said, str):
                session.add(Disposition(patient_id=patient.id, kind=said, at=AT, by_name="A", by_role="B",
                                        destination="CH LE MANS" if said == "moved" else None))
            else:
                add_response(session, small.vault, patient, said)
        first = session.scalars(select(Patient).where(Patient.code == "CAL-001-011")).one()
        session.add(Disposition(patient_id=first.id, kind="opposed", at=AT, by_name="A", by_role="B"))
    rows = book_of(small).sheets["flux"]
    steps = [row for row in rows if row["unite"] == "patients" and not row["sorti_de"]]
    told = {row["etape"]: (row["n"], row["n_questionnaire"], row["n_motif"]) for row in rows}
    assert [told[row["etape"]] for row in steps] == [
        (15, None, None), (13, 8, 5), (5, 4, 1), (3, 3, 0), (2, 2, 0), (1, 1, 0)]  # fmt: skip
    for above, below in pairwise(steps):
        assert above["n"] - sum(row["n"] for row in rows if row["sorti_de"] == above["etape"]) == below["n"]
    # Of the opposed one handed in and one did not; the others are said once by each way.
    assert told["opposed"] == told["never_treated"] == told["not_our_patient"] == (2, 1, 1)
    assert (told["chart_not_found"], told["duplicate_patient"], told["chart_unknown"]) == ((1, 0, 1), (1, 1, 0), (1, 1, 0))
    assert (told["not_incident"], told["outcome_unknown"], told["untouched"][0], told["draft"][0]) == ((1, 1, 0), (1, 1, 0), 1, 1)
    with small.database.reading() as session:
        drawn = flow_of(session, small.vault, find_study(session, "calci_sts"))
    assert {step.key: step.count for step in drawn} == {row["etape"]: row["n"] for row in rows if not row["sorti_de"]}


def test_completeness_counts_answers_and_reasons_by_variable_and_centre(small) -> None:
    with small.database.reading() as session:
        found = completeness(session, small.vault, find_study(session, "calci_sts"))
    shares = {(one.name, one.visit): one.share for one in found.variables}
    assert found.responses == 1
    assert (shares["weight_kg", None].known, shares["phos_mmol", None].known) == (1.0, 0.0)
    assert shares["phos_mmol", None].counts["unknown"] == 1
    assert shares["v_surf", "m12"].answered == 1
    assert ("sts_nogive", None) not in shares
    assert found.centres["001"].wanted == found.whole.wanted == sum(share.wanted for share in shares.values())
    counts = found.whole.counts
    assert found.whole.wanted == counts["answered"] + counts["not_answered"] + counts["unknown"] + counts["not_done"]
    assert found.whole.known == counts["answered"] / found.whole.wanted
    assert counts["not_asked"] > 0
    assert found.cells["001", "pth_val"].counts["not_done"] == 1
