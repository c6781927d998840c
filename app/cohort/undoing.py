"""Undoing a decision: exactly what it changed comes back, answers and links with it, or nothing does."""

from typing import Any

import orjson
from sqlalchemy import select

from app.cohort.deciding import Desk, journal, tell
from app.cohort.errors import CannotUndo, UnknownCase
from app.cohort.ledger import keys_where, move_all, restore
from app.cohort.models import Authorisation, Decision, Patient
from app.cohort.refreshing import refresh_patients

MOVED: dict[str, type[Any]] = {"patient": Patient, "authorisation": Authorisation}


def undo(desk: Desk, decision_id: int) -> Decision:
    """Restores what the decision changed. Undoing twice does nothing more.

    Raises UnknownCase, or CannotUndo when a later decision, an answer or a link rests on it.
    """
    decision = desk.session.scalar(
        select(Decision)
        .where(Decision.id == decision_id, Decision.study_id == desk.study.id)
        .with_for_update()
    )
    if decision is None:
        raise UnknownCase()
    if decision.undone_at is not None:
        return decision
    document = orjson.loads(decision.before)
    merge = document.get("merge")
    if merge is not None and merge["kind"] == "centre":
        _part_centres(desk, merge)
    restore(desk.session, document)
    tell(desk, decision, merge, undone=True)
    for table, key, column, before, _ in document["changes"]:
        if (table, column, before) == ("authorisation", "patient_id", None):
            # The course was numbered for the patient that the row no longer has.
            desk.session.get_one(Authorisation, key).course_no = None
    decision.undone_at, decision.undone_by = desk.now, desk.actor.name
    refresh_patients(
        desk.session, desk.vault, desk.study, _still_there(desk, document["patients"]), desk.rules.new_course
    )
    journal(desk, decision, "review.undone", decision.action, None)
    return decision


def _part_centres(desk: Desk, merge: dict[str, object]) -> None:
    moved = merge["moved"]
    if not isinstance(moved, dict):
        raise CannotUndo(why_fr="décision illisible.", why_en="unreadable decision.")
    for table, keys in moved.items():
        # What was moved on from there since stays where it was put later.
        still = set(keys_where(desk.session, MOVED[table], "centre_id", merge["kept"]))
        move_all(
            desk.session, MOVED[table], "centre_id", [key for key in keys if key in still], merge["gone"]
        )


def _still_there(desk: Desk, keys: list[str]) -> list[str]:
    return list(desk.session.scalars(select(Patient.id).where(Patient.id.in_(keys))))
