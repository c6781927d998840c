"""The journal on screen: who did what to whom, from which value to which; found by patient, person, centre, kind and day."""

import re

import pytest

from app.cohort.patients import patients_of
from app.collection.changes import Change
from app.collection.disposing import set_disposition
from app.collection.saving import save
from app.doors.door import Door
from app.doors.sponsor import create_app
from app.doors.sponsor.journal_reading import ENTRIES_A_PAGE
from app.kernel.actor import Actor
from forms.answers import Address
from tests.doors_sponsor.desk import Desk, desk_for
from tests.fixtures.studies import Opened

PAGE = "/studies/calci_sts/journal"
NURSE = Actor("respondent", "Dr Aubry", "pharmacien", "CHU de Lille", "x")


@pytest.fixture
def app(opened: Opened) -> Door:
    """The staff application of a study with liste_propre imported."""
    return create_app(opened.installation)


@pytest.fixture
def boss(app: Door) -> Desk:
    """A manager, signed in."""
    return desk_for(app, "manager")


def answered(opened: Opened) -> tuple[str, str]:
    """Two weights for one patient and one for another, who then opposes; both codes."""
    installation, now = opened.installation, opened.installation.clock()
    with installation.database.writing() as session:
        one, other = patients_of(session, opened.study(session))[:2]
        for rank, (patient, weight) in enumerate(((one, "71,5"), (one, "72"), (other, "88,25"))):
            changes = [Change(Address("weight_kg"), weight)]
            save(session, installation.vault, patient=patient, changes=changes, mutation_id=f"m{rank}", actor=NURSE, now=now)
        set_disposition(session, patient=other, kind="opposed", actor=NURSE, now=now)
        return one.code, other.code


def rows(page: str) -> list[str]:
    """The entries of a page as their text."""
    body = page.split("<tbody>")[1].split("</tbody>")[0]
    return [re.sub(r"[ \n]+", " ", re.sub(r"<[^>]+>", " ", row)).strip() for row in body.split("</tr>") if row.strip()]


def test_an_entry_says_who_changed_which_answer_of_whom_and_how(boss: Desk, opened: Opened) -> None:
    code, opposed = answered(opened)
    newest, *_ = rows(boss.text(f"{PAGE}?patient={code.lower()}"))
    told = ("Dr Aubry", "pharmacien", code, "Poids", "weight_kg", "71,5\u00a0kg 72\u00a0kg")
    assert [word for word in told if word not in newest] == []
    assert f'href="/studies/calci_sts/patients/{code}"' in boss.text(f"{PAGE}?patient={code}")
    silent = boss.text(f"{PAGE}?patient={opposed}")
    assert "opposition du patient" in silent
    assert "88,25" not in silent
    assert "non montrées" in silent
    other = desk_for(boss.app, "statistician").text(PAGE)
    assert code in other
    assert f"/patients/{code}" not in other  # not a page of theirs


def test_entries_are_found_by_person_kind_centre_and_day_and_a_slip_is_said(boss: Desk, opened: Opened) -> None:
    answered(opened)
    for asked, count in (
        ("person=aubry", 4), ("person=aubry&action=disposition.set", 1), ("person=aubry&last=2020-01-01", 0),
        ("action=list.imported&first=2020-01-01", 1), ("person=aubry&centre=999999", 0), ("action=list.imported&centre=x", 1),
    ):  # fmt: skip
        found = rows(boss.text(f"{PAGE}?{asked}"))
        assert len([one for one in found if one != "Aucune entrée."]) == count, asked
    assert "« demain » n’est pas une date" in boss.text(f"{PAGE}?first=demain")
    assert "intacte" in boss.text(f"{PAGE}/verification")


def test_pages_follow_one_another_both_ways_and_keep_what_is_looked_for(boss: Desk, opened: Opened) -> None:
    installation, now = opened.installation, opened.installation.clock()
    with installation.database.writing() as session:
        patient = patients_of(session, opened.study(session))[0]
        for rank in range(ENTRIES_A_PAGE + 5):
            changes = [Change(Address("weight_kg"), str(50 + rank))]
            save(session, installation.vault, patient=patient, changes=changes, mutation_id=f"p{rank}", actor=NURSE, now=now)
    first = boss.text(f"{PAGE}?person=Aubry")
    older = re.search(r'rel="next" href="([^"]+)"', first)
    assert older
    assert 'rel="prev"' not in first
    second = boss.text(PAGE + older[1].replace("&amp;", "&"))
    assert (len(rows(first)), len(rows(second))) == (ENTRIES_A_PAGE, 5)
    assert 'rel="next"' not in second
    newer = re.search(r'rel="prev" href="([^"]+)"', second)
    assert newer
    assert rows(boss.text(PAGE + newer[1].replace("&amp;", "&"))) == rows(first)
