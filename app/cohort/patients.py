"""Patients: enrolling one, listing them, and what is known of one: identity, chart facts, facts of the list."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

import orjson
from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session

from app.cohort.errors import UnknownPatient
from app.cohort.models import (
    AUTH_KINDS,
    Authorisation,
    Centre,
    ListRow,
    ListRowIdentity,
    Patient,
    PatientIdentity,
    Study,
)
from app.journal.recording import record
from app.kernel.actor import Actor
from app.kernel.prepared import Prepared, flushed
from app.kernel.vault import Vault

# The fates of rows that say something of their patient: an authorisation outside the window was given all the same.
ACCEPTED = ("kept", "outside_window")
IS_ACCEPTED = or_(*(ListRow.fate == fate for fate in ACCEPTED))
_IDENTITY = Prepared(
    select(PatientIdentity.identity).where(PatientIdentity.patient_id == bindparam("patient"))
)


@dataclass(frozen=True)
class Identity:
    """What helps a centre to find the chart. `birth` is ISO and may be partial (1948, 1948-03)."""

    initials: str | None
    birth: str | None
    sex: int | None


@dataclass(frozen=True)
class ChartFacts:
    """What a centre receives to find a chart."""

    initials: str | None
    birth: str | None
    sex: int | None
    first_grant_on: date | None
    last_grant_on: date | None
    prescribers: tuple[str, ...]
    atu_first: str | None
    auth_kind: int | None


def seal_identity(vault: Vault, patient_id: str, initials: str | None, birth: str | None) -> bytes:
    """The sealed identity cell of one patient."""
    return vault.seal("patient_identity", patient_id, "identity", identity_document(initials, birth).decode())


def identity_document(initials: str | None, birth: str | None) -> bytes:
    """What an identity cell holds, before it is sealed."""
    return orjson.dumps({"initials": initials, "birth": birth})


def next_code(study: Study, centre: Centre) -> str:
    """The next public code of this centre, «CAL-004-002»; codes are never given twice, widths grow."""
    centre.patients_coded += 1
    return code_of(study, centre, centre.patients_coded)


def code_of(study: Study, centre: Centre, number: int) -> str:
    """The public code of a centre's patient of this number."""
    return f"{study.code_prefix}-{centre.code}-{number:03d}"


def enrol_patient(
    session: Session,
    vault: Vault,
    study: Study,
    centre: Centre,
    *,
    actor: Actor,
    now: datetime,
    initials: str | None = None,
    birth: str | None = None,
    sex: int | None = None,
) -> Patient:
    """A new patient of `centre` who comes from no list, with a code and a sealed identity, journalled."""
    code = next_code(study, _locked(session, centre))
    patient = Patient(
        study_id=study.id, centre_id=centre.id, code=code, sex=sex, enrolled=True, created_at=now
    )
    session.add(patient)
    session.flush()
    sealed = seal_identity(vault, patient.id, initials, birth)
    session.add(PatientIdentity(patient_id=patient.id, identity=sealed))
    session.flush()
    record(
        session,
        actor=actor,
        at=now,
        action="patient.enrolled",
        subject_type="patient",
        subject_id=patient.id,
        study=study.code,
        new=patient.code,
    )
    return patient


def _locked(session: Session, centre: Centre) -> Centre:
    """The centre read again under a lock: two people enrolling at once must not be given the same code."""
    query = select(Centre).where(Centre.id == centre.id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def patients_of(session: Session, study: Study, centre: Centre | None = None) -> list[Patient]:
    """The patients of a study (of one centre when given), by code; merged ones are not among them."""
    query = select(Patient).where(Patient.study_id == study.id, Patient.merged_into_id.is_(None))
    if centre is not None:
        query = query.where(Patient.centre_id == centre.id)
    return list(session.scalars(query.order_by(func.length(Patient.code), Patient.code)))


def patient_by_code(session: Session, study: Study, code: str) -> Patient:
    """The patient of this code; a merged one's code finds the patient who took over. Raises UnknownPatient."""
    patient = session.scalar(
        select(Patient).where(Patient.study_id == study.id, Patient.code == code.strip())
    )
    while patient is not None and patient.merged_into_id is not None:
        patient = session.get_one(Patient, patient.merged_into_id)
    if patient is None:
        raise UnknownPatient(patient=code)
    return patient


def identity_of(session: Session, vault: Vault, patient: Patient) -> Identity:
    """Initials and birth opened from their sealed cell, and the sex."""
    found = _IDENTITY.first(flushed(session), patient=patient.id)
    return open_identity(vault, patient.id, found[0] if found else None, patient.sex)


def open_identity(vault: Vault, patient_id: str, sealed: bytes | None, sex: int | None) -> Identity:
    """The identity in a sealed cell; None where nothing was ever known."""
    if sealed is None:
        return Identity(None, None, sex)
    known = orjson.loads(vault.open("patient_identity", patient_id, "identity", sealed))
    return Identity(known["initials"], known["birth"], sex)


def raw_cells(vault: Vault, row_id: int, sealed: bytes) -> dict[str, str]:
    """The raw cells of a list row by field name, plus `other:<header>` for columns that are no field."""
    cells: dict[str, str] = orjson.loads(vault.open("list_row_identity", row_id, "raw", sealed))
    return cells


# What the list says of one patient, authorisation by authorisation, those outside the window among them.
_LISTED = Prepared(
    select(
        Authorisation.id, Authorisation.valid_from, Authorisation.valid_to, Authorisation.auth_kind, ListRowIdentity.raw
    )
    .join(ListRow, ListRow.id == Authorisation.id)
    .outerjoin(ListRowIdentity, ListRowIdentity.row_id == Authorisation.id)
    .where(Authorisation.patient_id == bindparam("patient"), IS_ACCEPTED)
    .order_by(Authorisation.granted_on, Authorisation.id)
)


class _Listed(NamedTuple):
    """One accepted authorisation; `raw` is its list row, sealed."""

    id: int
    valid_from: date | None
    valid_to: date | None
    auth_kind: str
    raw: bytes | None


def _listed(session: Session, patient: Patient) -> list[_Listed]:
    return [_Listed._make(row) for row in _LISTED.all(flushed(session), patient=patient.id)]


def chart_facts(session: Session, vault: Vault, patient: Patient) -> ChartFacts:
    """What the centre needs to find the chart: identity, grant dates, prescribers, first authorisation number."""
    return _chart_facts(session, vault, patient, _listed(session, patient))


def _chart_facts(session: Session, vault: Vault, patient: Patient, listed: list[_Listed]) -> ChartFacts:
    identity = identity_of(session, vault, patient)
    cells = [raw_cells(vault, one.id, one.raw) for one in listed if one.raw is not None]
    prescribers = tuple(dict.fromkeys(cell["presc_name"] for cell in cells if cell.get("presc_name")))
    numbers = [cell["atu_num"] for cell in cells if cell.get("atu_num")]
    return ChartFacts(
        identity.initials,
        identity.birth,
        identity.sex,
        patient.first_grant_on,
        patient.last_grant_on,
        prescribers,
        numbers[0] if numbers else None,
        _kind_said(listed, cells),
    )


def _kind_said(listed: list[_Listed], cells: list[dict[str, str]]) -> int | None:
    """The access scheme of the first authorisation, as questionnaires code it; None where its row says nothing of it."""
    said = len(cells) == len(listed) > 0 and cells[0].get("auth_kind")
    return AUTH_KINDS.index(listed[0].auth_kind) + 1 if said else None


def cover_days(listed: Iterable[_Listed]) -> int:
    """Days covered by the union of the validity periods (D04), both ends included."""
    periods = sorted(
        (a.valid_from, a.valid_to) for a in listed if a.valid_from is not None and a.valid_to is not None
    )
    total, reached = 0, date.min
    for start, end in periods:
        start = max(start, reached + timedelta(days=1)) if reached > date.min else start
        if end >= start:
            total += (end - start).days + 1
            reached = end
    return total


def list_facts(session: Session, vault: Vault, patient: Patient) -> dict[str, object]:
    """What the list says of a patient, for expressions (`list.first_grant_on` …); absent facts are None."""
    listed = _listed(session, patient)
    chart = _chart_facts(session, vault, patient, listed)
    return {
        "patient_code": patient.code,
        "initials": chart.initials,
        "first_grant_on": patient.first_grant_on,
        "last_grant_on": patient.last_grant_on,
        "authorisations": len(listed) or None,
        "cover_days": cover_days(listed) if listed else None,
        "sex": patient.sex,
        "birth": chart.birth,
        "atu_first": chart.atu_first,
        "auth_kind": chart.auth_kind,
    }


def set_incident(
    session: Session, study: Study, patient: Patient, incident: bool, *, actor: Actor, now: datetime
) -> None:
    """Says by hand whether the first course began inside the window (D06); later lists do not change it back."""
    before = patient.incident
    patient.incident, patient.incident_decided = incident, True
    record(
        session,
        actor=actor,
        at=now,
        action="patient.incident_decided",
        subject_type="patient",
        subject_id=patient.id,
        study=study.code,
        field="incident",
        old=str(before),
        new=str(incident),
    )
