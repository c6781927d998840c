"""The only place that asks the machine for the time, and that says which day an instant is."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]

# The house's calendar: charts are read, mails sent and calls made in France, and "today" is the reader's day.
PARIS = ZoneInfo("Europe/Paris")


def utc_now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)


def day_of(instant: datetime) -> date:
    """The day that calendars in Paris show at an instant: the one that every date of the house is compared with."""
    return instant.astimezone(PARIS).date()
