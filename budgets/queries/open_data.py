"""Budget rows of the open data package."""

from collections.abc import Iterator

from budgets.models import BudgetAmount, BudgetLine
from cog.models import Convention


def iter_lines(*, convention: Convention) -> Iterator[BudgetLine]:
    rows = BudgetLine.objects.filter(fund__convention=convention).select_related("fund", "parent")
    return iter(rows.order_by("fund__code", "position"))


def iter_amounts(*, convention: Convention) -> Iterator[BudgetAmount]:
    rows = BudgetAmount.objects.filter(line__fund__convention=convention).select_related("line__fund")
    return iter(rows.order_by("line__fund__code", "line__position", "year", "stage", "edition"))
