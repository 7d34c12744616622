"""Reads of the acts: one with its movements, and those of an exercise."""

from dataclasses import dataclass

from budgets.compute.stages import complete
from budgets.enums import MEASURE_OF, ActKind, Measure
from budgets.models import BudgetAct
from budgets.queries.ledger import layout_of
from budgets.queries.tables import Figure
from cog.figures import format_exact, format_gap
from cog.models import Convention


@dataclass(frozen=True)
class MovedLine:
    """What an act moves on a line."""

    position: int
    label: str
    depth: int
    is_sum: bool
    amount: Figure
    national: str
    comment: str


@dataclass(frozen=True)
class ActPage:
    """An act as it was recorded, with the sums its movements make."""

    act: BudgetAct
    measure: Measure
    rows: list[MovedLine]


def act_page(*, convention: Convention, act_id: int) -> ActPage | None:
    """One act; None when the convention has no such act."""
    found = BudgetAct.objects.filter(fund__convention=convention, pk=act_id)
    act = found.select_related("fund", "recorded_by").first()
    if act is None:
        return None
    lines = list(act.fund.lines.order_by("position"))
    moved = {row.line_id: row for row in act.movements.all()}
    stated = {line.position: moved[line.pk].amount for line in lines if line.pk in moved}
    layout = layout_of(act.fund, lines)
    amounts, depths = complete(layout, stated).amounts, layout.depths()
    decimals = 0 if act.fund.unit == "k€" else 2
    rows = []
    for line in lines:
        if line.position not in amounts:
            continue
        row = moved.get(line.pk)
        amount = amounts[line.position]
        rows.append(
            MovedLine(
                position=line.position,
                label=line.label,
                depth=depths[line.position],
                is_sum=row is None,
                amount=Figure(amount, format_gap(amount, decimals), format_exact(amount)),
                national="" if row is None or row.national is None else format_exact(row.national),
                comment=row.comment if row else "",
            )
        )
    return ActPage(act, MEASURE_OF[ActKind(act.kind)], rows)
