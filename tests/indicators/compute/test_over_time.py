"""Over time: what makes a quarter, a semester, a year. Each case is read through the door, on one caisse."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cog.periods import Granularity, month, parse
from indicators.compute.evaluate import Perimeter
from indicators.compute.facts import History
from indicators.compute.methods import State
from indicators.compute.over_time import FlowReading, Grid, Reading, Rule, Source, same_rule
from tests.indicators.compute.builders import facts, headline, ratio, sheet

CAISSE = Perimeter(["751"])


def read(definition, lines, period):
    return headline(definition, facts(lines), period, "751", CAISSE)


def count(rule, rhythm="monthly"):
    return ratio(method="count", denominator=None, unit="places", over_time=rule, periodicity=[rhythm])


def stocks(**values):
    return [f"n 751 2014-{month[1:]} {value}" for month, value in values.items()]


@pytest.mark.parametrize(
    ("rule", "period", "value", "completeness"),
    [
        ("sum", "2014-T1", "6", (3, 3)),
        ("sum", "2014-S1", "15", (5, 6)),
        ("sum", "2014", "15", (5, 12)),
        ("last", "2014-T1", "3", (1, 1)),
        ("last", "2014-T2", None, (0, 1)),
        ("last", "2014-S1", None, (0, 1)),
        ("mean", "2014-T1", "2", (3, 3)),
        ("mean", "2014-T2", "4.5", (2, 3)),
        ("mean", "2014-S1", "3", (5, 6)),
        ("stock_sum", "2014-T1", "6", (3, 3)),
        ("stock_sum", "2014-03", "3", (1, 1)),
    ],
)
def test_rules(rule, period, value, completeness):
    outcome = read(count(rule), stocks(m01=1, m02=2, m03=3, m04=4, m05=5), period)
    assert outcome.value == (None if value is None else Decimal(value))
    assert outcome.completeness[:2] == completeness
    assert (outcome.state is State.DEFINITIVE) is (completeness[0] == completeness[1])


def test_a_missing_last_month_is_missing_never_an_earlier_month():
    outcome = read(count("last"), stocks(m01=1, m02=2), "2014-T1")
    assert (outcome.value, outcome.state) == (None, State.MISSING_DATA)


def test_a_coarser_value_is_used_for_that_period_and_completes_it():
    lines = [*stocks(m01=1, m02=2, m03=3), "n 751 2014-T1 60", "n 751 2014-T2 40"]
    assert read(count("sum"), lines, "2014-T1").value == 60
    assert read(count("sum"), lines, "2014-02").value == 2
    semester = read(count("sum"), lines, "2014-S1")
    assert (semester.value, semester.completeness[:2]) == (100, (6, 6))
    assert read(count("last"), lines, "2014-T1").value == 60
    year = read(count("sum"), [*lines, "n 751 2014 200"], "2014")
    assert (year.value, year.completeness[:2]) == (200, (12, 12))


def test_a_mean_weighs_what_was_supplied_by_its_length():
    lines = [*stocks(m04=4, m05=4, m06=4), "n 751 2014-T1 10", "n 751 2014-07 28"]
    assert read(count("mean"), lines, "2014-S1").value == 7
    assert read(count("mean"), lines, "2014").value == 10


def test_a_year_supplied_says_nothing_of_its_parts():
    outcome = read(count("sum"), ["n 751 2014 200"], "2014-S1")
    assert (outcome.value, outcome.completeness[:2]) == (None, (0, 6))


def test_days_make_months():
    days = [f"n 751 2014-02-{day:02d} 2" for day in range(1, 28)]
    february = read(count("sum", "daily"), days, "2014-02")
    assert (february.value, february.completeness[:2], february.state) == (54, (27, 28), State.INCOMPLETE)
    assert read(count("sum", "daily"), ["n 751 2014-02 54"], "2014-02").completeness[:2] == (28, 28)


def test_a_stock_sum_adds_month_end_stocks_not_days():
    lines = ["n 751 2014-01-30 7", "n 751 2014-01-31 8", "n 751 2014-02 5", "n 751 2014-03 2"]
    assert read(count("stock_sum"), lines, "2014-01").value == 8
    assert read(count("stock_sum"), lines, "2014-T1").value == 15


def test_finer_facts_than_the_sheet_asks_count_once_whole():
    annual = count("sum", "annual")
    months = [f"n 751 2014-{month:02d} 1" for month in range(1, 13)]
    assert read(annual, months, "2014").completeness[:2] == (1, 1)
    partial = read(annual, months[:11], "2014")
    assert (partial.value, partial.completeness[:2], partial.state) == (11, (0, 1), State.INCOMPLETE)
    assert partial.completeness.units_reported == 1, "it did answer"


def test_F10_21_a_quarter_adds_the_months_that_have_both():
    lines = """
        pieces_traitees_15j 751 2014-01 80
        pieces_traitees     751 2014-01 100
        pieces_traitees_15j 751 2014-02 500
        pieces_traitees     751 2014-03 900
    """
    outcome = read(sheet("F10-21"), lines, "2014-T1")
    assert (outcome.numerator, outcome.denominator, outcome.value) == (80, 100, 80)
    assert (outcome.state, outcome.completeness[:2]) == (State.INCOMPLETE, (1, 3))


def test_F10_21_a_quarter_supplied_on_one_side_meets_the_months_of_the_other():
    months = [f"pieces_traitees 751 2014-{month:02d} 100" for month in (1, 2, 3)]
    quarter = "pieces_traitees_15j 751 2014-T1 270"
    assert read(sheet("F10-21"), [*months, quarter], "2014-T1").value == 90
    partial = read(sheet("F10-21"), [*months[:2], quarter], "2014-T1")
    assert partial.state is State.MISSING_DATA, "270 pieces over three months are not compared with two months"


@pytest.mark.parametrize("rule", ["sum", "last"])
def test_sans_objet_on_one_side_does_not_excuse_silence_on_the_other(rule):
    definition = ratio(over_time=rule)
    assert read(definition, ["d 751 2014-03 NS"], "2014-03").state is State.MISSING_DATA
    assert read(definition, ["d 751 2014-03 NS"], "2014-T1").state is State.MISSING_DATA
    stated = ["d 751 2014-03 NS", "n 751 2014-03 5"]
    assert read(definition, stated, "2014-03").state is State.NOT_APPLICABLE


def test_F1_2_hours_are_summed_and_places_are_the_last():
    months = [f"eaje_heures_facturees 751 2014-{month:02d} 100" for month in range(1, 13)]
    places = [f"eaje_places_agreees 751 2014-{month:02d} {10 * month}" for month in range(1, 13)]
    outcome = read(sheet("F1-2"), [*months, *places], "2014")
    assert (outcome.numerator, outcome.denominator, outcome.value) == (1200, 120, 10)
    assert outcome.state is State.DEFINITIVE
    partial = read(sheet("F1-2"), [*months[:11], *places], "2014")
    assert (partial.numerator, partial.state) == (1100, State.INCOMPLETE)
    assert read(sheet("F1-2"), [*months, *places[:11]], "2014").state is State.MISSING_DATA


def test_F21_52_months_hold_a_stock_and_quarters_add_them():
    rules = sheet("F21-52").options["of"].over_time["pieces_solde"]
    lines = [f"n 751 2014-{month:02d}-27 {month}" for month in (1, 2, 3)]
    definition = count({"month": "last", "quarter": "stock_sum", "semester": "stock_sum", "year": "stock_sum"})
    assert rules == definition.over_time["n"]
    assert read(definition, stocks(m01=1, m02=2, m03=3), "2014-T1").value == 6
    assert read(definition, lines, "2014-T1").value is None, "the stock of the last day, not of the 27th"


def test_F10_31_begins_in_the_last_quarter_of_2013():
    lines = [f"{measure} 751 2013-{month:02d} 5" for month in range(1, 13) for measure in (
        "courriels_traites_48h", "courriels_traites")]  # fmt: skip
    year = read(sheet("F10-31"), lines, "2013")
    assert (year.numerator, year.completeness[:2]) == (15, (3, 3))


AMOUNTS = st.one_of(st.none(), st.just("NS"), st.integers(0, 10**6))
MONTHS = st.lists(st.tuples(AMOUNTS, AMOUNTS), min_size=12, max_size=12)


@settings(deadline=None)
@given(MONTHS)
def test_a_year_is_its_quarters_is_its_months(months):
    """Numerator and denominator of any span are those of its months that have both, whatever the path."""
    lines = [
        f"{measure} 751 2014-{number:02d} {value}"
        for number, pair in enumerate(months, start=1)
        for measure, value in zip("nd", pair, strict=True)
        if value is not None
    ]
    outcomes = {p: read(ratio(), lines, p) for p in ("2014", "2014-S2", "2014-T3", "2014-T4")}
    both = [pair for pair in months if all(isinstance(value, int) for value in pair)]
    year = outcomes["2014"]
    if both:
        numerator, denominator = (sum(column) for column in zip(*both, strict=True))
        assert (year.numerator, year.denominator) == (numerator, denominator)
        if denominator:
            assert abs(Fraction(year.value) - Fraction(100 * numerator, denominator)) < Fraction(1, 10**30)
        else:
            assert (year.value, year.state) == (None, State.ZERO_DENOMINATOR)
    else:
        assert year.value is None
    reported = [o.completeness.reported for o in (outcomes["2014-S2"], outcomes["2014-T3"], outcomes["2014-T4"])]
    assert reported[0] == reported[1] + reported[2]
    assert year.completeness.concerned == 12


@settings(deadline=None)
@given(
    st.dictionaries(st.integers(1, 12), st.integers(0, 99)),
    st.dictionaries(st.integers(1, 12), st.integers(0, 99)),
    st.sampled_from([Rule.SUM, Rule.LAST]),
    st.sampled_from([None, date(2014, 5, 1), date(2015, 1, 1)]),
)
def test_the_fast_reading_says_what_the_general_one_says(numerators, denominators, rule, first):
    grid, rules = Grid(Granularity.MONTH, first), same_rule(rule)
    histories = [
        History(
            {month(2014, number): Decimal(value) for number, value in values.items()}, frozenset({Granularity.MONTH})
        )
        for values in (numerators, denominators)
    ]
    fast = FlowReading(histories, grid, stocks=rule is Rule.LAST)
    general = Reading([[Source(history, rules, 1, 0)] for history in histories], [(), ()], grid)
    for text in ("2014-01", "2014-06", "2014-T1", "2014-T2", "2014-S1", "2014-S2", "2014"):
        assert fast.span(parse(text)) == general.span(parse(text)), text
