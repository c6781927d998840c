"""Answers from elsewhere: each patient whole or not at all, with a result that says what became of them."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from app.cohort.models import Patient
from app.cohort.patients import identity_of
from app.cohort.studies import find_study
from app.collection.importing import import_answers
from app.collection.models import Response
from app.collection.opening import open_study
from app.kernel.actor import Actor
from app.kernel.installation import Installation
from tests.collection.builders import NOW, Chart
from tests.fixtures.studies import Opened

COMMAND = Actor.command("tests")


def take(installation: Installation, study: str, *objects: Any) -> list[dict[str, Any]]:
    """The results of importing `objects` in one transaction."""
    with installation.database.writing() as session:
        found = find_study(session, study)
        return import_answers(session, installation.vault, found, list(objects), actor=COMMAND, now=NOW)


def codes(opened: Opened) -> list[str]:
    """The patients of the study."""
    with opened.installation.database.reading() as session:
        return list(session.scalars(select(Patient.code).order_by(Patient.code)))


def count(installation: Installation, model: type[Any]) -> int:
    """How many rows there are."""
    with installation.database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_refused_patient_stores_nothing_and_holds_nobody_up(opened: Opened) -> None:
    first, second = codes(opened)[:2]
    results = take(
        opened.installation,
        "calci_sts",
        {"patient": first, "key": "a", "answers": {"weight_kg": 70, "height_cm": "abc"}},
        {"patient": second, "key": "b", "answers": {"weight_kg": "70,5"}},
    )
    assert [(one["key"], one["patient"], one["stored"]) for one in results] == [
        ("a", first, False),
        ("b", second, True),
    ]
    assert "abc" in results[0]["refusals"][0]
    assert count(opened.installation, Response) == 1


def test_values_come_typed_or_as_a_person_types_them(opened: Opened) -> None:
    code = codes(opened)[0]
    (result,) = take(
        opened.installation,
        "calci_sts",
        {
            "patient": code,
            "key": 1,
            "answers": {
                "dial_start": "03/2010",
                "ckd_mod": 1,
                "comorb": ["dm", "hta"],
                "weight_kg": {"missing": "NSP"},
            },
            "visits": {"m12": {"v_surf": 12.5}},
            "repeats": {
                "ag": [{"visit": "j0", "ag_drug": 20, "ag_dose": "30"}, {"visit": "j0", "ag_drug": "10"}]
            },
        },
    )
    assert result["refusals"] == []
    assert result["stored"]
    with opened.installation.database.reading() as session:
        document = session.scalars(select(Response.document)).one()
    for piece in (
        '"dial_start":{"v":"2010-03"',
        '"v_surf@m12":{"v":12.5',
        '"ag@j0":[1,2]',
        '"weight_kg":{"m":"NSP"',
    ):
        assert piece in document


@pytest.mark.parametrize(
    "wrong",
    [
        {"answers": {"no_such": 1}},
        {"answers": {"v_surf": 1}},
        {"visits": {"m99": {"v_surf": 1}}},
        {"repeats": {"zz": [{"zz_a": 1}]}},
        {"repeats": {"ag": [{"ag_drug": 20}]}},
        {"answers": {"weight_kg": 100_000}},
        {"answers": {"ckd_mod": 77}},
        {"answers": ["weight_kg"]},
        {"answers": []},
        {"answers": {"weight_kg": 70}, "visits": {"j0": [1, 2]}},
        {"answers": {"weight_kg": 70}, "repeats": {"ag": {"visit": "j0", "ag_drug": 20}}},
        {"answers": {"weight_kg": 70}, "repeats": {"ae": [1, "a"]}},
        {"answers": {"weight_kg": 70}, "repeats": {"zz": []}},
        {"answers": {"weight_kg": 70}, "submit": "oui"},
        {"submit": True},
        {"surprise": 1},
        {"patient": "CAL-999-999"},
        {"patient": None, "centre": "Hôpital de nulle part"},
    ],
)
def test_what_is_wrong_is_refused_and_said(opened: Opened, wrong: dict[str, Any]) -> None:
    (result,) = take(opened.installation, "calci_sts", {"patient": codes(opened)[0], "key": "k", **wrong})
    assert not result["stored"]
    assert result["refusals"]
    assert count(opened.installation, Response) == 0
    assert count(opened.installation, Patient) == 60


def test_an_object_that_is_no_object_is_refused(opened: Opened) -> None:
    assert [one["stored"] for one in take(opened.installation, "calci_sts", "x", 3, None)] == [False] * 3


def test_a_submission_leaves_out_what_the_source_does_not_hold_and_says_so(opened: Opened) -> None:
    (result,) = take(
        opened.installation,
        "calci_sts",
        {"patient": codes(opened)[0], "key": "k", "answers": {"weight_kg": 70}, "submit": True},
    )
    assert result["stored"]
    assert "chart_found" in " ".join(result["warnings"])
    with opened.installation.database.reading() as session:
        assert session.scalars(select(Response.status)).one() == "submitted"


def test_a_contradiction_refuses_a_submission_and_only_warns_for_a_draft(opened: Opened) -> None:
    wrong = {"sts_start_d": "12/03/2013", "sts_ongoing": 0, "sts_end_d": "12/02/2013"}
    first, second = codes(opened)[:2]
    results = take(
        opened.installation,
        "calci_sts",
        {"patient": first, "key": "a", "answers": wrong, "submit": True},
        {"patient": second, "key": "b", "answers": wrong},
    )
    assert [one["stored"] for one in results] == [False, True]
    assert results[0]["refusals"][0] in results[1]["warnings"]


def test_the_same_file_twice_changes_nothing(opened: Opened) -> None:
    given = {"patient": codes(opened)[0], "key": "k", "answers": {"weight_kg": 70}, "submit": True}
    for _ in range(2):
        assert take(opened.installation, "calci_sts", given)[0]["stored"]
    with opened.installation.database.reading() as session:
        response = session.scalars(select(Response)).one()
        assert (response.revision, response.status) == (1, "submitted")


def test_a_patient_without_code_is_enrolled_with_a_sealed_identity(installation: Installation) -> None:
    with installation.database.writing() as session:
        open_study(session, "hiv_fos", actor=COMMAND, now=NOW)
    (result,) = take(
        installation,
        "hiv_fos",
        {
            "patient": None,
            "centre": "HOPITAL PITIE-SALPETRIERE",
            "key": "P01",
            "answers": {"birth_my": "03/1960", "sex": 1},
            "visits": {"s0": {"v_vl_op": 2, "v_vl": 50}},
        },
    )
    assert result["refusals"] == []
    assert result["patient"].startswith("FOS-")
    with installation.database.reading() as session:
        patient = session.scalars(select(Patient)).one()
        known = identity_of(session, installation.vault, patient)
        assert (known.birth, known.sex) == ("1960-03", 1)
        document = session.scalars(select(Response.document)).one()
        assert "1960" not in document
        assert '"op":2' in document


def test_a_birth_that_nobody_knew_is_sealed_when_the_centre_gives_it(installation: Installation) -> None:
    with installation.database.writing() as session:
        open_study(session, "hiv_fos", actor=COMMAND, now=NOW)
    given = {"patient": None, "centre": "HOPITAL PITIE-SALPETRIERE", "key": "P01", "answers": {"haart_y": 5}}
    take(installation, "hiv_fos", given)
    with installation.database.reading() as session:
        mine = Chart(installation, session.scalars(select(Patient.id)).one())
    mine.save(birth_my="03/1960")
    with installation.database.reading() as session:
        known = identity_of(session, installation.vault, mine.patient(session))
        assert known.birth == "1960-03"
        assert "1960" not in session.scalars(select(Response.document)).one()
    assert not any("1960" in str(entry) for entry in mine.journal())
