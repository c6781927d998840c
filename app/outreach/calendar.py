"""French working time: when a reminder may land in a hospital's mailbox. It knows no study."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from holidays import country_holidays

from app.kernel.clock import PARIS

OPENS, CLOSES = time(9), time(17)


def is_working_day(day: date) -> bool:
    """Monday to Friday, public holidays of France left out (Code du travail L3133-1)."""
    return day.weekday() < 5 and day not in _holidays(day.year)


def working_moment(at: datetime) -> datetime:
    """`at` itself within working hours (9 to 17, Paris), else the next working morning, in UTC."""
    local = at.astimezone(PARIS)
    if is_working_day(local.date()) and OPENS <= local.time() < CLOSES:
        return at
    day = local.date() if local.time() < OPENS else local.date() + timedelta(days=1)
    while not is_working_day(day):
        day += timedelta(days=1)
    return morning(day)


def morning(day: date) -> datetime:
    """Nine o'clock in Paris on `day`, in UTC."""
    return datetime.combine(day, OPENS, PARIS).astimezone(UTC)


@cache
def _holidays(year: int) -> dict[date, str]:
    return dict(country_holidays("FR", years=year, language="fr"))
