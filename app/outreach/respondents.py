"""Importing respondents from a small table: every faulty cell is named, and nothing is kept unless all are good."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cohort.centres import ensure_centre, resolve_centre
from app.cohort.models import Centre, Study
from app.journal.recording import record
from app.kernel.actor import Actor
from app.kernel.installation import Installation
from app.kernel.language import Language
from app.outreach.addresses import checked, mailbox_of
from app.outreach.errors import ColumnsMissing, NotAMailbox, RespondentsRefused
from app.outreach.models import Respondent
from app.outreach.people import Person, add_respondent, person_of, seal
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
    "": "fr",
    "fr": "fr",
    "francais": "fr",
    "french": "fr",
    "en": "en",
    "anglais": "en",
    "english": "en",
}
LONGEST = 200
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
    """What an import did, or (in a check) would do."""

    read: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    new_centres: int = 0
    faults: list[Fault] = field(default_factory=list)

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
    """One good row of the table."""

    centre: str
    finess: str | None
    city: str | None
    postcode: str | None
    person: Person


def check_respondents(session: Session, installation: Installation, study: Study, path: Path) -> Report:
    """What importing this file would do, and every cell to mend; nothing is written. Raises NotATable, ColumnsMissing."""
    lines, report = _read(path)
    for line in lines:
        centre = resolve_centre(
            session, study, line.centre, finess=line.finess, city=line.city, postcode=line.postcode
        )
        known = centre and _known(session, installation, centre, line)
        _count(report, known is not None, bool(known) and _differs(installation, known, line))
        report.new_centres += centre is None
    return report


def import_respondents(
    session: Session, installation: Installation, study: Study, path: Path, *, actor: Actor, now: datetime
) -> Report:
    """The respondents of a csv or xlsx table, added or brought up to date; the same file twice adds nothing.

    Columns: centre, finess, ville, code_postal, courriel, nom, fonction, telephone, langue, in any order,
    by their usual synonyms; centre and courriel are needed. A centre is found as lists find theirs, and made
    where nobody knows it. A stopped respondent stays stopped. Raises NotATable, ColumnsMissing, and
    RespondentsRefused (its `faults` names every cell to mend) before anything is written.
    """
    lines, report = _read(path)
    if report.faults:
        first = report.faults[0]
        refusal = RespondentsRefused(
            count=len(report.faults), first_fr=first.message("fr"), first_en=first.message("en")
        )
        refusal.faults = report.faults
        raise refusal
    for line in lines:
        _import_line(session, installation, study, line, report, actor, now)
    return report


def _import_line(
    session: Session,
    installation: Installation,
    study: Study,
    line: Line,
    report: Report,
    actor: Actor,
    now: datetime,
) -> None:
    where = {"finess": line.finess, "city": line.city, "postcode": line.postcode}
    centre = resolve_centre(session, study, line.centre, **where)
    if centre is None:
        centre = ensure_centre(session, study, line.centre, **where, actor=actor, now=now)
        report.new_centres += 1
    known = _known(session, installation, centre, line)
    changed = known is not None and _differs(installation, known, line)
    _count(report, known is not None, changed)
    if known is None:
        add_respondent(
            session, installation, study, centre, line.person, source="import", actor=actor, now=now
        )
    elif changed:
        _update(session, installation, study, known, line.person, actor, now)


def _update(
    session: Session,
    installation: Installation,
    study: Study,
    known: Respondent,
    person: Person,
    actor: Actor,
    now: datetime,
) -> None:
    for name, cell in seal(installation.vault, known.id, person).items():
        setattr(known.identity, name, cell)
    known.function, known.language = person.function, person.language
    session.flush()
    record(
        session,
        actor=actor,
        at=now,
        action="respondent.changed",
        subject_type="respondent",
        subject_id=str(known.id),
        study=study.code,
        new=person.function,
    )


def _known(session: Session, installation: Installation, centre: Centre, line: Line) -> Respondent | None:
    mailbox = mailbox_of(installation.vault, line.person.email)
    query = select(Respondent).where(Respondent.centre_id == centre.id, Respondent.mailbox == mailbox)
    return session.scalar(query)


def _differs(installation: Installation, known: Respondent | None, line: Line) -> bool:
    return known is not None and person_of(installation.vault, known) != line.person


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
    return Line(
        cell["centre"], cell["finess"] or None, cell["ville"] or None, cell["code_postal"] or None, person
    )


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
    key = (_plain(line.centre + (line.city or "") + (line.finess or "")), line.person.email.lower())
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
