"""Small studies for tests of rates: centres, patients, responses and dispositions put straight into their tables."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.cohort.models import Centre, Patient, Study
from app.cohort.studies import register_study
from app.collection.models import Disposition, QuestionnaireVersion, Response
from app.collection.opening import open_study
from app.collection.questionnaires import current_version
from app.kernel.actor import Actor


@dataclass(frozen=True)
class Asked:
    """A study's ids: its code, its centres, its patients."""

    code: str
    study_id: int
    version_id: int
    centres: tuple[int, ...]
    patients: tuple[str, ...]


def make_study(session: Session, actor: Actor, now: datetime, code: str = "calci_sts") -> tuple[Study, int]:
    """A study with an empty questionnaire version; the version's id."""
    study = register_study(
        session, code=code, title_fr="Une étude", title_en="A study", code_prefix="CAL", now=now, actor=actor
    )
    version = QuestionnaireVersion(
        study_id=study.id,
        number=1,
        sha256="0" * 64,
        body="{}",
        changes="{}",
        published_at=now,
        published_by=actor.name,
    )
    session.add(version)
    session.flush()
    return study, version.id


def make_centre(session: Session, study: Study, number: int, name: str, now: datetime) -> Centre:
    """A centre."""
    centre = Centre(study_id=study.id, number=number, code=f"{number:03d}", name=name, created_at=now)
    session.add(centre)
    session.flush()
    return centre


def make_patient(session: Session, centre: Centre, number: int, now: datetime) -> Patient:
    """A patient of a centre."""
    code = f"CAL-{centre.code}-{number:03d}"
    patient = Patient(study_id=centre.study_id, centre_id=centre.id, code=code, created_at=now)
    session.add(patient)
    session.flush()
    return patient


def respond(session: Session, patient: Patient, version_id: int, submitted_at: datetime | None) -> Response:
    """A patient's response: a draft, or handed in at `submitted_at`."""
    response = Response(
        patient_id=patient.id,
        study_id=patient.study_id,
        version_id=version_id,
        document="{}",
        revision=1,
        status="submitted" if submitted_at else "draft",
        submitted_at=submitted_at,
        required_total=1,
        required_left=0,
        blocking=0,
        warnings=0,
        situation="{}",
        simulated=False,
    )
    session.add(response)
    session.flush()
    return response


def dispose(session: Session, patient: Patient, now: datetime) -> Disposition:
    """A disposition in force."""
    disposition = Disposition(
        patient_id=patient.id, kind="chart_not_found", at=now, by_name="Dr A", by_role="pharmacien"
    )
    session.add(disposition)
    session.flush()
    return disposition


def ask_three(session: Session, actor: Actor, now: datetime, *, shipped: bool = False) -> Asked:
    """Two centres; two patients in the first, one in the second. `shipped`: with calci_sts as it ships."""
    if shipped:
        study = open_study(session, "calci_sts", actor=actor, now=now)
        version_id = current_version(session, study).id
    else:
        study, version_id = make_study(session, actor, now)
    first = make_centre(session, study, 1, "CHU de Lille", now)
    second = make_centre(session, study, 2, "CH de <Dijon> & Beaune", now)
    patients = [
        make_patient(session, first, 1, now),
        make_patient(session, first, 2, now),
        make_patient(session, second, 1, now),
    ]
    return Asked(
        study.code, study.id, version_id, (first.id, second.id), tuple(patient.id for patient in patients)
    )
