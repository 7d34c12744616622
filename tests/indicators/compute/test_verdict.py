"""Verdicts: which target applies at a period, and what the unrounded value says against it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cog.figures import Operator
from cog.periods import parse
from indicators.compute.methods import Completeness, Outcome, State
from indicators.compute.verdict import (
    Baseline,
    Break,
    Target,
    TargetRole,
    Verdict,
    judge,
    targets_of,
    yardstick_at,
)
from tests.indicators.compute.builders import sheet

FULL = Completeness(102, 102, 102, 102)


def outcome(value, state=State.DEFINITIVE):
    return Outcome(None if value is None else Decimal(value), None, None, state, None, FULL)


def target(code, threshold, operator, start, end, **changes):
    first, last = date(start, 1, 1), date(end, 12, 31)
    number = Decimal(threshold)
    return Target(code, "national", start, first, last, Operator(operator), number, "", number, **changes)


DESK = [target("F10-21", "85", ">=", 2013, 2017)]
SPREAD = [
    target("F21-51.1", "35", "<=", 2015, 2015, intermediate=True),
    target("F21-51.1", "25", "<=", 2017, 2017),
]
FRAUD = [target("F16-41", str(m), ">=", y, y) for y, m in ((2013, 113), (2014, 120), (2015, 127), (2016, 134))]
ENERGY = [target("F18-45", "-12", "<=", 2014, 2014)]
SURFACE = [target("F21-54", "12", "<=", 2015, 2017)]


def verdict(code, value, period, targets, baseline=None, **options):
    base = Baseline(*baseline) if baseline else None
    judgement = judge(sheet(code), outcome(value), parse(period), targets, baseline=base, **options)
    return judgement.verdict.value


@pytest.mark.parametrize(
    ("value", "period", "expected"),
    [
        ("85", "2013", "atteint"), ("84.96", "2014-T2", "non_atteint"), ("85.3", "2017-12", "atteint"),
        ("84." + "9" * 38, "2014", "non_atteint"), ("90", "2018", "sans_cible"), ("90", "2012", "sans_cible"),
    ],
)  # fmt: skip
def test_F10_21_a_floor_holds_from_its_first_day_without_trajectory(value, period, expected):
    assert verdict("F10-21", value, period, DESK, baseline=(2012, Decimal(70))) == expected


@pytest.mark.parametrize(
    ("value", "period", "expected"),
    [
        # 51 points in 2012, 35 in 2015: 45.67 in 2013, 40.33 in 2014; then 25 in 2017: 30 in 2016
        ("45.66", "2013", "conforme"), ("45.67", "2013", "en_retard"), ("40.3", "2014-T1", "conforme"),
        ("30", "2014", "conforme"), ("35", "2015", "atteint"), ("35.01", "2015-06", "non_atteint"),
        ("30", "2016", "conforme"), ("30.01", "2016-S2", "en_retard"), ("25", "2017", "atteint"),
        ("25.5", "2018", "sans_cible"),
    ],
)  # fmt: skip
def test_F21_51_1_before_a_dated_target_the_line_is_indicative(value, period, expected):
    assert verdict("F21-51.1", value, period, SPREAD, baseline=(2012, Decimal(51))) == expected


def test_a_target_to_come_without_baseline_is_compared_with_nothing():
    assert verdict("F10-21", "40", "2014", SPREAD) == "sans_cible"
    assert verdict("F10-21", "40", "2016", SPREAD) == "en_retard", "the target of 2015 starts the line"
    assert verdict("F10-21", "40", "2011", SPREAD, baseline=(2012, Decimal(51))) == "sans_cible"


@pytest.mark.parametrize(
    ("value", "period", "expected"),
    [("113", "2013", "atteint"), ("112.99", "2013", "non_atteint"), ("133", "2017", "sans_cible"),
     ("134", "2017", "sans_cible"), ("60", "2013-S1", "sans_cible")],
)  # fmt: skip
def test_F16_41_nothing_after_the_last_target_nor_for_half_a_year(value, period, expected):
    assert verdict("F16-41", value, period, FRAUD) == expected


def test_F18_45_a_line_may_start_years_before_and_go_down():
    assert verdict("F18-45", "-9.6", "2013", ENERGY, baseline=(2009, Decimal(0))) == "conforme"
    assert verdict("F18-45", "-9.5", "2013", ENERGY, baseline=(2009, Decimal(0))) == "en_retard"
    assert verdict("F18-45", "-12", "2014", ENERGY) == "atteint"


def test_F21_54_a_floor_to_come_has_no_trajectory():
    assert verdict("F21-54", "13", "2014", SURFACE, baseline=(2012, Decimal(14))) == "sans_cible"
    assert verdict("F21-54", "12", "2015", SURFACE) == "atteint"


def test_F14_36_a_critical_threshold_is_never_the_target():
    critical = target("F14-36", "98", ">=", 2013, 2017, role=TargetRole.CRITICAL_THRESHOLD)
    assert verdict("F14-36", "99", "2014", [critical]) == "sans_cible"
    assert verdict("F14-36", "99", "2014", [critical, target("F14-36", "99.5", ">=", 2013, 2017)]) == "non_atteint"


def test_an_equality_has_no_trajectory():
    exact = [target("F10-21", "100", "=", 2017, 2017)]
    assert verdict("F10-21", "99", "2016", exact, baseline=(2012, Decimal(0))) == "sans_cible"
    assert verdict("F10-21", "100", "2017", exact) == "atteint"


def test_the_target_that_holds_the_shortest_time_is_the_one_of_the_year():
    both = [*DESK, target("F10-21", "87", ">=", 2015, 2015, origin="amendment")]
    assert yardstick_at(parse("2015-T1"), both).threshold == 87
    assert yardstick_at(parse("2016"), both).threshold == 85


def test_results_in_calendar_days_are_not_comparable():
    breaks = [Break(date(2014, 1, 1), "délais en jours calendaires avant janvier 2014")]
    assert verdict("F10-21", "80", "2013-T4", DESK, breaks=breaks) == "non_comparable"
    assert verdict("F10-21", "80", "2014-01", DESK, breaks=breaks) == "non_atteint"
    judged = judge(sheet("F10-21"), outcome("80"), parse("2013"), DESK, breaks=breaks)
    assert judged.reason == breaks[0].reason
    assert verdict("F10-21", "80", "2013", [], breaks=breaks) == "sans_cible"


@pytest.mark.parametrize(
    ("value", "state", "expected"),
    [
        (None, State.MISSING_DATA, "non_disponible"),
        (None, State.ZERO_DENOMINATOR, "non_disponible"),
        (None, State.NOT_APPLICABLE, "non_disponible"),
        (None, State.TO_BUILD, "a_construire"),
        ("99", State.INCOMPLETE, "incomplet"),
        ("10", State.INCOMPLETE, "incomplet"),
        ("85", State.PROVISIONAL, "atteint"),
    ],
)
def test_what_is_missing_comes_before_any_comparison(value, state, expected):
    assert judge(sheet("F10-21"), outcome(value, state), parse("2014"), DESK).verdict == expected


def test_F10_27_a_definition_not_adopted_is_to_build_whatever_its_value():
    assert verdict("F10-27", "45", "2017", [target("F10-27", "40", ">=", 2017, 2017)]) == "a_construire"
    adopted = replace(sheet("F10-27"), provisional=False)
    goal = [target("F10-27", "40", ">=", 2017, 2017)]
    assert judge(adopted, outcome("45"), parse("2017"), goal).verdict is Verdict.MET


def test_targets_of_one_scope_only():
    local = replace(DESK[0], scope="751")
    assert targets_of([*DESK, local, *FRAUD], "F10-21", "751") == (local,)


def test_every_verdict_has_its_word():
    assert {verdict.value for verdict in Verdict} == {
        "atteint", "conforme", "en_retard", "non_atteint", "non_comparable", "sans_cible", "non_disponible",
        "incomplet",
        "a_construire",
    }  # fmt: skip
    assert all(verdict.label for verdict in Verdict)


@settings(deadline=None)
@given(st.integers(2013, 2016), st.integers(-1000, 1000), st.integers(-1000, 1000))
def test_the_line_joins_the_baseline_to_the_target(year, base, goal):
    dated = [target("F10-21", str(goal), ">=", 2017, 2017)]
    point = yardstick_at(parse(str(year)), dated, Baseline(2012, Decimal(base)))
    assert point.indicative
    assert abs(point.threshold * 5 - (base * (2017 - year) + goal * (year - 2012))) < Decimal("1e-20")


# --- Amendments ------------------------------------------------------------------------------------------------------


def amended(value, effective, place=1, start=2013, end=2017):
    return target("F10-21", value, ">=", start, end, origin="amendment", place=place, effective_on=effective)


PRINTED = target("F10-21", "85", ">=", 2013, 2017, place=1)


@pytest.mark.parametrize(
    ("period", "threshold"),
    [("2014", "85"), ("2015-T2", "85"), ("2015-S1", "85"), ("2015-T3", "87"), ("2015", "87"), ("2017", "87")],
)
def test_a_period_is_judged_by_the_target_in_force_on_its_last_day(period, threshold):
    found = yardstick_at(parse(period), [PRINTED, amended("87", date(2015, 7, 1))])
    assert found.threshold == Decimal(threshold)


def test_of_two_amendments_of_one_target_the_last_in_force_holds():
    aims = [amended("90", date(2017, 1, 1)), PRINTED, amended("87", date(2015, 1, 1))]
    assert [yardstick_at(parse(one), aims).threshold for one in ("2014", "2016", "2017")] == [85, 87, 90]


def test_an_amendment_leaves_the_other_targets_of_the_sheet():
    aims = [
        *(replace(one, place=place) for place, one in enumerate(SPREAD, 1)),
        amended("20", date(2016, 1, 1), 2, 2017),
    ]
    assert yardstick_at(parse("2015"), aims).threshold == 35
    assert yardstick_at(parse("2017"), aims).threshold == 20
