"""The sheet ``etats``: one row for everything that is not plainly answered; a section hidden as a whole is one row."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.extraction.records import Record
from exports.tables import Choice, Column, Row
from forms.definition import Questionnaire

STATES = (
    Choice("not_asked", "non demandé (condition fausse)", "not asked (condition false)"),
    Choice("not_answered", "sans réponse", "not answered"),
    Choice("unknown", "inconnu (NSP)", "unknown (NSP)"),
    Choice("not_done", "non fait (NF)", "not done (NF)"),
    Choice("not_applicable", "sans objet (SO)", "not applicable (SO)"),
    Choice("estimated", "valeur estimée ou imputée", "estimated or imputed value"),
    Choice("corrected", "corrigé après la remise", "corrected after submission"),
    Choice("commented", "répondu avec un commentaire", "answered with a comment"),
)
GROUPS = (("x", "not_asked"), ("n", "not_answered"), ("u", "unknown"), ("f", "not_done"), ("a", "not_applicable"))
COLUMNS = (
    Column("centre_id", "text", "Centre", "Centre"),
    Column("patient_id", "text", "Patient", "Patient"),
    Column("section", "text", "Section du questionnaire", "Section of the questionnaire"),
    Column("visit", "text", "Visite", "Visit"),
    Column("repeat_no", "integer", "Rang de la ligne", "Rank of the line"),
    Column("variable", "text", "Variable ; vide : toute la section", "Variable; blank: the whole section"),
    Column("etat", "code", "État", "State", choices=STATES),
    Column("commentaire", "text", "Commentaire du centre", "Comment of the centre"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """An address taken apart, and its place in the questionnaire."""

    order: int
    section: str
    visit: str | None
    line: int | None
    name: str
    group: str


class StatePlan:
    """Makes the ``etats`` rows of a response; addresses are taken apart once."""

    def __init__(self, union: Questionnaire) -> None:
        self._sections = {name: question.section for name, question in union.questions.items()}
        self._repeats = {name: question.repeat for name, question in union.questions.items() if question.repeat}
        self._order = {name: place for place, name in enumerate([*union.questions, *union.derived])}
        self._section_order = {section.code: place for place, section in enumerate(union.sections)}
        self._flags = _estimate_flags(union)
        self._places: dict[str, Place] = {}
        self.sections = [section.code for section in union.sections]

    def place(self, address: str) -> Place:
        """The parts of an address, remembered."""
        found = self._places.get(address)
        if found is None:
            plain, _, line = address.partition("#")
            name, _, visit = plain.partition("@")
            repeat = self._repeats.get(name)
            group = (f"{repeat}@{visit}" if visit else repeat) if repeat else ""
            section = self._sections.get(name, "")
            order = self._section_order.get(section, len(self._section_order)) * 100_000 + self._order.get(name, 0)
            found = Place(order, section, visit or None, int(line) if line else None, name, group)
            if len(self._places) < 50_000:
                self._places[address] = found
        return found

    def rows(self, centre: str, code: str, record: Record, submitted_revision: int | None) -> Iterator[Row]:
        """The rows of one response, in the order of the questionnaire, then of visits and lines."""
        found = [(self.place(address), state, record.cells.get(address, _NOTHING).get("c"))
                 for group, state in GROUPS for address in record.packed.get(group, ())]
        found += self._corrected_or_commented(record, submitted_revision)
        found += [(self.place(target + suffix), "estimated", None)
                  for flag, target in self._flags for suffix in self._raised(record, flag)]
        for place in record.packed["h"]:
            section, _, visit = place.partition("@")
            yield (centre, code, section, visit or None, None, None, "not_asked", None)
        found.sort(key=_sorting)
        for at, state, comment in found:
            rank = record.lines.get(at.group, []).index(at.line) + 1 if at.line else None
            yield (centre, code, at.section or None, at.visit, rank, at.name, state, comment)

    def _corrected_or_commented(
        self, record: Record, submitted_revision: int | None
    ) -> list[tuple[Place, str, str | None]]:
        found: list[tuple[Place, str, str | None]] = []
        for address, cell in record.cells.items():
            if submitted_revision is not None and cell.get("r", 0) > submitted_revision:
                found.append((self.place(address), "corrected", cell.get("c")))
            elif "c" in cell and "v" in cell:
                found.append((self.place(address), "commented", cell["c"]))
        return found

    @staticmethod
    def _raised(record: Record, flag: str) -> list[str]:
        derived = record.packed["d"]
        if flag in derived:
            return [""] if derived[flag] == 1 else []
        return [address[len(flag):] for address, value in derived.items()
                if value == 1 and address.startswith(flag + "@")]

    def untouched(self, centre: str, code: str) -> Iterator[Row]:
        """A patient without any answer: one row a section."""
        for section in self.sections:
            yield (centre, code, section, None, None, None, "not_answered", None)


_NOTHING: Mapping[str, Any] = {}


def _sorting(found: tuple[Place, str, str | None]) -> tuple[int, str, int, str]:
    place = found[0]
    return place.order, place.visit or "", place.line or 0, found[1]


def _estimate_flags(union: Questionnaire) -> list[tuple[str, str]]:
    # `death_imput_fl` speaks of `death_imput`, `sts_cum_est` of `sts_cum_g`: the flag names the value it stands beside.
    flags = []
    for name, derived in union.derived.items():
        if derived.type != "yes_no" or not name.endswith(("_est", "_fl")):
            continue
        stem = name.rpartition("_")[0]
        others = [other for other in union.derived if other != name and other.startswith(stem)]
        flags.append((name, stem if stem in union.derived else others[0] if others else name))
    return flags
