"""Corrections of what is submitted: nothing they make required stays open in silence."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.collection.changes import LineChange
from app.collection.errors import CorrectionIncomplete
from app.collection.models import Response
from app.collection.reading import situation_kept
from app.collection.submitting import left_since, submission_of, submit
from tests.collection.builders import DOCTOR, NOW, Chart, change, chart
from tests.fixtures.studies import Opened

NSP = {"missing": "NSP"}


@pytest.fixture
def mine(opened: Opened) -> Chart:
    """A submitted chart of a living patient."""
    return submitted(opened, sts_given="1", sts_start_d="12/03/2013", vs_last="1", last_d="01/06/2014")


def submitted(opened: Opened, **answers: object) -> Chart:
    """A chart with these answers, submitted."""
    mine = chart(opened)
    mine.save(**answers)
    with mine.installation.database.writing() as session:
        submit(
            session,
            mine.installation.vault,
            patient=mine.patient(session),
            mutation_id="submission",
            actor=DOCTOR,
            now=NOW,
            left_out_because="essentiel",
        )
    return mine


def left(mine: Chart) -> list[str]:
    """What corrections have opened and nobody has answered."""
    with mine.installation.database.reading() as session:
        response = session.scalars(select(Response)).one()
        submission = submission_of(session, response)
        assert submission is not None
        return left_since(submission, situation_kept(response))


def test_a_death_without_its_date_is_refused_and_names_the_date(mine: Chart) -> None:
    with pytest.raises(CorrectionIncomplete) as refused:
        mine.save(vs_last="2", reason="décès appris")
    assert "death_d" in [str(address) for address in refused.value.details]  # type: ignore[attr-defined]
    assert "Date de décès" in refused.value.message("fr")
    assert left(mine) == []


def test_a_value_or_a_missing_reason_in_the_same_save_makes_it_whole(mine: Chart) -> None:
    with pytest.raises(CorrectionIncomplete) as refused:
        mine.save(vs_last="2", reason="décès appris")
    named = [str(address) for address in refused.value.details]  # type: ignore[attr-defined]
    reasons = [change(name, "", missing="NSP") for name in named if name != "death_d"]
    mine.save(*reasons, vs_last="2", death_d="01/06/2014", reason="décès appris")
    assert left(mine) == []


def test_a_required_answer_is_not_emptied_without_saying_why(mine: Chart) -> None:
    with pytest.raises(CorrectionIncomplete):
        mine.save(vs_last="", reason="doute")
    assert left(mine) == []


def test_what_a_correction_opens_on_another_page_is_stored_and_listed(opened: Opened) -> None:
    mine = submitted(opened, chart_found="1", sts_given="0")
    mine.save(sts_given="1", reason="bien traité")
    assert "sts_start_d" in left(mine)
    with mine.installation.database.reading() as session:
        assert session.scalars(select(Response.status)).one() == "corrected"


def test_a_line_can_be_added_after_submission_and_is_listed_until_it_is_filled(mine: Chart) -> None:
    line = {"ag_drug": "20", "ag_dose": "10", "ag_unit": NSP, "ag_route": NSP, "ag_reg": NSP}
    first = [change(f"{name}@j0#1", value) for name, value in line.items()]
    mine.save(*first, ag_any__at_j0="1", reason="oubli")
    mine.save(LineChange("ag@j0", "add"), reason="un autre")
    assert left(mine) == ["ag_drug@j0#2", "ag_reg@j0#2"]
