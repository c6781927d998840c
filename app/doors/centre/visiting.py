"""Who is inside the centre door: the person behind an entry, their centre and study, and whose patients they see."""

from dataclasses import dataclass
from typing import Any, cast

from flask import g
from flask import session as cookie
from sqlalchemy import bindparam, select
from werkzeug.exceptions import NotFound

from app.cohort.models import Centre, Patient, PatientIdentity, Study
from app.collection.models import Disposition, Response
from app.doors.guard import Policy
from app.doors.request import now, passage, session, set_actor
from app.kernel.errors import Refusal
from app.outreach.links import actor_of, entry_in_force
from app.outreach.models import Entry, Link, Respondent

ENTRY = "entry"


# Built once: making a statement costs more than running it.
ENTERED = (
    select(Entry, Link, Respondent, Centre, Study)
    .join(Link, Link.id == Entry.link_id)
    .join(Respondent, Respondent.id == Link.respondent_id)
    .join(Centre, Centre.id == Respondent.centre_id)
    .join(Study, Study.id == Respondent.study_id)
    .where(Entry.id == bindparam("entry"))
)
CHART = (
    select(Patient, PatientIdentity, Response, Disposition)
    .outerjoin(PatientIdentity, PatientIdentity.patient_id == Patient.id)
    .outerjoin(Response, Response.patient_id == Patient.id)
    .outerjoin(Disposition, (Disposition.patient_id == Patient.id) & Disposition.withdrawn_at.is_(None))
    .where(
        Patient.study_id == bindparam("study"),
        Patient.centre_id == bindparam("centre"),
        Patient.code == bindparam("code"),
        Patient.merged_into_id.is_(None),
    )
)


class EntryNeeded(Refusal):
    """Nobody has entered in this browser, or not any more."""

    code = "entry-needed"
    status = 403
    fr = "Votre session est terminée. Ouvrez de nouveau le lien reçu par courriel, puis revenez ici."
    en = "Your session has ended. Open the link in your mail again, then come back here."


@dataclass(frozen=True)
class Visitor:
    """The person who entered, for whom, and where."""

    entry: Entry
    respondent: Respondent
    centre: Centre
    study: Study


def _admit() -> None:
    entry_id = cookie.get(ENTRY)
    if not isinstance(entry_id, str):
        raise EntryNeeded
    _read_together(entry_id)
    entry = entry_in_force(session(), entry_id, now())
    respondent = entry.link.respondent
    centre = _surviving(respondent.centre)
    study = session().get_one(Study, respondent.study_id)
    facts = passage().facts
    facts["visitor"] = Visitor(entry, respondent, centre, study)
    # As text, because an error page is drawn after the transaction.
    facts["shell"] = (centre.name, entry.person_name, entry.person_function)
    if "language" not in cookie:
        g.language = respondent.language
    set_actor(actor_of(entry, respondent))


def _read_together(entry_id: str) -> None:
    """Brings everything about an entry into the session in one query; what follows finds it there."""
    # Held in the passage, or the session would forget them at once.
    passage().facts["read"] = session().execute(ENTERED, {"entry": entry_id}).first()


respondent_only = Policy("respondent", _admit)


def visitor() -> Visitor:
    """The visitor of this request."""
    return cast(Visitor, passage().facts["visitor"])


def shell_texts() -> tuple[str, str, str] | None:
    """Centre, person and function of the visitor; None on pages seen from outside."""
    passed = g.get("passage")
    return cast("tuple[str, str, str] | None", passed.facts.get("shell")) if passed is not None else None


def own_patient(code: str) -> Patient:
    """The patient of this code, when it is one of the visitor's centre.

    Somebody else's patient and one that does not exist look the same: 404 (design.md, decision 4).
    """
    here = visitor()
    asked = {"study": here.study.id, "centre": here.centre.id, "code": code}
    found = session().execute(CHART, asked).first()
    if found is None:
        raise NotFound
    passage().facts["chart"] = found
    return found[0]


def read_with_patient() -> tuple[Response | None, Disposition | None]:
    """The response and the disposition that were read together with the patient."""
    found = cast(Any, passage().facts["chart"])
    return found[2], found[3]


def _surviving(centre: Centre) -> Centre:
    while centre.merged_into_id is not None:
        centre = session().get_one(Centre, centre.merged_into_id)
    return centre
