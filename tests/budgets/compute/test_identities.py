"""Do printed sums hold? Tables of cases, and the two tables of the convention themselves."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budgets.compute.identities import Line, gaps

FOLDER = Path(__file__).parents[3] / "fixtures" / "cog-2013-2017" / "budgets"
ONE = Decimal(1)


def _gaps(lines, amounts, unit=ONE):
    return gaps([Line(*line) for line in lines], {key: Decimal(value) for key, value in amounts.items()}, unit=unit)


TREE = [
    (1, 3, "component"),
    (2, 3, "deduction"),
    (3, None, "total"),
    (4, 3, "memo"),
    (5, 3, "rate"),
    (6, None, "header"),
]


def test_components_add_up_deductions_are_taken_away_and_memo_lines_count_for_nothing() -> None:
    assert _gaps(TREE, {(1, "2013"): 10, (2, "2013"): 4, (3, "2013"): 6, (4, "2013"): 99, (5, "2013"): 50}) == []


@pytest.mark.parametrize(
    ("printed", "difference", "rounding"), [(7, 1, True), (5, -1, True), (8, 2, False), (4, -2, False)]
)
def test_a_gap_tells_its_size_and_whether_rounding_explains_it(printed: int, difference: int, rounding: bool) -> None:
    (gap,) = _gaps(TREE, {(1, "2013"): 10, (2, "2013"): 4, (3, "2013"): printed})
    assert (gap.position, gap.column, gap.difference, gap.within_rounding) == (3, "2013", Decimal(difference), rounding)


def test_a_blank_total_over_printed_parts_is_a_gap_and_never_zero() -> None:
    (gap,) = _gaps(TREE, {(1, "2013"): 10})
    assert (gap.printed, gap.summed, gap.difference, gap.within_rounding) == (None, Decimal(10), None, False)


def test_a_blank_part_counts_for_nothing_and_a_column_without_parts_is_not_checked() -> None:
    assert _gaps(TREE, {(1, "2013"): 6, (3, "2013"): 6, (3, "2014"): 12}) == []


@settings(deadline=None)
@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=12))
def test_a_total_that_is_the_sum_has_no_gap(parts: list[int]) -> None:
    lines = [(position, 99, "component") for position in range(1, len(parts) + 1)] + [(99, None, "total")]
    amounts = {(position, "2013"): part for position, part in enumerate(parts, start=1)} | {(99, "2013"): sum(parts)}
    assert _gaps(lines, amounts) == []


def _table(fund: str) -> tuple[list[Line], dict[tuple[int, str], Decimal]]:
    with (FOLDER / f"{fund}_lines.csv").open(encoding="utf-8", newline="") as stream:
        lines = [
            Line(int(row["position"]), int(row["parent_position"]) if row["parent_position"] else None, row["kind"])
            for row in csv.DictReader(stream)
        ]
    with (FOLDER / f"{fund}_amounts.csv").open(encoding="utf-8", newline="") as stream:
        amounts = {(int(row["position"]), row["year"]): Decimal(row["amount"]) for row in csv.DictReader(stream)}
    return lines, amounts


def test_the_fnga_closes_exactly() -> None:
    assert gaps(*_table("fnga"), unit=Decimal("0.01")) == []


def test_the_fnas_closes_within_rounding_but_for_the_two_cells_the_text_prints_wrong() -> None:
    wrong = [gap for gap in gaps(*_table("fnas"), unit=ONE) if not gap.within_rounding]
    assert [(gap.position, gap.column) for gap in wrong] == [(23, "2012-2017"), (100, "2012-2017")]
    assert wrong[0].difference == Decimal(-51353)
    assert wrong[1].printed is None
