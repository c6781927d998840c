"""The first reading: where missing reasons stand, how long texts are, how many there are, and the digest of it all."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from app.extraction.planning import Learned
from app.extraction.reading import OPPOSED, PatientRow
from app.extraction.states import COMMENT
from exports.limits import TEXT, parts_needed


@dataclass
class Census:
    """Everything the first reading brings back; its memory does not grow with the patients."""

    learned: Learned = field(default_factory=Learned)
    patients: int = 0
    responses: int = 0
    simulated: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    dispositions: Counter[str] = field(default_factory=Counter)
    set_apart: Counter[str] = field(default_factory=Counter)
    """Patients with a disposition, by the status of their questionnaire."""
    versions: set[int] = field(default_factory=set)
    _digest: Any = field(default_factory=hashlib.sha256)

    @property
    def sha256(self) -> str:
        """Fingerprint of what was read, in its order: the same data, the same digest."""
        return str(self._digest.hexdigest())

    def take(self, row: PatientRow) -> None:
        """Count one patient and read their answers' shape."""
        self.patients += 1
        self.statuses[row.status or "not_started"] += 1
        if row.disposition is not None:
            self.dispositions[row.disposition] += 1
            self.set_apart[row.status or "not_started"] += 1
        opposed = row.disposition == OPPOSED
        listed = (row.submitted_at, row.disposed_at, row.first_grant_on, row.last_grant_on, row.incident, row.sex)
        told = () if opposed else tuple(call for call in (row.call_id, row.disposed_in) if call)
        head = (row.code, row.centre_id, row.status, row.disposition, *(() if opposed else listed), *told)
        self._digest.update("".join(f"{part}|" for part in head).encode())
        if row.document is None or row.version_id is None or opposed:
            return
        self.responses += 1
        self.simulated += bool(row.simulated)
        self.versions.add(row.version_id)
        stored = row.document.encode()
        self._digest.update(stored)
        self._shape(stored, row)

    def add(self, rows: Iterable[Sequence[object]]) -> None:
        """Let other rows (of the list, of the centres) count in the digest."""
        for row in rows:
            self._digest.update(repr(row).encode())

    def _shape(self, stored: bytes, row: PatientRow) -> None:
        # A document without `"m":` has no reason, and one under half a cell's limit no text that needs two.
        if b'"m":' in stored or len(stored) * 2 > TEXT:
            cells = orjson.loads(stored)["answers"]
            self._reasons(address for address, cell in cells.items() if "m" in cell)
            if len(stored) * 2 > TEXT:
                self._texts(cells)
        if row.evaluated is not None and '"m":{"' in row.evaluated:
            self._reasons(orjson.loads(row.evaluated)["m"])

    def _reasons(self, addresses: Iterable[str]) -> None:
        missing = self.learned.missing
        for address in addresses:
            if address not in missing:
                missing.update(slots_of(address))

    def _texts(self, cells: Mapping[str, Mapping[str, Any]]) -> None:
        for address, cell in cells.items():
            value = cell.get("v")
            if isinstance(value, str):
                for slot in slots_of(address):
                    self._text(slot, value)
            self._text(COMMENT, cell.get("c", ""))

    def _text(self, slot: str, text: str) -> None:
        parts = parts_needed(text)
        if parts > 1:
            self.learned.parts[slot] = max(self.learned.parts.get(slot, 1), parts)


def slots_of(address: str) -> tuple[str, ...]:
    """The slots an address may fill: ``v_surf@m12`` fills that wide column and ``v_surf`` on the sheet of visits."""
    plain = address.partition("#")[0]
    name = plain.partition("@")[0]
    return (plain, name) if plain != name else (name,)
