"""What hangs on patients and centres follows when they merge or part."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.cohort.moving import CentreMerge, Follows, PatientMerge
from app.collection.merging import follow_merge
from app.collection.models import Response
from app.outreach.models import Contact, Query, Respondent


def follow_centre(session: Session, merge: CentreMerge) -> None:
    """The respondents and calls of a merged centre go to the one that took over, and come back with it.

    A person known at both stays where they are: their mails carry the link of the centre that stands.
    """
    if merge.undone:
        _come_back(session, merge)
        return
    there = set(session.scalars(select(Respondent.mailbox).where(Respondent.centre_id == merge.kept)))
    for respondent in session.scalars(select(Respondent).where(Respondent.centre_id == merge.gone)):
        if respondent.mailbox not in there:
            respondent.centre_id, respondent.moved_from_id = merge.kept, merge.gone
    calls = update(Contact).where(Contact.centre_id == merge.gone)
    session.execute(calls.values(centre_id=merge.kept, moved_from_id=merge.gone))
    session.flush()


def _come_back(session: Session, merge: CentreMerge) -> None:
    for table in (Respondent, Contact):
        moved = (table.centre_id == merge.kept, table.moved_from_id == merge.gone)
        session.execute(update(table).where(*moved).values(centre_id=merge.gone, moved_from_id=None))
    session.expire_all()


def follow_patient(session: Session, merge: PatientMerge) -> None:
    """The corrections asked go where the answers went: the collection's hook, which moves them, runs before.

    Where both have answers none went anywhere, and each correction stays with the answer that it is about.
    """
    both = (merge.gone, merge.kept)
    holders = session.scalars(select(Response.patient_id).where(Response.patient_id.in_(both))).all()
    if len(holders) == 1:
        session.execute(update(Query).where(Query.patient_id.in_(both)).values(patient_id=holders[0]))
        session.flush()


# Everything that follows, for whoever decides: the answers before the corrections asked about them.
EVERYTHING = Follows(patients=(follow_merge, follow_patient), centres=(follow_centre,))
