"""One reading of the snapshot that fills every sheet of answers at once: patients, visits, lines, states."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import orjson
from sqlalchemy.orm import Session

from app.cohort.models import Patient, Study
from app.collection.evaluated import keys_of
from app.collection.facts import facts_in_use
from app.collection.questionnaires import Published, version_by_id, versions_of
from app.extraction.layout import LABEL_SHEETS, PATIENT_SHEET, STATE_SHEET, VISIT_SHEET, Layout
from app.extraction.learning import Census
from app.extraction.outcomes import OutcomeSteps, outcome_steps
from app.extraction.reading import OPPOSED, Filters, PatientRow, centre_codes, patient_pages, patient_rows
from app.extraction.records import Record, evaluation_of, record_of
from app.kernel.vault import Vault
from exports.tables import Batch, Pass, Row, Table, member
from forms.definition import Questionnaire

BATCH = 50
Progress = Callable[[int], None]


@dataclass
class Reading:
    """A study as one snapshot holds it. ``progress`` hears how many patients were written."""

    session: Session
    vault: Vault
    study: Study
    filters: Filters
    progress: Progress = lambda done: None

    @cached_property
    def published(self) -> Mapping[int, Published]:
        """Every published questionnaire by the id of its row."""
        return {one.id: version_by_id(self.session, one.id) for one in versions_of(self.session, self.study)}

    @cached_property
    def versions(self) -> Mapping[int, tuple[int, Questionnaire]]:
        """Number and definition of every published questionnaire."""
        return {key: (one.number, one.questionnaire) for key, one in self.published.items()}

    @cached_property
    def rules_sha256(self) -> str | None:
        """Fingerprint of the newest rules by which lists are read; None for a study without list."""
        rules = [one.list_rules for one in versions_of(self.session, self.study) if one.list_rules is not None]
        return hashlib.sha256(rules[-1].encode()).hexdigest() if rules else None

    @cached_property
    def census(self) -> Census:
        """What the first reading taught."""
        census = Census()
        for row in patient_rows(self.session, self.study, self.filters):
            census.take(row)
        return census

    @cached_property
    def layout(self) -> Layout:
        """The sheets' columns and row makers."""
        return Layout(self.versions, self.census.learned)

    @cached_property
    def outcomes(self) -> OutcomeSteps:
        """The clinical steps of the flow diagram, counted by each feed anew."""
        return outcome_steps(self.layout.union)

    @cached_property
    def centres(self) -> Mapping[int, str]:
        """Centre codes as exported."""
        return centre_codes(self.session, self.study)

    def records(self) -> Iterator[tuple[PatientRow, Record | None]]:
        """Every patient with their answers; of an opposed patient the answers are not read."""
        for page in patient_pages(self.session, self.study, self.filters):
            keys = keys_of(self.session, self.study.id, [row.patient_id for row in page])
            for row in page:
                yield row, self._record(row, keys[row.patient_id])

    def _record(self, row: PatientRow, facts: tuple[object, ...]) -> Record | None:
        if row.document is None or row.version_id is None or row.disposition == OPPOSED:
            return None
        packed = evaluation_of(row, self.published[row.version_id], facts, self._facts)
        return record_of(orjson.loads(row.document), packed)

    def _facts(self, patient_id: str) -> Mapping[str, object]:
        return facts_in_use(self.session, self.vault, self.session.get_one(Patient, patient_id))


class Feed:
    """The pass of a reading: which tables it fills and in which batches."""

    def __init__(self, reading: Reading, *, labels: bool) -> None:
        self.reading = reading
        self.layout = layout = reading.layout
        union = layout.union
        self._repeats = list(union.repeats.values())
        columns = {PATIENT_SHEET: layout.patient_columns}
        columns |= dict.fromkeys(LABEL_SHEETS, layout.label_columns) if labels else {}
        columns |= {VISIT_SHEET: layout.visit_columns} if union.visits else {}
        columns |= {repeat.sheet: layout.line_columns(repeat) for repeat in self._repeats}
        columns |= {STATE_SHEET: layout.state_columns}
        self._places = {name: place for place, name in enumerate(columns)}
        titles = {
            PATIENT_SHEET: "Patients", "patients_libelles": "Patients (libellés)",
            "patients_labels": "Patients (libellés anglais)", VISIT_SHEET: "Visites", STATE_SHEET: "États des réponses",
            **{one.sheet: one.label.fr for one in self._repeats},
        }  # fmt: skip
        self.tables: dict[str, Table] = {
            name: member(some, name, self._places[name], self.batches, fr=titles[name],
                         frozen=4 if name not in (PATIENT_SHEET, *LABEL_SHEETS, VISIT_SHEET) else 2,
                         described=name not in LABEL_SHEETS, recurring=2 if name == STATE_SHEET else None,
                         key=layout.key_of(name))
            for name, some in columns.items()
        }

    def as_pass(self) -> Pass:
        """The tables with the one reading that fills them."""
        return Pass(tuple(self.tables.values()), self.batches)

    def batches(self) -> Iterator[Batch]:
        """Rows for every table, a few hundred patients at a time."""
        self.reading.outcomes.clear()
        buffers: list[list[Row]] = [[] for _ in self._places]
        done = 0
        for row, record in self.reading.records():
            self.take(row, record, buffers)
            done += 1
            if done % BATCH == 0:
                yield from _emptied(buffers)
                self.reading.progress(done)
        yield from _emptied(buffers)
        self.reading.progress(done)

    def take(self, row: PatientRow, record: Record | None, buffers: list[list[Row]]) -> None:
        """Put the rows of one patient into the buffer of each table."""
        layout, places, centre = self.layout, self._places, self.reading.centres[row.centre_id]
        patient = layout.patient_row(centre, row, record)
        buffers[places[PATIENT_SHEET]].append(patient)
        for sheet in LABEL_SHEETS:
            if sheet in places:
                buffers[places[sheet]].append(layout.labelled(sheet, patient))
        buffers[places[STATE_SHEET]].extend(layout.state_rows(centre, row, record))
        if VISIT_SHEET in places:
            buffers[places[VISIT_SHEET]].extend(layout.visit_rows(centre, row, record))
        if row.submitted_at is not None:
            self.reading.outcomes.take(record.values if record is not None else None)
        if record is not None:
            for repeat in self._repeats:
                buffers[places[repeat.sheet]].extend(layout.line_rows(repeat, centre, row, record))


def _emptied(buffers: list[list[Row]]) -> Iterator[Batch]:
    for place, rows in enumerate(buffers):
        if rows:
            yield place, rows
            buffers[place] = []
