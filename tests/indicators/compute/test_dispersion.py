"""Dispersion: type 7 quantiles and population deviation, against `statistics` and exact fractions."""

import statistics
from decimal import Context, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.compute.dispersion import disperse, quantile

VALUES = st.lists(st.integers(-(10**6), 10**6).map(lambda n: Decimal(n) / 100), min_size=1, max_size=40)


def test_F21_51_1_by_hand():
    spread = disperse(map(Decimal, (60, 70, 80, 90, 100)))
    assert (spread.n, spread.range, spread.mean, spread.median) == (5, 40, 80, 80)
    assert spread.quartiles == (60, 70, 80, 90, 100)
    assert (spread.d1, spread.d9) == (64, 96)
    assert spread.stdev == Decimal(200).sqrt(Context(prec=40)), "population: divided by 5, not by 4"


@pytest.mark.parametrize(
    ("values", "order", "expected"),
    [
        ("1 2 3 4", (1, 4), "1.75"),
        ("1 2 3 4", (1, 2), "2.5"),
        ("1 2 3 4", (3, 4), "3.25"),
        ("1 2", (1, 10), "1.1"),
        ("7", (9, 10), "7"),
        ("3 1 2", (0, 1), "1"),
        ("3 1 2", (1, 1), "3"),
    ],
)
def test_type_7(values, order, expected):
    assert quantile(map(Decimal, values.split()), *order) == Decimal(expected)


def test_one_value_spreads_by_nothing_and_none_has_no_spread():
    spread = disperse([Decimal("85.3")])
    assert (spread.stdev, spread.range, spread.mean) == (0, 0, Decimal("85.3"))
    assert disperse([]) is None


@pytest.mark.parametrize(("values", "order"), [((), (1, 2)), ((Decimal(1),), (3, 2)), ((Decimal(1),), (-1, 2))])
def test_no_values_or_no_order_is_an_error(values, order):
    with pytest.raises(ValueError, match="quantile"):
        quantile(values, *order)


@settings(deadline=None)
@given(VALUES)
def test_against_statistics(values):
    spread = disperse(values)
    exact = [Fraction(value) for value in values]
    mean = sum(exact) / len(exact)
    assert abs(Fraction(spread.mean) - mean) < Fraction(1, 10**25)
    variance = sum((value - mean) ** 2 for value in exact) / len(exact)
    assert abs(Fraction(spread.stdev) ** 2 - variance) < Fraction(1, 10**20)
    if len(values) > 1:
        quartiles = statistics.quantiles(exact, n=4, method="inclusive")
        deciles = statistics.quantiles(exact, n=10, method="inclusive")
        expected = [*quartiles, deciles[0], deciles[8]]
        found = [spread.q1, spread.median, spread.q3, spread.d1, spread.d9]
        assert all(abs(Fraction(a) - b) < Fraction(1, 10**25) for a, b in zip(found, expected, strict=True))


@settings(deadline=None)
@given(VALUES)
def test_quantiles_are_in_order_and_inside(values):
    s = disperse(values)
    assert s.minimum <= s.d1 <= s.q1 <= s.median <= s.q3 <= s.d9 <= s.maximum


def test_the_callers_context_changes_nothing():
    values = [Decimal(n) / 7 for n in range(9)]
    with localcontext(Context(prec=3)):
        narrow = disperse(values)
    assert narrow == disperse(values)
