"""Whether the stored figures still hold together."""

from collections import defaultdict
from decimal import Decimal

from budgets.models import Allotment, AllotmentRow, UnspentRow
from budgets.queries.programme import budget_table, funds
from cog.figures import format_exact
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
    return found + _dotations_that_do_not_add_up(convention) + _unspent_that_do_not_add_up(convention)


def _dotations_that_do_not_add_up(convention: Convention) -> list[str]:
    """Every allotment whose dotations are not exactly its envelope; added here, for SQLite adds as binary numbers."""
    sums: dict[int, Decimal] = defaultdict(Decimal)
    rows = AllotmentRow.objects.filter(allotment__convention=convention)
    for allotment, amount in rows.values_list("allotment", "amount").iterator():
        sums[allotment] += amount
    return [
        f"{one} : les dotations font {format_exact(sums[one.pk])} k€, et l'enveloppe {format_exact(one.envelope)} k€"
        for one in Allotment.objects.filter(convention=convention).order_by("exercise", "number")
        if sums[one.pk] != one.envelope
    ]


def _unspent_that_do_not_add_up(convention: Convention) -> list[str]:
    """Every caisse whose kept, pooled and overspent amounts are not its dotation less what it spent."""
    rows = UnspentRow.objects.filter(statement__convention=convention).select_related("statement", "organisation")
    return [
        f"{row.statement}, {row.organisation.code} : gardé, mutualisé et dépassement ne font pas le non consommé"
        for row in rows.order_by("pk").iterator()
        if row.kept + row.pooled - row.overspent != row.dotation - row.executed
    ]
