"""How the sheets that come from answers are laid out for one study: their columns, and a row maker for each version."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from app.extraction.describing import visit_rules
from app.extraction.dispositions import DISPOSITION_CHOICES, STATUS_CHOICES
from app.extraction.histories import editions, with_history
from app.extraction.listed import YES_NO
from app.extraction.planning import Learned, SheetPlan, line_slots, patient_slots, union_of, visit_slots
from app.extraction.reading import OPPOSED, PatientRow
from app.extraction.records import Record
from app.extraction.states import COMMENT, STATE_KEY, Place, StatePlan, absent_from, heard
from app.extraction.states import columns as state_columns
from app.extraction.times import paris, twins, utc
from exports.tables import Choice, Column, Row
from forms.definition import Questionnaire, Repeat

PATIENT_HEAD = (
    Column("centre_id", "text", "Centre", "Centre"),
    Column("patient_id", "text", "Patient", "Patient"),
    Column("statut", "code", "Statut du questionnaire (patient écarté avec un motif : voir disposition)",
           "Status of the questionnaire (patient set apart with a reason: see disposition)", choices=STATUS_CHOICES),
    Column("disposition", "code", "Pourquoi il n’y a pas de réponse", "Why there is no answer",
           choices=DISPOSITION_CHOICES),
    *twins("disposed_at", "Motif d’absence donné le", "Reason for no answer given at"),
    Column("disposed_by_telephone", "flag", "Motif d’absence dit au téléphone, saisi par le promoteur ; 0 : donné par le centre "
           "lui-même", "Reason for no answer said on the telephone, typed by the sponsor; 0: given by the centre itself",
           choices=YES_NO),
    *twins("submitted_at", "Remis le", "Submitted at"),
    Column("submitted_by_telephone", "flag", "Remis au téléphone : saisi par le promoteur, dit par le centre ; 0 : par le centre "
           "lui-même ou par un fichier", "Handed in on the telephone: typed by the sponsor, said by the centre; 0: by the centre "
           "itself or by a file", choices=YES_NO),
    Column("answers_by_telephone", "integer", "Réponses en vigueur dites au téléphone (lesquelles : etats, telephone)",
           "Answers in force that were said on the telephone (which: etats, telephone)"),
    Column("questionnaire_version", "integer", "Version du questionnaire rempli", "Version of the questionnaire filled in"),
    Column("incident_list", "flag", "Cas incident selon la liste", "Incident case according to the list", choices=YES_NO),
    Column("first_grant_on", "date", "Premier octroi rattaché au patient, lignes hors de la période d’inclusion comprises",
           "First grant linked to the patient, rows outside the window included"),
    Column("last_grant_on", "date", "Dernier octroi rattaché au patient, lignes hors de la période d’inclusion comprises",
           "Last grant linked to the patient, rows outside the window included"),
)
KEYS = PATIENT_HEAD[:2]
STATE_SHEET = "etats"
VISIT_SHEET = "visites"
PATIENT_SHEET = "patients"
LABEL_SHEETS = {"patients_libelles": "fr", "patients_labels": "en"}
"""Patients once more with labels in place of codes, in each language."""


@dataclass(frozen=True)
class Sheets:
    """The row makers of one questionnaire version; every version of a study has the same columns."""

    number: int
    patients: SheetPlan
    visits: SheetPlan
    lines: Mapping[str, SheetPlan]
    absent: tuple[Place, ...]


class Layout:
    """The sheets of one study. Pure: it knows definitions and what the first reading taught."""

    def __init__(self, versions: Mapping[int, tuple[int, Questionnaire]], learned: Learned) -> None:
        self._numbered = sorted(versions.values(), key=lambda one: one[0])
        definitions = [definition for _, definition in self._numbered]
        self.union = union_of(definitions)
        named = {one.code: one.label for definition in definitions for one in definition.sections}
        self._sections = [Choice(code, label.fr, label.en) for code, label in named.items()]
        self._visits = tuple(Choice(one.code, one.label.fr, one.label.en) for one in self.union.visits)
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
        self._labels = {
            sheet: [_labels(column.choices, language) for column in self.patient_columns]
            for sheet, language in LABEL_SHEETS.items()
        }

    def _sheets(self, number: int, version: Questionnaire, learned: Learned) -> Sheets:
        union = self.union
        return Sheets(
            number,
            SheetPlan(patient_slots(union), learned, version),
            SheetPlan(visit_slots(union), learned, version),
            {code: SheetPlan(line_slots(union, one), learned, version) for code, one in union.repeats.items()},
            absent_from(version, union),
        )

    @property
    def patient_columns(self) -> tuple[Column, ...]:
        """Columns of ``patients``."""
        past = editions(self._numbered, patient_slots)
        return (*PATIENT_HEAD, *with_history(self._any.patients.columns, past))

    @property
    def label_columns(self) -> tuple[Column, ...]:
        """Columns of the sheets of labels: what had codes is text."""
        return tuple(
            Column(c.name, "text" if c.choices else c.kind, c.fr, c.en, parts=c.parts) for c in self.patient_columns
        )

    @property
    def visit_columns(self) -> tuple[Column, ...]:
        """Columns of ``visites``."""
        return (
            *KEYS, replace(self._visit(), rule=visit_rules(self.union)),
            Column("visit_asked", "flag", "Visite demandée à ce patient ; vide : rien n’est encore répondu",
                   "Visit asked of this patient; blank: nothing answered yet", choices=YES_NO),
            *with_history(self._any.visits.columns, editions(self._numbered, visit_slots)),
        )  # fmt: skip

    def _visit(self) -> Column:
        return Column("visit", "code" if self._visits else "text", "Visite", "Visit", choices=self._visits)

    def line_columns(self, repeat: Repeat) -> tuple[Column, ...]:
        """Columns of the sheet of a repeat."""
        past = editions(self._numbered, lambda version: line_slots(version, repeat))
        return (
            *KEYS, self._visit(),
            Column("repeat_no", "integer", "Rang de la ligne", "Rank of the line"),
            *with_history(self._any.lines[repeat.code].columns, past),
        )  # fmt: skip

    @property
    def state_columns(self) -> tuple[Column, ...]:
        """Columns of ``etats``."""
        return state_columns(self._sections, self._visits, self._parts.get(COMMENT, 1))

    def key_of(self, sheet: str) -> tuple[str, ...]:
        """The columns that tell a row of a sheet of answers from its others."""
        if sheet == STATE_SHEET:
            return STATE_KEY
        if sheet == VISIT_SHEET:
            return ("patient_id", "visit")
        of_visits = {repeat.sheet: bool(repeat.visits) for repeat in self.union.repeats.values()}
        if sheet not in of_visits:
            return ("patient_id",)
        return ("patient_id", "visit", "repeat_no") if of_visits[sheet] else ("patient_id", "repeat_no")

    def patient_row(self, centre: str, row: PatientRow, record: Record | None) -> list[object]:
        """The row of a patient; without a record what the list says stands alone."""
        sheets = self._of(row)
        if row.disposition == OPPOSED:
            blanks = [None] * (len(PATIENT_HEAD) - 4)
            return [centre, row.code, row.status or "not_started", OPPOSED, *blanks, *sheets.patients.at("").fill({}, {})]
        head: list[object] = [
            centre, row.code, row.status or "not_started", row.disposition, utc(row.disposed_at), paris(row.disposed_at),
            int(row.disposed_in is not None) if row.disposition else None,
            utc(row.submitted_at), paris(row.submitted_at), int(row.call_id is not None) if row.submitted_at else None,
            len(heard(record)) if record is not None else None, sheets.number if row.version_id is not None else None,
            None if row.incident is None else int(row.incident), row.first_grant_on, row.last_grant_on,
        ]  # fmt: skip
        if record is None:
            return head + sheets.patients.at("").fill(self._facts(row), {})
        return head + sheets.patients.at("").fill(record.values, record.missing)

    def _facts(self, row: PatientRow) -> dict[str, object]:
        known = {"patient_code": row.code, "sex": row.sex, "first_grant_on": row.first_grant_on,
                 "last_grant_on": row.last_grant_on}
        return {name: known[fact] for name, fact in self._listed if known.get(fact) is not None}

    def labelled(self, sheet: str, row: Row) -> Row:
        """A patient's row with the labels of one of LABEL_SHEETS for codes; a code without label shows itself."""
        return [
            value if not labels or value is None else labels.get(value, str(value))
            for value, labels in zip(row, self._labels[sheet], strict=True)
        ]

    def visit_rows(self, centre: str, row: PatientRow, record: Record | None) -> Iterator[Row]:
        """A row for each visit, also where nothing was answered or asked: whoever counts needs the denominator."""
        plan = self._of(row).visits
        for visit in self.union.visits if row.disposition != OPPOSED else ():
            if record is None:
                asked, values, missing = 0 if row.disposition else None, {}, {}
            else:
                open_ = not self._closed[visit.code].issubset(record.packed["h"])
                asked, values, missing = int(open_ and not row.disposition), record.values, record.missing
            yield [centre, row.code, visit.code, asked, *plan.at(f"@{visit.code}").fill(values, missing)]

    def state_rows(self, centre: str, row: PatientRow, record: Record | None) -> Sequence[Row]:
        """The rows of ``etats``: of a patient set apart they bear the disposition."""
        if record is None:
            return list(self.states.untouched(centre, row.code, row.disposition))
        rows = self.states.rows(centre, row.code, record, row.submitted_revision, self._of(row).absent)
        return self.states.set_apart(rows, row.disposition) if row.disposition else rows

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


def _labels(choices: Sequence[Choice], language: str) -> dict[object, str]:
    return {one.code: (one.en if language == "en" else one.fr) or one.fr or str(one.code) for one in choices}
