"""How dates and instants are written on the centre's pages."""

from datetime import date, datetime

from app.doors.request import language
from app.kernel.clock import PARIS


def day(on: date | None) -> str:
    """A calendar day: 12/03/2014 in French, 2014-03-12 in English."""
    if on is None:
        return "—"
    return on.isoformat() if _english() else f"{on:%d/%m/%Y}"


def partial_date(iso: str | None) -> str:
    """A full or partial ISO date as people write it: 1948, 03/1948, 12/03/1948."""
    if not iso:
        return "—"
    return iso if _english() else "/".join(reversed(iso.split("-")))


def instant(at: datetime) -> str:
    """A day and a time in the study's calendar."""
    local = at.astimezone(PARIS)
    return f"{local:%Y-%m-%d %H:%M}" if _english() else f"{local:%d/%m/%Y à %H:%M}"


def clock_time(at: datetime) -> str:
    """The time of day in the study's calendar: 14:32."""
    return f"{at.astimezone(PARIS):%H:%M}"


def _english() -> bool:
    return language() == "en"
