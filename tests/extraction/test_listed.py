"""The sheet of authorisations: every row of the list with its fate, patients by code, nobody named."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import select, update

from app.cohort.models import Patient
from app.cohort.tracing import trace_rows
from tests.extraction.builders import repeated_keys


def test_every_row_of_the_list_is_there_with_its_fate_and_codes(opened, book_of) -> None:
    sheets = book_of(opened.installation).sheets
    rows = sheets["autorisations"]
    assert repeated_keys(sheets) == {}
    with opened.installation.database.reading() as session:
        traced = list(trace_rows(session, opened.installation.vault, opened.study(session)))
    assert [(row["source_row"], row["fate"], row["patient_id"], row["centre_id"]) for row in rows] == [
        (one.source_row, one.fate, one.patient or None, one.centre or None) for one in traced
    ]
    assert all(one.atu_num not in str(row) for one, row in zip(traced, rows, strict=True) if one.atu_num)


def test_the_flow_adds_up_to_the_rows_read(opened, book_of) -> None:
    book = book_of(opened.installation)
    flow = {(row["sorti_de"], row["etape"]): row["n"] for row in book.sheets["flux"]}
    fates = Counter(row["fate"] for row in book.sheets["autorisations"])
    assert flow[None, "rows_read"] == fates.total()
    out = sum(number for (left, _), number in flow.items() if left == "rows_read")
    assert flow[None, "rows_read"] - out == flow[None, "authorisations"] == fates["kept"]
    assert flow[None, "patients"] == len(book.sheets["patients"])
    left = sum(number for (step, _), number in flow.items() if step == "patients")
    assert flow[None, "patients"] - left == flow[None, "settled"]
    assert flow[None, "authorisations"] - flow["authorisations", "further"] == flow[None, "patients"]
    assert flow[None, "centres"] - flow["centres", "not_contacted"] == flow[None, "centres_contacted"]


def test_rows_of_a_merged_patient_go_by_the_code_of_the_one_who_took_over(opened, book_of) -> None:
    with opened.installation.database.writing() as session:
        kept, gone = session.scalars(select(Patient).order_by(Patient.code).limit(2)).all()
        session.execute(update(Patient).where(Patient.id == gone.id).values(merged_into_id=kept.id))
        codes = kept.code, gone.code
    sheets = book_of(opened.installation).sheets
    found = {row["patient_id"] for row in sheets["autorisations"]}
    assert codes[0] in found
    assert codes[1] not in found | {row["patient_id"] for row in sheets["patients"]}


def test_a_centre_is_settled_by_what_was_handed_in_and_what_was_set_apart(small, book_of) -> None:
    centre, empty = book_of(small).sheets["centres"]
    assert (centre["asked"], centre["answered"], centre["opposed"], centre["settled"]) == (4, 1, 1, 2)
    assert (centre["response_rate"], centre["settled_rate"]) == (0.25, 0.5)
    assert (empty["settled"], empty["settled_rate"]) == (0, None)
