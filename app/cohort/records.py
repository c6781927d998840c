"""One row of a list as it was read: raw cells, the values found in them, and what is made of it step by step."""

from dataclasses import dataclass, field
from datetime import date

from app.cohort.dates import Birth
from app.cohort.headers import Columns
from app.cohort.initials import NOTHING, Initials
from app.cohort.names import Place
from app.cohort.reading import Cells

NO_BIRTH = Birth()
NOWHERE = Place("")


@dataclass(slots=True, eq=False)
class Record:
    """A data row. `fate` and `reason` are filled in the order of `fating`; empty means still undecided.

    `source_row` counts data rows over the whole file, `sheet_row` is the number beside the row in its sheet.
    """

    sheet: str
    source_row: int
    sheet_row: int
    cells: Cells
    columns: Columns
    fingerprint: str = ""
    number: str = ""
    number_index: str | None = None
    kind: str = ""
    request_type: str | None = None
    request_type_inferred: bool = False
    status: str | None = None
    granted_on: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    duration_days: int | None = None
    product: str | None = None
    strength: str | None = None
    indication: str = ""
    in_window: bool | None = None
    initials: Initials = NOTHING
    birth: Birth = NO_BIRTH
    sex: int | None = None
    place: Place = NOWHERE
    flags: list[str] = field(default_factory=list)
    fate: str = ""
    reason: str = ""

    def raw(self) -> dict[str, str]:
        """Every raw cell, unchanged, under its field or under `other:<header>`."""
        cells = self.cells
        return {name: cells[index] for name, index in self.columns.kept if cells[index]}
