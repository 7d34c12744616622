"""Working days of the French calendar: neither a weekend nor a public holiday. PURE.

The convention's dates stay as written, weekends included; this tells beside them the next day someone is there. Public
holidays are those of mainland France.
"""

from datetime import date, timedelta
from functools import lru_cache

import holidays


@lru_cache(maxsize=64)
def _holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("FR", years=year))


def is_working(day: date) -> bool:
    """Whether someone is there to read and to sign."""
    return day.weekday() < 5 and day not in _holidays(day.year)


def working_day_from(day: date) -> date:
    """This day, or the first working day after it."""
    while not is_working(day):
        day += timedelta(days=1)
    return day
