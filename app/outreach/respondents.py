"""Importing respondents from a small table: every faulty cell is named, and nothing is kept unless all are good."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cohort.centres import ensure_place, place_of
from app.cohort.known import load_book
from app.cohort.models import Centre, Study
from app.cohort.names import Place, spelling_key
from app.cohort.resolving import Entry
from app.kernel.actor import Actor
from app.kernel.installation import Installation
from app.kernel.language import Language
from app.outreach.addresses import checked, mailbox_of
from app.outreach.amending import amend
from app.outreach.errors import ColumnsMissing, NotAMailbox, RespondentsRefused
from app.outreach.models import Respondent
from app.outreach.people import Person, add_respondent, person_of
from app.outreach.sheets import Row, read_rows
from forms.canonical import NotCanonical, canonical

SYNONYMS = {
    "centre": ("centre", "center", "etablissement", "hopital", "site", "hospital"),
    "finess": ("finess", "nofiness", "numerofiness"),
    "ville": ("ville", "city", "commune"),
    "code_postal": ("codepostal", "cp", "postcode"),
    "courriel": ("courriel", "email", "mail", "adressemail", "adresseemail", "mel"),
    "nom": ("nom", "name", "correspondant", "respondent"),
    "fonction": ("fonction", "function", "role"),
    "telephone": ("telephone", "tel", "phone"),
    "langue": ("langue", "language", "lang"),
}
WANTED = ("centre", "courriel")
LANGUAGES = {
    "": "",
    "fr": "fr",
    "francais": "fr",
    "french": "fr",
    "en": "en",
    "anglais": "en",
    "english": "en",
}
NOBODY = Person(name="", email="", telephone="", function="", language="fr")
LONGEST = 200
MOST_SHOWN = 30
DOUBTFUL = (
    "ce nom ressemble à un centre connu sans le désigner sûrement : recopiez le nom de la liste, ou le FINESS",
    "this name resembles a known centre without safely being it: copy the list's name, or its FINESS",
)
TELEPHONE = re.compile(r"[+0-9][0-9 ().,/+-]{4,29}")


@dataclass(frozen=True)
class Fault:
    """One cell to mend: where it is, what it holds, what to do."""

    place: str
    column: str
    value: str
    fr: str
    en: str

    def message(self, language: Language) -> str:
        """The sentence that a person reads."""
        return f"{self.place} ({self.column}): {self.fr if language == 'fr' else self.en}"


@dataclass
class Report:
    """What an import did, or (in a check) would do; `homes` are the known centres that the file names people of."""

    read: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    new_centres: int = 0
    homes: frozenset[int] = frozenset()
    faults: list[Fault] = field(default_factory=list)

    def as_json(self) -> dict[str, int]:
        """The same as `counts`, by the name that every report of a command has."""
        return self.counts()

    def counts(self) -> dict[str, int]:
        """The figures for `--json`."""
        return {
            "read": self.read,
            "new": self.new,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "new_centres": self.new_centres,
            "faults": len(self.faults),
        }


@dataclass(frozen=True)
class Line:
    """One good row of the table: where its centre is named, the centre as typed, the person; "" is not said."""

    where: str
    place: Place
    person: Person


def check_respondents(session: Session, installation: Installation, study: Study, path: Path) -> Report:
    """What importing this file would do, and every cell to mend; nothing is written. Raises NotATable, ColumnsMissing."""
    lines, report = _read(path)
    homes = _homes(session, study, lines, report.faults)
    for line, home in zip(lines, homes, strict=True):
        known = _known(session, installation, home, line) if home else None
        _count(report, known is not None, _changed(installation, known, line) is not None)
    report.homes = frozenset(home for home in homes if home is not None)
    report.new_centres = len({line.place for line, home in zip(lines, homes, strict=True) if home is None})
    return report


def import_respondents(
    session: Session, installation: Installation, study: Study, path: Path, *, actor: Actor, now: datetime
) -> Report:
    """The respondents of a csv or xlsx table, added or brought up to date; the same file twice adds nothing.

    Columns: centre, finess, ville, code_postal, courriel, nom, fonction, telephone, langue, in any order,
    by their usual synonyms; centre and courriel are needed. An absent column or a blank cell says nothing: what is
    known stays. A centre is found as lists find theirs, and made
    where nobody knows it. A stopped respondent stays stopped. Raises NotATable, ColumnsMissing, and
    RespondentsRefused (its `faults` names every cell to mend) before anything is written.
    """
    lines, report = _read(path)
    _homes(session, study, lines, report.faults)
    if report.faults:
        raise _refusal(report.faults)
    book, _ = load_book(session, study)
    centres = len(book.entries)
    for line in lines:
        centre = ensure_place(session, study, book, line.place, actor=actor, now=now)
        _import_line(session, installation, study, centre, line, report, actor, now)
    report.new_centres = len(book.entries) - centres
    return report


def _import_line(
    session: Session,
    installation: Installation,
    study: Study,
    centre: Centre,
    line: Line,
    report: Report,
    actor: Actor,
    now: datetime,
) -> None:
    known = _known(session, installation, centre.id, line)
    changed = _changed(installation, known, line)
    _count(report, known is not None, changed is not None)
    if known is None:
        person = _completed(line.person, NOBODY)
        add_respondent(session, installation, study, centre, person, source="import", actor=actor, now=now)
    elif changed is not None:
        amend(session, installation, study, known, changed, actor=actor, now=now)


def _homes(session: Session, study: Study, lines: list[Line], faults: list[Fault]) -> list[int | None]:
    """The centre's id of each line, None for one that the import would make; doubtful ones become faults."""
    book, _ = load_book(session, study)
    homes: list[int | None] = []
    for line in lines:
        found = book.resolve_given(line.place)
        if found.entry is None and found.how != "new":
            faults.append(Fault(line.where, "centre", line.place.name, *DOUBTFUL))
        if found.entry is None:
            # Learnt in this copy of the book only, so that the next line of the same centre finds it.
            book.learn(book.add(Entry()), line.place, "given")
            homes.append(None)
        else:
            homes.append(found.entry.centre_id or None)
    return homes


def _refusal(faults: list[Fault]) -> RespondentsRefused:
    shown = faults[:MOST_SHOWN]
    refusal = RespondentsRefused(
        count=len(faults),
        lines_fr="\n".join(fault.message("fr") for fault in shown),
        lines_en="\n".join(fault.message("en") for fault in shown),
    )
    refusal.faults = faults
    return refusal


def _known(session: Session, installation: Installation, centre_id: int, line: Line) -> Respondent | None:
    mailbox = mailbox_of(installation.vault, line.person.email)
    query = select(Respondent).where(Respondent.centre_id == centre_id, Respondent.mailbox == mailbox)
    return session.scalar(query)


def _changed(installation: Installation, known: Respondent | None, line: Line) -> Person | None:
    """The person as the row would leave them; None where it says nothing new of somebody known."""
    if known is None:
        return None
    before = person_of(installation.vault, known)
    after = _completed(line.person, before)
    return after if after != before else None


def _completed(said: Person, before: Person) -> Person:
    return Person(
        name=said.name or before.name,
        email=said.email,
        telephone=said.telephone or before.telephone,
        function=said.function or before.function,
        language=said.language or before.language,
    )


def _count(report: Report, known: bool, changed: bool) -> None:
    if not known:
        report.new += 1
    elif changed:
        report.changed += 1
    else:
        report.unchanged += 1


def _read(path: Path) -> tuple[list[Line], Report]:
    rows = read_rows(path)
    report = Report()
    lines: list[Line] = []
    if not rows:
        raise ColumnsMissing(columns=", ".join(WANTED))
    columns: dict[str, int] = {}
    sheet: str | None = None
    seen: dict[tuple[str, str], str] = {}
    for row in rows:
        if row.sheet != sheet:
            sheet, columns = row.sheet, _columns(row)
            continue
        report.read += 1
        line = _line(row, columns, report.faults)
        if line is not None and _is_first(line, row, columns, seen, report.faults):
            lines.append(line)
    return lines, report


def _columns(row: Row) -> dict[str, int]:
    titles = [_plain(cell) for cell in row.cells]
    found = {
        name: next((titles.index(word) for word in words if word in titles), -1)
        for name, words in SYNONYMS.items()
    }
    missing = [name for name in WANTED if found[name] < 0]
    if missing:
        raise ColumnsMissing(columns=", ".join(missing))
    return found


def _line(row: Row, columns: dict[str, int], faults: list[Fault]) -> Line | None:
    """The row as a line, or None after adding its faults."""
    before = len(faults)
    cell = {name: row.cells[at] if 0 <= at < len(row.cells) else "" for name, at in columns.items()}
    faults += [
        Fault(row.place(columns[name]), name, cell[name], fr, en) for name, fr, en in _complaints(cell)
    ]
    if len(faults) > before:
        return None
    # One line each: a name goes into a header and a salutation.
    cell = {name: " ".join(canonical(value).split()) for name, value in cell.items()}
    person = Person(
        name=cell["nom"],
        email=checked(cell["courriel"]),
        telephone=cell["telephone"],
        function=cell["fonction"],
        language=LANGUAGES[_plain(cell["langue"])],
    )
    place = place_of(cell["centre"], finess=cell["finess"], city=cell["ville"], postcode=cell["code_postal"])
    return Line(row.place(columns["centre"]), place, person)


def _complaints(cell: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    for name, value in cell.items():
        try:
            canonical(value)
        except NotCanonical:
            yield name, "caractère de contrôle à retirer", "remove the control character"
        if len(value) > LONGEST:
            yield name, "200 caractères au plus", "at most 200 characters"
    if not cell["centre"]:
        yield "centre", "indiquez le centre", "name the centre"
    try:
        checked(cell["courriel"])
    except NotAMailbox as refusal:
        yield "courriel", refusal.message("fr"), refusal.message("en")
    if cell["telephone"] and not TELEPHONE.fullmatch(cell["telephone"]):
        yield "telephone", "un numéro de téléphone est attendu", "a telephone number is expected"
    if _plain(cell["langue"]) not in LANGUAGES:
        yield "langue", "fr ou en attendu", "fr or en is expected"


def _is_first(
    line: Line, row: Row, columns: dict[str, int], seen: dict[tuple[str, str], str], faults: list[Fault]
) -> bool:
    place = row.place(columns["courriel"])
    key = (spelling_key(line.place), line.person.email.lower())
    other = seen.setdefault(key, place)
    if other == place:
        return True
    fr = f"cette adresse est déjà en {other} pour ce centre : gardez une seule ligne"
    en = f"this address is already at {other} for this centre: keep one row"
    faults.append(Fault(place, "courriel", line.person.email, fr, en))
    return False


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in folded if letter.isalnum())
