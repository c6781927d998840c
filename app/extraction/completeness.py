"""How complete the answers are: by variable, by centre, and one by the other; what is missing is told by its reason."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from app.cohort.models import Study
from app.extraction.feeding import Reading
from app.extraction.reading import Filters
from app.extraction.records import Record
from app.extraction.states import STATE_OF
from app.kernel.vault import Vault

MISSING = ("not_answered", "unknown", "not_done")


@dataclass
class Share:
    """Of one variable or one centre: how many answers were to be had, and what stands there.

    What does not apply and what was not asked are counted apart: neither could have been answered.
    """

    counts: Counter[str] = field(default_factory=Counter)

    @property
    def wanted(self) -> int:
        """Answered, left empty, unknown or not done."""
        return self.answered + sum(self.counts[state] for state in MISSING)

    @property
    def answered(self) -> int:
        """With a value."""
        return self.counts["answered"]

    @property
    def known(self) -> float | None:
        """Answered over wanted; None when nothing was."""
        return self.answered / self.wanted if self.wanted else None


@dataclass(frozen=True)
class VariableShare:
    """One variable (``v_surf@m12`` at its visit) with its labels."""

    name: str
    visit: str | None
    fr: str
    en: str
    level: str
    share: Share


@dataclass(frozen=True)
class Completeness:
    """Completeness of a study's handed-in questionnaires."""

    responses: int
    variables: list[VariableShare]
    centres: dict[str, Share]
    cells: dict[tuple[str, str], Share]

    @property
    def whole(self) -> Share:
        """All centres together."""
        return Share(sum((one.counts for one in self.centres.values()), Counter()))


def completeness(session: Session, vault: Vault, study: Study, *, submitted_only: bool = True) -> Completeness:
    """Read every response once and count. ``cells`` is by (centre code, variable with its visit)."""
    reading = Reading(session, vault, study, Filters(submitted_only))
    cells: dict[tuple[str, str], Share] = defaultdict(Share)
    responses = 0
    for row, record in reading.records():
        if record is not None:
            responses += 1
            _count(cells, reading.centres[row.centre_id], record)
    return Completeness(responses, _variables(reading, cells), _centres(cells), dict(cells))


def _count(cells: dict[tuple[str, str], Share], centre: str, record: Record) -> None:
    for address in record.values:
        if address not in record.packed["d"]:
            cells[centre, address.partition("#")[0]].counts["answered"] += 1
    for address, letter in zip(record.packed["o"], record.packed["l"], strict=True):
        cells[centre, address.partition("#")[0]].counts[STATE_OF[letter]] += 1


def _centres(cells: dict[tuple[str, str], Share]) -> dict[str, Share]:
    centres: dict[str, Share] = defaultdict(Share)
    for (centre, _), share in cells.items():
        centres[centre].counts += share.counts
    return dict(sorted(centres.items()))


def _variables(reading: Reading, cells: dict[tuple[str, str], Share]) -> list[VariableShare]:
    union = reading.layout.union
    shares: dict[str, Share] = defaultdict(Share)
    for (_, address), share in cells.items():
        shares[address].counts += share.counts
    found = []
    for question in union.questions.values():
        for visit in question.visits or (None,):
            key = f"{question.name}@{visit}" if visit else question.name
            asked = shares[key].wanted or shares[key].counts["not_applicable"]
            if asked and not question.identity:
                level = union.level(question, visit)
                label = question.label
                found.append(VariableShare(question.name, visit, label.fr, label.en, level, shares[key]))
    return found
