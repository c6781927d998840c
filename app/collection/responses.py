"""Responses under a writer's hands: locked, begun, written back with their counters and their journal."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from app.cohort.models import Patient
from app.collection.changes import Outcome
from app.collection.documents import Document
from app.collection.errors import ReasonRefused
from app.collection.evaluating import counts_of, evaluate_document
from app.collection.models import Response
from app.collection.questionnaires import Published, newest_of, version_by_id
from app.collection.situations import Situation
from app.journal.recording import record
from app.kernel.actor import Actor
from app.kernel.prepared import Prepared, flushed
from app.kernel.tables import random_key
from app.kernel.texts import TextRefused, kept_text
from app.kernel.vault import Vault
from forms.evaluation import Evaluation

SIMULATION = "simulation"
CONFIRMED = "fact.confirmed"
_WRITE = Prepared(
    update(Response).where(Response.id == bindparam("at")),
    "document", "revision", "version_id", "status", "first_answer_at", "last_answer_at", "simulated",
    "required_total", "required_left", "blocking", "warnings", "situation", "evaluated", "evaluated_key",
)  # fmt: skip
NOTHING = Situation(frozenset(), (), {}, (), {})


@dataclass(frozen=True)
class Writer:
    """Who writes on which patient's response, when, why, and what it takes; `study` is the study's code."""

    session: Session
    vault: Vault
    patient: Patient
    study: str
    actor: Actor
    now: datetime
    reason: str | None = None

    def evaluate(self, version: Published, document: Document) -> Evaluation:
        """The evaluation of `document` as it stands."""
        found, _ = evaluate_document(
            self.session, self.vault, self.patient, version.questionnaire, document, self.now
        )
        return found

    def write_back(
        self,
        response: Response,
        version: Published,
        document: Document,
        evaluation: Evaluation,
        outcome: Outcome,
        revision: int,
    ) -> None:
        """Stores the changed document with its counters and journals every step of `outcome`."""
        corrects = response.status != "draft" and any(one.action != CONFIRMED for one in outcome.steps)
        values = {
            "document": document.dumps(),
            "revision": revision,
            "version_id": version.id,
            "status": "corrected" if corrects else response.status,
            "first_answer_at": response.first_answer_at or self.now,
            "last_answer_at": self.now,
            "simulated": response.simulated or self.actor.role == SIMULATION,
            **counts_of(self.session, self.patient, version, evaluation),
        }
        _WRITE.run(flushed(self.session), values | {"at": response.id})
        for name, value in values.items():
            set_committed_value(response, name, value)
        for step in outcome.steps:
            self.journal(response, step.action, field=step.field, old=step.old, new=step.new)

    def journal(
        self,
        response: Response,
        action: str,
        *,
        field: str | None = None,
        old: str | None = None,
        new: str | None = None,
    ) -> None:
        """One journal entry about the response."""
        record(
            self.session,
            actor=self.actor,
            at=self.now,
            action=action,
            subject_type="response",
            subject_id=response.id,
            study=self.study,
            field=field,
            old=old,
            new=new,
            reason=self.reason,
        )


def reason_of(typed: str | None) -> str | None:
    """A reason as it is kept; None when none was given. Raises ReasonRefused."""
    try:
        return kept_text(typed)
    except TextRefused as refused:
        raise ReasonRefused(why_fr=refused.message("fr"), why_en=refused.message("en")) from None


# Built once: every save asks for it. What the session read before the lock is read again.
_LOCKED = (
    select(Response)
    .where(Response.patient_id == bindparam("patient"))
    .with_for_update()
    .execution_options(populate_existing=True)
)


def lock_response(session: Session, patient: Patient) -> Response | None:
    """The patient's response, held against other writers until this transaction ends.

    SQLite lets one writer in at a time anyway. On PostgreSQL the row is locked; where there is none yet the
    patient's row is, so that two first answers make one response.
    """
    wanted = {"patient": patient.id}
    found = session.scalars(_LOCKED, wanted).first()
    if found is None and session.get_bind().dialect.name == "postgresql":
        session.execute(select(Patient.id).where(Patient.id == patient.id).with_for_update())
        found = session.scalars(_LOCKED, wanted).first()
    return found


def version_for(session: Session, patient: Patient, response: Response | None) -> Published:
    """The questionnaire that a response goes by: the newest for a draft, else the one it was given under."""
    if response is None or follows_newest(response.status):
        return newest_of(session, patient.study_id)
    return version_by_id(session, response.version_id)


def follows_newest(status: str | None) -> bool:
    """Whether answers in this status (None: there are none yet) go by the newest questionnaire."""
    return status in (None, "draft")


def begin_response(session: Session, patient: Patient, version: Published) -> Response:
    """An empty draft for the patient."""
    response = Response(
        id=random_key(),
        patient_id=patient.id,
        study_id=patient.study_id,
        version_id=version.id,
        document=Document().dumps(),
        revision=0,
        status="draft",
        required_total=0,
        required_left=0,
        blocking=0,
        warnings=0,
        situation=NOTHING.dumps(),
        simulated=False,
    )
    session.add(response)
    return response
