"""Importing respondents: every faulty cell is named with its place, and nothing is kept unless all are good."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cohort.models import Centre
from app.journal.models import JournalValue
from app.kernel.installation import Installation
from app.outreach.errors import ColumnsMissing, NotATable, RespondentExists, RespondentsRefused
from app.outreach.models import Respondent
from app.outreach.people import Person, add_respondent, person_of
from app.outreach.respondents import Report, check_respondents, import_respondents
from tests.fixtures.racing import second_of_two
from tests.fixtures.studies import Opened
from tests.outreach.builders import DESK, NOW, Town, make_town

HEADING = "centre;finess;ville;courriel;nom;fonction;telephone;langue\n"
GOOD = "CHU DE TOURS;;TOURS;a.b@tours.example.org;Dr BON;pharmacien;0247000000;fr\n"


def written(tmp_path: Path, text: str, name: str = "r.csv", encoding: str = "utf-8") -> Path:
    """A csv file."""
    path = tmp_path / name
    path.write_text(text, encoding=encoding)
    return path


def importing(town: Town, path: Path) -> Report:
    """The file imported into the town's study."""
    installation = town.installation
    with installation.database.writing() as session:
        return import_respondents(session, installation, town.study(session), path, actor=DESK, now=NOW)


def count(installation: Installation) -> int:
    """How many respondents there are."""
    with installation.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Respondent)) or 0


def test_the_shipped_respondents_find_the_centres_of_the_list(opened: Opened, data: Path) -> None:
    installation = opened.installation
    with installation.database.writing() as session:
        study = opened.study(session)
        before = session.scalar(select(func.count()).select_from(Centre))
        report = import_respondents(
            session, installation, study, data / "liste_propre.respondents.csv", actor=DESK, now=NOW
        )
        assert session.scalar(select(func.count()).select_from(Centre)) == before
    assert (report.read, report.new, report.new_centres) == (18, 18, 0)


def test_the_same_file_twice_adds_nothing(installation: Installation, tmp_path: Path) -> None:
    town = make_town(installation, centres=0)
    path = written(tmp_path, HEADING + GOOD)
    assert importing(town, path).counts()["new"] == 1
    again = importing(town, path)
    assert (again.new, again.changed, again.unchanged) == (0, 0, 1)


def test_a_changed_name_is_brought_up_to_date_without_entering_the_journal(
    installation: Installation, tmp_path: Path
) -> None:
    town = make_town(installation, centres=0)
    importing(town, written(tmp_path, HEADING + GOOD))
    report = importing(town, written(tmp_path, HEADING + GOOD.replace("Dr BON", "Dr NEUF")))
    assert report.changed == 1
    with installation.database.reading() as session:
        respondent = session.scalars(select(Respondent)).one()
        assert person_of(installation.vault, respondent).name == "Dr NEUF"
        told = " ".join(filter(None, session.scalars(select(JournalValue.new))))
    assert "NEUF" not in told
    assert "tours.example.org" not in told


@pytest.mark.parametrize("poorer", [
    "centre;ville;courriel\nCHU DE TOURS;TOURS;a.b@tours.example.org\n",
    HEADING + "CHU DE TOURS;;TOURS;a.b@tours.example.org;;;;\n",
])  # fmt: skip
def test_a_table_that_says_less_erases_nothing(installation: Installation, tmp_path: Path, poorer: str) -> None:
    town = make_town(installation, centres=0)
    importing(town, written(tmp_path, HEADING + GOOD.replace(";fr\n", ";en\n")))
    path = written(tmp_path, poorer)
    with installation.database.reading() as session:
        assert check_respondents(session, installation, town.study(session), path).unchanged == 1
    assert importing(town, path).unchanged == 1
    with installation.database.reading() as session:
        person = person_of(installation.vault, session.scalars(select(Respondent)).one())
    assert person == Person("Dr BON", "a.b@tours.example.org", "0247000000", "pharmacien", "en")


def test_each_faulty_cell_is_named_and_nothing_is_imported(
    installation: Installation, tmp_path: Path
) -> None:
    town = make_town(installation, centres=0)
    path = written(
        tmp_path,
        HEADING
        + GOOD
        + ";;TOURS;x@tours.example.org;;;;\n"
        + "CHU DE BREST;;BREST;pas-une-adresse;;;;\n"
        + "CHU DE BREST;;BREST;y@brest.example.org;;;appelez-moi;\n"
        + "CHU DE BREST;;BREST;z@brest.example.org;;;;klingon\n"
        + GOOD.replace("a.b@", "A.B@"),
    )
    with pytest.raises(RespondentsRefused) as refusal:
        importing(town, path)
    assert [(fault.place, fault.column) for fault in refusal.value.faults] == [
        ("A3", "centre"),
        ("D4", "courriel"),
        ("G5", "telephone"),
        ("H6", "langue"),
        ("D7", "courriel"),
    ]
    assert "D4" in refusal.value.message("fr")
    assert count(installation) == 0


def test_a_check_names_the_faults_and_writes_nothing(installation: Installation, tmp_path: Path) -> None:
    town = make_town(installation, centres=0)
    path = written(tmp_path, HEADING + GOOD + "CHU X;;;faux;;;;\n")
    with installation.database.reading() as session:
        report = check_respondents(session, installation, town.study(session), path)
    assert (report.read, report.new, report.new_centres, len(report.faults)) == (2, 1, 1, 1)
    assert count(installation) == 0


def test_xlsx_columns_come_in_any_order_under_their_usual_names(
    installation: Installation, tmp_path: Path
) -> None:
    town = make_town(installation, centres=0)
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Contacts"
    sheet.append(["E-mail", "Établissement", "Tél", "Langue", "Nom"])
    sheet.append(["é@x", "CHU DE NICE", 492000000.0, "anglais", "Dr\nDEUX LIGNES"])
    book.save(tmp_path / "r.xlsx")
    with pytest.raises(RespondentsRefused) as refusal:
        importing(town, tmp_path / "r.xlsx")
    assert refusal.value.faults[0].place == "Contacts!A2"
    sheet["A2"] = "deux@nice.example.org"
    book.save(tmp_path / "r.xlsx")
    importing(town, tmp_path / "r.xlsx")
    with installation.database.reading() as session:
        person = person_of(installation.vault, session.scalars(select(Respondent)).one())
    assert (person.name, person.telephone, person.language) == ("Dr DEUX LIGNES", "492000000", "en")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_csv_encodings_of_french_offices_are_read(
    installation: Installation, tmp_path: Path, encoding: str
) -> None:
    town = make_town(installation, centres=0)
    importing(town, written(tmp_path, HEADING + GOOD.replace("BON", "BÉNÉ"), encoding=encoding))
    with installation.database.reading() as session:
        person = person_of(installation.vault, session.scalars(select(Respondent)).one())
    assert person.name == "Dr BÉNÉ"


def test_a_table_without_its_columns_is_refused(installation: Installation, tmp_path: Path) -> None:
    town = make_town(installation, centres=0)
    with pytest.raises(ColumnsMissing):
        importing(town, written(tmp_path, "nom;ville\nX;TOURS\n"))


@pytest.mark.parametrize("content", [b"PK\x03\x04broken", b"\x00\x01\x02", b"\xd0\xcf\x11\xe0"])
def test_a_file_that_is_no_table_is_refused(
    installation: Installation, tmp_path: Path, content: bytes
) -> None:
    town = make_town(installation, centres=0)
    (tmp_path / "r.xlsx").write_bytes(content)
    with pytest.raises((NotATable, ColumnsMissing)):
        importing(town, tmp_path / "r.xlsx")


def test_the_same_address_added_twice_at_once_is_refused_at_one_centre_and_taken_at_two(
    installation: Installation,
) -> None:
    town = make_town(installation, centres=2)
    person = Person("Dr DEUX", "deux@example.org", "", "", "fr")

    def adding(rank: int) -> Callable[[Session], object]:
        def add(session: Session) -> None:
            centre = session.scalars(select(Centre).order_by(Centre.number)).all()[rank]
            study = town.study(session)
            add_respondent(session, installation, study, centre, person, source="desk", actor=DESK, now=NOW)
        return add

    before = count(installation)
    assert second_of_two(installation.database, adding(0), adding(1)) is None
    person = replace(person, email="trois@example.org")
    assert isinstance(second_of_two(installation.database, adding(0), adding(0)), RespondentExists)
    assert count(installation) == before + 3
