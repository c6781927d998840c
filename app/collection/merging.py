"""What becomes of answers when two patients turn out to be one person: they follow, and come back when it is undone."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cohort.models import Patient, Study
from app.cohort.moving import PatientMerge
from app.collection.errors import OpposedApart
from app.collection.models import Disposition, Response
from app.journal.models import JournalEntry, JournalValue
from app.journal.recording import record


def follow_merge(session: Session, merge: PatientMerge) -> None:
    """Moves the response of the patient who goes to the one who stays, or back.

    When both have one, that of the patient who stays counts, and the other one stays where it is: whoever merges
    chooses by the direction, nothing is dropped, and undoing has nothing to move. Raises OpposedApart when only the
    one who goes has opposed: nothing of them may come out again under the other's code.
    """
    gone, kept = session.get_one(Patient, merge.gone), session.get_one(Patient, merge.kept)
    if merge.undone:
        response = _held(session, kept)
        if response is not None and _came_from(session, response) == gone.id:
            _move(session, merge, response, kept, gone)
        return
    if _opposed(session, gone) and not _opposed(session, kept):
        raise OpposedApart(one=gone.code, other=kept.code)
    response, other = _held(session, gone), _held(session, kept)
    if response is None:
        return
    if other is not None:
        _tell(session, merge, response, "response.set_aside", gone, kept)
        return
    _move(session, merge, response, gone, kept)


def _opposed(session: Session, patient: Patient) -> bool:
    in_force = Disposition.withdrawn_at.is_(None)
    query = select(Disposition.id).where(Disposition.patient_id == patient.id, in_force, Disposition.kind == "opposed")
    return session.scalars(query).first() is not None


def _held(session: Session, patient: Patient) -> Response | None:
    return session.scalars(select(Response).where(Response.patient_id == patient.id).with_for_update()).first()


def _move(session: Session, merge: PatientMerge, response: Response, old: Patient, new: Patient) -> None:
    response.patient_id = new.id
    session.flush()
    _tell(session, merge, response, "response.moved", old, new)


def _tell(
    session: Session, merge: PatientMerge, response: Response, action: str, old: Patient, new: Patient
) -> None:
    record(
        session,
        actor=merge.actor,
        at=merge.now,
        action=action,
        subject_type="response",
        subject_id=response.id,
        study=session.get_one(Study, merge.study_id).code,
        field="patient",
        old=old.id,
        new=new.id,
    )


def _came_from(session: Session, response: Response) -> str | None:
    """The patient whom the response was last moved away from."""
    query = (
        select(JournalValue.old)
        .join(JournalEntry, JournalEntry.seq == JournalValue.seq)
        .where(JournalEntry.subject_id == response.id, JournalEntry.action == "response.moved")
        .order_by(JournalEntry.seq.desc())
        .limit(1)
    )
    return session.scalars(query).first()
