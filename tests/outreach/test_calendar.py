"""The calendar: what a manager confirmed starts on its day, once, for those who were counted and nobody else."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from app.accounts.models import Staff
from app.kernel.installation import Installation
from app.outreach.agenda import agenda
from app.outreach.calendar import morning
from app.outreach.campaigns import Plan, plan_of, set_plan
from app.outreach.chase import desk
from app.outreach.delivery import deliver_due
from app.outreach.errors import CampaignRefused, CountNotConfirmed
from app.outreach.inviting import invite
from app.outreach.mandates import give_mandate, mailboxes, mandate_of, resting, run_mandates
from app.outreach.models import Mail
from app.outreach.waiting import take_back
from tests.accounts.builders import settled_staff
from tests.outreach.builders import DESK, Town, make_town

PLAN = Plan(
    announced_on=date(2027, 3, 6),  # a Saturday: it leaves on Monday the 8th
    invited_on=date(2027, 3, 15),
    first_reminder_on=date(2027, 3, 30),
    return_by=date(2027, 5, 3),
    closes_on=date(2027, 5, 31),
)
BEFORE = morning(date(2027, 3, 1))


def planned(installation: Installation, plan: Plan = PLAN, centres: int = 3) -> Town:
    """A town whose manager has set the calendar and confirmed announcement and invitation, with their count."""
    town = make_town(installation, centres=centres, now=BEFORE)
    with installation.database.writing() as session:
        set_plan(session, town.study(session), plan, actor=DESK, now=BEFORE)
    for kind in ("announcement", "invitation"):
        confirm(town, kind, BEFORE, centres)
    return town


def confirm(town: Town, kind: str, now: datetime, count: int) -> None:
    """What the desk's page does."""
    with town.installation.database.writing() as session:
        study = town.study(session)
        invite(
            session, town.installation, study, actor=DESK, now=now, kind=kind, at_once=False, confirmed=count
        )


def entrust(town: Town, now: datetime, count: int) -> None:
    """The manager types for how many people reminders may leave by themselves."""
    with town.installation.database.writing() as session:
        give_mandate(session, town.study(session), confirmed=count, actor=DESK, now=now)


def live(town: Town, now: datetime) -> None:
    """A worker's round at this moment."""
    run_mandates(town.installation, lambda: now)
    deliver_due(town.installation, lambda: now)


def got(town: Town) -> Counter[tuple[str, str]]:
    """Mails by kind and state."""
    with town.installation.database.reading() as session:
        return Counter((kind, state) for kind, state in session.execute(select(Mail.kind, Mail.state)))


def test_what_was_confirmed_leaves_on_its_day_and_newcomers_are_shown_not_sent_to(
    installation: Installation,
) -> None:
    town = planned(installation)
    with pytest.raises(CountNotConfirmed):
        confirm(town, "announcement", BEFORE, 3)  # nobody is left to confirm
    live(town, morning(date(2027, 3, 6)))
    assert got(town) == {("announcement", "planned"): 3, ("invitation", "planned"): 3}
    live(town, morning(date(2027, 3, 8)))
    assert got(town)["announcement", "sent"] == 3
    with installation.database.writing() as session:
        town.add(session, town.centres[0], "nouveau@centre-1.example.org", morning(date(2027, 3, 9)))
    now = morning(date(2027, 3, 10))
    with installation.database.reading() as session:
        announced, invited = agenda(session, town.study(session), now).openings
    assert (announced.begun, announced.waits, announced.unconfirmed) == (3, None, 1)
    assert invited.waits
    assert (invited.waits.mails, invited.waits.at, invited.unconfirmed) == (3, morning(date(2027, 3, 15)), 1)
    live(town, morning(date(2027, 3, 15)))
    live(town, morning(date(2027, 3, 16)))
    assert got(town) == {("announcement", "sent"): 3, ("invitation", "sent"): 3}


def test_confirmed_mails_follow_their_date_and_can_be_taken_back(installation: Installation) -> None:
    town = planned(installation)
    later = Plan(invited_on=date(2027, 3, 22), announced_on=PLAN.announced_on)
    with installation.database.writing() as session:
        study = town.study(session)
        set_plan(session, study, later, actor=DESK, now=BEFORE)
        for wrong in (Plan(announced_on=PLAN.announced_on), Plan(invited_on=date(2026, 3, 22))):
            with pytest.raises(CampaignRefused):
                set_plan(session, study, wrong, actor=DESK, now=BEFORE)
        assert plan_of(session, study.id) == later
        assert take_back(session, study, "announcement", actor=DESK, now=BEFORE) == 3
    live(town, morning(date(2027, 3, 15)))
    assert got(town) == {("announcement", "suppressed"): 3, ("invitation", "planned"): 3}
    confirm(town, "announcement", morning(date(2027, 3, 15)), 3)
    live(town, morning(date(2027, 3, 15)))
    live(town, morning(date(2027, 3, 22)))
    assert got(town) == {("announcement", "sent"): 3, ("invitation", "sent"): 3}


def test_a_clock_that_jumps_over_both_days_sends_one_mail_a_box_and_no_stale_announcement(
    installation: Installation,
) -> None:
    town = planned(installation)
    entrust(town, BEFORE, 3)
    for hours in range(0, 30, 6):
        live(town, morning(date(2027, 4, 15)) + timedelta(hours=hours))
    assert got(town) == {("announcement", "suppressed"): 3, ("invitation", "sent"): 3}


def test_reminders_leave_by_the_calendar_once_a_day_for_those_who_were_counted(
    installation: Installation,
) -> None:
    town = planned(installation)
    live(town, morning(date(2027, 3, 15)))
    for wrong in (0, 2, 4):
        with pytest.raises(CountNotConfirmed):
            entrust(town, morning(date(2027, 3, 16)), wrong)
    live(town, morning(date(2027, 3, 31)))
    assert got(town)["reminder_nothing", "sent"] == 0, "no reminder leaves before somebody confirmed"
    entrust(town, morning(date(2027, 3, 31)), 3)
    with installation.database.writing() as session:
        study = town.study(session)
        late = town.add(session, town.centres[0], "nouveau@centre-1.example.org", morning(date(2027, 4, 1)))
        invite(session, installation, study, actor=DESK, now=morning(date(2027, 4, 1)))
    live(town, morning(date(2027, 4, 1)))
    with ThreadPoolExecutor(2) as pool:  # two schedulers at the same moment, and again the same day
        list(pool.map(lambda _: live(town, morning(date(2027, 4, 20))), range(4)))
    live(town, morning(date(2027, 4, 20)) - timedelta(days=2))  # the clock falls back to a Sunday
    with installation.database.reading() as session:
        reminded = session.scalars(select(Mail.respondent_id).where(Mail.kind == "reminder_nothing")).all()
        assert Counter(reminded) == {one: 2 for one in town.respondents if one != late}, "on 1 and 20 April"
        assert agenda(session, town.study(session), morning(date(2027, 4, 20))).left_out == 1


def test_a_change_of_pace_asks_for_the_reminders_to_be_confirmed_again(installation: Installation) -> None:
    town = planned(installation)
    entrust(town, BEFORE, 3)
    with installation.database.writing() as session:
        study = town.study(session)
        moved = Plan(**{**vars(PLAN), "closes_on": date(2027, 6, 30)})
        set_plan(session, study, moved, actor=DESK, now=BEFORE)
        assert mandate_of(session, study)
        set_plan(session, study, Plan(**{**vars(moved), "reminder_days": 3}), actor=DESK, now=BEFORE)
        assert mandate_of(session, study) is None


def test_a_mandate_counts_whoever_can_be_reminded_and_rests_when_its_giver_leaves(
    installation: Installation,
) -> None:
    town = planned(installation)
    with installation.database.writing() as session:
        town.grow(session, 1, 0, BEFORE)  # a centre without patients
        assert mailboxes(session, town.study(session), BEFORE) == 3
        settled_staff(session, DESK.name, "manager", now=BEFORE)
    live(town, morning(date(2027, 3, 15)))
    entrust(town, morning(date(2027, 3, 16)), 3)
    for role, active in (("manager", False), ("reader", True)):
        with installation.database.writing() as session:
            staff = session.scalars(select(Staff)).one()
            staff.role, staff.active = role, active
            assert agenda(session, town.study(session), BEFORE).orphan_of == DESK.name
            assert resting(session) == ["essai"]
        live(town, morning(date(2027, 4, 1)))
        assert got(town)["reminder_nothing", "sent"] == 0
    with installation.database.writing() as session:
        session.scalars(select(Staff)).one().role = "manager"
        assert resting(session) == []
    live(town, morning(date(2027, 4, 1)))
    assert got(town)["reminder_nothing", "sent"] == 3


def test_an_invitation_of_the_calendar_held_up_until_night_waits_for_the_morning(installation: Installation) -> None:
    town = planned(installation)
    live(town, morning(date(2027, 3, 8)))
    with installation.database.reading() as session:
        (line, *_) = desk(session, town.study(session), morning(date(2027, 3, 10)))
        assert (line.step, line.until, line.mails) == ("wait", date(2027, 3, 15), 0)
    friday = morning(date(2027, 3, 19))
    live(town, friday + timedelta(hours=12))  # the mail server came back on Friday at nine in the evening
    assert got(town)["invitation", "planned"] == 3
    live(town, morning(date(2027, 3, 22)))
    assert got(town)["invitation", "sent"] == 3
    with installation.database.writing() as session:
        at = friday + timedelta(days=4, hours=12)
        late = town.add(session, town.centres[0], "nouveau@centre-1.example.org", at)
        invite(session, installation, town.study(session), actor=DESK, now=at)
    live(town, at)
    with installation.database.reading() as session:
        mail = session.scalars(select(Mail).where(Mail.respondent_id == late)).one()
        assert mail.state == "sent", "one that is sent by hand leaves at once"
        (line, *_) = desk(session, town.study(session), at)
        assert (line.mails, line.respondents) == (1, 2), "one sending, to two people"
