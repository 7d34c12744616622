"""Working days: a table of the holidays that move and those that do not, and what always holds."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cog.working_days import is_working, working_day_from


@pytest.mark.parametrize(
    ("day", "following"),
    [
        (date(2014, 4, 30), date(2014, 4, 30)),  # a Wednesday
        (date(2014, 5, 1), date(2014, 5, 2)),  # Labour day
        (date(2014, 4, 19), date(2014, 4, 22)),  # Saturday before Easter Monday
        (date(2014, 5, 29), date(2014, 5, 30)),  # Ascension
        (date(2014, 6, 9), date(2014, 6, 10)),  # Whit Monday
        (date(2014, 7, 14), date(2014, 7, 15)),
        (date(2016, 1, 31), date(2016, 2, 1)),  # a Sunday, as the fourth quarter's date is
        (date(2013, 11, 1), date(2013, 11, 4)),
        (date(2016, 12, 31), date(2017, 1, 2)),  # over the year's end
    ],
)
def test_the_next_working_day(day: date, following: date) -> None:
    assert working_day_from(day) == following and is_working(following)
    assert is_working(day) is (day == following)


@given(st.dates(date(2008, 1, 1), date(2030, 12, 31)))
def test_it_is_the_first_one_and_near(day: date) -> None:
    found = working_day_from(day)
    assert is_working(found) and day <= found <= day + timedelta(days=5)
    assert not any(is_working(day + timedelta(days=step)) for step in range((found - day).days))
