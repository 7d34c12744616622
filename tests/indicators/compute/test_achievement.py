"""The degree of achievement: what was reached, how much of the way was done, and why it cannot be said."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cog.figures import Operator
from indicators.compute.achievement import Achievement, Degree, Measured, achievement, counted, last_target
from indicators.compute.verdict import Target, TargetMode, TargetRole, Verdict


def aim(threshold: str, operator: str = ">=", start: int = 2017, end: int = 2017, **changes: object) -> Target:
    number = Decimal(threshold)
    first, last = date(start, 1, 1), date(end, 12, 31)
    return Target("F", "national", end, first, last, Operator(operator), number, "", number, **changes)  # type: ignore[arg-type]


def found(value: str | None, target: Target | None, baseline: str | None = None, verdict: str = "non_atteint"):
    number, start = (None if one is None else Decimal(one) for one in (value, baseline))
    return achievement(Measured(number, Verdict(verdict), target, start, "donnée manquante" if value is None else ""))


@pytest.mark.parametrize(
    ("value", "target", "baseline", "degree", "shown"),
    [
        ("90", aim("90"), "82", "atteint", ""),
        ("89.9999", aim("90"), "82", "partiel", "99,999 %"),  # never rounded up to the whole way
        ("88.7", aim("90"), "82", "partiel", "84 %"),
        ("82", aim("90"), "82", "non_atteint", "0 %"),
        ("80", aim("90"), "82", "non_atteint", "−25 %"),
        ("89", aim("90"), None, "non_atteint", ""),
        ("89", aim("90"), "91", "non_atteint", ""),
        ("85.8", aim("70", "<="), "117.3", "partiel", "67 %"),
        ("70", aim("70", "<="), "117.3", "atteint", ""),
        ("71", aim("70", "="), "60", "non_atteint", ""),
        (None, aim("90"), "82", "non_calculable", ""),
        ("90", None, "82", "non_calculable", ""),
    ],
)
def test_the_degree_and_the_share_of_the_way(value, target, baseline, degree, shown) -> None:
    told = found(value, target, baseline)
    assert (told.degree.value, told.share_shown.replace("\u00a0", " ")) == (degree, shown)


@pytest.mark.parametrize("verdict", ["a_construire", "non_comparable", "incomplet"])
def test_what_is_not_judged_has_no_degree_and_says_why(verdict: str) -> None:
    told = found("90", aim("90"), "82", verdict)
    assert told.degree is Degree.NOT_COMPUTABLE
    assert told.reason and told.share is None


def test_F18_45_a_value_that_is_a_change_starts_from_none() -> None:
    target = aim("-12", "<=", mode=TargetMode.CHANGE_PERCENT)
    assert found("-11.2", target).share_shown == "93\u00a0%"
    assert found("-12", target).degree is Degree.REACHED


def test_F15_40_a_threshold_that_was_derived_keeps_its_baseline() -> None:
    target = replace(aim("93", mode=TargetMode.CHANGE_POINTS), value=Decimal(2))
    assert found("92", target, "91").share_shown == "50\u00a0%"
    assert found("92", target).share is None


def test_the_last_target_is_judged_and_a_critical_threshold_is_not() -> None:
    rows = [aim("20", start=2015, end=2015), aim("30"), aim("98", role=TargetRole.CRITICAL_THRESHOLD)]
    assert last_target(rows) == rows[1]
    assert last_target(rows[2:]) is None


@given(st.integers(-999, 999), st.integers(-999, 999), st.integers(-999, 999), st.sampled_from([">=", "<="]))
def test_the_share_says_the_same_as_the_degree(value: int, target: int, baseline: int, side: str) -> None:
    told = found(str(value), aim(str(target), side), str(baseline))
    met = Operator(side).holds(Decimal(value), Decimal(target))
    assert (told.degree is Degree.REACHED) is met
    assert (told.degree is Degree.PARTLY) is (not met and told.share is not None and told.share > 0)
    assert told.share is None or told.share < 1
    assert "100\u00a0%" not in told.share_shown


def test_degrees_are_counted_and_none_is_left_out() -> None:
    assert counted([Degree.REACHED, Degree.REACHED, Degree.PARTLY]) == {
        Degree.REACHED: 2, Degree.PARTLY: 1, Degree.NOT_REACHED: 0, Degree.NOT_COMPUTABLE: 0,
    }  # fmt: skip
    assert Achievement(Degree.PARTLY, Decimal("0.5")).share_shown == "50\u00a0%"
