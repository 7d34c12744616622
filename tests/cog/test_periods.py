"""Periods: written forms, order, divisions; no database, no clock."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cog.periods import (
    Granularity,
    Period,
    PeriodError,
    day,
    format_date,
    month,
    parse,
    quarter,
    semester,
    year,
)

DATES = st.dates(min_value=date(1900, 1, 1), max_value=date(2200, 12, 31))
PERIODS = st.builds(Period.containing, DATES, st.sampled_from(Granularity))


@pytest.mark.parametrize(
    ("text", "period", "start", "end", "label"),
    [
        ("2014", year(2014), date(2014, 1, 1), date(2014, 12, 31), "2014"),
        ("2014-S1", semester(2014, 1), date(2014, 1, 1), date(2014, 6, 30), "1er semestre 2014"),
        ("2014-S2", semester(2014, 2), date(2014, 7, 1), date(2014, 12, 31), "2e semestre 2014"),
        ("2014-T1", quarter(2014, 1), date(2014, 1, 1), date(2014, 3, 31), "1er trimestre 2014"),
        ("2014-T4", quarter(2014, 4), date(2014, 10, 1), date(2014, 12, 31), "4e trimestre 2014"),
        ("2014-03", month(2014, 3), date(2014, 3, 1), date(2014, 3, 31), "mars 2014"),
        ("2016-02", month(2016, 2), date(2016, 2, 1), date(2016, 2, 29), "février 2016"),
        ("2014-03-31", day(date(2014, 3, 31)), date(2014, 3, 31), date(2014, 3, 31), "31 mars 2014"),
        ("2014-04-01", day(date(2014, 4, 1)), date(2014, 4, 1), date(2014, 4, 1), "1er avril 2014"),
    ],
)
def test_written_form_bounds_and_label(text, period, start, end, label):
    assert parse(text) == period
    assert (str(period), period.start, period.end, period.label) == (text, start, end, label)


@pytest.mark.parametrize(
    "text",
    [
        "", "14", "2014-", "2014-T5", "2014-T0", "2014-t1", "2014-Q1", "2014-S3", "2014-13", "2014-00",
        "2014-3",
        "2014-02-30", "2013-02-29", "31/03/2014", "2014/03", " 2014", "2014\n", "0000", "٢٠١٤", "２０１４",
        "2014-T1-01",
    ],
)  # fmt: skip
def test_anything_else_is_refused_with_what_was_found_and_expected(text):
    with pytest.raises(PeriodError) as error:
        parse(text)
    assert error.value.found == text
    assert "2014-T1" in error.value.expected
    assert "attendu" in str(error.value)


def test_a_period_begins_on_its_first_day():
    with pytest.raises(PeriodError):
        Period(date(2014, 2, 1), Granularity.QUARTER)


@pytest.mark.parametrize("build", [lambda: month(2014, 13), lambda: quarter(2014, 0), lambda: year(0)])
def test_a_number_outside_the_year_is_refused(build):
    with pytest.raises(PeriodError):
        build()


def test_order_is_chronological_then_from_the_shortest_to_the_longest():
    texts = ["2014-01-01", "2014-01", "2014-T1", "2014-S1", "2014", "2014-02", "2014-T2", "2014-S2", "2015"]
    assert [str(period) for period in sorted(map(parse, reversed(texts)))] == texts


@pytest.mark.parametrize(
    ("text", "previous", "following", "year_before"),
    [
        ("2014-T1", "2013-T4", "2014-T2", "2013-T1"),
        ("2014-S1", "2013-S2", "2014-S2", "2013-S1"),
        ("2014-01", "2013-12", "2014-02", "2013-01"),
        ("2014", "2013", "2015", "2013"),
        ("2016-03-01", "2016-02-29", "2016-03-02", "2015-03-01"),
        ("2016-02-29", "2016-02-28", "2016-03-01", "2015-02-28"),
    ],
)
def test_neighbours(text, previous, following, year_before):
    period = parse(text)
    assert str(period.previous()) == previous
    assert str(period.next()) == following
    assert str(period.previous_year()) == year_before


def test_children_months_and_periods_of_the_year_to_date():
    assert [str(child) for child in parse("2014-S2").children(Granularity.QUARTER)] == ["2014-T3", "2014-T4"]
    assert [str(child) for child in parse("2014-T2").months()] == ["2014-04", "2014-05", "2014-06"]
    assert len(parse("2016").children(Granularity.DAY)) == 366
    assert parse("2014").children(Granularity.YEAR) == (year(2014),)
    assert [str(one) for one in parse("2014-T3").to_date()] == ["2014-T1", "2014-T2", "2014-T3"]
    with pytest.raises(PeriodError):
        parse("2014-01").children(Granularity.YEAR)
    with pytest.raises(PeriodError):
        day(date(2014, 1, 1)).months()


def test_contains_every_day_not_some():
    assert parse("2014-S1").contains(parse("2014-T2"))
    assert parse("2014").contains(parse("2014"))
    assert not parse("2014-T1").contains(parse("2014-S1"))
    assert not parse("2014-01").contains(parse("2014-02-01"))


def test_last_year_of_the_calendar_has_an_end():
    assert year(9999).end == month(9999, 12).end == date(9999, 12, 31)


def test_format_date_says_premier():
    assert format_date(date(2015, 3, 17)) == "17 mars 2015"
    assert format_date(date(2014, 8, 1)) == "1er août 2014"


@settings(deadline=None)
@given(PERIODS)
def test_written_form_reads_back(period):
    assert parse(str(period)) == period
    assert hash(parse(str(period))) == hash(period)


@settings(deadline=None)
@given(PERIODS)
def test_neighbours_touch_and_undo_each_other(period):
    assert period.previous().end + timedelta(days=1) == period.start
    assert period.previous().next() == period == period.next().previous()


@settings(deadline=None)
@given(PERIODS, st.sampled_from(Granularity))
def test_children_make_the_whole(period, granularity):
    if granularity > period.granularity:
        return
    children = period.children(granularity)
    assert (children[0].start, children[-1].end) == (period.start, period.end)
    assert all(one.end + timedelta(days=1) == two.start for one, two in pairwise(children))
    assert all(period.contains(child) for child in children)
    assert list(children) == sorted(children)


@settings(deadline=None)
@given(DATES, st.sampled_from(Granularity))
def test_containing_contains(moment, granularity):
    assert Period.containing(moment, granularity).contains(day(moment))


@settings(deadline=None)
@given(PERIODS)
def test_number_and_year_name_the_period_again(period):
    builders = {
        Granularity.MONTH: month,
        Granularity.QUARTER: quarter,
        Granularity.SEMESTER: semester,
    }
    build = builders.get(period.granularity)
    if build:
        assert build(period.year, period.number) == period
