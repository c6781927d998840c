"""What an import says of itself: counts that add up, the fate of every row, and the difference to what was known."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.cohort.headers import Misread, misread
from app.cohort.models import FATES
from app.cohort.persons import Person
from app.cohort.planning import Plan, makes_centre
from app.cohort.reasons import reason_text
from app.cohort.records import Record
from app.cohort.resolving import Entry
from app.kernel.language import Language

# The figures that an import is held to, as a sentence names them.
FIGURES: dict[str, dict[Language, str]] = {
    "read": {"fr": "lignes lues", "en": "rows read"},
    "kept": {"fr": "retenues", "en": "kept"},
    "duplicate": {"fr": "doublons", "en": "duplicates"},
    "refused": {"fr": "refusées", "en": "refused"},
    "other_product": {"fr": "autre produit", "en": "other product"},
    "other_indication": {"fr": "autre indication", "en": "other indication"},
    "outside_window": {"fr": "hors période", "en": "outside the window"},
    "review": {"fr": "à revoir", "en": "to review"},
    "new": {"fr": "lignes nouvelles", "en": "new rows"},
    "patients": {"fr": "patients", "en": "patients"},
    "centres": {"fr": "centres", "en": "centres"},
    "changed": {"fr": "lignes corrigées", "en": "corrected rows"},
    "withdrawn": {"fr": "autorisations disparues", "en": "authorisations gone"},
    "new_patients": {"fr": "patients nouveaux", "en": "new patients"},
    "joining": {"fr": "patients connus qui en reçoivent une", "en": "known patients who get one"},
    "new_centres": {"fr": "centres nouveaux", "en": "new centres"},
    "first_patients": {"fr": "centres à leur premier patient", "en": "centres with their first patient"},
}


@dataclass(frozen=True)
class RowFate:
    """What became (or would become) of one row. Codes are empty while undecided, or new in a dry run."""

    sheet: str
    source_row: int
    sheet_row: int
    fate: str
    reason: str
    flags: tuple[str, ...]
    patient: str
    centre: str
    known: bool

    def why(self, language: Language) -> str:
        """The reason as a sentence."""
        return reason_text(self.reason, language)


@dataclass(frozen=True)
class Difference:
    """What a later list changes, as row positions in this file, patient codes and centre codes or names.

    `joining` are known patients who get new authorisations; `mailed` the centres that get their first patient,
    `widened` those that have patients and get more, by centre id.
    """

    new: tuple[int, ...]
    changed: tuple[int, ...]
    withdrawn: int
    new_patients: int
    joining: tuple[str, ...]
    new_centres: tuple[str, ...]
    mailed: tuple[str, ...]
    widened: dict[int, int]


@dataclass
class ImportReport:
    """The report of a dry run or of an import; `patients` and `centres` are the study's totals afterwards."""

    file: str
    plan: Plan
    patients: int
    centres: int
    difference: Difference
    import_id: int | None = None
    codes: dict[int, str] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        """The counts that `list import` prints. `new` counts rows never seen before; the fates add up to `read`."""
        fates = Counter(record.fate for record in self.plan.stored)
        fates.update(row.fate for row in self.plan.known_rows.values())
        return {
            "read": len(self.plan.records),
            **{fate: fates[fate] for fate in FATES},
            "new": len(self.plan.stored),
            "patients": self.patients,
            "centres": self.centres,
        }

    def headers(self) -> Misread:
        """What the headers of the file leave open."""
        return misread({id(record.columns): record.columns for record in self.plan.records}.values())

    def figures(self) -> str:
        """The counts and the difference in one line, for an import to be held to."""
        found = self.difference
        told = {
            **self.counts(),
            "changed": len(found.changed),
            "withdrawn": found.withdrawn,
            "new_patients": found.new_patients,
            "joining": len(found.joining),
            "new_centres": len(found.new_centres),
            "first_patients": len(found.mailed),
        }
        return " ".join(f"{name}={count}" for name, count in told.items())

    @property
    def rows(self) -> Iterator[RowFate]:
        """Every row of the file, in order, with its fate and reason."""
        for record in self.plan.records:
            yield self._known(record) if record.source_row in self.plan.known_rows else self._new(record)

    def _known(self, record: Record) -> RowFate:
        row, known = self.plan.known_rows[record.source_row], self.plan.known
        return RowFate(
            record.sheet,
            record.source_row,
            record.sheet_row,
            row.fate,
            row.reason,
            (),
            known.patient_codes.get(row.patient_id or "", ""),
            known.centre_codes.get(row.centre_id or 0, ""),
            known=True,
        )

    def _new(self, record: Record) -> RowFate:
        source = self.plan.twins.get(record.source_row, record)
        return RowFate(
            record.sheet,
            record.source_row,
            record.sheet_row,
            record.fate,
            record.reason,
            tuple(record.flags),
            self.patient_code(self.plan.person_of(source)),
            self.centre_code(self.plan.entry_of(source)),
            known=False,
        )

    def patient_code(self, person: Person | None) -> str:
        """The public code of a person, empty when undecided or not stored yet."""
        if person is None or person.why:
            return ""
        return self.codes.get(id(person), "") or self.plan.known.patient_codes.get(person.key or "", "")

    def centre_code(self, entry: Entry | None) -> str:
        """The code of a centre, empty when undecided or not stored yet."""
        return "" if entry is None else self.plan.known.centre_codes.get(entry.centre_id or 0, "")


def difference_of(plan: Plan) -> Difference:
    """What the plan changes against what is known."""
    kept = [record for record in plan.stored if record.fate == "kept"]
    persons = {id(p): p for record in kept if (p := plan.person_of(record)) is not None}
    made = [record for record in plan.stored if makes_centre(record)]
    entries = {id(e): e for record in made if (e := plan.entry_of(record)) is not None}
    houses = [entry for _, entry in plan.newcomers()]
    asked = plan.known.asked
    written_to = {id(e): e for e in houses if e.centre_id not in asked}
    return Difference(
        new=tuple(record.source_row for record in plan.stored if record.fate != "duplicate"),
        changed=tuple(sorted(plan.changed)),
        withdrawn=len(plan.withdrawn),
        new_patients=sum(person.key is None for person in persons.values()),
        joining=tuple(sorted(plan.known.patient_codes[p.key] for p in persons.values() if p.key is not None)),
        new_centres=tuple(sorted(shown_name(e) for e in entries.values() if e.centre_id is None)),
        mailed=tuple(sorted(map(shown_name, written_to.values()))),
        widened=Counter(e.centre_id for e in houses if e.centre_id is not None and e.centre_id in asked),
    )


def shown_name(entry: Entry) -> str:
    """The name a centre is shown by: its most frequent spelling, the longest among equals."""
    return max(entry.names, key=lambda name: (entry.names[name], len(name), name), default="")
