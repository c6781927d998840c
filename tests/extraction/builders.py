"""Studies with answers put straight into the tables, so that a test of extraction needs no door and no list."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cohort.models import Centre, Patient, PatientIdentity, Study
from app.cohort.patients import list_facts, seal_identity
from app.cohort.studies import register_study
from app.collection.evaluated import key_of, pack
from app.collection.models import Response, Submission
from app.collection.questionnaires import current_version, publish
from app.kernel.actor import Actor
from app.kernel.clock import day_of
from app.kernel.tables import random_key
from app.kernel.vault import Vault
from forms.answers import Answers
from forms.evaluation import evaluate
from forms.loading import load, shipped

AT = datetime(2026, 11, 2, 8, 15, tzinfo=UTC)

TREATED: dict[str, dict[str, Any]] = {
    "chart_found": {"v": 1}, "sts_given": {"v": 1}, "sts_prior": {"v": 0}, "filler_role": {"v": 4},
    "weight_kg": {"v": 70.5}, "height_cm": {"v": 165}, "ckd_mod": {"v": 1}, "dial_start": {"v": "2009-03"},
    "comorb": {"v": ["dm", "hta"]}, "rf_drug": {"v": ["avk"]}, "onset_d": {"v": "2012-11"},
    "diag_d": {"v": "2012-12-20"}, "diag_base": {"v": 2}, "les_type": {"v": ["ulc"]}, "les_site": {"v": ["leg", "thigh"]},
    "bio_d": {"v": "2013-01-02"}, "ca_mmol": {"v": 2.2, "t": "88 mg/L", "u": "mg/L"}, "phos_mmol": {"m": "NSP"},
    "pth_val": {"m": "NF"}, "alb_gl": {"v": 31}, "sts_start_d": {"v": "2013-01-05"}, "sts_route": {"v": 1},
    "sts_dose_g": {"v": 25}, "sts_freq_wk": {"v": 3}, "sts_ongoing": {"v": 0}, "sts_end_d": {"v": "2013-04-05"},
    "sts_stop_why": {"v": 2}, "at": {"v": ["wound", "atb"]}, "v_d@j0": {"v": "2013-01-05"}, "v_surf@j0": {"v": 40},
    "v_surf@m12": {"v": 12.5}, "v_evol@m12": {"v": 2}, "v_pain@j0": {"v": 7, "c": "sous morphine"},
    "ag_any@j0": {"v": 1}, "ag_drug@j0#1": {"v": 20}, "ag_dose@j0#1": {"v": 60}, "ag_unit@j0#1": {"v": 1},
    "ag_reg@j0#1": {"v": 1}, "ag_drug@j0#3": {"v": 1}, "ag_dose@j0#3": {"m": "NSP"}, "ag_any@m12": {"v": 0},
    "ae_any": {"v": 1}, "ae_term#1": {"v": 1}, "ae_start_d#1": {"v": "2013-02"}, "ae_grade#1": {"v": 2},
    "ae_action#1": {"v": 5}, "last_d": {"v": "2014-03-01"}, "vs_last": {"v": 1}, "vs_src": {"v": 1},
}  # fmt: skip
LINES = {"ag@j0": [1, 3], "ae": [1]}


def open_shipped(session: Session, code: str, actor: Actor, now: datetime) -> Study:
    """A shipped study, its questionnaire published, without centres and list."""
    definition = load(shipped(code))
    study = register_study(
        session,
        code=code,
        title_fr=definition.title.fr,
        title_en=definition.title.en,
        code_prefix=definition.prefix,
        now=now,
        actor=actor,
    )
    publish(session, study, definition, None, actor=actor, now=now)
    return study


def add_centre(session: Session, study: Study, number: int = 1, name: str = "CHU RANGUEIL") -> Centre:
    """A centre with a code."""
    centre = Centre(
        study_id=study.id,
        number=number,
        code=f"{number:03d}",
        name=name,
        city="TOULOUSE",
        department="31",
        created_at=AT,
    )
    session.add(centre)
    session.flush()
    return centre


def add_patient(
    session: Session,
    vault: Vault,
    study: Study,
    centre: Centre,
    number: int = 1,
    *,
    birth: str = "1948-03-12",
    initials: str = "DUPMA",
    first_grant_on: date | None = date(2012, 12, 28),
) -> Patient:
    """A patient of the centre with a sealed identity."""
    patient = Patient(
        id=random_key(),
        study_id=study.id,
        centre_id=centre.id,
        code=f"{study.code_prefix}-{centre.code}-{number:03d}",
        first_grant_on=first_grant_on,
        last_grant_on=first_grant_on,
        incident=True,
        sex=2,
        enrolled=False,
        created_at=AT,
    )
    session.add(patient)
    session.flush()
    sealed = seal_identity(vault, patient.id, initials, birth)
    session.add(PatientIdentity(patient_id=patient.id, identity=sealed))
    session.flush()
    return patient


def add_response(
    session: Session,
    vault: Vault,
    patient: Patient,
    answers: Mapping[str, Mapping[str, Any]] = TREATED,
    lines: Mapping[str, list[int]] = LINES,
    *,
    status: str = "submitted",
    revision: int = 4,
    simulated: bool = False,
    kept: bool = True,
) -> Response:
    """A response with these cells, its evaluation kept beside it unless told otherwise."""
    study = session.get_one(Study, patient.study_id)
    version = current_version(session, study)
    cells = {address: {"r": revision, **cell} for address, cell in answers.items()}
    document = {"answers": cells, "lines": dict(lines)}
    evaluation = evaluate(
        version.questionnaire, Answers.from_json(document), list_facts(session, vault, patient), day_of(AT)
    )
    handed_in = AT if status != "draft" else None
    response = Response(
        id=random_key(), patient_id=patient.id, study_id=study.id, version_id=version.id,
        document=orjson.dumps(document).decode(), revision=revision, status=status, first_answer_at=AT,
        last_answer_at=AT, submitted_at=handed_in, required_total=0, required_left=0, blocking=0, warnings=0,
        situation="{}", evaluated=pack(version.questionnaire, evaluation) if kept else None,
        evaluated_key=key_of(session, version.sha256, patient) if kept else None, simulated=simulated,
    )  # fmt: skip
    session.add(response)
    session.flush()
    if handed_in:
        _hand_in(session, response)
    return response


def _hand_in(session: Session, response: Response) -> None:
    session.add(Submission(response_id=response.id, version_id=response.version_id, revision=response.revision,
                           receipt=random_key()[:12], submitted_at=AT, by_name="A", by_role="B", by_organisation="C",
                           left_out="[]"))
    session.flush()


def repeated_keys(sheets: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[Any, int]:
    """Where the key that lisez_moi states for a sheet does not tell its rows apart; must be empty."""
    found: dict[Any, int] = {}
    for row in sheets["lisez_moi"]:
        key = re.search(r" ; clé : ([\w, ]+) / ", row["valeur"] or "") if row["rubrique"] == "feuille" else None
        if key is not None:
            names = key[1].split(", ")
            counts = Counter(tuple(one[name] for name in names) for one in sheets[row["fait"]])
            found |= {(row["fait"], *key): number for key, number in counts.items() if number > 1}
    return found


def response_of(session: Session, patient: Patient) -> Response:
    """The response of a patient."""
    return session.scalars(select(Response).where(Response.patient_id == patient.id)).one()
