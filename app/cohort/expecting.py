"""How patients and centres stand when a person decides about them, and what changed since they were shown."""

from collections.abc import Mapping, Sequence

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cohort.errors import StaleDecision
from app.cohort.models import (
    Authorisation,
    Centre,
    CentreAlias,
    Decision,
    ListRow,
    Patient,
    ReviewCase,
    Study,
)

CHUNK = 500
# One patient or centre by its code: what stands there, under names that a sentence can use.
State = dict[str, dict[str, str]]
WORDS = {
    "centre": ("centre", "centre"),
    "rows": ("lignes", "rows"),
    "merged": ("réuni à", "merged into"),
    "patients": ("patients", "patients"),
    "spellings": ("orthographes", "spellings"),
    "candidates": ("réponses possibles", "possible answers"),
    "compared": ("lignes comparées", "rows compared"),
}
COUNTED = ("rows", "patients", "spellings", "candidates", "compared")


def lock_patients(session: Session, *patients: Patient) -> None:
    """Reads these patients again under a lock, always in the same order, so that two people take turns."""
    keys = sorted(patient.id for patient in patients)
    query = select(Patient).where(Patient.id.in_(keys)).order_by(Patient.id).with_for_update()
    session.scalars(query.execution_options(populate_existing=True)).all()


def lock_centres(session: Session, *centres: Centre) -> None:
    """Reads these centres again under a lock, always in the same order."""
    keys = sorted(centre.id for centre in centres)
    query = select(Centre).where(Centre.id.in_(keys)).order_by(Centre.id).with_for_update()
    session.scalars(query.execution_options(populate_existing=True)).all()


def state_of_patients(session: Session, *patients: Patient) -> State:
    """Centre, rows and merge of each patient, by code."""
    return {patient.code: _patient(session, patient) for patient in patients}


def state_of_centres(session: Session, *centres: Centre) -> State:
    """Patients, spellings and merge of each centre, by code."""
    return {centre.code: _centre(session, centre) for centre in centres}


def _patient(session: Session, patient: Patient) -> dict[str, str]:
    rows = (
        select(ListRow.id, ListRow.fate)
        .join(Authorisation, Authorisation.id == ListRow.id)
        .where(Authorisation.patient_id == patient.id)
        .order_by(ListRow.id)
    )
    merged = session.get(Patient, patient.merged_into_id) if patient.merged_into_id else None
    return {
        "centre": session.get_one(Centre, patient.centre_id).code,
        "rows": " ".join(f"{row}:{fate}" for row, fate in session.execute(rows)),
        "merged": merged.code if merged is not None else "",
    }


def _centre(session: Session, centre: Centre) -> dict[str, str]:
    patients = select(Patient.code).where(Patient.centre_id == centre.id, Patient.merged_into_id.is_(None))
    spellings = select(CentreAlias.id).where(CentreAlias.centre_id == centre.id).order_by(CentreAlias.id)
    merged = session.get(Centre, centre.merged_into_id) if centre.merged_into_id else None
    return {
        "patients": " ".join(session.scalars(patients.order_by(Patient.code))),
        "spellings": " ".join(map(str, session.scalars(spellings))),
        "merged": merged.code if merged is not None else "",
    }


def state_of_case(session: Session, case: ReviewCase) -> State:
    """What a question of the desk shows: its rows and those compared with them, each as it stands, and its answers."""
    facts = orjson.loads(case.facts)
    offered, own = facts.get("candidates", []), set(facts["rows"])
    patients = [one for one in offered if isinstance(one, dict)]
    centres = [one for one in offered if not isinstance(one, dict)]
    compared = {row for one in patients for row in one["rows"]} | ({facts["rival"]} if "rival" in facts else set())
    said = {
        "rows": _rows_as_they_stand(session, own),
        "compared": _rows_as_they_stand(session, compared - own),
        "candidates": _centres_as_they_stand(session, centres)
        or " ".join(str(one["patient"] or one["rows"][0]) for one in patients),
    }
    return {f"n° {case.id}": said}


def _rows_as_they_stand(session: Session, keys: set[int]) -> str:
    found, ordered = [], sorted(keys)
    query = (
        select(ListRow.id, ListRow.fate, Authorisation.patient_id, Authorisation.centre_id, Authorisation.granted_on)
        .join(Authorisation, Authorisation.id == ListRow.id)
        .order_by(ListRow.id)
    )
    for start in range(0, len(ordered), CHUNK):
        rows = session.execute(query.where(ListRow.id.in_(ordered[start : start + CHUNK])))
        found += [":".join(str(value or "") for value in row) for row in rows]
    return " ".join(found)


def _centres_as_they_stand(session: Session, keys: list[int]) -> str:
    query = select(Centre.id, Centre.merged_into_id).where(Centre.id.in_(keys)).order_by(Centre.id)
    return " ".join(f"{key}:{merged or ''}" for key, merged in session.execute(query))


def state_text(state: State) -> str:
    """What a page keeps of a state until its form comes back."""
    return orjson.dumps(state, option=orjson.OPT_SORT_KEYS).decode()


def expect(session: Session, study: Study, seen: str | None, now: State) -> None:
    """Raises StaleDecision, with what changed and who decided last, unless all is as `seen`; None expects nothing."""
    if seen is None or seen == state_text(now):
        return
    changes = _changes(_read(seen), now)
    last = _last_decision(session, study)
    raise StaleDecision(
        changes_fr=" ".join([*(fr for fr, _ in changes), *last[:1]]),
        changes_en=" ".join([*(en for _, en in changes), *last[1:]]),
    )


def _read(seen: str) -> Mapping[str, Mapping[str, str]]:
    try:
        found = orjson.loads(seen)
    except orjson.JSONDecodeError:
        return {}
    well = isinstance(found, dict) and all(isinstance(one, dict) for one in found.values())
    return found if well else {}


def _changes(seen: Mapping[str, Mapping[str, str]], now: State) -> list[tuple[str, str]]:
    found = []
    for code, facts in now.items():
        for name, after in facts.items():
            before = str(seen.get(code, {}).get(name, ""))
            if before != after:
                fr, en = WORDS[name]
                old, new = _shown(name, before), _shown(name, after)
                if old == new:
                    found.append(
                        (f"{code}, {fr} : {new}, autres qu’alors.", f"{code}, {en}: {new}, others than then.")
                    )
                    continue
                found.append((f"{code}, {fr} : {old} → {new}.", f"{code}, {en}: {old} → {new}."))
    return found


def _shown(name: str, value: str) -> str:
    counted = len(value.split())
    return str(counted) if name in COUNTED else value or "–"


def _last_decision(session: Session, study: Study) -> Sequence[str]:
    when = func.coalesce(Decision.undone_at, Decision.decided_at)
    query = select(Decision).where(Decision.study_id == study.id).order_by(when.desc(), Decision.id.desc())
    last = session.scalar(query.limit(1))
    if last is None:
        return ()
    who, at = last.undone_by or last.decided_by, last.undone_at or last.decided_at
    return (
        f"Dernière décision : {who}, {at:%d/%m/%Y %H:%M} UTC.",
        f"Last decision: {who}, {at:%d/%m/%Y %H:%M} UTC.",
    )
