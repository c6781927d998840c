"""A correction asked: a data manager's question on one answer, the centre's reply with its reason, the closing.

The answer itself is changed by app/collection like any other correction; here stands only the conversation.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cohort.models import Centre, Patient, Study
from app.collection.changes import Change
from app.collection.models import HANDED_IN, Response
from app.collection.saving import save
from app.journal.recording import record
from app.kernel.actor import Actor
from app.kernel.installation import Installation
from app.outreach.errors import QueryRefused, UnknownQuery
from app.outreach.models import Query
from forms.answers import Address
from forms.canonical import NotCanonical, canonical

LONGEST = 2_000


def ask(
    session: Session,
    study: Study,
    patient: Patient,
    address: Address,
    question: str,
    *,
    actor: Actor,
    now: datetime,
) -> Query:
    """Puts a question on an answer of a handed-in response. Raises QueryRefused when there is none, or no words."""
    handed_in = select(Response.id).where(Response.patient_id == patient.id, Response.status.in_(HANDED_IN))
    if patient.study_id != study.id or session.scalar(handed_in) is None:
        raise QueryRefused(
            why_fr="le questionnaire n’est pas encore envoyé.", why_en="nothing was handed in yet."
        )
    query = Query(
        study_id=study.id,
        patient_id=patient.id,
        address=str(address),
        question=_worded(question),
        asked_at=now,
        asked_by=actor.name,
        corrected=False,
    )
    session.add(query)
    session.flush()
    _journal(session, query, study, actor, now, "query.asked", query.question)
    return query


def answer(
    session: Session,
    installation: Installation,
    query: Query,
    *,
    reply: str,
    mutation_id: str,
    actor: Actor,
    now: datetime,
    change: Change | None = None,
) -> Query:
    """The centre's reply: its reason, and the corrected answer when `change` is given (saved with that reason).

    Raises QueryRefused without words, on another answer's change, or when it is closed; and what saving raises.
    """
    if query.closed_at is not None:
        raise QueryRefused(why_fr="elle est déjà close.", why_en="it is closed already.")
    if change is not None and str(change.address) != query.address:
        raise QueryRefused(why_fr="elle porte sur une autre réponse.", why_en="it is about another answer.")
    reply = _worded(reply)
    patient = session.get_one(Patient, query.patient_id)
    if change is not None:
        save(
            session,
            installation.vault,
            patient=patient,
            changes=[change],
            mutation_id=mutation_id,
            actor=actor,
            now=now,
            reason=reply,
        )
    query.reply, query.answered_at, query.corrected = reply, now, change is not None
    query.answered_by = f"{actor.name}, {actor.role}, {actor.organisation}"[:500]
    session.flush()
    _journal(session, query, session.get_one(Study, query.study_id), actor, now, "query.answered", reply)
    return query


def close(session: Session, query: Query, *, actor: Actor, now: datetime) -> None:
    """Ends the conversation, answered or withdrawn. Safe to repeat."""
    if query.closed_at is None:
        query.closed_at, query.closed_by = now, actor.name
        session.flush()
        _journal(session, query, session.get_one(Study, query.study_id), actor, now, "query.closed", None)


def query_by_id(session: Session, study: Study, query_id: int) -> Query:
    """One query of this study. Raises UnknownQuery, also for another study's."""
    found = session.get(Query, query_id)
    if found is None or found.study_id != study.id:
        raise UnknownQuery(query=query_id)
    return found


def queries_on(session: Session, patient: Patient) -> Sequence[Query]:
    """What is asked about one patient and not closed: the centre sees each beside its answer."""
    wanted = select(Query).where(Query.patient_id == patient.id, Query.closed_at.is_(None))
    return session.scalars(wanted.order_by(Query.id)).all()


def centres_with_open_queries(session: Session, study: Study) -> set[int]:
    """The centres from which a reply is waited for."""
    return set(session.scalars(_waiting(study.id)))


def waiting_on(session: Session, study: Study, centre: Centre) -> Counter[str]:
    """How many replies are waited for on each patient of a centre, by the patient's key."""
    asked = select(Query.patient_id).join(Patient, Patient.id == Query.patient_id)
    waiting = asked.where(Query.study_id == study.id, Query.answered_at.is_(None), Query.closed_at.is_(None))
    here = (Patient.centre_id == centre.id, Patient.merged_into_id.is_(None))
    return Counter(session.scalars(waiting.where(*here)))


def has_open_query(session: Session, study_id: int, centre_id: int) -> bool:
    """Whether a reply is waited for from this centre."""
    return session.scalar(_waiting(study_id).where(Patient.centre_id == centre_id).limit(1)) is not None


def _waiting(study_id: int):  # type: ignore[no-untyped-def]  # a Select of centre ids
    wanted = select(Patient.centre_id).join(Query, Query.patient_id == Patient.id)
    # A correction of a questionnaire that was set aside by a merge waits for nobody.
    stands = Patient.merged_into_id.is_(None)
    return wanted.where(Query.study_id == study_id, Query.answered_at.is_(None), Query.closed_at.is_(None), stands)


def _worded(text: str) -> str:
    try:
        worded = canonical(text).strip()
    except NotCanonical as error:
        raise QueryRefused(why_fr=error.message("fr"), why_en=error.message("en")) from error
    if not 0 < len(worded) <= LONGEST:
        raise QueryRefused(
            why_fr="écrivez quelques mots (2 000 caractères au plus).",
            why_en="write a few words (2,000 at most).",
        )
    return worded


def _journal(
    session: Session, query: Query, study: Study, actor: Actor, now: datetime, action: str, words: str | None
) -> None:
    record(
        session,
        actor=actor,
        at=now,
        action=action,
        subject_type="patient",
        subject_id=query.patient_id,
        study=study.code,
        field=query.address,
        new=words,
    )
