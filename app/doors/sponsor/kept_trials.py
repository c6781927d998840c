"""The dry run of a held list, kept sealed beside it: turning its pages neither opens the file nor plans it again.

It holds as long as the study knows what it knew; an import plans anew in any case, and is compared with the figures.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.held_files import held_beside
from app.accounts.models import HeldFile
from app.cohort.foreseeing import ForeseenRow, Foresight, Someone
from app.cohort.foreseeing import House as Place
from app.cohort.models import Centre, CentreAlias, Decision, ListImport, ListMapping, Patient, Study
from app.cohort.report import ImportReport
from app.collection.models import QuestionnaireVersion
from app.doors.sponsor.trying_out import House, Touched, houses_of, touched_patients
from app.kernel.installation import Installation
from app.kernel.vault import SealBroken, Vault

TABLE, CHUNK, LENGTH = "held_trial", 100, 4


@dataclass
class Trial:
    """One dry run: its figures, what it changes, the fate of every row; the rows themselves are opened by hundreds."""

    figures: str
    counts: dict[str, int]
    headers: dict[str, Any]
    difference: dict[str, Any]
    touched: list[Touched]
    houses: list[House]
    fates: list[str]
    known: list[bool]
    open_rows: Callable[[int], list[ForeseenRow]]

    @property
    def later(self) -> bool:
        """Whether some of its rows are known already."""
        return any(self.known)

    def chosen(self, fate: str, *, only_new: bool) -> list[int]:
        """The places of the rows of one fate, or of those not known yet, when asked for."""
        pairs = enumerate(zip(self.fates, self.known, strict=True))
        return [at for at, (own, known) in pairs if (not fate or own == fate) and not (only_new and known)]

    def rows(self, places: Sequence[int]) -> list[ForeseenRow]:
        """The rows at these places."""
        opened = {number: self.open_rows(number) for number in {place // CHUNK for place in places}}
        return [opened[place // CHUNK][place % CHUNK] for place in places]


def trial_of(
    session: Session,
    installation: Installation,
    study: Study,
    held: HeldFile,
    language: str,
    check: Callable[[], ImportReport],
) -> Trial:
    """The kept dry run of this file, or a new one by `check`, which may raise."""
    path = held_beside(installation.settings.home, held, language)
    kept = _Kept(path, installation.vault, held.id, _known_by(session, study))
    return kept.trial() or kept.keep(session, study, check())


def _known_by(session: Session, study: Study) -> str:
    """What a plan depends on, in a few numbers: anything that a person or an import adds or takes back moves one."""
    own = (
        select(func.max(ListImport.id)).where(ListImport.study_id == study.id),
        select(func.count()).select_from(Decision).where(Decision.study_id == study.id),
        select(func.max(Decision.undone_at)).where(Decision.study_id == study.id),
        select(func.max(Centre.id)).where(Centre.study_id == study.id),
        select(func.max(CentreAlias.id)).where(CentreAlias.study_id == study.id),
        select(func.count()).select_from(Patient).where(Patient.study_id == study.id),
        select(func.max(ListMapping.saved_at)).where(ListMapping.study_id == study.id),
    )
    rules = select(QuestionnaireVersion.list_rules).where(QuestionnaireVersion.study_id == study.id)
    newest = session.scalar(rules.order_by(QuestionnaireVersion.number.desc()).limit(1)) or ""
    return ".".join([*(str(session.scalar(query)) for query in own), sha256(newest.encode()).hexdigest()])


class _Kept:
    """One file of sealed pieces, each after its length: the head, then the rows by hundreds."""

    def __init__(self, path: Path, vault: Vault, held_id: str, known_by: str) -> None:
        self.path, self.vault, self.held_id, self.known_by = path, vault, held_id, known_by

    def trial(self) -> Trial | None:
        """What is kept; None when nothing is, or of another state of the study."""
        if not self.path.is_file():
            return None
        pieces = _pieces(self.path.read_bytes())
        try:
            head = orjson.loads(self._open(pieces, 0))
        except SealBroken:
            return None
        head["touched"] = [Touched(**one) for one in head["touched"]]
        head["houses"] = [House(**one) for one in head["houses"]]
        return Trial(**head, open_rows=lambda number: _rows(self._open(pieces, number + 1)))

    def keep(self, session: Session, study: Study, report: ImportReport) -> Trial:
        """Writes a new dry run down, wholly or not at all."""
        foresight = Foresight(report)
        rows = list(foresight.rows(foresight.records()))
        trial = Trial(
            figures=report.figures(),
            counts=report.counts(),
            headers=dict(vars(report.headers())),
            difference=dict(vars(report.difference)),
            touched=touched_patients(session, self.vault, report.plan),
            houses=houses_of(session, study, report.plan),
            fates=[row.fate for row in rows],
            known=[row.known for row in rows],
            open_rows=lambda number: rows[number * CHUNK : (number + 1) * CHUNK],
        )
        head = {name: value for name, value in vars(trial).items() if name != "open_rows"}
        parts = [head, *(rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK))]
        sealed = [self._seal(number, part) for number, part in enumerate(parts)]
        unfinished = self.path.with_name(f"{self.path.name}.part")
        unfinished.touch(mode=0o600)
        unfinished.write_bytes(b"".join(len(one).to_bytes(LENGTH) + one for one in sealed))
        unfinished.replace(self.path)
        return trial

    def _seal(self, number: int, part: Any) -> bytes:
        text = orjson.dumps(part, option=orjson.OPT_NON_STR_KEYS).decode()
        return self.vault.seal(TABLE, f"{self.held_id}/{self.known_by}", str(number), text)

    def _open(self, pieces: list[bytes], number: int) -> str:
        return self.vault.open(TABLE, f"{self.held_id}/{self.known_by}", str(number), pieces[number])


def _pieces(data: bytes) -> list[bytes]:
    found, at = [], 0
    while at < len(data):
        end = at + LENGTH + int.from_bytes(data[at : at + LENGTH])
        found.append(data[at + LENGTH : end])
        at = end
    return found


def _rows(text: str) -> list[ForeseenRow]:
    return [_row(one) for one in orjson.loads(text)]


def _row(one: dict[str, Any]) -> ForeseenRow:
    centre = one["centre"]
    return ForeseenRow(
        **{
            **one,
            "flags": tuple(one["flags"]),
            "patient": Someone(**one["patient"]),
            "centre": Place(centre["code"], centre["name"], tuple(centre["candidates"])),
            "meets": tuple(Someone(**met) for met in one["meets"]),
        }
    )
