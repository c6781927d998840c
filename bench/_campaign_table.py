"""The table of the simulated campaign: a line a mailbox, a column a week, and a word for every day without a mail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.kernel.clock import day_of
from app.outreach.models import Mail, Respondent
from app.outreach.standing import Standing

NAMES = {
    "announcement": "ann", "invitation": "inv", "reminder_nothing": "rem", "reminder_partial": "part",
    "reminder_query": "corr", "colleague": "coll", "newcomer": "new",
}  # fmt: skip
# What stands in a week without a mail: its reason on most of its days.
SHORT = {
    "due_later": ("wait", "its mail is confirmed and waits for its day"),
    "not_invited": ("·", "the invitation has not left yet"),
    "calendar": ("early", "before the day of the first reminder"),
    "too_soon": ("soon", "a mail left less than 14 days ago"),
    "quiet": ("quiet", "the centre was active less than 7 days ago"),
    "complete": ("=", "everything is answered"),
    "capped": ("max", "three reminders of its kind have left: the telephone"),
    "stopped": ("stop", "unsubscribed, left, or handed over"),
    "link_revoked": ("stop", "unsubscribed, left, or handed over"),
    "bounced": ("dead", "the address refuses mail"),
    "month": ("month", "four mails in 30 days"),
    "day": ("day", "a mail less than 24 hours ago"),
    "same_mailbox": ("same", "the same mailbox answers for another centre too"),
    "unconfirmed": ("new", "added since the manager confirmed"),
    "away": ("away", "the mail server was away"),
    "not_working_day": ("off", "due, at a weekend or on a holiday"),
}


@dataclass(frozen=True)
class Row:
    """One mailbox: its centres, its mails in order, the reason of every other day, and how it ended."""

    centres: str
    mails: list[tuple[datetime, str]]
    reasons: dict[date, str]
    answered: int
    asked: int
    end: str

    @classmethod
    def of(
        cls,
        people: Sequence[Respondent],
        mails: Sequence[Mail],
        where: dict[int, Standing],
        reasons: dict[date, str],
    ) -> Row:
        """The row of the respondents who share a mailbox."""
        stands = [where[one.centre_id] for one in people]
        first = people[0]
        stopped = first.stop_reason or ("address refused" if first.box.bounced_at else "")
        left = sum(one.left for one in stands)
        return cls(
            centres="+".join(one.centre.code for one in people),
            mails=[(mail.started_at, _name(mail)) for mail in mails if mail.started_at],
            reasons=reasons,
            answered=sum(one.answered for one in stands),
            asked=sum(one.asked for one in stands),
            end=stopped or ("complete" if left == 0 else "open"),
        )

    def cell(self, monday: date) -> str:
        """What the mailbox got in a week, or why nothing."""
        end = monday + timedelta(days=7)
        got = [f"{what} {day_of(at):%d/%m}" for at, what in self.mails if monday <= day_of(at) < end]
        said = [
            SHORT.get(why, (why or "?", ""))[0] for day, why in self.reasons.items() if monday <= day < end
        ]
        return " ".join(got) or (Counter(said).most_common(1)[0][0] if said else "")


def table(rows: Sequence[Row], begins: date, answered: Sequence[int]) -> str:
    """The whole table, its columns as wide as what stands in them; below, what had been answered by each week's end."""
    mondays = [begins + timedelta(days=7 * number) for number in range(len(answered))]
    lines = [["centre", *(f"{day:%d/%m}" for day in mondays), "mails", "answered", "at the end"]]
    for row in rows:
        cells = [row.cell(monday) for monday in mondays]
        lines.append([row.centres, *cells, str(len(row.mails)), f"{row.answered}/{row.asked}", row.end])
    lines.append(
        ["all", *map(str, answered), str(sum(len(row.mails) for row in rows)), str(answered[-1]), "answered"]
    )
    widths = [max(len(line[at]) for line in lines) for at in range(len(lines[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def explained(rows: Sequence[Row]) -> str:
    """How many of each mail left and on which days; then the reasons of the days without one, and their words."""
    sent: dict[str, list[date]] = {}
    for row in rows:
        for at, what in row.mails:
            sent.setdefault(what, []).append(day_of(at))
    lines = [
        f"{what:<8}{len(days):>6}  {min(days):%d/%m} to {max(days):%d/%m}"
        for what, days in sorted(sent.items())
    ]
    counted = Counter(reason for row in rows for reason in row.reasons.values())
    lines += ["", "days without a mail, each mailbox counted:"]
    for reason, count in counted.most_common():
        word, said = SHORT.get(reason, (reason or "?", reason or "NOBODY KNOWS WHY"))
        lines.append(f"{word:<8}{count:>6}  {said}")
    return "\n".join(lines)


def _name(mail: Mail) -> str:
    numbered = mail.kind.startswith("reminder")
    return f"{NAMES[mail.kind]}{mail.wave.number if numbered else ''}"
