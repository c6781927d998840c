"""A study of any size for the export benchmark: a few hundred simulated questionnaires, given to as many patients as wanted."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.cohort.models import Centre, Patient, PatientIdentity
from app.cohort.patients import seal_identity
from app.cohort.studies import find_study
from app.collection.evaluated import key_from, keys_of, pack
from app.collection.models import Response, Submission
from app.collection.opening import open_study
from app.collection.questionnaires import Published, current_version
from app.kernel.actor import Actor
from app.kernel.installation import Installation
from app.kernel.settings import Settings
from app.simulation.generic import answers_of
from app.simulation.playing import answers_for
from forms.evaluation import evaluate

STORIES = 300
ASKED = 10_000
STUDY = "calci_sts"
AT = datetime(2026, 11, 2, 8, 15, tzinfo=UTC)
_PER_CENTRE = 100
_CHUNK = 2_000


def installation_in(home: Path) -> Installation:
    """The installation of a benchmark, its keys and database in ``home``."""
    home.mkdir(parents=True, exist_ok=True)
    settings = Settings.from_environment(
        {"RECUEIL_HOME": str(home), "RECUEIL_PUBLIC_URL": "http://localhost"}
    )
    return Installation.open(settings)


def fill(home: Path, patients: int) -> None:
    """A study with that many patients, each with a handed-in questionnaire."""
    installation = installation_in(home)
    installation.initialise()
    actor = Actor.command("bench")
    with installation.database.writing() as session:
        study = open_study(session, STUDY, actor=actor, now=AT)
        version = current_version(session, study)
        session.execute(insert(Centre), list(_centres(study.id, patients)))
        for rows in _chunks(_patients(study.id, patients)):
            session.execute(insert(Patient), rows)
        # One cell is sealed for good, the others hold its bytes: nobody opens them here.
        sealed = seal_identity(installation.vault, f"{1:032x}", "DUPMA", "1948-03-12")
        named = ({"patient_id": f"{number:032x}", "identity": sealed} for number in range(1, patients + 1))
        for rows in _chunks(named):
            session.execute(insert(PatientIdentity), rows)
    stories = list(_stories(version))
    with installation.database.writing() as session:
        _responses(session, version, stories)
    installation.database.dispose()


def _centres(study_id: int, patients: int) -> Iterator[dict[str, Any]]:
    for number in range(1, patients // _PER_CENTRE + 2):
        yield {
            "id": number,
            "study_id": study_id,
            "number": number,
            "code": f"{number:03d}",
            "name": f"CHU {number}",
            "created_at": AT,
            "patients_coded": _PER_CENTRE,
        }


def _patients(study_id: int, patients: int) -> Iterator[dict[str, Any]]:
    for number in range(1, patients + 1):
        centre = (number - 1) // _PER_CENTRE + 1
        yield {
            "id": f"{number:032x}",
            "study_id": study_id,
            "centre_id": centre,
            "sex": 1 + number % 2,
            "code": f"CAL-{centre:03d}-{(number - 1) % _PER_CENTRE + 1:03d}",
            "incident": True,
            "enrolled": False,
            "first_grant_on": date(2013, 1, 1 + number % 28),
            "last_grant_on": date(2013, 6, 1),
            "created_at": AT,
        }


def _stories(version: Published) -> Iterator[tuple[str, str]]:
    """Documents and their packed evaluations."""
    for number in range(STORIES):
        facts = {
            "sex": 1 + number % 2,
            "birth": "1948-03-12",
            "first_grant_on": date(2013, 1, 1 + number % 28),
            "last_grant_on": date(2013, 6, 1),
            "authorisations": 1,
            "cover_days": 90,
        }
        sheet = answers_for(version.questionnaire, str(number), facts, AT.date())
        answers = answers_of(version.questionnaire, sheet)
        evaluation = evaluate(version.questionnaire, answers, facts, AT.date())
        document = answers.to_json()
        for place, cell in enumerate(document["answers"].values()):
            cell["r"] = 1 + place
        yield orjson.dumps(document).decode(), pack(version.questionnaire, evaluation)


def _responses(session: Session, version: Published, stories: list[tuple[str, str]]) -> None:
    study = find_study(session, STUDY)
    ids = list(session.scalars(select(Patient.id).where(Patient.study_id == study.id).order_by(Patient.id)))
    keys = (key for at in range(0, len(ids), ASKED) for key in keys_of(session, study.id, ids[at : at + ASKED]).items())
    for chunk in _chunks(
        _response(study.id, version, number, key, stories) for number, key in enumerate(keys)
    ):
        session.execute(insert(Response), chunk)
        session.execute(insert(Submission), [_submission(row, version) for row in chunk])


def _response(
    study_id: int,
    version: Published,
    number: int,
    key: tuple[str, tuple[object, ...]],
    stories: list[tuple[str, str]],
) -> dict[str, Any]:
    patient, facts = key
    document, evaluated = stories[number % len(stories)]
    return {
        "id": hashlib.md5(patient.encode(), usedforsecurity=False).hexdigest(), "patient_id": patient,
        "study_id": study_id, "version_id": version.id, "document": document, "revision": 120, "status": "submitted",
        "first_answer_at": AT, "last_answer_at": AT, "submitted_at": AT, "required_total": 60, "required_left": 0,
        "blocking": 0, "warnings": 0, "situation": "{}", "evaluated": evaluated,
        "evaluated_key": key_from(version.sha256, facts), "simulated": True,
    }  # fmt: skip


def _submission(row: dict[str, Any], version: Published) -> dict[str, Any]:
    return {
        "response_id": row["id"],
        "version_id": version.id,
        "revision": 120,
        "receipt": row["id"][:16],
        "submitted_at": AT,
        "by_name": "A",
        "by_role": "B",
        "by_organisation": "C",
        "left_out": "[]",
    }


def _chunks(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    rows = iter(rows)
    while chunk := list(islice(rows, _CHUNK)):
        yield chunk
