"""A table is whole once its stated lines are: sums, memo lines, rates; what is not known stays blank."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from budgets.compute.identities import CrossCheck, Derived, Line
from budgets.compute.stages import (
    Layout,
    complete,
    gap,
    rate,
    rates_and_differences,
    total_gaps,
)

# 5 = 3 + 4 - 6; 1 = 5 + 2; 7 is for memory, 8 = 3 + 7 by its cross-check; 9 has no label
LAYOUT = Layout(
    lines=(
        Line(1, None, "total"),
        Line(2, 1, "component"),
        Line(3, 5, "component"),
        Line(4, 5, "component"),
        Line(5, 1, "total"),
        Line(6, 5, "deduction"),
        Line(7, 8, "memo"),
        Line(8, None, "memo"),
        Line(9, None, "memo"),
        Line(10, 1, "rate"),
    ),
    checks=(CrossCheck(8, (3, 7)),),
    derived=(Derived(10, "growth", 1, 2014),),
    unnamed=frozenset({9}),
)


def _amounts(**values: str) -> dict[int, Decimal]:
    return {int(name[1:]): Decimal(value) for name, value in values.items()}


def test_the_stated_lines_are_those_that_nothing_computes() -> None:
    assert LAYOUT.stated() == (2, 3, 4, 6, 7)


def test_sums_follow_the_tree_deductions_and_cross_checks() -> None:
    whole = complete(LAYOUT, _amounts(l2="1", l3="10", l4="5.5", l6="0.5", l7="2"))
    assert whole.amounts == _amounts(l1="16.0", l2="1", l3="10", l4="5.5", l5="15.0", l6="0.5", l7="2", l8="12")
    assert whole.partial == frozenset()


def test_a_blank_is_no_zero() -> None:
    whole = complete(LAYOUT, _amounts(l3="10"), expected={2, 3, 4})
    assert whole.amounts == _amounts(l1="10", l3="10", l5="10", l8="10")
    assert whole.partial == {1, 5}
    assert complete(LAYOUT, {}, expected={2}).amounts == {}


def test_rates_need_both_years() -> None:
    amounts = {(1, "2013"): Decimal(200), (1, "2014"): Decimal(210)}
    assert rates_and_differences(LAYOUT.derived, amounts, [2013, 2014, 2015]) == {(10, "2014"): Decimal("5.0000")}


def test_a_total_written_by_hand_is_refused_with_its_difference() -> None:
    stated = _amounts(l2="1", l3="10", l4="5.5")
    [wrong] = total_gaps(LAYOUT, stated, _amounts(l1="16.5", l5="15.4"))
    assert (wrong.position, wrong.summed, wrong.difference) == (5, Decimal("15.5"), Decimal("-0.1"))


def test_gap_and_rate_say_nothing_of_what_is_not_known() -> None:
    assert gap(Decimal(3), None) is None
    assert rate(Decimal(3), Decimal(0)) is None
    assert rate(None, Decimal(4)) is None
    assert rate(Decimal(3), Decimal(4)) == Decimal(75)


@given(st.dictionaries(st.sampled_from([2, 3, 4, 6, 7]), st.decimals(-(10**9), 10**9, places=6)))
def test_the_grand_total_is_the_signed_sum_of_its_stated_lines(stated: dict[int, Decimal]) -> None:
    whole = complete(LAYOUT, stated).amounts
    own = [stated[position] * (-1 if position == 6 else 1) for position in (2, 3, 4, 6) if position in stated]
    assert whole.get(1) == (sum(own, Decimal(0)) if own else None)
