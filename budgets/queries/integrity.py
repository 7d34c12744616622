"""Whether the stored figures still hold together."""

from budgets.queries.programme import budget_table, funds
from cog.models import Convention, SourceAnomaly


def sums_that_do_not_hold(*, convention: Convention) -> list[str]:
    """Every stored figure that is not the sum of its parts, beyond rounding, where no anomaly of the text says so."""
    said = set(SourceAnomaly.objects.filter(convention=convention).values_list("seed_line", flat=True))
    found = []
    for fund in funds(convention=convention):
        table = budget_table(fund=fund)
        for row in table.rows:
            if row.line.seed_line in said:
                continue
            found += [
                f"{fund.code}, {row.line.label}, {cell.column}\u00a0: {cell.shown} ; {cell.gap}"
                for cell in row.cells
                if cell.amount is not None and cell.gap and not cell.within_rounding
            ]
    return found
