"""Budget rows of the open data package: what is printed, then what the ledger's acts reach, line by line."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from budgets.enums import MEASURE_OF, ActKind, Measure, Stage
from budgets.models import BudgetAmount, BudgetLine, Movement
from cog.figures import plain
from cog.models import Convention


@dataclass(frozen=True)
class AmountRow:
    """An amount of a line: printed by the convention, or reached after an act, in the fund's unit."""

    fund: str
    position: int
    year: str
    amount: str
    unit: str
    stage: str
    edition: str


STAGE_OF = {
    Measure.PROGRAMME: Stage.PROGRAMME,
    Measure.VOTED: Stage.RECTIFIED,
    Measure.EXECUTED: Stage.EXECUTED,
    Measure.FORECAST: Stage.FORECAST,
}


def iter_lines(*, convention: Convention) -> Iterator[BudgetLine]:
    rows = BudgetLine.objects.filter(fund__convention=convention).select_related("fund", "parent")
    return iter(rows.order_by("fund__code", "position"))


def iter_amounts(*, convention: Convention, as_of: datetime | None = None) -> Iterator[AmountRow]:
    """Every amount, by fund, line, year, stage and edition; `as_of`: with the acts recorded by a moment only."""
    return iter(
        sorted(
            [*_printed(convention), *_reached(convention, as_of)],
            key=lambda row: (row.fund, row.position, row.year, row.stage, row.edition),
        )
    )


def _printed(convention: Convention) -> Iterator[AmountRow]:
    for row in BudgetAmount.objects.filter(line__fund__convention=convention).select_related("line__fund"):
        line = row.line
        amount = f"{row.amount:.{row.decimals}f}"
        yield AmountRow(line.fund.code, line.position, row.year, amount, line.unit, Stage.PROGRAMME, "")


def _reached(convention: Convention, as_of: datetime | None) -> Iterator[AmountRow]:
    """The level each act brings its lines to: a vote, what is spent or forecast by a day."""
    start = {
        (row.line_id, row.year): row.amount for row in BudgetAmount.objects.filter(line__fund__convention=convention)
    }
    levels: dict[tuple[Measure, int, int], Decimal] = {}
    rows = Movement.objects.filter(act__fund__convention=convention).select_related("act__fund", "line__fund")
    if as_of is not None:
        rows = rows.filter(act__recorded_at__lte=as_of)
    for row in rows.order_by("act__dated", "act_id", "line__position"):
        act, line = row.act, row.line
        measure = MEASURE_OF[ActKind(act.kind)]
        key = (measure, act.exercise, row.line_id)
        first = start.get((row.line_id, str(act.exercise)), Decimal(0)) if measure is Measure.PROGRAMME else Decimal(0)
        levels[key] = levels.get(key, first) + row.amount
        stage = Stage.INITIAL if act.kind == ActKind.INITIAL else STAGE_OF[measure]
        told = f"{act.label} n° {act.number}" if measure in (Measure.EXECUTED, Measure.FORECAST) else act.label
        edition = f"{told} (simulé)" if act.simulated else told
        yield AmountRow(line.fund.code, line.position, str(act.exercise), plain(levels[key]), line.unit, stage, edition)
