"""Answers follow their patient through a merge and back."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.cohort.models import Patient
from app.cohort.moving import PatientMerge
from app.collection.disposing import set_disposition
from app.collection.errors import OpposedApart
from app.collection.merging import follow_merge
from app.collection.models import Response
from app.kernel.actor import Actor
from tests.collection.builders import NOW, Chart, chart
from tests.fixtures.studies import Opened


def merge(gone: Chart, kept: Chart, *, undone: bool = False) -> str:
    """Tells the collection of a merge; whose the first response now is."""
    with gone.installation.database.writing() as session:
        study = session.get_one(Patient, gone.patient_id).study_id
        told = PatientMerge(study, gone.patient_id, kept.patient_id, 1, undone, Actor.command("tests"), NOW)
        follow_merge(session, told)
        return session.scalars(select(Response.patient_id)).first() or ""


def test_answers_follow_a_merge_and_come_back_when_it_is_undone(opened: Opened) -> None:
    gone, kept = chart(opened, 0), chart(opened, 1)
    gone.save(weight_kg="70")
    assert merge(gone, kept) == kept.patient_id
    assert merge(gone, kept, undone=True) == gone.patient_id


def test_answers_given_after_the_merge_stay_where_they_were_given(opened: Opened) -> None:
    gone, kept = chart(opened, 0), chart(opened, 1)
    kept.save(weight_kg="70")
    assert merge(gone, kept) == kept.patient_id
    assert merge(gone, kept, undone=True) == kept.patient_id


def test_whoever_opposed_stays_opposed(opened: Opened) -> None:
    gone, kept = chart(opened, 0), chart(opened, 1)
    gone.save(weight_kg="70")
    oppose(gone)
    with pytest.raises(OpposedApart):
        merge(gone, kept)
    oppose(kept)
    assert merge(gone, kept) == kept.patient_id


def oppose(one: Chart) -> None:
    """The patient of this chart objects to the study."""
    with one.installation.database.writing() as session:
        patient, actor = session.get_one(Patient, one.patient_id), Actor.command("tests")
        set_disposition(session, patient=patient, kind="opposed", actor=actor, now=NOW)


def test_of_two_who_answered_each_keeps_their_own(opened: Opened) -> None:
    gone, kept = chart(opened, 0), chart(opened, 1)
    gone.save(weight_kg="70")
    kept.save(weight_kg="80")
    before = held(opened)
    for undone in (False, True):
        merge(gone, kept, undone=undone)
        assert held(opened) == before


def held(opened: Opened) -> list[tuple[str, str]]:
    """Whose each response is."""
    with opened.installation.database.reading() as session:
        return sorted((one.id, one.patient_id) for one in session.scalars(select(Response)))
