"""From the centre's tap to the workbook: what the list says is confirmed or corrected, and the sponsor decides."""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy import select

from app.cohort.models import Patient
from app.doors.sponsor import create_app
from app.extraction.exporting import export
from app.journal.models import JournalEntry
from app.kernel.installation import Installation
from tests.doors_centre.builders import page, text_of, visitor
from tests.doors_sponsor.desk import Desk, desk_for
from tests.extraction.conftest import Sheets
from tests.fixtures.installations import COMMAND, NOW
from tests.fixtures.studies import Opened

PROPOSALS = "/studies/calci_sts/propositions"


def sex_of(installation: Installation, code: str) -> int:
    """The list's sex of a patient."""
    with installation.database.reading() as session:
        return session.scalars(select(Patient.sex).where(Patient.code == code)).one() or 0


def exported(installation: Installation, folder: Path) -> Sheets:
    """The sheets of a plain export."""
    out = folder / "book.xlsx"
    export(installation, "calci_sts", out, actor=COMMAND, now=NOW)
    return Sheets(out.read_bytes())


def counted(sheets: Sheets, code: str) -> tuple[object, list[object], list[tuple[object, ...]]]:
    """The sex that counts, what `etats` says of facts of the list, and the rows of `propositions`."""
    sex = next(row["sex"] for row in sheets["patients"] if row["patient_id"] == code)
    states = [row["etat"] for row in sheets["etats"] if row["patient_id"] == code]
    told = ("patient_id", "variable", "etat", "identite", "selon_liste", "selon_centre", "pourquoi")
    return (
        sex,
        [state for state in states if str(state).startswith("list_")],
        [tuple(row[name] for name in told) for row in sheets["propositions"]],
    )


def settle(desk: Desk, accept: str, reason: str = "") -> int:
    """The desk decides the first proposal of its page; the status of the answer."""
    shown = desk.text(PROPOSALS)
    found = re.search(rf'action="({PROPOSALS}/[^"]+)".*?name="seen" value="(\d+)"', shown, re.S)
    assert found
    sent = {"seen": found[2], "accept": accept, "reason": reason}
    return desk.post(found[1], sent).status_code


def test_a_correction_of_the_list_travels_to_the_desk_and_into_the_workbook(
    opened: Opened, tmp_path: Path
) -> None:
    person, desk = visitor(opened).enter(), desk_for(create_app(opened.installation), "manager")
    code = person.codes[0]
    listed = sex_of(opened.installation, code)
    path = page(code, "dossier")
    assert person.send(path, sex=str(3 - listed), chart_found="1", do="next").status_code == 303
    assert "Proposé au promoteur" in text_of(person.get(path))
    book = exported(opened.installation, tmp_path)
    values = (0, str(listed), str(3 - listed))
    assert counted(book, code) == (listed, ["list_disputed"], [(code, "sex", "proposed", *values, None)])
    described = {row["variable"] for row in book["dictionnaire"] if row["feuille"] == "propositions"}
    assert {"selon_liste", "selon_centre", "proposed_at", "pourquoi"} <= described
    assert "propositions" in {row["fait"] for row in book["lisez_moi"] if row["rubrique"] == "feuille"}
    assert "à décider" in text_of(desk.get(PROPOSALS))
    assert settle(desk, "0") == 422
    assert settle(desk, "1") == 303
    sex, states, rows = counted(exported(opened.installation, tmp_path), code)
    assert (sex, states, rows[0][2]) == (3 - listed, ["list_corrected"], "accepted")
    assert "Correction acceptée par le promoteur" in text_of(person.get(path))
    assert settle(desk, "0", "erreur de saisie du centre") == 303
    why = "erreur de saisie du centre"
    book = exported(opened.installation, tmp_path)
    assert {(row["proposed_by_telephone"], row["decided_by_typist"]) for row in book["propositions"]} == {(0, 0)}
    assert counted(book, code) == (listed, ["list_kept"], [(code, "sex", "refused", *values, why)])
    assert "erreur de saisie du centre" in text_of(person.get(path))
    assert "erreur de saisie du centre" in text_of(desk.get(f"/studies/calci_sts/patients/{code}"))


def test_one_tap_confirms_what_the_list_says_and_keeps_what_was_typed_beside(opened: Opened) -> None:
    person = visitor(opened).enter()
    code = person.codes[0]
    path = page(code, "dossier")
    sent = person.send(path, sex="", chart_found="1", do="confirm:sex")
    assert sent.headers["Location"] == f"{path}#q-sex"
    assert text_of(person.get(path)).count("Confirmé par Dr MARTIN") == 1
    assert 'name="chart_found" value="1" checked' in person.get(path).text
    person.send(path, do="confirm:*")
    shown = text_of(person.get(path))
    assert "C’est exact" not in shown
    assert shown.count("Confirmé par Dr MARTIN") == 5
    with opened.installation.database.reading() as session:
        actions = list(session.scalars(select(JournalEntry.action)))
    assert actions.count("fact.confirmed") == 5


def test_an_identity_is_proposed_sealed_and_shown_to_the_desk_only_when_it_asks(
    opened: Opened, tmp_path: Path
) -> None:
    person, desk = visitor(opened).enter(), desk_for(create_app(opened.installation), "manager")
    code = person.codes[0]
    assert "propositions" not in exported(opened.installation, tmp_path)
    person.send(page(code, "dossier"), birth_my="02/1921", do="stay")
    (row,) = exported(opened.installation, tmp_path)["propositions"]
    assert (row["variable"], row["etat"], row["identite"]) == ("birth_my", "proposed", 1)
    assert (row["selon_liste"], row["selon_centre"]) == (None, None)
    assert 'name="birth_my" type="text" autocomplete="off"' in person.get(page(code, "dossier")).text
    assert "02/1921" in person.get(page(code, "dossier")).text
    assert "02/1921" not in desk.text(PROPOSALS)
    desk.post("/studies/calci_sts/identities", {"page": "proposals.show"})
    assert "02/1921" in desk.text(PROPOSALS)
    assert settle(desk, "1") == 303
    assert "· 02/1921 ·" in text_of(person.get(page(code, "terrain")))
    worklist = text_of(person.get("/"))
    assert "02/1921" in worklist
