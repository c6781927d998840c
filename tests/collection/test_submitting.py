"""Submitting: once, whoever presses at the same time; never with a contradiction; counted for worklists and dashboards."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.cohort.studies import find_study
from app.collection.changes import Change
from app.collection.disposing import set_disposition
from app.collection.documents import Document
from app.collection.errors import (
    AlreadySubmitted,
    AnswersContradict,
    DestinationNeeded,
    DispositionInForce,
    NothingToSubmit,
    RequiredLeft,
)
from app.collection.evaluating import evaluate_document
from app.collection.models import Response, Submission
from app.collection.questionnaires import version_by_id
from app.collection.reading import responses
from app.collection.saving import save
from app.collection.submitting import submit
from forms.answers import Address
from tests.collection.builders import COLLEAGUE, DOCTOR, NOW, Chart, chart
from tests.fixtures.studies import Opened

PRESSES = 50


@pytest.fixture
def mine(opened: Opened) -> Chart:
    """A patient nobody has answered for."""
    return chart(opened)


def hand_in(mine: Chart, mutation: str = "press", because: str | None = "essai") -> str:
    """Submits in a transaction of its own; the receipt."""
    with mine.installation.database.writing() as session:
        made = submit(
            session,
            mine.installation.vault,
            patient=mine.patient(session),
            mutation_id=mutation,
            actor=DOCTOR,
            now=NOW,
            left_out_because=because,
        )
        return made.receipt


def test_nothing_cannot_be_submitted(mine: Chart) -> None:
    with pytest.raises(NothingToSubmit):
        hand_in(mine)


def test_missing_answers_are_named_and_kept_with_the_reason_for_leaving_them_out(mine: Chart) -> None:
    mine.save(weight_kg="70")
    with pytest.raises(RequiredLeft) as refused:
        hand_in(mine, because=None)
    names = [str(address) for address in refused.value.details]  # type: ignore[attr-defined]  # addresses
    hand_in(mine)
    with mine.installation.database.reading() as session:
        kept = session.scalars(select(Submission)).one()
        assert orjson.loads(kept.left_out) == names
        assert kept.left_out_because == "essai"
        assert kept.revision == 1


def test_a_contradiction_is_refused_whatever_the_reason(mine: Chart) -> None:
    mine.save(sts_given="1", sts_start_d="12/03/2013", sts_ongoing="0", sts_end_d="12/02/2013")
    with pytest.raises(AnswersContradict):
        hand_in(mine)


def test_fifty_people_pressing_at_once_make_one_submission_and_one_receipt(mine: Chart) -> None:
    mine.save(weight_kg="70")
    with ThreadPoolExecutor(10) as pool:
        receipts = set(pool.map(lambda press: hand_in(mine, f"press-{press}"), range(PRESSES)))
    assert len(receipts) == 1
    with mine.installation.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Submission)) == 1
    assert [one[0] for one in mine.journal()].count("response.submitted") == 1


def test_two_first_answers_at_once_make_one_response(mine: Chart) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: mine.save(**{("weight_kg", "height_cm")[number % 2]: "70"}), range(8)))
    with mine.installation.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Response)) == 1


def test_counters_follow_every_save(mine: Chart) -> None:
    mine.save(weight_kg="70")
    left = _counters(mine)["left"]
    mine.save(ckd_mod="1")
    counted = _counters(mine)
    assert counted["left"] == left  # dialysis start is asked now, and required: one answered, one new
    mine.save(dial_start="2010")
    assert _counters(mine)["left"] == left - 1


def _counters(mine: Chart) -> dict[str, int]:
    with mine.installation.database.reading() as session:
        response = session.scalars(select(Response)).one()
        return {
            "total": response.required_total,
            "left": response.required_left,
            "blocking": response.blocking,
        }


def test_a_submitted_patient_can_only_be_opposed(mine: Chart) -> None:
    mine.save(weight_kg="70")
    hand_in(mine)
    with pytest.raises(AlreadySubmitted):
        _dispose(mine, "chart_not_found")
    _dispose(mine, "opposed")


def test_one_disposition_at_a_time_and_a_move_says_where_to(mine: Chart) -> None:
    with pytest.raises(DestinationNeeded):
        _dispose(mine, "moved")
    _dispose(mine, "moved", "CHU de Nantes")
    _dispose(mine, "moved", "CHU de Nantes")
    with pytest.raises(DispositionInForce):
        _dispose(mine, "never_treated")


def _dispose(mine: Chart, kind: str, destination: str | None = None) -> None:
    with mine.installation.database.writing() as session:
        set_disposition(
            session,
            patient=mine.patient(session),
            kind=kind,
            actor=COLLEAGUE,
            now=NOW,
            destination=destination,
        )


def test_every_patient_comes_back_with_what_stands_for_them(opened: Opened, mine: Chart) -> None:
    mine.save(weight_kg="70")
    _dispose(chart(opened, 1), "never_treated")
    with opened.installation.database.reading() as session:
        found = list(responses(session, find_study(session, "calci_sts"), batch=7))
        assert len(found) == 60
        assert [one.response is not None for one in found[:3]] == [True, False, False]
        assert [one.disposition is not None for one in found[:3]] == [False, True, False]


TYPED = {
    "sts_start_d": ["12/03/2013", "2014", "NSP"],
    "sts_ongoing": ["0", "1", ""],
    "sts_end_d": ["12/02/2013", "12/06/2013"],
    "onset_d": ["2013", "05/2014", ""],
    "diag_d": ["01/2013", "2015"],
    "vs_last": ["1", "2"],
    "death_d": ["2013", "01/02/2013", "03/2015"],
    "last_d": ["01/02/2013", "01/01/2015"],
    "dial_start": ["2010", "2014"],
    "ckd_mod": ["1", "6"],
    "v_surf@m12": ["0", "12,5"],
    "v_evol@m12": ["1", "4"],
}


def test_what_is_submitted_satisfies_every_blocking_check(mine: Chart) -> None:
    """Whatever is answered, in any order: handing in is refused exactly when a blocking check speaks."""
    seen = set()

    @settings(max_examples=15, deadline=None)
    @given(
        typed=st.fixed_dictionaries({}, optional={name: st.sampled_from(all) for name, all in TYPED.items()})
    )
    def property_holds(typed: dict[str, str]) -> None:
        with suppress(_Undone), mine.installation.database.writing() as session:
            vault, patient = mine.installation.vault, mine.patient(session)
            changes = [
                Change(Address.parse(name), value) for name, value in {"weight_kg": "70", **typed}.items()
            ]
            save(session, vault, patient=patient, changes=changes, mutation_id="s", actor=DOCTOR, now=NOW)
            response = session.scalars(select(Response)).one()
            try:
                submit(
                    session,
                    vault,
                    patient=patient,
                    mutation_id="p",
                    actor=DOCTOR,
                    now=NOW,
                    left_out_because="x",
                )
            except AnswersContradict:
                assert response.blocking > 0
                seen.add("refused")
            else:
                version = version_by_id(session, response.version_id).questionnaire
                document = Document.loads(response.document)
                evaluation, _ = evaluate_document(session, vault, patient, version, document, NOW)
                assert evaluation.blocking == []
                seen.add("submitted")
            raise _Undone

    property_holds()
    assert seen == {"refused", "submitted"}


class _Undone(Exception):
    """Takes an example back."""
