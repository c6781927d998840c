"""Reminders: three families, their caps, quiet centres, working days, and a reason for everybody who gets none."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from app.cohort.models import Centre, Patient
from app.collection.models import Disposition
from app.kernel.clock import PARIS
from app.kernel.installation import Installation
from app.outreach import chase, links, queries
from app.outreach.calendar import is_working_day, working_moment
from app.outreach.campaigns import Plan, check_plan, order_rules, plan_of, set_plan
from app.outreach.delivery import deliver_due
from app.outreach.errors import CampaignRefused, CountNotConfirmed
from app.outreach.inviting import invite
from app.outreach.models import Mail, Wave
from app.outreach.people import stop
from app.outreach.reminding import plan_reminders, remind
from app.outreach.words import ChaseStatus, Outcome
from forms.answers import Address
from tests.outreach.builders import DESK, NOW, Town, make_town

LATER = NOW + timedelta(days=21)


def written_to(installation: Installation, centres: int = 1, patients: int = 1) -> Town:
    """A town whose invitations have left."""
    town = make_town(installation, centres=centres, patients=patients)
    with installation.database.writing() as session:
        invite(session, installation, town.study(session), actor=DESK, now=NOW)
    deliver_due(installation, lambda: NOW)
    return town


def reminded(town: Town, at: datetime) -> list[tuple[str, int, str | None]]:
    """Family, rank and reason for every respondent, queued and delivered at `at`."""
    installation = town.installation
    with installation.database.writing() as session:
        planned = remind(session, installation, town.study(session), actor=DESK, now=at)
        told = [(one.kind, one.number, one.reason) for one in planned.suggestions]
    deliver_due(installation, lambda: max(at, working_moment(at)))
    return told


def test_a_silent_centre_is_reminded_three_times_and_then_left_alone(installation: Installation) -> None:
    town = written_to(installation)
    told = [reminded(town, NOW + timedelta(days=14 * number))[0] for number in range(1, 7)]
    family = "reminder_nothing"
    assert told[:3] == [(family, 1, None), (family, 2, None), (family, 3, None)]
    assert [reason for _, _, reason in told[3:]] == ["capped"] * 3


def test_reminding_twice_on_one_day_queues_nobody_twice(installation: Installation) -> None:
    town = written_to(installation)
    with installation.database.writing() as session:
        study = town.study(session)
        first = remind(session, installation, study, actor=DESK, now=LATER)
        second = remind(session, installation, study, actor=DESK, now=LATER)
    assert (len(first.going), second.as_json()["reasons"]) == (1, {"already": 1})


def test_the_families_follow_what_the_centre_has_done(installation: Installation) -> None:
    town = written_to(installation, centres=4, patients=2)
    long_ago = NOW - timedelta(days=30)
    with installation.database.writing() as session:
        begun, asked, done = (town.patients[centre] for centre in town.centres[1:])
        town.answer(session, begun[0], long_ago, "draft")
        for patient in (*asked, *done):
            town.answer(session, patient, long_ago)
        question = (town.study(session), session.get_one(Patient, asked[0]), Address.parse("v_surf@m12"))
        queries.ask(session, *question, "Surface ?", actor=DESK, now=NOW)
    assert reminded(town, LATER) == [
        ("reminder_nothing", 1, None),
        ("reminder_partial", 1, None),
        ("reminder_query", 1, None),
        ("reminder_partial", 1, "complete"),
    ]


def test_an_entry_keeps_the_centre_quiet_for_a_week(installation: Installation) -> None:
    town = written_to(installation)
    with installation.database.writing() as session:
        link = town.respondent(session).link
        links.enter(session, link, name="Ève", function="interne", now=LATER - timedelta(days=6))
    assert reminded(town, LATER)[0][2] == "quiet"
    assert reminded(town, LATER + timedelta(days=1))[0][2] is None


def test_everybody_left_out_is_told_why(installation: Installation) -> None:
    town = written_to(installation, centres=4)
    with installation.database.writing() as session:
        stop(session, town.respondent(session, 0), "by_hand", actor=DESK, now=NOW)
        box = town.respondent(session, 1).box
        box.bounced_at, box.bounce_reason = NOW, "550"
        links.revoke(session, town.respondent(session, 2).link, actor=DESK, now=NOW)
        opposed = Disposition(
            patient_id=town.patients[town.centres[3]][0], kind="opposed", at=NOW, by_name="x", by_role="y"
        )
        session.add(opposed)
        town.add(session, town.centres[3], "nouveau@centre-4.example.org")
    assert [reason for _, _, reason in reminded(town, LATER)] == [
        "stopped",
        "bounced",
        "link_revoked",
        "complete",
        "complete",
    ]


def test_nobody_is_reminded_of_an_invitation_that_has_not_left(installation: Installation) -> None:
    town = make_town(installation)
    assert reminded(town, LATER)[0][2] == "not_invited"


def test_a_day_in_the_future_is_asked_about_without_writing(installation: Installation) -> None:
    town = written_to(installation)
    with installation.database.reading() as session:
        study = town.study(session)
        soon = plan_reminders(session, study, NOW, date(2026, 11, 25))
        later = plan_reminders(session, study, NOW, date(2026, 12, 25))
        assert soon.as_json()["reasons"] == {"too_soon": 1}
        # Christmas is a Friday in 2026: the mail would leave on Monday morning.
        assert later.going[0].due_at.astimezone(PARIS) == datetime(2026, 12, 28, 9, tzinfo=PARIS)
        assert session.scalars(select(Wave.kind)).all() == ["invitation"]


def test_the_monthly_ceiling_counts_over_all_studies(installation: Installation) -> None:
    towns = [written_to(installation)]
    for number in range(1, 4):
        at = NOW + timedelta(days=2 * number)
        town = make_town(installation, code=f"autre{number}", now=at)
        with installation.database.writing() as session:
            invite(session, installation, town.study(session), actor=DESK, now=at)
        deliver_due(installation, lambda at=at: at)
        towns.append(town)
    assert reminded(towns[0], NOW + timedelta(days=17))[0][2] == "month"
    assert reminded(towns[0], NOW + timedelta(days=31))[0][2] is None


def test_a_reminder_queued_for_a_centre_that_finishes_meanwhile_does_not_leave(
    installation: Installation,
) -> None:
    town = written_to(installation)
    with installation.database.writing() as session:
        remind(session, installation, town.study(session), actor=DESK, now=LATER)
        town.answer(session, town.patients[town.centres[0]][0], LATER)
    assert deliver_due(installation, lambda: LATER).reasons == {"complete": 1}
    with installation.database.reading() as session:
        assert sorted(session.scalars(select(Mail.state))) == ["sent", "suppressed"]


def test_a_mass_sending_needs_its_count_typed(installation: Installation) -> None:
    town = written_to(installation, centres=2)
    with installation.database.writing() as session, pytest.raises(CountNotConfirmed):
        remind(session, installation, town.study(session), actor=DESK, now=LATER, confirmed=3)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 11, 20), True),
        (date(2026, 11, 21), False),
        (date(2026, 11, 11), False),
        (date(2027, 3, 29), False),
        (date(2027, 5, 6), False),
        (date(2027, 7, 14), False),
    ],
)
def test_french_working_days(day: date, works: bool) -> None:
    assert is_working_day(day) is works


def test_mails_wait_for_working_hours_over_the_change_of_clocks() -> None:
    saturday_night = datetime(2027, 3, 27, 23, 30, tzinfo=UTC)
    # Easter Monday is a holiday: the next working morning is Tuesday, in summer time.
    assert working_moment(saturday_night) == datetime(2027, 3, 30, 7, tzinfo=UTC)
    assert working_moment(NOW) == NOW


def test_a_calendar_out_of_order_is_refused_with_the_rule(installation: Installation) -> None:
    plan = Plan(invited_on=date(2026, 12, 1), return_by=date(2026, 11, 30))
    with pytest.raises(CampaignRefused, match="must come after"):
        check_plan(plan)
    assert len(order_rules(plan)) == 4


@pytest.mark.parametrize("wrong", [Plan(cap_nothing=6), Plan(monthly_ceiling=0), Plan(contact="a\nb")])
def test_a_budget_beyond_its_limits_is_refused(wrong: Plan) -> None:
    with pytest.raises(CampaignRefused):
        check_plan(wrong)


def test_the_plan_of_a_study_is_kept_and_used(installation: Installation) -> None:
    town = written_to(installation)
    wanted = Plan(first_reminder_on=date(2026, 12, 15), closes_on=date(2026, 12, 31), contact="01 02")
    with installation.database.writing() as session:
        set_plan(session, town.study(session), wanted, actor=DESK, now=NOW)
        assert plan_of(session, town.study_id) == wanted
    assert reminded(town, NOW + timedelta(days=20))[0][2] == "calendar"
    assert reminded(town, NOW + timedelta(days=50))[0][2] == "closed"


@pytest.mark.parametrize(("hour", "left"), [(22, 1), (23, 0)])
def test_a_day_ends_at_midnight_in_paris_for_mails_and_for_calls(
    installation: Installation, hour: int, left: int
) -> None:
    town = make_town(installation)
    day, at = date(2026, 12, 4), datetime(2026, 12, 4, hour, 30, tzinfo=UTC)
    with installation.database.writing() as session:
        study = town.study(session)
        set_plan(session, study, Plan(closes_on=day), actor=DESK, now=NOW)
        invite(session, installation, study, actor=DESK, now=NOW)
        centre = session.get_one(Centre, town.centres[0])
        chase.set_status(session, study, centre, status="call_back", next_on=day + timedelta(days=1), actor=DESK, now=NOW)
    assert deliver_due(installation, lambda: at).sent == left
    with installation.database.reading() as session:
        (line,) = chase.desk(session, town.study(session), at)
    assert line.step == ("wait" if left else "telephone")


@pytest.mark.parametrize(
    ("outcome", "status", "day", "reason"),
    [
        ("refused", None, None, "declined"),
        ("reached", "closed", None, "desk_closed"),
        ("promised", "promised", 30, "agreed"),
        ("promised", "promised", 20, None),
        ("no_answer", None, None, None),
    ],
)
def test_what_was_said_on_the_telephone_counts_for_mails_too(
    installation: Installation, outcome: Outcome, status: ChaseStatus | None, day: int | None, reason: str | None
) -> None:
    town = written_to(installation)
    with installation.database.writing() as session:
        study, centre = town.study(session), session.get_one(Centre, town.centres[0])
        chase.note(session, study, centre, outcome=outcome, text="", actor=DESK, now=NOW)
        if status is not None:
            until = (NOW + timedelta(days=day)).date() if day else None
            chase.set_status(session, study, centre, status, actor=DESK, now=NOW, next_on=until)
    assert reminded(town, LATER)[0][2] == reason
