"""What a patient's authorisations say of the patient, recomputed after they changed: dates, courses, incidence."""

from collections import defaultdict
from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cohort.courses import Grant, incident, majority_sex, number_courses
from app.cohort.models import Authorisation, ListRow, Patient, Study
from app.kernel.vault import Vault

CHUNK = 500


def refresh_patients(
    session: Session, vault: Vault, study: Study, patient_ids: Collection[str], new_course: timedelta
) -> None:
    """Recomputes first and last grant, sex, incidence and course numbers of these patients from their rows.

    The public code and the asked centre stay as they are: they were given once.
    """
    session.flush()
    ordered = sorted(patient_ids)
    for start in range(0, len(ordered), CHUNK):
        _refresh(session, study, ordered[start : start + CHUNK], new_course)
    session.flush()


def _refresh(session: Session, study: Study, patient_ids: list[str], new_course: timedelta) -> None:
    query = (
        select(Authorisation)
        .join(ListRow, ListRow.id == Authorisation.id)
        .where(
            Authorisation.study_id == study.id,
            Authorisation.patient_id.in_(patient_ids),
            ListRow.fate.in_(("kept", "outside_window")),
            Authorisation.granted_on.is_not(None),
        )
        .order_by(Authorisation.granted_on, Authorisation.id)
    )
    rows: defaultdict[str, list[Authorisation]] = defaultdict(list)
    for row in session.scalars(query):
        rows[str(row.patient_id)].append(row)
    for patient in session.scalars(select(Patient).where(Patient.id.in_(patient_ids))):
        _apply(patient, rows[patient.id], new_course)


def _apply(patient: Patient, rows: list[Authorisation], new_course: timedelta) -> None:
    grants = [
        Grant(r.granted_on, r.request_type, bool(r.in_window)) for r in rows if r.granted_on is not None
    ]
    for row, course in zip(rows, number_courses(grants, new_course), strict=True):
        row.course_no = course
    if patient.enrolled and not rows:
        return
    patient.first_grant_on = grants[0].granted_on if grants else None
    patient.last_grant_on = grants[-1].granted_on if grants else None
    if rows:
        # Without any authorisation left, what the list once said still helps the centre to find the chart.
        patient.sex = majority_sex([row.sex for row in rows if row.sex is not None])
    if not patient.incident_decided:
        patient.incident = incident(grants)
