"""Budget rows of the open data package: what is printed, then what the ledger's acts reach, line by line."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from budgets.enums import MEASURE_OF, ActKind, Measure, Stage
from budgets.models import BudgetAct, BudgetAmount, BudgetLine, Fund, Movement
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
    return iter(_in_order([*_printed(convention), *_reached(convention, as_of)]))


def amounts_open(*, convention: Convention, fund: str, with_acts: bool) -> list[AmountRow]:
    """Those of a fund; only what the convention prints for who does not read the budgets (`with_acts`)."""
    told = _in_order([*_printed(convention), *(_reached(convention, None) if with_acts else ())])
    return [row for row in told if row.fund == fund]


def _in_order(rows: list[AmountRow]) -> list[AmountRow]:
    return sorted(rows, key=lambda row: (row.fund, row.position, row.year, row.stage, row.edition))


def _lines(convention: Convention) -> dict[int, BudgetLine]:
    """The lines by their keys, each with its fund: two queries, and each fund is read once."""
    funds = {fund.pk: fund for fund in Fund.objects.filter(convention=convention)}
    lines = {line.pk: line for line in BudgetLine.objects.filter(fund__in=funds)}
    for line in lines.values():
        line.fund = funds[line.fund_id]
    return lines


def _printed(convention: Convention) -> Iterator[AmountRow]:
    lines = _lines(convention)
    for row in BudgetAmount.objects.filter(line__fund__convention=convention):
        line = lines[row.line_id]
        amount = f"{row.amount:.{row.decimals}f}"
        yield AmountRow(line.fund.code, line.position, row.year, amount, line.unit, Stage.PROGRAMME, "")


def _reached(convention: Convention, as_of: datetime | None) -> Iterator[AmountRow]:
    """The level each act brings its lines to: a vote, what is spent or forecast by a day."""
    lines = _lines(convention)
    printed = BudgetAmount.objects.filter(line__fund__convention=convention).values_list("line_id", "year", "amount")
    start = {(line, year): amount for line, year, amount in printed}
    levels: dict[tuple[Measure, int, int], Decimal] = {}
    dated = BudgetAct.objects.filter(fund__convention=convention)
    if as_of is not None:
        dated = dated.filter(recorded_at__lte=as_of)
    acts = {act.pk: act for act in dated}
    moved = Movement.objects.filter(act__fund__convention=convention).values_list("act_id", "line_id", "amount")
    order = [row for row in moved.order_by("act__dated", "act_id", "line__position") if row[0] in acts]
    for act_id, line_id, change in order:
        act, line = acts[act_id], lines[line_id]
        measure = MEASURE_OF[ActKind(act.kind)]
        key = (measure, act.exercise, line_id)
        first = start.get((line_id, str(act.exercise)), Decimal(0)) if measure is Measure.PROGRAMME else Decimal(0)
        levels[key] = levels.get(key, first) + change
        stage = Stage.INITIAL if act.kind == ActKind.INITIAL else STAGE_OF[measure]
        told = f"{act.label} n° {act.number}" if measure in (Measure.EXECUTED, Measure.FORECAST) else act.label
        edition = f"{told} (simulé)" if act.simulated else told
        yield AmountRow(line.fund.code, line.position, str(act.exercise), plain(levels[key]), line.unit, stage, edition)
