"""From a filled questionnaire to its receipt, and what stands in the way; dispositions; enrolling without a list."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import func, select

from app.cohort.models import Centre
from app.collection.models import Submission
from app.collection.opening import open_study
from app.doors.centre import create_app
from app.kernel.actor import Actor
from app.kernel.installation import Installation
from tests.doors_centre.builders import Visitor, page, text_of, token_for, visitor
from tests.fixtures.studies import Opened


@pytest.fixture
def person(opened: Opened) -> Visitor:
    """Somebody inside."""
    return visitor(opened).enter()


def review(code: str) -> str:
    """The page that reads over and submits."""
    return f"/patients/{code}/relecture"


def begin(person: Visitor) -> str:
    """A patient with a first answer."""
    code = person.codes[0]
    person.send(page(code, "dossier"), chart_found="1", sts_given="1", do="next")
    return code


def test_missing_answers_hold_the_submission_until_somebody_says_why(person: Visitor) -> None:
    code = begin(person)
    assert person.send(review(code), because=" ").status_code == 422
    answer = person.send(review(code), because="dossier incomplet")
    assert answer.headers["Location"] == f"/patients/{code}/recu"
    assert "dossier incomplet" in text_of(person.get(answer.headers["Location"]))
    assert "transmis" in text_of(person.get("/"))


def test_a_contradiction_forbids_the_submission_and_leads_to_its_question(person: Visitor) -> None:
    code = begin(person)
    person.send(
        page(code, "traitement"), sts_start_d="12/03/2013", sts_ongoing="0", sts_end_d="12/02/2013", do="next"
    )
    answer = person.get(review(code))
    assert "contradiction" in text_of(answer)
    assert f'href="{page(code, "traitement")}#q-' in answer.text
    form = person.form(review(code))
    form["because"] = "tout de même"
    assert person.client.post(review(code), data=form).status_code == 422


def test_pressing_the_button_twice_gives_one_submission_and_one_receipt(
    opened: Opened, person: Visitor
) -> None:
    code = begin(person)
    form = person.form(review(code))
    form["because"] = "dossier incomplet"
    receipts = set()
    for _ in range(3):
        assert person.client.post(review(code), data=form).status_code == 303
        receipts.add(text_of(person.get(f"/patients/{code}/recu")))
    assert len(receipts) == 1
    with opened.installation.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Submission)) == 1


def test_a_correction_after_submission_needs_its_reason(person: Visitor) -> None:
    code = begin(person)
    person.send(review(code), because="dossier incomplet")
    refused = person.send(page(code, "terrain"), weight_kg="70", do="next")
    assert refused.status_code == 422
    assert 'value="70"' in refused.text
    assert person.send(page(code, "terrain"), weight_kg="70", reason="oubli", do="next").status_code == 303
    assert "corrigé" in text_of(person.get("/"))


def test_a_disposition_is_set_shown_and_taken_back(person: Visitor) -> None:
    code = person.codes[0]
    where = f"/patients/{code}/sans-reponse"
    assert person.send(where, kind="moved").status_code == 422
    assert person.send(where, kind="moved", destination="CHU de Nantes").status_code == 303
    assert "Suivi dans un autre établissement" in text_of(person.get("/"))
    assert person.send(page(code, "terrain"), weight_kg="70", do="next").status_code == 409
    person.send(where, withdraw="1")
    assert "Suivi dans un autre établissement" not in text_of(person.get("/"))


def test_a_patient_of_a_listed_study_cannot_be_enrolled_here(person: Visitor) -> None:
    assert person.get("/patients/nouveau").status_code == 404


def test_a_study_without_a_list_enrols_its_patients_here(installation: Installation, now: datetime) -> None:
    with installation.database.writing() as session:
        open_study(session, "hiv_fos", actor=Actor.command("tests"), now=now)
    with installation.database.reading() as session:
        centre = session.scalars(select(Centre.id)).one()
    person = Visitor(
        create_app(installation).test_client(), token_for(installation, "hiv_fos", centre)
    ).enter()
    refused = person.send("/patients/nouveau", initials="DUP MA", birth="31/02/1960")
    assert refused.status_code == 422
    assert 'value="DUP MA"' in refused.text
    enrolled = person.send("/patients/nouveau", initials="DUP MA", birth="03/1960", sex="2")
    assert enrolled.headers["Location"].endswith("/questions/dossier")
    assert "lettre, position, lettre" in text_of(person.get(page(person.codes[0], "terrain")))
    listed = text_of(person.get("/"))
    assert "DUP MA" in listed
    assert "03/1960" in listed
