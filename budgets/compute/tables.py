"""A whole printed table: every identity it must satisfy, and whether the rules said of it name rows that exist."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from budgets.compute.identities import (
    Amounts,
    CrossCheck,
    Derived,
    Gap,
    Line,
    Variation,
    cross_gaps,
    derived_columns,
    derived_gaps,
    gaps,
    variation_gaps,
)

RATE_UNIT = Decimal("0.1")
"""The last digit printed of a rate in %."""

KIND_OF = {"growth": "rate", "difference": "difference"}
"""The kind of row that each way of computing gives."""


@dataclass(frozen=True, slots=True)
class Table:
    """A fund's table as printed, and what is said of it. `unit` is the last printed digit of an amount."""

    lines: tuple[Line, ...]
    amounts: Amounts
    years: tuple[int, ...]
    unit: Decimal
    variation: Variation | None = None
    checks: tuple[CrossCheck, ...] = ()
    derived: tuple[Derived, ...] = ()


def table_gaps(table: Table) -> list[tuple[Gap, str]]:
    """Every printed figure the others contradict, with the name in French of what it should be."""
    computed = {row.position for row in table.derived}
    others = [line.position for line in table.lines if line.position not in computed]
    amounts, unit, variation = table.amounts, table.unit, table.variation
    found = [(gap, "la somme de ses parties") for gap in gaps(table.lines, amounts, unit=unit)]
    found += [(gap, "la somme de son contrôle croisé") for gap in cross_gaps(table.checks, amounts, unit=unit)]
    if variation:
        reason = f"l'écart {variation.last} - {variation.first}"
        found += [(gap, reason) for gap in variation_gaps(others, amounts, variation=variation, unit=unit)]
    of_rows = derived_gaps(
        table.derived, amounts, years=table.years, variation=variation, unit=unit, rate_unit=RATE_UNIT
    )
    return found + [(gap, "calculé comme le dit « derived »") for gap in of_rows]


def unexpected_cells(table: Table) -> list[tuple[int, str]]:
    """Cells printed in a computed row where its rule says that it is blank."""
    expected = {row.position: derived_columns(row, table.years, table.variation) for row in table.derived}
    return [cell for cell in table.amounts if cell[0] in expected and cell[1] not in expected[cell[0]]]


def row_total_gaps(amounts: Amounts, *, total: str) -> list[Gap]:
    """Every row whose `total` column is not the exact sum of its other columns."""
    found = []
    for position in sorted({position for position, _ in amounts}):
        cells = [value for (row, column), value in amounts.items() if row == position and column != total]
        printed, summed = amounts.get((position, total)), sum(cells, Decimal(0))
        if printed != summed:
            found.append(Gap(position, total, printed, summed, Decimal(0)))
    return found


def misplaced(parents: Mapping[int, int | None]) -> set[int]:
    """Rows whose parent is no row of the table, or that are above themselves."""
    wrong = set()
    for position, parent in parents.items():
        above, seen = parent, set[int]()
        while above is not None and above in parents and above != position and above not in seen:
            seen.add(above)
            above = parents[above]
        if above == position or (parent is not None and parent not in parents):
            wrong.add(position)
    return wrong


def are_distinct_rows(positions: Iterable[int], rows: Collection[int]) -> bool:
    listed = list(positions)
    return len(set(listed)) == len(listed) and all(position in rows for position in listed)


def derived_fault(row: Derived, kinds: Mapping[int, str], years: Collection[int]) -> str | None:
    """What, in French, a rule about a computed row should say and does not; None when it is right."""
    if not are_distinct_rows([row.position, row.of], kinds):
        return "des rangs de lignes du tableau, chacun une seule fois"
    if kinds[row.position] != KIND_OF[row.kind]:
        return f"une ligne « {KIND_OF[row.kind]} »"
    if row.kind == "difference" and row.start in years and row.base in years:
        return None
    if row.kind == "growth" and {row.start, row.start - 1} <= set(years) and row.base is None:
        return None
    return "des années de « years » (un taux : après la première) ; « base » pour un écart seulement"
