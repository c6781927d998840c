"""The contacts of the centres are an export of their own, journalled, and nowhere else."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import openpyxl
from sqlalchemy import select

from app.cohort.studies import find_study
from app.extraction.contacts import contacts_workbook
from app.journal.models import JournalEntry
from app.outreach.respondents import import_respondents


def test_contacts_name_people_and_their_export_is_journalled(
    small, book_of, tmp_path: Path, command, now
) -> None:
    table = tmp_path / "respondents.csv"
    head = "centre;ville;courriel;nom;fonction;telephone\n"
    table.write_text(
        head + "CHU NANCY;NANCY;dr.zq@chu.example;Dr ZQXWV;Néphrologue;+33 5 61\n", encoding="utf-8"
    )
    with small.database.writing() as session:
        study = find_study(session, "calci_sts")
        import_respondents(session, small, study, table, actor=command, now=now)
    with small.database.writing() as session:
        study = find_study(session, "calci_sts")
        content = contacts_workbook(session, small.vault, study, actor=command, now=now)
    _, cells = list(openpyxl.load_workbook(BytesIO(content))["contacts"].values)
    assert cells[:7] == (
        "003",
        "CHU NANCY",
        "NANCY",
        "Dr ZQXWV",
        "Néphrologue",
        "dr.zq@chu.example",
        "+33 5 61",
    )
    with small.database.reading() as session:
        assert (
            session.scalar(select(JournalEntry.action).order_by(JournalEntry.seq.desc()).limit(1))
            == "identities.exported"
        )
    whole = str(dict(book_of(small).sheets))
    assert "ZQXWV" not in whole
    assert "chu.example" not in whole
