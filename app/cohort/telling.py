"""What a decision taken by hand did, in one plain sentence, and what still waits for a decision on a patient."""

from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cohort.ledger import keys_where
from app.cohort.models import Authorisation, Centre, CentreAlias, Decision, Patient, ReviewCase
from app.cohort.questions import question

Told = tuple[str, str]
NOTHING: Told = ("", "")


def told_by_hand(session: Session, decision: Decision) -> Told:
    """What was merged, split, moved or assigned by this decision, in French and English, whatever came after it."""
    document = orjson.loads(decision.before)
    if decision.case_id is not None:
        return _answered(session, document["changes"])
    if document.get("merge"):
        return _merged(session, document["merge"])
    for table, key, column, before, after in document["changes"]:
        if (table, column) == ("patient", "centre_id"):
            return _moved(session, key, before, after)
        if (table, column) == ("centre_alias", "centre_id"):
            return _respelt(session, key, before, after)
    parted = [one for one in document["changes"] if (one[0], one[2]) == ("authorisation", "patient_id")]
    return _split(session, parted) if parted else NOTHING


def _merged(session: Session, merge: dict[str, Any]) -> Told:
    if merge["kind"] == "patient":
        gone, kept = _code(session, merge["gone"]), _code(session, merge["kept"])
    else:
        gone, kept = _centre(session, merge["gone"]), _centre(session, merge["kept"])
    return f"{gone} réuni à {kept}", f"{gone} merged into {kept}"


def _answered(session: Session, changes: list[list[Any]]) -> Told:
    """Where the answer to a question put its rows: centres, then patients, at most four of them."""
    put = {(column, after) for table, _, column, _, after in changes if table == "authorisation" and after}
    centres = [_centre(session, key) for column, key in put if column == "centre_id"]
    patients = [_code(session, key) for column, key in put if column == "patient_id"]
    places = [*sorted(centres), *sorted(patients)]
    if not places:
        return NOTHING
    told = f"→ {', '.join(places[:4])}{'…' if len(places) > 4 else ''}"
    return told, told


def _moved(session: Session, patient: str, before: int, after: int) -> Told:
    code, old, new = _code(session, patient), _centre(session, before), _centre(session, after)
    return f"{code} : de {old} à {new}", f"{code}: from {old} to {new}"


def _respelt(session: Session, alias: int, before: int, after: int) -> Told:
    spelling = session.get(CentreAlias, alias)
    name = spelling.name if spelling is not None else ""
    old, new = _centre(session, before), _centre(session, after)
    return f"« {name} » : de {old} à {new}", f"“{name}”: from {old} to {new}"


def _split(session: Session, parted: list[list[Any]]) -> Told:
    _, _, _, before, after = parted[0]
    old, new, count = _code(session, before), _code(session, after), len(parted)
    return (
        f"{old} : {count} {'ligne' if count == 1 else 'lignes'} à {new or 'un nouveau patient'}",
        f"{old}: {count} {'row' if count == 1 else 'rows'} to {new or 'a new patient'}",
    )


def _code(session: Session, key: str) -> str:
    patient = session.get(Patient, key)
    return patient.code if patient is not None else ""


def _centre(session: Session, key: int) -> str:
    centre = session.get(Centre, key)
    return f"{centre.code} {centre.name}" if centre is not None else "–"


def questions_on(session: Session, patient: Patient) -> list[tuple[int, str, str]]:
    """The open questions about rows of this patient: id, French, English."""
    own = set(keys_where(session, Authorisation, "patient_id", patient.id))
    open_ = select(ReviewCase).where(ReviewCase.study_id == patient.study_id, ReviewCase.state == "open")
    found = []
    for case in session.scalars(open_.order_by(ReviewCase.id)):
        facts = orjson.loads(case.facts)
        if own & {*facts["rows"], facts.get("rival")}:
            asked = question(case.kind, str(facts.get("why", "")))
            found.append((case.id, asked["fr"], asked["en"]))
    return found
