"""Saving answers: replayed, stale, refused, corrected; every change in the journal and nothing overwritten silently."""

from __future__ import annotations

import orjson
import pytest
from sqlalchemy import func, select

from app.collection.changes import LineChange
from app.collection.disposing import set_disposition, withdraw_disposition
from app.collection.errors import (
    AnswersRefused,
    Conflict,
    CorrectionContradicts,
    DispositionInForce,
    MutationReused,
    ReasonNeeded,
    TooManyLines,
    UnknownQuestion,
)
from app.collection.models import Mutation, Response
from app.collection.submitting import submit
from tests.collection.builders import COLLEAGUE, NOW, Chart, change, chart
from tests.fixtures.studies import Opened


@pytest.fixture
def mine(opened: Opened) -> Chart:
    """A patient nobody has answered for."""
    return chart(opened)


def stored(mine: Chart) -> dict[str, dict[str, object]]:
    """The answers as the database holds them."""
    with mine.installation.database.reading() as session:
        text = session.scalars(select(Response.document).where(Response.patient_id == mine.patient_id)).one()
    answers: dict[str, dict[str, object]] = orjson.loads(text)["answers"]
    return answers


def test_a_saved_answer_is_stored_with_what_was_typed_and_its_revision(mine: Chart) -> None:
    reply = mine.save(ca_mmol="88 mg/L")
    assert reply.stored == {"ca_mmol": 1}
    assert stored(mine)["ca_mmol"] == {"v": 2.2, "t": "88 mg/L", "u": "mg/L", "r": 1}


def test_every_change_is_journalled_with_old_new_and_who(mine: Chart) -> None:
    mine.save(weight_kg="70")
    mine.save(change("weight_kg", "71", 1), actor=COLLEAGUE)
    entries = [one for one in mine.journal() if one[1] == "weight_kg"]
    assert [(old, new, who) for _, _, old, new, who, _ in entries] == [
        (None, '{"v":70.0}', "Dr MARTIN"),
        ('{"v":70.0}', '{"v":71.0}', "Dr LEROY"),
    ]


def test_saving_the_same_value_again_changes_nothing(mine: Chart) -> None:
    first = mine.save(weight_kg="70")
    before = mine.journal()
    assert mine.save(weight_kg="70").revision == first.revision
    assert mine.journal() == before


@pytest.mark.parametrize("times", [1, 5])
def test_a_replayed_save_is_done_once_and_gets_the_same_reply(mine: Chart, times: int) -> None:
    first = mine.save(change("weight_kg", "70", 0), mutation="one-and-the-same")
    mine.save(change("height_cm", "170", 0))
    before = mine.journal()
    for _ in range(times):
        again = mine.save(change("weight_kg", "70", 0), mutation="one-and-the-same")
        assert (again.revision, again.at, again.stored) == (first.revision, first.at, first.stored)
    assert mine.journal() == before
    with mine.installation.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Mutation)) == 2


def test_a_mutation_id_with_another_content_is_refused_rather_than_lost(mine: Chart) -> None:
    mine.save(change("weight_kg", "70", 0), mutation="one-and-the-same")
    with pytest.raises(MutationReused):
        mine.save(change("weight_kg", "80", 1), mutation="one-and-the-same")


def test_a_stale_save_of_the_same_answer_is_refused_with_both_values(mine: Chart) -> None:
    mine.save(change("weight_kg", "70", 0))
    with pytest.raises(Conflict) as refused:
        mine.save(change("weight_kg", "90", 0), actor=COLLEAGUE)
    (clash,) = refused.value.details  # type: ignore[misc]  # a list of clashes
    assert (clash.stored, clash.sent, clash.revision) == ({"v": 70.0}, {"v": 90.0}, 1)
    assert stored(mine)["weight_kg"]["v"] == 70.0


def test_a_stale_save_of_the_same_value_is_no_conflict(mine: Chart) -> None:
    mine.save(change("weight_kg", "70", 0))
    assert mine.save(change("weight_kg", "70,0", 0), actor=COLLEAGUE).clashes == []


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [("relu", "vu au dossier", None), ("relu", "", "relu"), ("", "vu au dossier", "vu au dossier"), ("relu", "relu", "relu")],
)  # fmt: skip
def test_of_two_people_who_explain_the_same_answer_neither_is_lost(
    mine: Chart, first: str, second: str, kept: str | None
) -> None:
    mine.save(change("weight_kg", "70", 0, comment=first))
    late = change("weight_kg", "70", 0, comment=second)
    if kept is None:
        with pytest.raises(Conflict) as refused:
            mine.save(late, actor=COLLEAGUE)
        (clash,) = refused.value.details  # type: ignore[misc]  # a list of clashes
        assert (clash.stored["c"], clash.sent["c"]) == (first, second)
        mine.save(change("weight_kg", "70", clash.revision, comment=second), actor=COLLEAGUE)
        assert stored(mine)["weight_kg"]["c"] == second
    else:
        assert mine.save(late, actor=COLLEAGUE).clashes == []
        assert stored(mine)["weight_kg"]["c"] == kept


def test_emptying_an_answer_is_noticed_by_a_stale_save(mine: Chart) -> None:
    mine.save(change("weight_kg", "70", 0))
    mine.save(change("weight_kg", "", 1))
    with pytest.raises(Conflict):
        mine.save(change("weight_kg", "90", 1))


def test_different_questions_never_disturb_each_other(mine: Chart) -> None:
    mine.save(change("weight_kg", "70", 0))
    assert mine.save(change("height_cm", "170", 0), actor=COLLEAGUE).clashes == []


def test_what_can_be_understood_is_stored_and_the_rest_said(mine: Chart) -> None:
    reply = mine.save(weight_kg="70", height_cm="abc")
    assert set(reply.stored) == {"weight_kg"}
    assert "abc" in reply.refused["height_cm"]["fr"]
    with pytest.raises(AnswersRefused):
        mine.save(height_cm="abc")


@pytest.mark.parametrize(
    "address", ["nothing", "weight_kg@m12", "v_surf", "v_surf@m99", "ag_drug@j0", "weight_kg#1"]
)
def test_an_answer_to_a_question_that_is_not_there_is_refused(mine: Chart, address: str) -> None:
    with pytest.raises(UnknownQuestion):
        mine.save(change(address, "1"))


def test_identities_are_never_stored_among_the_answers(mine: Chart) -> None:
    mine.save(pt_ini="DUPMA")
    assert stored(mine)["pt_ini"] == {"r": 1, "p": "proposed"}


def test_a_removed_line_empties_its_answers_and_its_number_never_returns(mine: Chart) -> None:
    mine.save(ag_any__at_j0="1", ag_drug__at_j0__n_1="20")
    mine.save(LineChange("ag@j0", "copy", 1))
    mine.save(LineChange("ag@j0", "remove", 2))
    reply = mine.save(LineChange("ag@j0", "add"))
    assert reply.added == {"ag@j0": 3}
    assert stored(mine)["ag_drug@j0#2"] == {"r": 3}


def test_a_full_repeat_takes_no_further_line(mine: Chart) -> None:
    for _ in range(8):
        mine.save(LineChange("ag@j0", "add"))
    with pytest.raises(TooManyLines):
        mine.save(LineChange("ag@j0", "add"))


def test_a_change_after_submission_needs_a_reason_that_the_journal_keeps(mine: Chart) -> None:
    mine.save(weight_kg="70")
    _submit(mine)
    with pytest.raises(ReasonNeeded):
        mine.save(weight_kg="71", reason="  ")
    mine.save(weight_kg="71", reason="faute de frappe")
    assert mine.journal()[-1] == (
        "answer.corrected", "weight_kg", '{"v":70.0}', '{"v":71.0}', "Dr MARTIN", "faute de frappe",
    )  # fmt: skip
    with mine.installation.database.reading() as session:
        assert session.scalars(select(Response.status)).one() == "corrected"


def test_a_correction_may_not_contradict(mine: Chart) -> None:
    mine.save(sts_given="1", sts_start_d="12/03/2013", sts_ongoing="0", sts_end_d="12/06/2013")
    _submit(mine)
    with pytest.raises(CorrectionContradicts):
        mine.save(sts_end_d="12/02/2013", reason="relu")
    assert stored(mine)["sts_end_d"]["v"] == "2013-06-12"


def test_nothing_is_saved_for_a_patient_without_answer_until_that_is_withdrawn(mine: Chart) -> None:
    with mine.installation.database.writing() as session:
        set_disposition(
            session, patient=mine.patient(session), kind="chart_not_found", actor=COLLEAGUE, now=NOW
        )
    with pytest.raises(DispositionInForce):
        mine.save(weight_kg="70")
    with mine.installation.database.writing() as session:
        withdraw_disposition(session, patient=mine.patient(session), actor=COLLEAGUE, now=NOW)
    assert mine.save(weight_kg="70").revision == 1


def test_replaying_the_journal_gives_the_answers_as_they_stand(mine: Chart) -> None:
    mine.save(weight_kg="70", comorb=["dm"], ag_any__at_j0="1", ag_drug__at_j0__n_1="20")
    mine.save(change("weight_kg", "", missing="NSP"), comorb=["dm", "hta"])
    mine.save(LineChange("ag@j0", "remove", 1))
    told: dict[str, object] = {}
    for action, name, _, new, _, _ in mine.journal():
        if action == "answer.saved":
            told[str(name)] = orjson.loads(new) if new else {}
    held = {
        name: {key: value for key, value in cell.items() if key != "r"} for name, cell in stored(mine).items()
    }
    assert told == held


def _submit(mine: Chart) -> None:
    with mine.installation.database.writing() as session:
        submit(
            session,
            mine.installation.vault,
            patient=mine.patient(session),
            mutation_id="submission",
            actor=COLLEAGUE,
            now=NOW,
            left_out_because="essai",
        )
