"""Dispositions: saying why there is no answer for a patient, and taking it back. At most one is in force."""

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.cohort.models import Patient, Study
from app.collection.errors import AlreadySubmitted, DestinationNeeded, DispositionInForce, NoDisposition
from app.collection.models import Disposition
from app.collection.responses import lock_response
from app.journal.recording import record
from app.kernel.actor import Actor
from app.kernel.prepared import Prepared, flushed

_IS_IN_FORCE = (Disposition.patient_id == bindparam("patient")) & Disposition.withdrawn_at.is_(None)
_IN_FORCE = select(Disposition).where(_IS_IN_FORCE)
_DISPOSED = Prepared(select(Disposition.id).where(_IS_IN_FORCE))


def disposition_of(session: Session, patient: Patient) -> Disposition | None:
    """The disposition in force, or None."""
    return session.scalars(_IN_FORCE, {"patient": patient.id}).first()


def refuse_disposed(session: Session, patient: Patient) -> None:
    """Raises DispositionInForce when somebody said that there is no answer for this patient."""
    if _DISPOSED.first(flushed(session), patient=patient.id) is not None:
        raise DispositionInForce(patient=patient.code)


def set_disposition(
    session: Session,
    *,
    patient: Patient,
    kind: str,
    actor: Actor,
    now: datetime,
    note: str | None = None,
    destination: str | None = None,
) -> Disposition:
    """The disposition now in force; saying the same again changes nothing.

    `destination` is where a patient moved to. Raises DestinationNeeded, DispositionInForce when another one
    is in force, AlreadySubmitted (only an opposition can follow a submission).
    """
    destination = (destination or "").strip() or None
    if kind == "moved" and destination is None:
        raise DestinationNeeded
    study = _hold(session, patient)
    response = lock_response(session, patient)
    current = disposition_of(session, patient)
    if current is not None:
        if (current.kind, current.destination) == (kind, destination):
            return current
        raise DispositionInForce(patient=patient.code)
    if response is not None and response.status != "draft" and kind != "opposed":
        raise AlreadySubmitted(patient=patient.code)
    made = Disposition(
        patient_id=patient.id,
        kind=kind,
        at=now,
        by_name=actor.name, by_role=actor.role,
        note=(note or "").strip() or None,
        destination=destination,
        call_id=actor.call,
    )
    session.add(made)
    session.flush()
    _journal(session, study, patient, actor, now, "disposition.set", None, _named(made), made.note)
    return made


def withdraw_disposition(
    session: Session, *, patient: Patient, actor: Actor, now: datetime, reason: str | None = None
) -> None:
    """Takes the disposition in force back; the patient is to be answered for again. Raises NoDisposition."""
    study = _hold(session, patient)
    current = disposition_of(session, patient)
    if current is None:
        raise NoDisposition(patient=patient.code)
    current.withdrawn_at = now
    current.withdrawn_by = actor.name
    session.flush()
    _journal(session, study, patient, actor, now, "disposition.withdrawn", _named(current), None, reason)


def _hold(session: Session, patient: Patient) -> Study:
    # Two people who say different things about one patient queue on the patient's row.
    session.execute(select(Patient.id).where(Patient.id == patient.id).with_for_update())
    return session.get_one(Study, patient.study_id)


def _named(disposition: Disposition) -> str:
    return (
        disposition.kind
        if disposition.destination is None
        else f"{disposition.kind}: {disposition.destination}"
    )


def _journal(
    session: Session,
    study: Study,
    patient: Patient,
    actor: Actor,
    now: datetime,
    action: str,
    old: str | None,
    new: str | None,
    reason: str | None,
) -> None:
    record(
        session,
        actor=actor,
        at=now,
        action=action,
        subject_type="patient",
        subject_id=patient.id,
        study=study.code,
        field="disposition",
        old=old,
        new=new,
        reason=reason,
    )
