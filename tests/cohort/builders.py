"""Lists written in a few words: a row is a default authorisation with what the test changes."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from app.cohort import imports, review
from app.cohort.deciding import Desk, decide
from app.cohort.models import Centre, Decision, Patient, ReviewCase
from app.cohort.moving import Follows
from app.cohort.report import ImportReport
from app.cohort.rules import ListRules
from app.cohort.studies import find_study, register_study
from app.cohort.tracing import TraceRow, trace_rows
from app.kernel.actor import Actor
from app.kernel.installation import Installation
from forms.loading import shipped

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

HEADERS = ("NUM", "TYPE", "STATUT", "OCTROI", "DUREE", "SPECIALITE", "INDICATION", "INIT", "DDN", "SEXE")
PLAIN = {
    "TYPE": "Initiale",
    "STATUT": "Octroyée",
    "OCTROI": "15/01/2012",
    "DUREE": "3 mois",
    "SPECIALITE": "NATRIUMTHIOSULFAT 25%",
    "INDICATION": "calciphylaxie",
    "INIT": "DUP MA",
    "DDN": "12/03/1948",
    "SEXE": "F",
    "ETAB": "CHU RANGUEIL",
    "FINESS": "",
    "CP": "31059",
    "VILLE": "TOULOUSE",
}
Row = Mapping[str, str]


def row(number: str | int, **changes: str) -> dict[str, str]:
    """One row: a plain initial authorisation, changed where the test says."""
    return {**PLAIN, "NUM": str(number), **changes}


def other(number: int, **changes: str) -> dict[str, str]:
    """A row of somebody who resembles nobody else: another number, another person."""
    letters = "ABCEFGHIJKLNOPQRTUVWXYZ"
    surname, first = letters[number % 23], letters[(number * 7 + 3) % 23]
    born = f"{number % 27 + 1:02d}/{number % 9 + 2:02d}/{1930 + number}"
    return row(number, **{"INIT": f"{surname * 3} {first * 2}", "DDN": born, **changes})


def renewal(number: str | int, **changes: str) -> dict[str, str]:
    """A renewal three months after the plain row."""
    return row(number, **{"TYPE": "Renouvellement", "OCTROI": "12/04/2012", **changes})


def write_csv(path: Path, rows: Sequence[Row], *, encoding: str = "utf-8", delimiter: str = ";") -> Path:
    """A csv list of these rows, under the union of their headers."""
    headers = list(dict.fromkeys([*HEADERS, *(name for r in rows for name in r)]))
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, headers, restval="", delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def rules_of(code: str) -> ListRules:
    """The list rules of a shipped study."""
    return ListRules.load(shipped(code) / "list.yaml")


@dataclass
class Cohort:
    """A study on a fresh installation, and lists imported into it."""

    installation: Installation
    folder: Path
    actor: Actor
    now: datetime
    code: str = "calci_sts"
    rules: ListRules = field(init=False)
    files: int = 0
    follows: Follows = field(default_factory=Follows)

    def __post_init__(self) -> None:
        self.rules = rules_of(self.code)
        with self.installation.database.writing() as session:
            register_study(
                session,
                code=self.code,
                title_fr="Étude",
                title_en="Study",
                code_prefix=self.code[:3].upper(),
                now=self.now,
                actor=self.actor,
            )

    def file(self, *rows: Row) -> Path:
        """A new csv list of these rows."""
        self.files += 1
        return write_csv(self.folder / f"liste_{self.files}.csv", rows)

    def take(self, *rows: Row) -> ImportReport:
        """Imports these rows as a new list."""
        return self.take_file(self.file(*rows))

    def take_file(self, path: Path, mapping: Mapping[str, str] | Path | None = None) -> ImportReport:
        """Imports a file."""
        with self.installation.database.writing() as session:
            study = find_study(session, self.code)
            return imports.import_list(
                session,
                self.installation.vault,
                study,
                self.rules,
                path,
                mapping,
                actor=self.actor,
                now=self.now,
            )

    def check(self, path: Path) -> ImportReport:
        """The dry run of a file."""
        with self.installation.database.reading() as session:
            study = find_study(session, self.code)
            return imports.check_list(session, self.installation.vault, study, self.rules, path, now=self.now)

    def trace(self) -> list[TraceRow]:
        """Every row ever imported."""
        with self.installation.database.reading() as session:
            return list(trace_rows(session, self.installation.vault, find_study(session, self.code)))

    def fates(self) -> list[str]:
        """The fate of every row, in order."""
        return [traced.fate for traced in self.trace()]

    def patients(self) -> list[Patient]:
        """The standing patients, by code."""
        with self.installation.database.reading() as session:
            query = select(Patient).where(Patient.merged_into_id.is_(None)).order_by(Patient.code)
            found = list(session.scalars(query))
            session.expunge_all()
            return found

    def centres(self) -> list[Centre]:
        """The standing centres, by number."""
        with self.installation.database.reading() as session:
            query = select(Centre).where(Centre.merged_into_id.is_(None)).order_by(Centre.number)
            found = list(session.scalars(query))
            session.expunge_all()
            return found

    def cases(self, **options: object) -> list[review.Case]:
        """The open cases."""
        with self.installation.database.reading() as session:
            study = find_study(session, self.code)
            return review.list_cases(session, self.installation.vault, study, **options)  # type: ignore[arg-type]

    def desk(self, session: Session) -> Desk:
        """The review desk in this session."""
        study = find_study(session, self.code)
        return Desk(session, self.installation.vault, study, self.rules, self.actor, self.now, self.follows)

    def decide(
        self, case: review.Case, action: str, target: str | int | None = None, mutation: str = ""
    ) -> Decision:
        """Decides a case in a transaction of its own."""
        with self.installation.database.writing() as session:
            mutation = mutation or f"decision-{case.id}-{action}"
            return decide(self.desk(session), case.id, action, mutation_id=mutation, target=target)

    def states(self) -> dict[int, str]:
        """The state of every case."""
        with self.installation.database.reading() as session:
            return {case.id: case.state for case in session.scalars(select(ReviewCase))}
