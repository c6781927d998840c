"""How the sheets that come from answers are laid out for one study: their columns, and a row maker for each version."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from app.extraction.dispositions import DISPOSITION_CHOICES, STATUS_CHOICES
from app.extraction.listed import YES_NO
from app.extraction.planning import Learned, SheetPlan, line_slots, patient_slots, union_of, visit_slots
from app.extraction.reading import OPPOSED, PatientRow
from app.extraction.records import Record
from app.extraction.states import COLUMNS as STATE_COLUMNS
from app.extraction.states import COMMENT, StatePlan
from app.extraction.times import paris, twins, utc
from exports.tables import Choice, Column, Row
from forms.definition import Questionnaire, Repeat

PATIENT_HEAD = (
    Column("centre_id", "text", "Centre", "Centre"),
    Column("patient_id", "text", "Patient", "Patient"),
    Column("statut", "code", "Statut du questionnaire", "Status of the questionnaire", choices=STATUS_CHOICES),
    Column("disposition", "code", "Pourquoi il n’y a pas de réponse", "Why there is no answer",
           choices=DISPOSITION_CHOICES),
    *twins("submitted_at", "Remis le", "Submitted at"),
    Column("questionnaire_version", "integer", "Version du questionnaire rempli", "Version of the questionnaire filled in"),
    Column("incident_list", "flag", "Cas incident selon la liste", "Incident case according to the list", choices=YES_NO),
    Column("first_grant_on", "date", "Premier octroi de la liste", "First grant of the list"),
    Column("last_grant_on", "date", "Dernier octroi de la liste", "Last grant of the list"),
)
KEYS = PATIENT_HEAD[:2]
STATE_SHEET = "etats"
VISIT_SHEET = "visites"
PATIENT_SHEET = "patients"
LABEL_SHEET = "patients_libelles"


@dataclass(frozen=True)
class Sheets:
    """The row makers of one questionnaire version; every version of a study has the same columns."""

    number: int
    patients: SheetPlan
    visits: SheetPlan
    lines: Mapping[str, SheetPlan]


class Layout:
    """The sheets of one study. Pure: it knows definitions and what the first reading taught."""

    def __init__(self, versions: Mapping[int, tuple[int, Questionnaire]], learned: Learned) -> None:
        definitions = [definition for _, definition in sorted(versions.values(), key=lambda one: one[0])]
        self.union = union_of(definitions)
        self.states = StatePlan(self.union)
        self._parts = learned.parts
        self.versions = {
            key: self._sheets(number, definition, learned) for key, (number, definition) in versions.items()
        }
        self._any = next(iter(self.versions.values()))
        # What the list alone says stands in the row of a patient for whom nothing was answered yet.
        self._listed = [(q.name, q.from_list) for q in self.union.questions.values() if q.from_list and not q.identity]
        self._closed = {visit.code: {f"{section.code}@{visit.code}" for section in self.union.sections
                                     if visit.code in section.visits} for visit in self.union.visits}
        self._labels = [dict(_labels(column.choices)) for column in self.patient_columns]

    def _sheets(self, number: int, version: Questionnaire, learned: Learned) -> Sheets:
        union = self.union
        return Sheets(
            number,
            SheetPlan(patient_slots(union), learned, version),
            SheetPlan(visit_slots(union), learned, version),
            {code: SheetPlan(line_slots(union, one), learned, version) for code, one in union.repeats.items()},
        )

    @property
    def patient_columns(self) -> tuple[Column, ...]:
        """Columns of ``patients``."""
        return (*PATIENT_HEAD, *self._any.patients.columns)

    @property
    def label_columns(self) -> tuple[Column, ...]:
        """Columns of ``patients_libelles``: what had codes is text."""
        return tuple(
            Column(c.name, "text" if c.choices else c.kind, c.fr, c.en, parts=c.parts) for c in self.patient_columns
        )

    @property
    def visit_columns(self) -> tuple[Column, ...]:
        """Columns of ``visites``."""
        visits = tuple(Choice(visit.code, visit.label.fr, visit.label.en) for visit in self.union.visits)
        return (*KEYS, Column("visit", "code", "Visite", "Visit", choices=visits), *self._any.visits.columns)

    def line_columns(self, repeat: Repeat) -> tuple[Column, ...]:
        """Columns of the sheet of a repeat."""
        return (
            *KEYS, Column("visit", "text", "Visite", "Visit"),
            Column("repeat_no", "integer", "Rang de la ligne", "Rank of the line"),
            *self._any.lines[repeat.code].columns,
        )  # fmt: skip

    @property
    def state_columns(self) -> tuple[Column, ...]:
        """Columns of ``etats``; a long comment goes on in further cells like any text."""
        *columns, comment = STATE_COLUMNS
        return (*columns, replace(comment, parts=self._parts.get(COMMENT, 1)))

    def patient_row(self, centre: str, row: PatientRow, record: Record | None) -> list[object]:
        """The row of a patient; without a record what the list says stands alone."""
        sheets = self._of(row)
        if row.disposition == OPPOSED:
            blanks = [None] * (len(PATIENT_HEAD) - 4)
            return [centre, row.code, row.status or "not_started", OPPOSED, *blanks, *sheets.patients.at("").fill({}, {})]
        head: list[object] = [
            centre, row.code, row.status or "not_started", row.disposition, utc(row.submitted_at),
            paris(row.submitted_at), sheets.number if row.version_id is not None else None,
            None if row.incident is None else int(row.incident), row.first_grant_on, row.last_grant_on,
        ]  # fmt: skip
        if record is None:
            return head + sheets.patients.at("").fill(self._facts(row), {})
        return head + sheets.patients.at("").fill(record.values, record.missing)

    def _facts(self, row: PatientRow) -> dict[str, object]:
        known = {"patient_code": row.code, "sex": row.sex, "first_grant_on": row.first_grant_on,
                 "last_grant_on": row.last_grant_on}
        return {name: known[fact] for name, fact in self._listed if known.get(fact) is not None}

    def labelled(self, row: Row) -> Row:
        """A patient's row with labels for codes; a code without label shows itself."""
        return [
            value if not labels or value is None else labels.get(value, str(value))
            for value, labels in zip(row, self._labels, strict=True)
        ]

    def visit_rows(self, centre: str, row: PatientRow, record: Record) -> Iterator[Row]:
        """The visits of a patient: those always asked, and others once anything was answered."""
        plan = self._of(row).visits
        for visit in self.union.visits:
            cells = plan.at(f"@{visit.code}").fill(record.values, record.missing)
            open_ = visit.asked == "always" and not self._closed[visit.code].issubset(record.packed["h"])
            if open_ or any(cell is not None for cell in cells):
                yield [centre, row.code, visit.code, *cells]

    def line_rows(self, repeat: Repeat, centre: str, row: PatientRow, record: Record) -> Iterator[Row]:
        """The lines of a repeat, ranked in the order of entry; lines whose gate was closed again are not there."""
        plan = self._of(row).lines[repeat.code]
        for visit in repeat.visits or (None,):
            group, at = (f"{repeat.code}@{visit}", f"@{visit}") if visit else (repeat.code, "")
            for rank, line in enumerate(record.lines.get(group, ()), 1):
                cells = plan.at(f"{at}#{line}").fill(record.values, record.missing)
                if any(cell is not None for cell in cells):
                    yield [centre, row.code, visit, rank, *cells]

    def _of(self, row: PatientRow) -> Sheets:
        return self.versions[row.version_id] if row.version_id is not None else self._any


def _labels(choices: Sequence[Choice]) -> Iterator[tuple[object, str]]:
    for choice in choices:
        yield choice.code, choice.fr or str(choice.code)
