"""A simulated campaign of 110 centres over ten weeks on a moved clock: who got what when, and why not.

It asserts the budget of every mailbox as it goes; the figures are what a sponsor would see, not a measure of speed.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.collection.models import Response
from app.kernel.clock import PARIS
from app.kernel.installation import Installation
from app.outreach.calendar import is_working_day, morning
from app.outreach.campaigns import Plan, set_plan
from app.outreach.delivery import deliver_due
from app.outreach.inviting import invite
from app.outreach.links import enter
from app.outreach.models import Mail, Mailbox, Wave
from app.outreach.people import stop
from app.outreach.reminding import remind
from app.outreach.standing import standing_of
from tests.fixtures.databases import make_settings
from tests.outreach.builders import DESK, Town, make_town

CENTRES, WEEKS, PATIENTS = 110, 10, 4
BEGINS = date(2027, 3, 1)
PLAN = Plan(
    invited_on=BEGINS,
    first_reminder_on=BEGINS + timedelta(days=14),
    return_by=BEGINS + timedelta(days=60),
    closes_on=BEGINS + timedelta(days=75),
)


@dataclass
class Played:
    """A campaign as it went: one line a week, and what every mailbox got."""

    weeks: list[dict[str, Any]] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)

    def as_json(self, mails: Sequence[tuple[str, datetime, str]]) -> dict[str, Any]:
        """The table and the budgets."""
        each: dict[str, list[datetime]] = {}
        for mailbox, at, _ in mails:
            each.setdefault(mailbox, []).append(at)
        closest = min((b - a for times in each.values() for a, b in _pairs(times)), default=None)
        most = max(
            sum(a <= at < a + timedelta(days=30) for at in times) for times in each.values() for a in times
        )
        off = sum(not _in_hours(at) for _, at, kind in mails if kind != "invitation")
        return {
            "weeks": self.weeks,
            "not_reminded": dict(self.reasons.most_common()),
            "mails_a_mailbox": dict(sorted(Counter(len(times) for times in each.values()).items())),
            "closest_two_mails_hours": round(closest.total_seconds() / 3600) if closest else None,
            "most_in_30_days": most,
            "reminders_outside_working_hours": off,
            "within_budget": most <= PLAN.monthly_ceiling
            and off == 0
            and (closest is None or closest >= timedelta(days=1)),
        }


def run(json: bool = False, centres: int = CENTRES, weeks: int = WEEKS) -> dict[str, Any]:
    """Plays the campaign day by day; the table by week and the budgets that were kept."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        installation = Installation.open(make_settings(home, f"sqlite:///{home / 'recueil.db'}"))
        installation.initialise()
        began = morning(BEGINS)
        town = make_town(installation, centres=centres, patients=PATIENTS, now=began)
        played, chance = Played(), Random(110)
        with installation.database.writing() as session:
            set_plan(session, town.study(session), PLAN, actor=DESK, now=began)
            invite(session, installation, town.study(session), actor=DESK, now=began)
        for number in range(7 * weeks):
            _day(town, began + timedelta(days=number), played, chance)
            if number % 7 == 6:
                played.weeks.append(_week(town, number // 7 + 1))
        result = played.as_json(_mails(town))
        installation.database.dispose()
    if not json:
        print(_table(played.weeks), file=sys.stderr)
    return result


def _day(town: Town, at: datetime, played: Played, chance: Random) -> None:
    installation = town.installation
    with installation.database.writing() as session:
        planned = remind(session, installation, town.study(session), actor=DESK, now=at)
        played.reasons.update(one.reason for one in planned.suggestions if one.reason)
    deliver_due(installation, lambda: at + timedelta(minutes=5))
    with installation.database.writing() as session:
        for rank, centre in enumerate(town.centres):
            _act(session, town, rank, centre, at + timedelta(hours=5), chance)


def _act(session: Session, town: Town, rank: int, centre: int, at: datetime, chance: Random) -> None:
    """What a centre does on a day: one in three never does anything, the others begin, go on, and finish."""
    if rank % 3 == 0 or not is_working_day(at.date()) or chance.random() > 0.05:
        return
    respondent = town.respondent(session, rank)
    if rank % 37 == 1 and respondent.active:
        stop(session, respondent, "unsubscribed", actor=DESK, now=at)
        return
    enter(session, respondent.link, name="Dr Essai", function="pharmacien", now=at)
    for patient in town.patients[centre]:
        held = session.scalar(select(Response).where(Response.patient_id == patient))
        if held is None:
            town.answer(session, patient, at, "draft")
            return
        if held.status == "draft":
            held.status, held.submitted_at, held.last_answer_at = "submitted", at, at
            return


def _week(town: Town, number: int) -> dict[str, Any]:
    with town.installation.database.reading() as session:
        mails = Counter(
            f"{kind} {rank}" if kind != "invitation" else kind
            for kind, rank in session.execute(
                select(Wave.kind, Wave.number).join(Mail, Mail.wave_id == Wave.id).where(Mail.state == "sent")
            )
        )
        standing = [standing_of(session, town.study_id, centre) for centre in town.centres]
    return {
        "week": number,
        **dict(sorted(mails.items())),
        "begun": sum(not one.untouched for one in standing),
        "complete": sum(one.left == 0 for one in standing),
        "answered": sum(one.answered for one in standing),
        "asked": sum(one.asked for one in standing),
    }


def _mails(town: Town) -> list[tuple[str, datetime, str]]:
    query = select(Mailbox.id, Mail.sent_at, Mail.kind).join(Mail, Mail.mailbox == Mailbox.id)
    with town.installation.database.reading() as session:
        found = session.execute(query.where(Mail.state == "sent").order_by(Mail.sent_at)).all()
    return [(mailbox, at, kind) for mailbox, at, kind in found if at is not None]


def _pairs(times: list[datetime]) -> list[tuple[datetime, datetime]]:
    return list(pairwise(times))


def _in_hours(at: datetime) -> bool:
    local = at.astimezone(PARIS)
    return is_working_day(local.date()) and 9 <= local.hour < 17


def _table(weeks: list[dict[str, Any]]) -> str:
    titles = list(dict.fromkeys(title for week in weeks for title in week))
    rows = [titles, *([str(week.get(title, "")) for title in titles] for week in weeks)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(titles))]
    return "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows
    )
