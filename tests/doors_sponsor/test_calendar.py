"""The calendar at the desk: it says what it will do, and nothing leaves by it before a count was typed."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.doors.sponsor import create_app
from app.kernel.clock import day_of
from app.outreach.models import Mail
from app.outreach.people import Person, add_respondent
from tests.doors_sponsor.desk import Desk, desk_for
from tests.doors_sponsor.test_lists import upload
from tests.fixtures.studies import Opened
from tests.outreach.builders import DESK

STUDY = "/studies/calci_sts"
DAYS = {"announced_on": 7, "invited_on": 14, "first_reminder_on": 30, "return_by": 60, "closes_on": 90}
LIMITS = {
    "reminder_days": "14", "quiet_days": "7", "cap_nothing": "3", "cap_partial": "3", "cap_query": "2",
    "monthly_ceiling": "4", "contact": "Claire",
}  # fmt: skip


@pytest.fixture
def boss(opened: Opened, data: Path) -> Desk:
    """A manager who has imported the respondents and set the calendar."""
    desk = desk_for(create_app(opened.installation), "manager")
    content = (data / "liste_propre.respondents.csv").read_bytes()
    desk.post(f"{upload(desk, f'{STUDY}/respondents', 'r.csv', content)}/import")
    set_dates(desk, opened)
    return desk


def set_dates(desk: Desk, opened: Opened, **moved: int) -> int:
    """The status of saving the calendar, its dates so many days from now."""
    today = day_of(opened.installation.clock())
    dates = {name: (today + timedelta(days=days)).isoformat() for name, days in (DAYS | moved).items()}
    return desk.post(f"{STUDY}/calendar", dates | LIMITS).status_code


def count_on(page: str, words: str) -> str:
    """The number that stands before these words."""
    found = re.search(rf"(\d+) {words}", page)
    assert found, words
    return found.group(1)


def test_the_calendar_says_what_it_will_do_and_does_only_what_was_confirmed(
    boss: Desk, opened: Opened
) -> None:
    page = boss.text(f"{STUDY}/calendar")
    assert page.count("Rien n’est confirmé") == 2
    assert "À la main" in page
    for path, words in (("announcements", "personnes recevraient l’annonce"), ("invitations", "personnes")):
        count = count_on(boss.text(f"{STUDY}/{path}"), words)
        for wrong in ("", "0", str(int(count) + 1)):
            assert boss.post(f"{STUDY}/{path}", {"count": wrong}).status_code == 422
        assert boss.post(f"{STUDY}/{path}", {"count": count}).status_code == 303
    assert "prévu le" in boss.text(f"{STUDY}/outbox")
    people = count_on(boss.text(f"{STUDY}/reminders"), "personnes au plus")
    assert boss.post(f"{STUDY}/reminders/mandate", {"count": "1"}).status_code == 422
    assert boss.post(f"{STUDY}/reminders/mandate", {"count": people}).status_code == 303
    page = boss.text(f"{STUDY}/calendar")
    assert page.count(f"{count} courriels confirmés, départ le") == 2
    assert f"Confiées au calendrier pour {people} personnes" in page
    assert "pas comprise" not in page
    add_one(opened)
    page = boss.text(f"{STUDY}/calendar")
    assert page.count("1 personne n’y est pas comprise") == 3
    assert "Pour l’ajouter, confirmez à nouveau" in boss.text(f"{STUDY}/reminders")


def test_what_was_confirmed_is_moved_or_taken_back_and_never_lost_from_sight(
    boss: Desk, opened: Opened
) -> None:
    count = count_on(boss.text(f"{STUDY}/invitations"), "personnes")
    boss.post(f"{STUDY}/invitations", {"count": count})
    assert set_dates(boss, opened, invited_on=21) == 303
    assert set_dates(boss, opened, announced_on=-9, invited_on=-1) == 422
    with opened.installation.database.reading() as session:
        due = set(session.scalars(select(Mail.due_at)))
    day = day_of(opened.installation.clock()) + timedelta(days=21)
    assert {day <= day_of(one) <= day + timedelta(days=5) for one in due} == {True}
    assert boss.post(f"{STUDY}/calendar/take-back", {"kind": "invitation"}).status_code == 303
    assert "Rien n’est confirmé" in boss.text(f"{STUDY}/calendar")
    assert "retiré avant son départ" in boss.text(f"{STUDY}/outbox")
    assert boss.post(f"{STUDY}/reminders/mandate", {"end": "yes"}).status_code == 303


def add_one(opened: Opened) -> None:
    """Somebody whom nobody counted."""
    from app.cohort.centres import list_centres

    now = opened.installation.clock() + timedelta(seconds=1)
    with opened.installation.database.writing() as session:
        study = opened.study(session)
        centre = list_centres(session, study)[0]
        person = Person("Dr Neuf", "neuf@example.org", "", "pharmacien", "fr")
        add_respondent(
            session, opened.installation, study, centre, person, source="desk", actor=DESK, now=now
        )
