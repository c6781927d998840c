"""Addresses and fields that no page of ours would make: refused or ignored, never an error of ours."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.cohort.models import ListImport
from app.doors.sponsor import create_app
from app.extraction.models import ExportJob
from tests.doors_sponsor.desk import desk_for
from tests.fixtures.studies import Opened

STUDY = "/studies/calci_sts"
HUGE = "9" * 20


def test_an_address_that_no_row_can_have_is_nobody_s_page(opened: Opened) -> None:
    boss = desk_for(create_app(opened.installation), "manager")
    for path in (f"lists/{HUGE}", f"review/{HUGE}", f"centres/{HUGE}", "lists/" + "9" * 5_000, "patients/%00"):
        assert boss.get(f"{STUDY}/{path}").status_code == 404, path
    for query in (f"page={HUGE}", "page=²", f"done={HUGE}", "endpoint=x", "_external=1&_anchor=a&code=b&values=c"):
        for table in ("", "patients", "review", "journal"):
            assert boss.get(f"{STUDY}/{table}?{query}").status_code == 200, (table, query)


def test_a_pager_keeps_what_else_the_address_asks_for(opened: Opened) -> None:
    boss = desk_for(create_app(opened.installation), "manager")
    with opened.installation.database.reading() as session:
        listed = session.scalars(select(ListImport.id)).one()
    page = boss.text(f"{STUDY}/lists/{listed}?fate=kept&endpoint=x&page=1")
    assert 'href="?fate=kept&amp;endpoint=x&amp;page=2"' in page


@pytest.mark.parametrize("name", ["mai\x00", "x" * 121])
def test_a_cut_s_name_that_cannot_be_kept_is_refused(opened: Opened, name: str) -> None:
    boss = desk_for(create_app(opened.installation), "manager")
    assert boss.post(f"{STUDY}/exports", {"freeze": "1", "name": name}).status_code == 422
    assert boss.post(f"{STUDY}/exports", {"freeze": "1", "name": "mai", "since": HUGE}).status_code == 303
    with opened.installation.database.reading() as session:
        assert session.execute(select(ExportJob.freeze_as, ExportJob.since_cut)).all() == [("mai", None)]
