"""What a stored row says of itself, read again from its raw cells: its centre, found or made, and its own fate."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.cohort.centres import make_centre, place_of
from app.cohort.fating import nearly_named
from app.cohort.known import load_book
from app.cohort.models import Authorisation, ListRowIdentity, Study
from app.cohort.names import Place, squash
from app.cohort.patients import raw_cells
from app.cohort.resolving import Entry
from app.cohort.rules import ListRules
from app.kernel.actor import Actor
from app.kernel.vault import Vault


def place_of_row(session: Session, vault: Vault, row_id: int) -> Place:
    """Where a stored row says it comes from."""
    cells = raw_cells(vault, row_id, session.get_one(ListRowIdentity, row_id).raw)
    return place_of(
        cells.get("site_raw", ""),
        finess=cells.get("finess"),
        city=cells.get("city"),
        postcode=cells.get("zip"),
    )


def centre_of_row(
    session: Session, vault: Vault, study: Study, row_id: int, *, actor: Actor, now: datetime
) -> tuple[int | None, int | None]:
    """The id of the row's centre (None while doubtful), and the id of a centre made for it."""
    place = place_of_row(session, vault, row_id)
    book, _ = load_book(session, study)
    found = book.resolve(place)
    if found.entry is not None:
        return found.entry.centre_id, None
    if found.how != "new" or not squash(place.name):
        return None, None
    entry = book.add(Entry())
    book.learn(entry, place, "list")
    made = make_centre(session, study, entry, place, "list", actor=actor, now=now)
    return made.id, made.id


def own_fate(session: Session, vault: Vault, rules: ListRules, row: Authorisation) -> tuple[str, str] | None:
    """The fate and reason that set a row apart whoever its patient is; None for a row of this study."""
    cells = raw_cells(vault, row.id, session.get_one(ListRowIdentity, row.id).raw)
    named = any(cells.get(name) for name in ("product_raw", "inn"))
    if row.product is None and named and not nearly_named(cells, rules):
        return "other_product", "other_product"
    if cells.get("read:indication") == "other":
        return "other_indication", "other_indication"
    return ("refused", row.status) if row.status in ("refused", "cancelled", "pending") else None
