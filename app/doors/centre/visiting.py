"""Who is inside the centre door: the person behind an entry, their centre and study, and whose patients they see."""

from dataclasses import dataclass
from typing import cast

from flask import g
from flask import session as cookie
from sqlalchemy import select
from werkzeug.exceptions import NotFound

from app.cohort.models import Centre, Patient, Study
from app.doors.guard import Policy
from app.doors.request import now, passage, session, set_actor
from app.kernel.errors import Refusal
from app.outreach.links import actor_of, entry_in_force
from app.outreach.models import Entry, Respondent

ENTRY = "entry"


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
    entry = entry_in_force(session(), entry_id, now())
    respondent = entry.link.respondent
    centre = _surviving(respondent.centre)
    study = session().get_one(Study, respondent.study_id)
    passage().facts["visitor"] = Visitor(entry, respondent, centre, study)
    if "language" not in cookie:
        g.language = respondent.language
    set_actor(actor_of(entry, respondent))


respondent_only = Policy("respondent", _admit)


def visitor() -> Visitor:
    """The visitor of this request."""
    return cast(Visitor, passage().facts["visitor"])


def own_patient(code: str) -> Patient:
    """The patient of this code, when it is one of the visitor's centre.

    Somebody else's patient and one that does not exist look the same: 404 (design.md, decision 4).
    """
    here = visitor()
    query = select(Patient).where(
        Patient.study_id == here.study.id,
        Patient.centre_id == here.centre.id,
        Patient.code == code,
        Patient.merged_into_id.is_(None),
    )
    found = session().scalars(query).first()
    if found is None:
        raise NotFound
    return found


def _surviving(centre: Centre) -> Centre:
    while centre.merged_into_id is not None:
        centre = session().get_one(Centre, centre.merged_into_id)
    return centre
