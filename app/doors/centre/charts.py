"""One patient's chart as every page about a patient reads it: one query past the ORM, the rest when it is wanted."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select
from werkzeug.exceptions import NotFound

from app.cohort.models import Patient, PatientIdentity
from app.cohort.patients import Identity, open_identity
from app.collection.models import Disposition, QuestionnaireVersion, Response
from app.collection.questionnaires import NEWEST, Published, published, version_by_id
from app.collection.responses import follows_newest
from app.doors.centre.visiting import visitor
from app.doors.request import connection, installation, session
from app.kernel.prepared import Prepared

_CHART = Prepared(
    select(
        Patient.id, Patient.code, Patient.sex, PatientIdentity.identity, Disposition.kind,
        Response.id.label("response_id"), Response.status, Response.revision, Response.version_id,
        Response.document, Response.situation, Response.last_answer_at,
        QuestionnaireVersion.id.label("newest_id"), QuestionnaireVersion.number, QuestionnaireVersion.sha256,
    )
    .outerjoin(PatientIdentity, PatientIdentity.patient_id == Patient.id)
    .outerjoin(Disposition, (Disposition.patient_id == Patient.id) & Disposition.withdrawn_at.is_(None))
    .outerjoin(Response, Response.patient_id == Patient.id)
    .join(QuestionnaireVersion, QuestionnaireVersion.id == NEWEST)
    .where(
        Patient.study_id == bindparam("study"),
        Patient.centre_id == bindparam("centre"),
        Patient.code == bindparam("code"),
        Patient.merged_into_id.is_(None),
    )
)  # fmt: skip


class Chart(NamedTuple):
    """A patient with the disposition in force, the response and the newest questionnaire, as they are stored.

    `disposition` is its kind; None and every column of the response None where there is none.
    """

    patient_id: str
    code: str
    sex: int | None
    sealed: bytes | None
    disposition: str | None
    response_id: str | None
    status: str | None
    revision: int | None
    version_id: int | None
    document: str | None
    situation: str | None
    last_answer_at: datetime | None
    newest_id: int
    newest_number: int
    newest_sha256: str

    @property
    def identity(self) -> Identity:
        """Initials, birth and sex, opened from their sealed cell."""
        return open_identity(installation().vault, self.patient_id, self.sealed, self.sex)

    @property
    def version(self) -> Published:
        """The questionnaire that this patient's answers go by."""
        if self.version_id is None or follows_newest(self.status):
            return published(connection(), self.newest_id, self.newest_number, self.newest_sha256)
        return version_by_id(session(), self.version_id)

    @property
    def patient(self) -> Patient:
        """The patient, for those who write or read further."""
        return session().get_one(Patient, self.patient_id)

    @property
    def response(self) -> Response | None:
        """The response, for those who write or read further."""
        return session().get_one(Response, self.response_id) if self.response_id else None


def own_chart(code: str) -> Chart:
    """The chart of the patient of this code, when it is one of the visitor's centre.

    Somebody else's patient and one that does not exist look the same: 404.
    """
    here = visitor()
    found = _CHART.first(connection(), study=here.entered.study_id, centre=here.centre_id, code=code)
    if found is None:
        raise NotFound
    return Chart._make(found)
