"""The sheet ``etats``: one row for everything that is not plainly answered; a section hidden as a whole is one row."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from app.extraction.dispositions import DISPOSITION_CHOICES
from app.extraction.records import Record
from exports.tables import Choice, Column, Row
from forms.definition import Questionnaire

STATES = (
    Choice("not_asked", "non demandé (condition fausse, ou patient écarté avec un motif)",
           "not asked (condition false, or patient set apart with a reason)"),
    Choice("not_answered", "sans réponse", "not answered"),
    Choice("unknown", "inconnu (NSP)", "unknown (NSP)"),
    Choice("not_done", "non fait (NF)", "not done (NF)"),
    Choice("not_applicable", "sans objet (SO)", "not applicable (SO)"),
    Choice("estimated", "valeur estimée ou imputée", "estimated or imputed value"),
    Choice("corrected", "corrigé après la remise", "corrected after submission"),
    Choice("telephone", "dit au téléphone par le centre, saisi par le promoteur",
           "said on the telephone by the centre, typed by the sponsor"),
    Choice("commented", "répondu avec un commentaire", "answered with a comment"),
    Choice("list_disputed", "valeur de la liste ; le centre en propose une autre, à décider",
           "value of the list; the centre proposes another one, to be decided"),
    Choice("list_corrected", "valeur du centre, acceptée à la place de celle de la liste",
           "value of the centre, accepted in place of the list's"),
    Choice("list_kept", "valeur de la liste ; celle du centre a été refusée",
           "value of the list; the centre's was refused"),
)
LISTED = {"proposed": "list_disputed", "accepted": "list_corrected", "refused": "list_kept"}
REMEMBERED = 20_000
COMMENT = "commentaire"
STATE_OF = {"x": "not_asked", "n": "not_answered", "u": "unknown", "f": "not_done", "a": "not_applicable"}
STATE_KEY = ("patient_id", "section", "visit", "repeat_no", "variable", "etat")
COMPUTED = "derivees"
"""Where the section of a question stands, what computed values have instead."""


def columns(sections: Sequence[Choice], visits: Sequence[Choice], comment_parts: int) -> tuple[Column, ...]:
    """The columns of ``etats``; a long comment goes on in further cells like any text."""
    computed = Choice(COMPUTED, "valeur calculée, hors des sections", "computed value, outside the sections")
    return (
        Column("centre_id", "text", "Centre", "Centre"),
        Column("patient_id", "text", "Patient", "Patient"),
        Column("section", "code", "Section du questionnaire", "Section of the questionnaire", choices=(*sections, computed)),
        Column("visit", "code" if visits else "text", "Visite", "Visit", choices=tuple(visits)),
        Column("repeat_no", "integer", "Rang de la ligne", "Rank of the line"),
        Column("variable", "text", "Variable ; vide : toute la section", "Variable; blank: the whole section"),
        Column("etat", "code", "État", "State", choices=STATES),
        Column("disposition", "code", "Pourquoi il n’y aura pas de réponse", "Why there will be no answer",
               choices=DISPOSITION_CHOICES),
        Column(COMMENT, "text", "Commentaire du centre", "Comment of the centre", parts=comment_parts),
    )


class Place(NamedTuple):
    """An address taken apart; ``group`` names the lines it is one of."""

    section: str
    visit: str | None
    name: str
    line: int | None
    group: str


class StatePlan:
    """Makes the ``etats`` rows of a response; addresses are taken apart once."""

    def __init__(self, union: Questionnaire) -> None:
        self._questions = union.questions
        self._flags = _estimate_flags(union)
        self._places: dict[str, Place] = {}
        self._tails: dict[tuple[str, str], tuple[object, ...]] = {}
        self._sections = [section.code for section in union.sections]

    def place(self, address: str) -> Place:
        """The parts of an address, remembered."""
        found = self._places.get(address)
        if found is None:
            found = self._taken_apart(address)
            if len(self._places) < REMEMBERED:
                self._places[address] = found
        return found

    def _taken_apart(self, address: str) -> Place:
        plain, _, line = address.partition("#")
        name, _, visit = plain.partition("@")
        question = self._questions.get(name)
        repeat = question.repeat if question else None
        group = (f"{repeat}@{visit}" if visit else repeat) if repeat else ""
        return Place(question.section if question else COMPUTED, visit or None, name, int(line) if line else None, group)

    def rows(
        self, centre: str, code: str, record: Record, submitted_revision: int | None, absent: Sequence[Place]
    ) -> list[Row]:
        """The rows of one response: hidden sections, states in the order of the questionnaire, what is ``absent``, marks."""
        comments, corrected = _marks(record, submitted_revision)
        packed, head, known = record.packed, (centre, code), self._tails
        made: list[Row] = [head + self._hidden(place) for place in packed["h"]]
        pairs = zip(packed["o"], packed["l"], strict=True)
        if comments:
            for pair in pairs:
                tail, comment = known.get(pair) or self._tail(pair, record), comments.pop(pair[0], None)
                made.append(head + tail if comment is None else (*head, *tail[:-1], comment))
        else:
            made += [head + (known.get(pair) or self._tail(pair, record)) for pair in pairs]
        made += [head + tail for tail in _absent(record, absent)]
        made += self._marked(centre, code, record, comments, corrected)
        return made

    @staticmethod
    def set_apart(rows: Sequence[Row], disposition: str) -> list[Row]:
        """The rows of a draft that nobody will finish: what was not answered is not asked any more, and why."""
        return [(*row[:6], "not_asked" if row[6] == "not_answered" else row[6], disposition, *row[8:]) for row in rows]

    @staticmethod
    def _hidden(place: str) -> tuple[object, ...]:
        section, _, visit = place.partition("@")
        return (section, visit or None, None, None, "not_asked", None, None)

    def _tail(self, pair: tuple[str, str], record: Record) -> tuple[object, ...]:
        # All but the rank of a line hangs on address and state alone, and a study has a few hundred of those.
        section, visit, name, line, group = self.place(pair[0])
        rank = _rank(record, group, line) if line else None
        tail = (section, visit, rank, name, STATE_OF[pair[1]], None, None)
        if not line:
            self._tails[pair] = tail
        return tail

    def _marked(
        self, centre: str, code: str, record: Record, comments: Mapping[str, str], corrected: Sequence[str]
    ) -> Iterator[Row]:
        estimated = [target + suffix for flag, target in self._flags for suffix in _raised(record, flag)]
        marked = (("corrected", corrected), ("telephone", heard(record)), ("commented", comments), ("estimated", estimated))
        for state, addresses in marked:
            for address in addresses:
                section, visit, name, line, group = self.place(address)
                rank = _rank(record, group, line) if line else None
                yield (centre, code, section, visit, rank, name, state, None, comments.get(address))
        for name, cell in record.cells.items():
            if cell.get("p") in LISTED:
                place = self.place(name)
                yield (centre, code, place.section, None, None, name, LISTED[cell["p"]], None, None)

    def untouched(self, centre: str, code: str, disposition: str | None) -> Iterator[Row]:
        """A patient without any answer: one row a section; with a disposition nothing is asked."""
        state = "not_asked" if disposition else "not_answered"
        for section in self._sections:
            yield (centre, code, section, None, None, None, state, disposition, None)


def absent_from(version: Questionnaire, union: Questionnaire) -> tuple[Place, ...]:
    """The places of the sheets that this version never asks: a visit without the question, a question of another version."""
    sections = {section.code: section for section in union.sections}
    found = []
    for question in union.questions.values():
        own = version.questions.get(question.name)
        section = sections.get(question.section)
        visits = section.visits if section is not None and question.scope != "patient" else ()
        for visit in visits or (None,):
            asked = own is not None and (visit is None or visit in own.visits or question.scope == "line")
            if not question.identity and not asked:
                repeat = question.repeat or ""
                group = (f"{repeat}@{visit}" if visit else repeat) if question.scope == "line" else ""
                found.append(Place(question.section, visit, question.name, None, group))
    return tuple(found)


def _absent(record: Record, places: Sequence[Place]) -> Iterator[tuple[object, ...]]:
    hidden = record.packed["h"]
    for section, visit, name, _, group in places:
        if (f"{section}@{visit}" if visit else section) in hidden:
            continue
        ranks = range(1, len(record.lines.get(group, ())) + 1) if group else (None,)
        for rank in ranks:
            yield (section, visit, rank, name, "not_asked", None, None)


def _rank(record: Record, group: str, line: int) -> int | None:
    lines = record.lines.get(group, ())
    return lines.index(line) + 1 if line in lines else None


def _marks(record: Record, submitted_revision: int | None) -> tuple[dict[str, str], list[str]]:
    """Comments by address, and the addresses that changed after the first submission."""
    comments: dict[str, str] = {}
    corrected: list[str] = []
    last = submitted_revision if submitted_revision is not None else 1 << 62
    for address, cell in record.cells.items():
        if "c" in cell:
            comments[address] = cell["c"]
        if cell.get("r", 0) > last and "p" not in cell:
            corrected.append(address)
    return comments, corrected


def heard(record: Record) -> list[str]:
    """The answers in force that somebody said on the telephone."""
    cells = record.cells
    return [name for name, cell in cells.items() if "h" in cell and (name in record.values or name in record.missing)]


def _raised(record: Record, flag: str) -> list[str]:
    derived = record.packed["d"]
    if flag in derived:
        return [""] if derived[flag] == 1 else []
    return [address[len(flag) :] for address in derived if address.startswith(flag + "@") and derived[address] == 1]


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
