"""What a later list changes for the patients who are known already: authorisations gained, lost, corrected."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cohort.known import KnownRow
from app.cohort.meanings import same
from app.cohort.models import Authorisation, Centre, ListRow, ListRowIdentity, Patient
from app.cohort.patients import raw_cells
from app.cohort.planning import Plan
from app.cohort.records import Record
from app.cohort.report import shown_name
from app.kernel.vault import Vault

CHUNK = 500
WATCHED = (
    "atu_prev", "req_type", "req_status", "grant_d", "dur_raw", "valid_from", "valid_to", "product_raw", "inn",
    "strength", "indic_raw", "pt_ini", "pt_ini_sur", "pt_ini_first", "birth_raw", "sex", "site_raw", "finess",
    "zip", "city",
)  # fmt: skip


@dataclass
class Consequence:
    """What becomes of one known patient. Nothing here touches an answer: what is doubtful waits at the desk.

    `gained` are new rows; `elsewhere` the names of the hospitals of those that are not the asked centre;
    `lost` rows left the list; `corrected` names the columns that a corrected row says otherwise; `kept` counts
    the authorisations that stand as long as nobody confirms a loss.
    """

    patient: Patient
    centre: Centre
    gained: list[Record] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    lost: int = 0
    corrected: list[tuple[str, ...]] = field(default_factory=list)
    kept: int = 0

    @property
    def bare(self) -> bool:
        """Whether no authorisation would be left once the losses are confirmed."""
        return self.lost > 0 and not self.gained and self.lost >= self.kept


def consequences_of(session: Session, vault: Vault, plan: Plan) -> list[Consequence]:
    """Every known patient whom the plan touches, by code."""
    gained: defaultdict[str, list[Record]] = defaultdict(list)
    for record in plan.stored:
        person = plan.person_of(record)
        if record.fate in ("kept", "outside_window") and person is not None and person.key is not None:
            gained[person.key].append(record)
    lost: defaultdict[str, int] = defaultdict(int)
    for row in plan.withdrawn:
        lost[row.patient_id or ""] += 1
    changed = _corrections(session, vault, plan)
    found = []
    for patient, centre in _patients(session, {*gained, *lost, *changed} - {""}):
        rows = gained[patient.id]
        far = {
            shown_name(e) for r in rows if (e := plan.entry_of(r)) is not None and e.centre_id != centre.id
        }
        found.append(
            Consequence(patient, centre, rows, sorted(far), lost[patient.id], changed.get(patient.id, []))
        )
    _count_kept(session, found)
    return found


def _corrections(session: Session, vault: Vault, plan: Plan) -> dict[str, list[tuple[str, ...]]]:
    """The columns in which each corrected row differs from the one it corrects, by patient."""
    positions = {record.source_row: record for record in plan.stored if record.source_row in plan.changed}
    sealed = _sealed(session, plan.changed.values())
    found: defaultdict[str, list[tuple[str, ...]]] = defaultdict(list)
    for position, old in plan.changed.items():
        before, after = raw_cells(vault, old.id, sealed[old.id]), positions[position].raw()
        blanks = [name for name in WATCHED if bool(before.get(name)) != bool(after.get(name))]
        said = [name for name in WATCHED if name in blanks or not same(name, before, after)]
        found[old.patient_id or ""].append(tuple(said))
    return found


def _sealed(session: Session, rows: Iterable[KnownRow]) -> dict[int, bytes]:
    keys, found = sorted({row.id for row in rows}), {}
    for start in range(0, len(keys), CHUNK):
        chosen = ListRowIdentity.row_id.in_(keys[start : start + CHUNK])
        for one in session.scalars(select(ListRowIdentity).where(chosen)):
            found[one.row_id] = one.raw
    return found


def _patients(session: Session, keys: set[str]) -> list[tuple[Patient, Centre]]:
    ordered, found = sorted(keys), []
    for start in range(0, len(ordered), CHUNK):
        query = select(Patient, Centre).join(Centre, Centre.id == Patient.centre_id)
        chosen = query.where(Patient.id.in_(ordered[start : start + CHUNK]))
        found += [(patient, centre) for patient, centre in session.execute(chosen)]
    return sorted(found, key=lambda pair: (len(pair[0].code), pair[0].code))


def _count_kept(session: Session, consequences: list[Consequence]) -> None:
    by_key = {one.patient.id: one for one in consequences if one.lost}
    keys = sorted(by_key)
    for start in range(0, len(keys), CHUNK):
        query = (
            select(Authorisation.patient_id, func.count())
            .join(ListRow, ListRow.id == Authorisation.id)
            .where(Authorisation.patient_id.in_(keys[start : start + CHUNK]), ListRow.fate == "kept")
            .group_by(Authorisation.patient_id)
        )
        for key, count in session.execute(query):
            by_key[str(key)].kept = count
