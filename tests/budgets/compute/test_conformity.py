"""A group may open its programme and what the convention adds; a cap over the term looks at no single year."""

from decimal import Decimal

import pytest

from budgets.compute.conformity import GroupConformity, term_cap

D = Decimal


@pytest.mark.parametrize(
    ("programme", "adjustments", "voted", "gap", "conforms"),
    [
        ("100", {}, "100", "0", True),
        ("100", {}, "99", "-1", True),
        ("100", {"crédits reportés": D(5), "virements": D(-2)}, "103", "0", True),
        ("100", {"crédits reportés": D(5)}, "105.01", "0.01", False),
        (None, {"virements": D(3)}, "3", "0", True),
        (None, {}, "1", "1", False),  # nothing is programmed: nothing may be opened
        ("100", {}, None, None, None),
    ],
)
def test_conformity(
    programme: str | None, adjustments: dict[str, Decimal], voted: str | None, gap: str | None, conforms: bool | None
) -> None:
    result = GroupConformity(
        "g", None if programme is None else D(programme), adjustments, None if voted is None else D(voted)
    )
    assert (result.gap, result.conforms) == (None if gap is None else D(gap), conforms)


def test_a_closed_year_counts_as_executed_an_open_one_as_forecast() -> None:
    cap = term_cap(
        {2013: D(10), 2014: D(20), 2015: D(30)},
        {2013: D(4), 2014: D(1)},
        {2013: D(9), 2014: D(25)},
        closed={2013: True},
    )
    assert cap.by_year == {2013: D(4), 2014: D(25)}
    assert (cap.cap, cap.spent, cap.left, cap.unknown_years) == (D(60), D(29), D(31), (2015,))
    assert not cap.is_exceeded


def test_one_year_above_its_amount_is_no_excess() -> None:
    assert not term_cap({2013: D(10), 2014: D(10)}, {2013: D(15), 2014: D(5)}, {}, closed={}).is_exceeded
    assert term_cap({2013: D(10), 2014: D(10)}, {2013: D(15), 2014: D(6)}, {}, closed={}).is_exceeded
