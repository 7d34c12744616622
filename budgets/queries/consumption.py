"""How much of each fund is voted and spent in a year at a date: its whole only, in one query for all the funds."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Subquery, Sum

from budgets.compute.stages import complete, rate
from budgets.enums import MEASURE_OF, LineKind, Measure
from budgets.models import BudgetAmount, BudgetLine, Fund, Movement
from budgets.queries.ledger import layout_of
from cog.figures import format_figure
from cog.models import Convention

TOLD = (Measure.PROGRAMME, Measure.VOTED, Measure.EXECUTED)


@dataclass(frozen=True)
class Consumption:
    """A fund in a year: programmed, voted, spent; None where nothing was said. `spent_on`: the day of the spending."""

    fund: Fund
    year: int
    programme: Decimal | None
    voted: Decimal | None
    executed: Decimal | None
    spent_on: date | None
    partial: bool
    simulated: bool

    @property
    def decimals(self) -> int:
        return 0 if self.fund.unit == "k€" else 2

    def _shown(self, amount: Decimal | None) -> str:
        return format_figure(amount, self.decimals, self.fund.unit)

    @property
    def programme_shown(self) -> str:
        return self._shown(self.programme)

    @property
    def voted_shown(self) -> str:
        return self._shown(self.voted)

    @property
    def executed_shown(self) -> str:
        return self._shown(self.executed)

    @property
    def share(self) -> Decimal | None:
        """Spent out of voted, in %; out of the programme while nothing is voted."""
        return rate(self.executed, self.programme if self.voted is None else self.voted)

    @property
    def share_shown(self) -> str:
        return format_figure(self.share, 1, "%")


def consumptions(*, convention: Convention, year: int, at: date) -> list[Consumption]:
    """Each fund in a year, with the acts dated up to a day."""
    printed = BudgetAmount.objects.filter(line=OuterRef("pk"), year=str(year)).values("amount")[:1]
    moved = Movement.objects.filter(line=OuterRef("pk"), act__exercise=year, act__dated__lte=at).order_by()
    kinds = {measure: [kind for kind, own in MEASURE_OF.items() if own is measure] for measure in TOLD}
    sums = {measure: moved.filter(act__kind__in=own) for measure, own in kinds.items()}
    lines = BudgetLine.objects.filter(fund__convention=convention).select_related("fund")
    added = {
        measure.value: Subquery(rows.values("line").annotate(added=Sum("amount")).values("added"))
        for measure, rows in sums.items()
    }
    lines = lines.annotate(
        printed=Subquery(printed),
        spent_on=Subquery(sums[Measure.EXECUTED].order_by("-act__dated").values("act__dated")[:1]),
        simulated=Exists(moved.filter(act__simulated=True)),
        **added,
    )
    by_fund: dict[Fund, list[Any]] = defaultdict(list)
    for line in lines.order_by("fund__position", "position"):
        by_fund[line.fund].append(line)
    return [_consumption(fund, own, year) for fund, own in by_fund.items()]


def _consumption(fund: Fund, lines: list[Any], year: int) -> Consumption:
    layout = layout_of(fund, lines)
    sums = {
        measure: {line.position: amount for line in lines if (amount := getattr(line, measure.value)) is not None}
        for measure in TOLD
    }
    whole = [line for line in lines if line.kind == LineKind.TOTAL and line.parent_id is None][-1]  # the last one
    stated = set(layout.stated())
    expected = {line.position for line in lines if line.position in stated and line.printed is not None}
    spent = complete(layout, sums[Measure.EXECUTED], expected=expected | set(sums[Measure.VOTED]))
    change = complete(layout, sums[Measure.PROGRAMME]).amounts.get(whole.position)
    return Consumption(
        fund=fund,
        year=year,
        programme=whole.printed if change is None else (whole.printed or Decimal(0)) + change,
        voted=complete(layout, sums[Measure.VOTED]).amounts.get(whole.position),
        executed=spent.amounts.get(whole.position),
        spent_on=max((line.spent_on for line in lines if line.spent_on is not None), default=None),
        partial=whole.position in spent.partial and whole.position in spent.amounts,
        simulated=any(line.simulated for line in lines),
    )
