"""A dry run as a person checks it: for every row its hospital, its patient, known or provisional, and whom it meets."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.cohort.known import KnownRow
from app.cohort.persons import Person
from app.cohort.records import Record
from app.cohort.report import ImportReport, shown_name
from app.cohort.resolving import Entry


@dataclass(frozen=True)
class Someone:
    """A patient by code, or by rank among those that the import would make; neither while undecided.

    `sheet` and `sheet_row` are where one of their rows stands in this file; 0 for somebody of an earlier list.
    """

    code: str = ""
    rank: int = 0
    sheet: str = ""
    sheet_row: int = 0


@dataclass(frozen=True)
class House:
    """A centre by code and name; a new one has a name only; `candidates` are those it may be, while undecided."""

    code: str = ""
    name: str = ""
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True)
class ForeseenRow:
    """One row of a dry run. `number` is an identity; `meets` are the patients or rows that its reason speaks of."""

    sheet: str
    sheet_row: int
    number: str
    fate: str
    reason: str
    flags: tuple[str, ...]
    known: bool
    patient: Someone
    centre: House
    meets: tuple[Someone, ...]


class Foresight:
    """Tells the rows of one dry run; new patients are counted in the order in which the file shows them."""

    def __init__(self, report: ImportReport) -> None:
        self.report, self.plan = report, report.plan
        self.ranks: dict[int, int] = {}
        for record in self.plan.stored:
            person = self.plan.person_of(record)
            if record.fate == "kept" and person is not None and person.key is None:
                self.ranks.setdefault(id(person), len(self.ranks) + 1)
        self.at: dict[int, Record] = {}

    def records(self, fate: str = "") -> Sequence[Record]:
        """The rows of the file, those of one fate when asked for."""
        return [record for record in self.plan.records if not fate or self._fate(record) == fate]

    def rows(self, records: Iterable[Record]) -> Iterator[ForeseenRow]:
        """These rows, told."""
        self.at = self.at or {record.source_row: record for record in self.plan.records}
        for record in records:
            known = self.plan.known_rows.get(record.source_row)
            yield self._stored(record, known) if known is not None else self._new(record)

    def _fate(self, record: Record) -> str:
        known = self.plan.known_rows.get(record.source_row)
        return known.fate if known is not None else record.fate

    def _stored(self, record: Record, row: KnownRow) -> ForeseenRow:
        known = self.plan.known
        code = known.patient_codes.get(row.patient_id or "", "")
        house = House(known.centre_codes.get(row.centre_id or 0, ""))
        return _told(record, row.fate, row.reason, (), True, Someone(code), house, ())

    def _new(self, record: Record) -> ForeseenRow:
        source = self.plan.twins.get(record.source_row, record)
        person = self.plan.person_of(source)
        patient = self._someone(person) if person is not None else Someone()
        flags = tuple(record.flags)
        return _told(
            record,
            record.fate,
            record.reason,
            flags,
            False,
            patient,
            self._house(source),
            self._meets(record),
        )

    def _someone(self, person: Person) -> Someone:
        if person.why:
            return Someone()
        return Someone(self.plan.known.patient_codes.get(person.key or "", ""), self.ranks.get(id(person), 0))

    def _house(self, record: Record) -> House:
        resolution = self.plan.places.get(record.place)
        if resolution is None:
            return House()
        if resolution.entry is None:
            return House(candidates=tuple(self._centre(one) for one in resolution.candidates))
        return House(self.report.centre_code(resolution.entry), shown_name(resolution.entry))

    def _centre(self, entry: Entry) -> str:
        return f"{self.report.centre_code(entry)} {shown_name(entry)}".strip()

    def _meets(self, record: Record) -> tuple[Someone, ...]:
        plan, person = self.plan, self.plan.person_of(record)
        if record.source_row in plan.twins:
            return (self._row(plan.twins[record.source_row]),)
        if record.source_row in plan.changed:
            return (
                Someone(plan.known.patient_codes.get(plan.changed[record.source_row].patient_id or "", "")),
            )
        if person is None:
            return ()
        if record.fate == "review" and record.reason.startswith("patient_"):
            return tuple(self._first_of(one) for one in person.proposals)
        if record.reason in ("a", "b", "c", "d"):
            return (self._first_of(person, record),)
        return ()

    def _first_of(self, person: Person, but: Record | None = None) -> Someone:
        """Somebody with the first of their rows in this file other than `but`."""
        found, someone = (self.at.get(member.ref) for member in person.members), self._someone(person)
        row = next((one for one in found if one is not None and one is not but), None)
        return someone if row is None else Someone(someone.code, someone.rank, row.sheet, row.sheet_row)

    def _row(self, record: Record) -> Someone:
        return Someone(sheet=record.sheet, sheet_row=record.sheet_row)


def _told(
    record: Record,
    fate: str,
    reason: str,
    flags: tuple[str, ...],
    known: bool,
    patient: Someone,
    centre: House,
    meets: tuple[Someone, ...],
) -> ForeseenRow:
    return ForeseenRow(
        record.sheet, record.sheet_row, record.number, fate, reason, flags, known, patient, centre, meets
    )
