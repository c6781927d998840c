"""When centres merge, their people follow; a question on an answer goes its whole way with the answer's journal."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.cohort.models import Centre, Study
from app.cohort.moving import CentreMerge
from app.collection.changes import Change
from app.collection.submitting import submit
from app.journal.models import JournalEntry
from app.kernel.actor import Actor
from app.kernel.installation import Installation
from app.outreach import queries
from app.outreach.errors import QueryRefused
from app.outreach.following import EVERYTHING
from app.outreach.models import Query
from forms.answers import Address
from tests.collection.builders import Chart, chart
from tests.fixtures.studies import Opened
from tests.outreach.builders import DESK, NOW, Town, make_town

PERSON = Actor("respondent", "Ève Martin", "pharmacienne", "CHU N°1", "e1")


def merge(town: Town, *, undone: bool) -> None:
    """The second centre becomes part of the first, or is restored."""
    with town.installation.database.writing() as session:
        gone, kept = town.centres[1], town.centres[0]
        told = CentreMerge(town.study_id, gone, kept, 1, undone, DESK, NOW)
        session.get_one(Centre, gone).merged_into_id = None if undone else kept
        EVERYTHING.tell(session, told)


def homes(town: Town) -> list[int]:
    """The centre of every respondent."""
    with town.installation.database.reading() as session:
        return [town.respondent(session, rank).centre_id for rank in range(len(town.respondents))]


def test_respondents_follow_a_merged_centre_and_come_back(installation: Installation) -> None:
    town = make_town(installation, centres=2)
    with installation.database.writing() as session:
        town.add(session, town.centres[1], "pharmacien@centre-1.example.org")
    first, second = town.centres
    merge(town, undone=False)
    assert homes(town) == [first, first, second]
    merge(town, undone=True)
    assert homes(town) == [first, second, second]


ASKED = Address.parse("weight_kg")


@pytest.fixture
def handed_in(opened: Opened) -> Chart:
    """A handed-in chart of the shipped study with one answer."""
    held = chart(opened)
    held.save(weight_kg="70")
    with opened.installation.database.writing() as session:
        submit(
            session,
            opened.installation.vault,
            patient=held.patient(session),
            mutation_id="handed-in",
            actor=PERSON,
            now=NOW,
            left_out_because="dossier partiel",
        )
    return held


def asked(held: Chart) -> int:
    """A question on the weight; its id."""
    with held.installation.database.writing() as session:
        patient = held.patient(session)
        study = session.get_one(Study, patient.study_id)
        return queries.ask(session, study, patient, ASKED, "70 ou 170 kg ?", actor=DESK, now=NOW).id


def test_a_question_is_answered_with_a_value_and_a_reason_and_closed(handed_in: Chart) -> None:
    number, installation = asked(handed_in), handed_in.installation
    with installation.database.writing() as session:
        (query,) = queries.queries_on(session, handed_in.patient(session))
        assert queries.has_open_query(session, query.study_id, handed_in.patient(session).centre_id)
        change = Change(ASKED, "71")
        queries.answer(
            session,
            installation,
            query,
            reply="erreur de frappe",
            change=change,
            mutation_id="q1",
            actor=PERSON,
            now=NOW,
        )
        assert not queries.has_open_query(session, query.study_id, handed_in.patient(session).centre_id)
        queries.close(session, query, actor=DESK, now=NOW)
        assert queries.queries_on(session, handed_in.patient(session)) == []
    with installation.database.reading() as session:
        query = session.get_one(Query, number)
        assert (query.corrected, query.answered_by) == (True, "Ève Martin, pharmacienne, CHU N°1")
        told = session.scalars(select(JournalEntry.action).where(JournalEntry.field == "weight_kg")).all()
    assert told == ["answer.saved", "query.asked", "answer.corrected", "query.answered", "query.closed"]


def test_a_question_may_be_answered_by_confirming(handed_in: Chart) -> None:
    asked(handed_in)
    installation = handed_in.installation
    with installation.database.writing() as session:
        (query,) = queries.queries_on(session, handed_in.patient(session))
        queries.answer(
            session, installation, query, reply="c’est exact", mutation_id="q", actor=PERSON, now=NOW
        )
        assert query.corrected is False


def test_questions_need_words_a_handed_in_answer_and_the_same_answer(
    handed_in: Chart, opened: Opened
) -> None:
    asked(handed_in)
    installation = opened.installation
    with installation.database.writing() as session:
        (query,) = queries.queries_on(session, handed_in.patient(session))
        study = session.get_one(Study, query.study_id)
        with pytest.raises(QueryRefused):
            queries.ask(session, study, handed_in.patient(session), ASKED, "  ", actor=DESK, now=NOW)
        other = chart(opened, 1).patient(session)
        with pytest.raises(QueryRefused):
            queries.ask(session, study, other, ASKED, "?", actor=DESK, now=NOW)
        wrong = Change(Address.parse("height_cm"), "170")
        with pytest.raises(QueryRefused):
            queries.answer(
                session,
                installation,
                query,
                reply="x",
                change=wrong,
                mutation_id="q",
                actor=PERSON,
                now=NOW,
            )
