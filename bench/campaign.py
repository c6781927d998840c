"""A simulated campaign of 110 centres over ten weeks on a moved clock, run by its calendar: who got what when.

A manager sets the calendar and confirms; from then on two schedulers (the clock of one is a day behind) and a worker
do the rest, while centres answer, stop, hand over or stay silent, addresses fail, centres are added, and the mail
server is away for two days. The table has one line a mailbox; a day without a mail has its reason, or is counted as
unexplained. The figures are what a sponsor would see, not a measure of speed.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.kernel.clock import PARIS, day_of
from app.kernel.installation import Installation
from app.outreach.agenda import agenda
from app.outreach.calendar import is_working_day, morning
from app.outreach.campaigns import STARTS, Plan, set_plan
from app.outreach.composing import Composed
from app.outreach.delivery import deliver_due
from app.outreach.inviting import invite, plan_opening
from app.outreach.mandates import covered, give_mandate, mailboxes, mandate_of, run_mandates
from app.outreach.models import Mail, Respondent
from app.outreach.people import respondents_of
from app.outreach.reminding import plan_reminders
from app.outreach.standing import standings
from app.outreach.transport import Files, Meanwhile, Unreachable, nothing
from bench._campaign_people import PATIENTS, Centres
from bench._campaign_table import Row, explained, table
from tests.fixtures.databases import make_settings
from tests.outreach.builders import DESK, Town, make_town

CENTRES, WEEKS = 110, 10
BEGINS = date(2027, 2, 22)
PLAN = Plan(
    announced_on=BEGINS,
    invited_on=BEGINS + timedelta(days=7),
    first_reminder_on=BEGINS + timedelta(days=21),
    return_by=BEGINS + timedelta(days=63),
    closes_on=BEGINS + timedelta(days=91),
)
ADDED, CONFIRMED_AGAIN, LATE = 17, 23, 5
AWAY = (36, 37)
BEHIND = timedelta(days=1)


@dataclass
class Played:
    """A campaign as it went: by mailbox the reason of each day without a mail; what the desk saw and did."""

    town: Town
    centres: Centres
    reasons: dict[str, dict[date, str]] = field(default_factory=lambda: defaultdict(dict))
    desk: list[str] = field(default_factory=list)
    answered: list[int] = field(default_factory=list)

    def says(self, at: datetime, what: str) -> None:
        """One line of the desk's diary."""
        self.desk.append(f"{day_of(at):%d/%m}  {what}")


class Away(Files):
    """A mail server that cannot be reached."""

    def propose(self, mail: Composed, meanwhile: Meanwhile = nothing) -> None:
        """Nobody answers."""
        raise Unreachable("connection refused")


def run(json: bool = False, centres: int = CENTRES, weeks: int = WEEKS) -> dict[str, Any]:
    """Plays the campaign day by day; the table, the budgets that were kept, and what nobody could explain."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        installation = Installation.open(make_settings(home, f"sqlite:///{home / 'recueil.db'}"))
        installation.initialise()
        began = morning(BEGINS)
        town = make_town(installation, centres, PATIENTS, now=began - timedelta(days=10))
        played = Played(town, Centres(town))
        _prepare(played, began - timedelta(days=5))
        for number in range(7 * weeks):
            _day(played, number, began + timedelta(days=number))
            if number % 7 == 6:
                played.answered.append(_answered(town))
        rows = _rows(played)
        result = _judged(played, rows)
        if not json:
            print(
                "\n".join(played.desk),
                table(rows, BEGINS, played.answered),
                explained(rows),
                sep="\n\n",
                file=sys.stderr,
            )
        installation.database.dispose()
    return result


def _prepare(played: Played, now: datetime) -> None:
    """The manager sets the calendar and confirms what it will start, each with its count."""
    town = played.town
    with town.installation.database.writing() as session:
        study = town.study(session)
        # One pharmacist answers for the last two centres.
        town.add(session, town.centres[-1], f"pharmacien@centre-{len(town.centres) - 1}.example.org", now)
        town.respondents.pop()
        set_plan(session, study, PLAN, actor=DESK, now=now)
    _confirm(played, now)


def _confirm(played: Played, now: datetime) -> None:
    """What the desk's pages do: the dry run is read, and its count typed."""
    town, installation = played.town, played.town.installation
    for kind in STARTS:
        with installation.database.writing() as session:
            study = town.study(session)
            count = len(plan_opening(session, study, now, kind).going)
            if count:
                invite(
                    session,
                    installation,
                    study,
                    actor=DESK,
                    now=now,
                    kind=kind,
                    at_once=False,
                    confirmed=count,
                )
                due = max(now, morning(getattr(PLAN, STARTS[kind])))
                played.says(now, f"the manager confirms {count} × {kind}, to leave on {day_of(due):%d/%m}")
    with installation.database.writing() as session:
        study = town.study(session)
        people = mailboxes(session, study, now)
        give_mandate(session, study, confirmed=people, actor=DESK, now=now)
        played.says(now, f"the manager entrusts reminders to the calendar, for {people} people")


def _day(played: Played, number: int, at: datetime) -> None:
    """One day: something may happen to the desk, the schedulers and the worker do their work, centres do theirs."""
    town, installation = played.town, played.town.installation
    if number == ADDED:
        with installation.database.writing() as session:
            town.grow(session, LATE, PATIENTS, at)
        played.says(at, f"{LATE} centres are added with a respondent each")
    if number == CONFIRMED_AGAIN:
        _show_agenda(played, at)
        _confirm(played, at + timedelta(hours=1))
    if number in AWAY:
        played.says(at, "the mail server is away")
    with installation.database.reading() as session:
        why = _why(session, town, at)
    for moment in (at, at - BEHIND, at):
        run_mandates(installation, partial(_say, moment))
    gone = Away(installation.settings.home / "mail") if number in AWAY else None
    deliver_due(installation, lambda: at + timedelta(minutes=65), gone)
    begun = _begun_on(installation, at)
    for mailbox, reason in why.items():
        if mailbox not in begun:
            played.reasons[mailbox][day_of(at)] = "away" if number in AWAY and not reason else reason
    with installation.database.writing() as session:
        played.centres.live(session, at, begun)


def _say(moment: datetime) -> datetime:
    return moment


def _why(session: Session, town: Town, at: datetime) -> dict[str, str]:
    """By mailbox, before anybody acts on this day: why no mail would begin; empty when one would."""
    study = town.study(session)
    mandate = mandate_of(session, study)
    counted = covered(session, study, mandate) if mandate else lambda one: False
    planned = plan_reminders(session, study, at, covers=counted)
    waiting = dict(session.execute(select(Mail.mailbox, Mail.due_at).where(Mail.state == "planned")).all())
    found: dict[str, str] = {}
    for one in planned.suggestions:
        mailbox, reason = one.respondent.mailbox, one.reason or ""
        if mailbox in waiting and reason == "already":
            reason = "due_later" if waiting[mailbox] > at + timedelta(minutes=65) else ""
        if not is_working_day(day_of(at)) and reason in ("", "already"):
            reason = "not_working_day"
        if found.get(mailbox) is None or reason == "":
            found[mailbox] = reason
    return found


def _begun_on(installation: Installation, at: datetime) -> dict[str, str]:
    """By mailbox: the mail that began to leave on this day."""
    with installation.database.reading() as session:
        rows = session.execute(select(Mail.mailbox, Mail.kind, Mail.started_at)).all()
    return {mailbox: kind for mailbox, kind, began in rows if began and day_of(began) == day_of(at)}


def _show_agenda(played: Played, at: datetime) -> None:
    with played.town.installation.database.reading() as session:
        told = agenda(session, played.town.study(session), at)
    apart = [f"{one.kind} {one.unconfirmed}" for one in told.openings] + [f"reminders {told.left_out}"]
    played.says(at, f"the calendar's page shows who is not included: {', '.join(apart)}")


def _rows(played: Played) -> list[Row]:
    """One row a mailbox, in the order of its first centre."""
    town = played.town
    with town.installation.database.reading() as session:
        people: dict[str, list[Respondent]] = {}
        for one in respondents_of(session, town.study(session)):
            people.setdefault(one.mailbox, []).append(one)
        mails: dict[str, list[Mail]] = defaultdict(list)
        for mail in session.scalars(select(Mail).options(joinedload(Mail.wave)).order_by(Mail.started_at)):
            if mail.started_at is not None:
                mails[mail.mailbox].append(mail)
        where = standings(session, town.study_id)
        return [Row.of(some, mails[key], where, played.reasons[key]) for key, some in people.items()]


def _judged(played: Played, rows: list[Row]) -> dict[str, Any]:
    """The promises, counted over all mailboxes."""
    each = [[at for at, _ in row.mails] for row in rows]
    closest = min((b - a for times in each for a, b in pairwise(times)), default=None)
    most = max(sum(a <= at < a + timedelta(days=30) for at in times) for times in each for a in times)
    off = sum(not _in_hours(at) for times in each for at in times)
    unexplained = sum(reason == "" for row in rows for reason in row.reasons.values())
    doubled = sum(count > 1 for row in rows for count in Counter(what for _, what in row.mails).values())
    return {
        "mailboxes": len(rows),
        "mails": dict(sorted(Counter(what for row in rows for _, what in row.mails).items())),
        "mails_a_mailbox": dict(sorted(Counter(len(times) for times in each).items())),
        "days_without_mail": dict(
            Counter(reason for row in rows for reason in row.reasons.values()).most_common()
        ),
        "days_unexplained": unexplained,
        "same_mail_twice": doubled,
        "closest_two_mails_hours": round(closest.total_seconds() / 3600) if closest else None,
        "most_in_30_days": most,
        "outside_working_hours": off,
        "within_budget": most <= PLAN.monthly_ceiling
        and off == doubled == unexplained == 0
        and (closest is None or closest >= timedelta(days=1)),
        "answered_by_week": played.answered,
        "desk": played.desk,
    }


def _answered(town: Town) -> int:
    with town.installation.database.reading() as session:
        return sum(one.answered for one in standings(session, town.study_id).values())


def _in_hours(at: datetime) -> bool:
    local = at.astimezone(PARIS)
    return is_working_day(local.date()) and 9 <= local.hour < 17
