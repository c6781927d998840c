"""The workbook of a study: every cell equals the database, every absence has its reason, nobody can be named."""

from __future__ import annotations

import re
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from app.collection.models import Response
from app.extraction.errors import CannotWrite, NoFolder, UnknownFormat
from app.extraction.exporting import export
from app.journal.verifying import verify
from app.kernel.installation import Installation
from tests.extraction.builders import (
    LINES,
    TREATED,
    add_centre,
    add_patient,
    add_response,
    open_shipped,
    repeated_keys,
)

SHEETS = [
    "lisez_moi", "patients", "visites", "antalgiques", "effets_indesirables", "autorisations", "centres", "flux",
    "etats", "dictionnaire", "modalites",
]  # fmt: skip


def test_sheets_stand_in_the_order_of_the_house(small, book_of) -> None:
    book = book_of(small)
    assert list(book.sheets) == list(book.exported.sheets) == SHEETS
    assert {name: len(rows) for name, rows in book.sheets.items()} == book.exported.sheets


def test_every_answer_of_a_patient_is_in_its_cell(small, book_of) -> None:
    patient = book_of(small).sheets["patients"][0]
    assert (patient["centre_id"], patient["patient_id"], patient["statut"]) == ("001", "CAL-001-001", "submitted")
    for address, cell in TREATED.items():
        name, _, visit = address.partition("@")
        if "#" in address or name == "at" or isinstance(cell.get("v"), list):
            continue
        column = f"{name}_{visit}" if visit else name
        found = patient[column]
        if isinstance(found, datetime):
            found = found.date().isoformat()
        assert found == cell.get("v"), column
        assert patient.get(f"{column}_mq") == cell.get("m"), column


def test_multiple_choices_are_one_column_a_code_and_blank_when_not_answered(small, book_of) -> None:
    patient, untouched, *_ = book_of(small).sheets["patients"]
    ticked = {name for name, value in patient.items() if name.startswith("comorb___") and value == 1}
    assert ticked == {"comorb___dm", "comorb___hta"}
    assert patient["comorb___none"] == 0
    assert {untouched[name] for name in untouched if name.startswith("comorb___")} == {None}


def test_reason_columns_stand_only_where_there_is_a_reason(small, book_of) -> None:
    names = set(book_of(small).sheets["patients"][0])
    assert {name for name in names if name.endswith("_mq")} == {"phos_mmol_mq", "pth_val_mq"}


def test_derived_values_are_computed_on_drafts_and_partial_dates_stay_partial(small, book_of) -> None:
    patient, _, draft, _ = book_of(small).sheets["patients"]
    assert patient["age_j0"] == 64
    assert patient["surf_pct_m12"] == -68.75
    assert patient["ome_j0"] == 60
    assert patient["vs_1y"] == 1
    assert (patient["onset_d"], patient["dial_start"]) == ("2012-11", "2009-03")
    assert draft["statut"] == "draft"
    assert draft["sex"] == 2


def test_visits_and_lines_stand_on_their_own_sheets(small, book_of) -> None:
    sheets = book_of(small).sheets
    visits = {(row["patient_id"][-1], row["visit"]): (row["visit_asked"], row["v_surf"]) for row in sheets["visites"]}
    assert visits == {
        **{("1", visit): (1, area) for visit, area in (("j0", 40), ("m3", None), ("m6", None), ("m12", 12.5))},
        **{(patient, visit): (asked, None) for patient, asked in (("2", None), ("3", 0))
           for visit in ("j0", "m3", "m6", "m12")},
    }  # fmt: skip
    lines = [(row["visit"], row["repeat_no"], row["ag_drug"], row["ag_dose"], row["ag_dose_mq"]) for row in sheets["antalgiques"]]
    assert lines == [("j0", 1, 20, 60, None), ("j0", 2, 1, None, "NSP")]
    assert [(row["visit"], row["repeat_no"], row["ae_action"]) for row in sheets["effets_indesirables"]] == [(None, 1, 5)]


def test_answers_to_questions_no_longer_asked_are_not_exported_but_their_state_is(small, book_of) -> None:
    sheets = book_of(small).sheets
    draft = sheets["patients"][2]
    assert (draft["chart_found"], draft["v_surf_j0"]) == (2, None)
    hidden = [(row["section"], row["visit"]) for row in sheets["etats"]
              if row["patient_id"] == "CAL-001-003" and row["variable"] is None]
    assert ("evolution", "j0") in hidden
    assert ("terrain", None) in hidden


def test_every_absence_has_one_state_and_no_answer_has_one(small, book_of) -> None:
    sheets = book_of(small).sheets
    states = {(row["visit"], row["repeat_no"], row["variable"]): row for row in sheets["etats"]
              if row["patient_id"] == "CAL-001-001" and row["etat"] not in ("commented", "estimated")}
    assert states[None, None, "phos_mmol"]["etat"] == "unknown"
    assert states[None, None, "pth_val"]["etat"] == "not_done"
    assert states[None, None, "sts_nogive"]["etat"] == "not_asked"
    assert states[None, None, "ecog_j0"]["etat"] == "not_answered"
    assert states["j0", 2, "ag_dose"]["etat"] == "unknown"
    patient = sheets["patients"][0]
    for _, _, name in (key for key in states if key[:2] == (None, None)):
        assert patient.get(name) is None, name
    keys = [(row["patient_id"], row["section"], row["visit"], row["repeat_no"], row["variable"], row["etat"])
            for row in sheets["etats"]]
    assert len(keys) == len(set(keys))
    assert repeated_keys(sheets) == {}


def test_comments_and_estimates_are_told(small, book_of) -> None:
    rows = [row for row in book_of(small).sheets["etats"] if row["patient_id"] == "CAL-001-001"]
    commented = [(row["visit"], row["variable"], row["commentaire"]) for row in rows if row["etat"] == "commented"]
    assert commented == [("j0", "v_pain", "sous morphine")]
    assert [row["variable"] for row in rows if row["etat"] == "estimated"] == ["sts_cum_g"]


def test_a_patient_without_answers_shows_what_the_list_says_and_one_state_a_section(small, book_of) -> None:
    sheets = book_of(small).sheets
    untouched = sheets["patients"][1]
    assert (untouched["statut"], untouched["sex"], untouched["pt_code"]) == ("not_started", 2, "CAL-001-002")
    assert untouched["atu_first_d"] == datetime(2012, 12, 28)
    states = [row for row in sheets["etats"] if row["patient_id"] == "CAL-001-002"]
    assert {(row["variable"], row["etat"]) for row in states} == {(None, "not_answered")}


def test_the_answers_of_an_opposed_patient_are_not_read(small, book_of) -> None:
    opposed = book_of(small).sheets["patients"][3]
    kept = {name: value for name, value in opposed.items() if value is not None}
    assert kept == {"centre_id": "001", "patient_id": "CAL-001-004", "statut": "draft", "disposition": "opposed"}


def test_only_handed_in_questionnaires_when_asked(small, book_of) -> None:
    book = book_of(small, submitted_only=True)
    assert [row["patient_id"] for row in book.sheets["patients"]] == ["CAL-001-001"]
    facts = book.facts()
    assert "remis seulement" in facts["Filtre"]
    assert facts["Patients, questionnaire remis (statut = submitted)"] == "1"
    for left_out in ("questionnaire non commencé (statut = not_started)", "motif d’absence : patient opposé"):
        assert "pas zéro" in facts[f"Patients, {left_out}"]


def test_labels_stand_on_a_sheet_of_their_own_when_asked(small, book_of) -> None:
    sheets = book_of(small, labels=True).sheets
    assert list(sheets)[1:4] == ["patients", "patients_libelles", "patients_labels"]
    labelled = sheets["patients_libelles"][0]
    assert (labelled["sex"], labelled["sts_given"], labelled["comorb___dm"]) == ("Féminin", "Oui", "Oui")
    assert labelled["weight_kg"] == 70.5
    labelled = sheets["patients_labels"][0]
    assert (labelled["sex"], labelled["sts_given"], labelled["comorb___dm"]) == ("Female", "Yes", "Yes")


def test_the_same_data_give_the_same_bytes_whenever_they_are_asked(small, book_of, now) -> None:
    first, later = book_of(small), book_of(small, now=now + timedelta(days=3))
    assert first.exported.sha256 == later.exported.sha256
    with small.database.reading() as session:
        assert verify(session).ok


def test_changed_data_give_another_fingerprint(small, book_of) -> None:
    first = book_of(small)
    with small.database.writing() as session:
        session.execute(update(Response).values(document=Response.document.op("||")(" ")))
    assert book_of(small).exported.data_sha256 != first.exported.data_sha256


def test_an_evaluation_that_does_not_fit_any_more_is_made_again(small, book_of) -> None:
    first = book_of(small)
    with small.database.writing() as session:
        session.execute(update(Response).values(evaluated='{"d":{"age_j0":1},"v":{},"m":{},"h":[],"o":[],"l":"","z":[]}',
                                                evaluated_key="0" * 64))
    again = book_of(small)
    assert again.sheets["patients"] == first.sheets["patients"]
    assert again.sheets["etats"] == first.sheets["etats"]


def test_control_totals_head_and_simulation_are_told(small, book_of) -> None:
    facts = book_of(small).facts()
    assert facts["Lignes de la feuille patients"] == "4"
    assert facts["Patients, questionnaire remis (statut = submitted)"] == "1"
    assert len(facts["Journal : empreinte de tête"]) == 64
    assert not [fact for fact in facts if fact.startswith("SIMULÉ")]
    with small.database.writing() as session:
        session.execute(update(Response).values(simulated=True))
    assert [fact for fact in book_of(small).facts() if fact.startswith("SIMULÉ")]


def test_codes_that_are_numbers_are_numbers_in_modalites_and_words_stay_text(small, book_of) -> None:
    codes = {(row["variable"], row["code"]) for row in book_of(small).sheets["modalites"]}
    assert {("chart_found", 1), ("statut", "submitted")} <= codes
    assert ("chart_found", "1") not in codes


@pytest.mark.parametrize("format", ["xlsx", "csv", "sav", "dta", "xpt"])
def test_no_identity_is_in_any_file(installation: Installation, tmp_path: Path, command, now, format: str) -> None:
    with installation.database.writing() as session:
        study = open_shipped(session, "calci_sts", command, now)
        centre = add_centre(session, study)
        patient = add_patient(session, installation.vault, study, centre, birth="1931-07-19", initials="ZQXWV")
        add_response(session, installation.vault, patient)
    out = tmp_path / f"e.{'zip' if format != 'xlsx' else 'xlsx'}"
    export(installation, "calci_sts", out, actor=command, now=now, format=format)
    with zipfile.ZipFile(out) as members:
        whole = b"".join(members.read(name) for name in members.namelist())
    assert b"CAL-001-001" in whole
    for canary in ("ZQXWV", "1931-07-19", "1931-07", "19/07/1931", patient.id):
        assert canary.encode() not in whole


def test_a_long_text_goes_on_in_further_cells_and_lisez_moi_says_so(installation, book_of, command, now) -> None:
    text = "=é\n" * 14_000
    with installation.database.writing() as session:
        study = open_shipped(session, "calci_sts", command, now)
        patient = add_patient(session, installation.vault, study, add_centre(session, study))
        weight = {"v": 70, "c": "c" * 40_000}
        add_response(session, installation.vault, patient, {**TREATED, "comment_txt": {"v": text}, "weight_kg": weight})
    book = book_of(installation)
    cells = book.sheets["patients"][0]
    assert cells["comment_txt"] + cells["comment_txt__2"] == text
    (state,) = (row for row in book.sheets["etats"] if row["etat"] == "commented" and row["variable"] == "weight_kg")
    assert state["commentaire"] + state["commentaire__2"] == "c" * 40_000
    assert "comment_txt__2" in book.facts()["Texte continué : comment_txt"]
    assert "comment_txt__2" in [row["variable"] for row in book.sheets["dictionnaire"]]


def test_fifteen_lines_keep_their_rank_when_one_in_the_middle_was_removed(installation, book_of, command, now) -> None:
    numbers = [*range(1, 8), *range(9, 17)]
    answers = TREATED | {f"ae_term#{number}": {"v": number % 12 + 1} for number in numbers}
    with installation.database.writing() as session:
        study = open_shipped(session, "calci_sts", command, now)
        patient = add_patient(session, installation.vault, study, add_centre(session, study))
        add_response(session, installation.vault, patient, answers, {**LINES, "ae": numbers})
    rows = book_of(installation).sheets["effets_indesirables"]
    assert [(row["repeat_no"], row["ae_term"]) for row in rows] == [
        (rank, number % 12 + 1) for rank, number in enumerate(numbers, 1)
    ]


@pytest.mark.parametrize("code", ["calci_sts", "cmv_mbv", "hiv_fos"])
def test_an_empty_study_has_all_its_sheets_with_their_headers(installation, book_of, command, now, code: str) -> None:
    with installation.database.writing() as session:
        open_shipped(session, code, command, now)
    book = book_of(installation, code)
    assert book.exported.sheets["patients"] == 0
    assert book.exported.sheets["dictionnaire"] > 50
    assert {row["feuille"] for row in book.sheets["dictionnaire"]} >= {"patients", "etats", "autorisations"}


def test_an_unknown_format_and_a_folder_that_cannot_be_written_are_refused(small, tmp_path: Path, command, now) -> None:
    with pytest.raises(UnknownFormat):
        export(small, "calci_sts", tmp_path / "w.ods", actor=command, now=now, format="ods")
    with pytest.raises(NoFolder):
        export(small, "calci_sts", tmp_path / "faute de frappe" / "w.xlsx", actor=command, now=now)
    assert not (tmp_path / "faute de frappe").exists()
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotWrite):
        export(small, "calci_sts", tmp_path / "file" / "w.xlsx", actor=command, now=now)
    assert not list(tmp_path.glob("w*"))


WORDS = {"and", "or", "not", "in", "has", "nothing", "today", "visit", "visit_on", "visit_from", "visit_to", "repeat_no",
         "outer", "où"}  # fmt: skip


@pytest.mark.parametrize("code", ["calci_sts", "cmv_mbv", "hiv_fos"])
def test_every_name_in_a_rule_or_condition_is_explained_in_the_workbook(installation, book_of, command, now, code) -> None:
    with installation.database.writing() as session:
        open_shipped(session, code, command, now)
    sheets = book_of(installation, code).sheets
    told = WORDS | {str(row["code"]) for row in sheets["modalites"]}
    for row in sheets["dictionnaire"]:
        told |= {row["variable"], *row["variable"].split("___")}
    for row in sheets["lisez_moi"]:
        if row["rubrique"] in ("formules", "table", "feuille"):
            told |= set(re.findall(r"\w+", f"{row['fait']} {row['valeur']}"))
    unexplained = {}
    for row in sheets["dictionnaire"]:
        text = re.sub(r"'[^']*'", "", f"{row['regle'] or ''} {row['condition'] or ''}")
        names = set(re.findall(r"(?<![\w@.])[a-z_]\w*", text)) if row["variable"] != "visit" else set()
        lost = names - told - set(re.findall(r"(\w+) =", text.partition(" ; où ")[2]))
        unexplained |= {row["variable"]: lost} if lost else {}
    assert not unexplained
