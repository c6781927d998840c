"""How dates and instants are written on the centre's pages: day first in both languages, as they are typed there."""

from datetime import date, datetime

from app.doors.request import language
from app.kernel.clock import PARIS
from forms import spans


def day(on: date | None) -> str:
    """A calendar day: 12/03/2014."""
    return "—" if on is None else f"{on:%d/%m/%Y}"


def partial_date(iso: str | None) -> str:
    """A full or partial ISO date as people write it: 1948, 03/1948, 12/03/1948."""
    return spans.write(iso, language()) if iso else "—"


def instant(at: datetime) -> str:
    """A day and a time in the study's calendar."""
    # Cut from the ISO text: strftime costs five times as much, and every page says when it was saved.
    said = at.astimezone(PARIS).isoformat(" ", "minutes")
    return f"{said[8:10]}/{said[5:7]}/{said[:4]}{' ' if language() == 'en' else ' à '}{said[11:16]}"


def clock_time(at: datetime) -> str:
    """The time of day in the study's calendar: 14:32."""
    return f"{at.astimezone(PARIS):%H:%M}"
