"""Centres: finding one by code, name or spelling, making one, listing them. Merging is in `merging`."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cohort.bulk import insert_rows
from app.cohort.errors import UnknownCentre
from app.cohort.finess import read_finess
from app.cohort.known import load_book
from app.cohort.models import Centre, CentreAlias, Study
from app.cohort.names import Place, spelling_key, squash
from app.cohort.resolving import CentreBook, Entry
from app.cohort.storing import ALIAS, alias_row, centre_of
from app.journal.recording import record
from app.kernel.actor import Actor


def list_centres(session: Session, study: Study) -> list[Centre]:
    """The centres of a study by number; merged ones are not among them."""
    query = select(Centre).where(Centre.study_id == study.id, Centre.merged_into_id.is_(None))
    return list(session.scalars(query.order_by(Centre.number)))


def place_of(
    name: str, *, finess: str | None = None, city: str | None = None, postcode: str | None = None
) -> Place:
    """A typed place, its FINESS read by the rules of D13."""
    number = read_finess(finess or "", postcode or "").number
    return Place(name.strip(), (city or "").strip(), (postcode or "").strip(), number)


def resolve_centre(
    session: Session,
    study: Study,
    name: str,
    *,
    finess: str | None = None,
    city: str | None = None,
    postcode: str | None = None,
) -> Centre | None:
    """The centre that this spelling safely means, or None: nothing is guessed."""
    book, _ = load_book(session, study)
    entry = book.resolve_given(place_of(name, finess=finess, city=city, postcode=postcode)).entry
    return session.get_one(Centre, entry.centre_id) if entry is not None else None


def ensure_centre(
    session: Session,
    study: Study,
    name: str,
    *,
    finess: str | None = None,
    city: str | None = None,
    postcode: str | None = None,
    actor: Actor,
    now: datetime,
) -> Centre:
    """The centre that this spelling means, made and journalled when the study has none.

    Raises UnknownCentre when the spelling resembles known centres without being safely one of them.
    """
    place = place_of(name, finess=finess, city=city, postcode=postcode)
    return ensure_place(session, study, load_book(session, study)[0], place, actor=actor, now=now)


def ensure_place(
    session: Session, study: Study, book: CentreBook, place: Place, *, actor: Actor, now: datetime
) -> Centre:
    """`ensure_centre` for many places against one book, which learns the centres made on the way."""
    found = book.resolve_given(place)
    if found.entry is not None:
        return session.get_one(Centre, found.entry.centre_id)
    if found.how != "new" or not squash(place.name):
        raise UnknownCentre(centre=place.name)
    entry = book.add(Entry())
    book.learn(entry, place, "given")
    return make_centre(session, study, entry, place, "given", actor=actor, now=now)


def make_centre(
    session: Session, study: Study, entry: Entry, place: Place, origin: str, *, actor: Actor, now: datetime
) -> Centre:
    """A new centre of the study with its first spelling, journalled."""
    last = session.scalar(select(func.max(Centre.number)).where(Centre.study_id == study.id)) or 0
    centre = centre_of(entry, study.id, last + 1, now)
    session.add(centre)
    session.flush()
    entry.centre_id, entry.number = centre.id, centre.number
    remember_alias(session, study, centre, place, origin, now)
    record(
        session,
        actor=actor,
        at=now,
        action="centre.made",
        subject_type="centre",
        subject_id=str(centre.id),
        study=study.code,
        new=f"{centre.code} {centre.name}",
    )
    return centre


def remember_alias(
    session: Session, study: Study, centre: Centre, place: Place, origin: str, now: datetime
) -> int | None:
    """Remembers a spelling of `centre` for the next list; the alias's id, or None when it was known already."""
    key = spelling_key(place)
    known = session.scalar(
        select(CentreAlias).where(CentreAlias.study_id == study.id, CentreAlias.spelling_key == key)
    )
    if known is not None:
        return None
    insert_rows(session, CentreAlias, ALIAS, [alias_row(study.id, centre.id, place, origin, now)])
    return session.scalar(
        select(CentreAlias.id).where(CentreAlias.study_id == study.id, CentreAlias.spelling_key == key)
    )


def centre_by_code_or_name(session: Session, study: Study, text: str) -> Centre:
    """The centre of this code («004»), exact name or safe spelling. Raises UnknownCentre."""
    centres = {centre.id: centre for centre in list_centres(session, study)}
    wanted = text.strip()
    coded = [c for c in centres.values() if wanted == c.code or wanted.lstrip("0") == str(c.number)]
    if len(coded) == 1:
        return coded[0]
    named = [c for c in centres.values() if squash(c.name) == squash(wanted)] if squash(wanted) else []
    if len(named) == 1:
        return named[0]
    found = resolve_centre(session, study, wanted) if squash(wanted) and not named else None
    if found is None:
        raise UnknownCentre(centre=text)
    return found


def centre_by_id(session: Session, study: Study, centre_id: int) -> Centre:
    """The standing centre of this id in the study; a merged one's id finds the one that took over."""
    centre = session.get(Centre, centre_id)
    while centre is not None and centre.merged_into_id is not None:
        centre = session.get(Centre, centre.merged_into_id)
    if centre is None or centre.study_id != study.id:
        raise UnknownCentre(centre=str(centre_id))
    return centre
