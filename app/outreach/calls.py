"""Answers taken on the telephone: staff type what a person of a centre says, and both stay known with every answer."""

from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.orm import Session

from app.cohort.models import Centre, Patient, Study
from app.collection.documents import calls_in
from app.collection.models import Disposition, Response, Submission
from app.journal.recording import record
from app.kernel.actor import Actor
from app.kernel.prepared import Prepared
from app.kernel.texts import TextRefused, kept_line
from app.outreach.chase import note
from app.outreach.errors import CallEnded, SpeakerUnknown
from app.outreach.links import LONGEST_NAME
from app.outreach.models import Call, Contact, Respondent

LONGEST = timedelta(hours=12)  # as long as a session of the staff may last

TELEPHONE = ", telephone: "
"""In the role of an author, between the role of who typed and the function of who spoke."""

_HEARD = Prepared(
    select(
        Call.id, Call.person_name, Call.person_function, Centre.study_id, Study.code.label("study_code"),
        Centre.id.label("centre_id"), Centre.name, Centre.merged_into_id,
        Call.staff_id, Call.ended_at, Contact.at,
    )
    .join(Contact, Contact.id == Call.contact_id)
    .join(Centre, Centre.id == Contact.centre_id)
    .join(Study, Study.id == Centre.study_id)
    .where(Call.id == bindparam("call"))
)  # fmt: skip


class Heard(NamedTuple):
    """A call under way, as far as every request needs it: who is on the line, and for which centre."""

    id: str
    person_name: str
    person_function: str
    study_id: int
    study_code: str
    centre_id: int
    centre_name: str
    centre_merged_into: int | None

    def typed_by(self, staff: Actor) -> Actor:
        """The member of staff who types what this person says, as the journal names them."""
        return replace(
            staff, role=f"{staff.role}{TELEPHONE}{self.person_function}", ref=self.id, heard=True
        )


class Taken(NamedTuple):
    """What still stands of a call: answers, questionnaires handed in, reasons for no answer."""

    answers: int
    submitted: int
    reasons: int


class Told(NamedTuple):
    """Whose words answers are: said by whom, typed by which account, when; the call, and the centre's page with it."""

    call_id: str
    centre_id: int
    name: str
    function: str
    by: str
    at: datetime


def begin_call(
    session: Session,
    study: Study,
    centre: Centre,
    *,
    name: str,
    function: str,
    staff_id: int,
    actor: Actor,
    now: datetime,
    respondent: Respondent | None = None,
) -> Call:
    """A call in which `actor` is going to type what the named person says: noted at the desk, and journalled.

    Raises SpeakerUnknown when name or function is blank or cannot be kept.
    """
    person = _kept("name", name), _kept("function", function)
    blank = tuple(field for field, said in zip(("name", "function"), person, strict=True) if not said)
    if blank:
        raise SpeakerUnknown(blank)
    contact = note(session, study, centre, outcome="reached", text="", actor=actor, now=now, respondent=respondent)
    call = Call(contact=contact, staff_id=staff_id, person_name=person[0], person_function=person[1])
    session.add(call)
    session.flush()
    _journal(session, call, actor, now, "call.begun", f"{person[0]}, {person[1]}")
    return call


def call_in_force(connection: Connection, call_id: str, staff_id: int, now: datetime) -> Heard:
    """The call, while the member of staff who began it may still type in it. Raises CallEnded, also for no such call."""
    found = _HEARD.first(connection, call=call_id)
    if found is None:
        raise CallEnded
    *known, typist, ended_at, begun_at = found
    if typist != staff_id or ended_at is not None or now - begun_at > LONGEST:
        raise CallEnded
    return Heard(*known)


def hang_up(session: Session, call_id: str, *, actor: Actor, now: datetime) -> Call:
    """Ends a call: nothing is typed in it until it is taken up again, and all that was stays. Safe to repeat."""
    call = session.get_one(Call, call_id)
    if call.ended_at is None:
        call.ended_at = now
        _journal(session, call, actor, now, "call.ended", None)
    return call


def take_up(session: Session, call_id: str, staff_id: int, *, actor: Actor, now: datetime) -> Call:
    """One's own call again, also after hanging up: what still stands in a page of it can then be sent. Raises CallEnded."""
    call = session.get(Call, call_id)
    if call is None or not may_go_on(call, staff_id, now):
        raise CallEnded
    if call.ended_at is not None:
        call.ended_at = None
        _journal(session, call, actor, now, "call.resumed", None)
    return call


def calls_of(session: Session, centre: Centre) -> dict[int, Call]:
    """The calls with a centre in which answers were taken, by the id of their note."""
    query = select(Call).join(Contact, Contact.id == Call.contact_id).where(Contact.centre_id == centre.id)
    return {call.contact_id: call for call in session.scalars(query)}


def taken_in(session: Session, centre: Centre) -> dict[str, Taken]:
    """What was taken in each call with a centre and still stands, by the id of the call; of the answers nothing is read."""
    here = Patient.centre_id == centre.id
    documents = session.scalars(select(Response.document).join(Patient, Patient.id == Response.patient_id).where(here))
    answers = Counter(call for document in documents for call in calls_in(document))
    made = select(Submission.call_id).join(Response, Response.id == Submission.response_id)
    submitted = Counter(session.scalars(made.join(Patient, Patient.id == Response.patient_id).where(here)))
    said = select(Disposition.call_id).join(Patient, Patient.id == Disposition.patient_id)
    reasons = Counter(session.scalars(said.where(here, Disposition.withdrawn_at.is_(None))))
    return {
        call.id: Taken(answers[call.id], submitted[call.id], reasons[call.id])
        for call in calls_of(session, centre).values()
    }


def may_go_on(call: Call, staff_id: int, now: datetime) -> bool:
    """Whether this member of staff can type in the call, once they have taken it up again."""
    return call.staff_id == staff_id and now - call.contact.at <= LONGEST


def told_in(session: Session, calls: Collection[str]) -> dict[str, Told]:
    """Whose words were typed in each of these calls, by its id."""
    if not calls:
        return {}
    query = (
        select(Call.id, Contact.centre_id, Call.person_name, Call.person_function, Contact.by, Contact.at)
        .join(Contact, Contact.id == Call.contact_id)
        .where(Call.id.in_(calls))
    )
    return {row.id: Told(*row) for row in session.execute(query)}


def _kept(field: str, typed: str) -> str:
    try:
        return kept_line(typed, LONGEST_NAME) or ""
    except TextRefused as refused:
        raise SpeakerUnknown((field,), refused.message("fr"), refused.message("en")) from None


def _journal(session: Session, call: Call, actor: Actor, now: datetime, action: str, new: str | None) -> None:
    study = select(Study.code).join(Centre, Centre.study_id == Study.id).where(Centre.id == call.contact.centre_id)
    record(
        session,
        actor=actor,
        at=now,
        action=action,
        subject_type="call",
        subject_id=call.id,
        study=session.scalars(study).one(),
        field=str(call.contact_id),
        new=new,
    )
