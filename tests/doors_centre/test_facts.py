"""From the centre's tap to the workbook: what the list says is confirmed or corrected, and the sponsor decides."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
from sqlalchemy import select

from app.cohort.models import Patient
from app.doors.sponsor import create_app
from app.extraction.exporting import export
from app.journal.models import JournalEntry
from app.kernel.installation import Installation
from tests.doors_centre.builders import page, text_of, visitor
from tests.doors_sponsor.desk import Desk, desk_for
from tests.fixtures.installations import COMMAND, NOW
from tests.fixtures.studies import Opened

PROPOSALS = "/studies/calci_sts/propositions"


def sex_of(installation: Installation, code: str) -> int:
    """The list's sex of a patient."""
    with installation.database.reading() as session:
        return session.scalars(select(Patient.sex).where(Patient.code == code)).one() or 0


def exported(
    installation: Installation, code: str, folder: Path
) -> tuple[object, list[tuple[object, object]]]:
    """The sex in the sheet of patients, and what `etats` says of facts of the list: state and comment."""
    out = folder / "book.xlsx"
    export(installation, "calci_sts", out, actor=COMMAND, now=NOW)
    book = openpyxl.load_workbook(out, read_only=True)
    head, *rows = book["patients"].values
    sex = next(dict(zip(head, row, strict=True))["sex"] for row in rows if row[1] == code)
    head, *rows = book["etats"].values
    told = [dict(zip(head, row, strict=True)) for row in rows if row[1] == code]
    states = [(row["etat"], row["commentaire"]) for row in told if str(row["etat"]).startswith("list_")]
    return sex, states


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
    assert exported(opened.installation, code, tmp_path) == (
        listed,
        [("list_disputed", f"centre : {3 - listed}")],
    )
    assert "à décider" in text_of(desk.get(PROPOSALS))
    assert settle(desk, "0") == 422
    assert settle(desk, "1") == 303
    assert exported(opened.installation, code, tmp_path) == (3 - listed, [("list_corrected", None)])
    assert "Correction acceptée par le promoteur" in text_of(person.get(path))
    assert settle(desk, "0", "erreur de saisie du centre") == 303
    assert exported(opened.installation, code, tmp_path) == (
        listed,
        [("list_kept", f"centre : {3 - listed}")],
    )
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


def test_an_identity_is_proposed_sealed_and_shown_to_the_desk_only_when_it_asks(opened: Opened) -> None:
    person, desk = visitor(opened).enter(), desk_for(create_app(opened.installation), "manager")
    code = person.codes[0]
    person.send(page(code, "dossier"), birth_my="02/1921", do="stay")
    assert 'name="birth_my" type="text" autocomplete="off"' in person.get(page(code, "dossier")).text
    assert "02/1921" in person.get(page(code, "dossier")).text
    assert "02/1921" not in desk.text(PROPOSALS)
    desk.post("/studies/calci_sts/identities", {"page": "proposals.show"})
    assert "02/1921" in desk.text(PROPOSALS)
    assert settle(desk, "1") == 303
    assert "· 02/1921 ·" in text_of(person.get(page(code, "terrain")))
    worklist = text_of(person.get("/"))
    assert "02/1921" in worklist
