"""Do the printed figures hold together, up to rounding? Sums of parts, cross-checks, variations, rates, differences.

Source: annexe 1 of the convention (Fnas l. 4529-5915, Fnga l. 6062-6300); a `memo`, `rate`, `difference` or
`header` row never adds up into its parent, a `deduction` is taken away. A blank cell counts for nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

ADDED = frozenset({"component", "total"})
DEDUCTED = "deduction"

Amounts = Mapping[tuple[int, str], Decimal]
"""Printed figures by (position, column)."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table: its place, its parent's place (None at the top) and its kind."""

    position: int
    parent: int | None
    kind: str


@dataclass(frozen=True, slots=True)
class Gap:
    """A printed figure that is not what the others make it (`summed`). `printed` is None where its cell is blank."""

    position: int
    column: str
    printed: Decimal | None
    summed: Decimal
    tolerance: Decimal

    @property
    def difference(self) -> Decimal | None:
        return None if self.printed is None else self.printed - self.summed

    @property
    def within_rounding(self) -> bool:
        return self.difference is not None and abs(self.difference) <= self.tolerance


def gaps(lines: Iterable[Line], amounts: Amounts, *, unit: Decimal) -> list[Gap]:
    """Every (line, column) whose printed figure differs from its parts, in printed order.

    `amounts` maps (position, column) to the printed figure; `unit` is the last printed digit (1 for k€, 0.01 for M€).
    A part whose cell is blank counts for nothing; a column where no part is printed is not checked. The tolerance is
    half a unit for each part and for the total itself.
    """
    parts: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        if line.parent is not None and (line.kind in ADDED or line.kind == DEDUCTED):
            parts[line.parent].append(line)
    columns = sorted({column for _, column in amounts})
    found = []
    for position in sorted(parts):
        for column in columns:
            printed_parts = [
                -amounts[part.position, column] if part.kind == DEDUCTED else amounts[part.position, column]
                for part in parts[position]
                if (part.position, column) in amounts
            ]
            if not printed_parts:
                continue
            printed = amounts.get((position, column))
            summed = sum(printed_parts, Decimal(0))
            if printed != summed:
                tolerance = unit / 2 * (len(printed_parts) + 1)
                found.append(Gap(position, column, printed, summed, tolerance))
    return found


@dataclass(frozen=True, slots=True)
class CrossCheck:
    """An equality outside the tree: the line is the sum of the parts, in every column."""

    position: int
    parts: tuple[int, ...]


def cross_gaps(checks: Iterable[CrossCheck], amounts: Amounts, *, unit: Decimal) -> list[Gap]:
    """Every (line, column) that differs from the sum its cross-check gives; a blank line over a sum of 0 is right."""
    columns = sorted({column for _, column in amounts})
    found = []
    for check in checks:
        for column in columns:
            printed = amounts.get((check.position, column))
            parts = [amounts[part, column] for part in check.parts if (part, column) in amounts]
            summed = sum(parts, Decimal(0))
            if (printed or Decimal(0)) != summed:
                found.append(Gap(check.position, column, printed, summed, unit / 2 * (len(check.parts) + 1)))
    return found


@dataclass(frozen=True, slots=True)
class Variation:
    """The column that says how much each line changes between two years."""

    column: str
    first: str
    last: str


def variation_gaps(positions: Iterable[int], amounts: Amounts, *, variation: Variation, unit: Decimal) -> list[Gap]:
    """Every line whose variation is not its last year minus its first; blank where both years are printed is a gap."""
    found = []
    for position in positions:
        printed = amounts.get((position, variation.column))
        first, last = amounts.get((position, variation.first)), amounts.get((position, variation.last))
        if printed is None and (first is None or last is None):
            continue
        change = (last or Decimal(0)) - (first or Decimal(0))
        if printed != change:
            found.append(Gap(position, variation.column, printed, change, unit / 2 * 3))
    return found


@dataclass(frozen=True, slots=True)
class Derived:
    """A row computed from another, from year `start` on.

    `growth` is the yearly change in %, `difference` the change since year `base`. `variation` says what its cell in the
    variation column holds: nothing (""), the `cumul` of the row, or the `mean_growth` (compound, per year).
    """

    position: int
    kind: str
    of: int
    start: int
    base: int | None = None
    variation: str = ""


def derived_columns(row: Derived, years: Iterable[int], variation: Variation | None) -> set[str]:
    """The columns where the row must be printed; it must be blank in the others."""
    columns = {str(year) for year in years if year >= row.start}
    return columns | {variation.column} if variation and row.variation else columns


def derived_gaps(
    rows: Iterable[Derived],
    amounts: Amounts,
    *,
    years: Iterable[int],
    variation: Variation | None,
    unit: Decimal,
    rate_unit: Decimal,
) -> list[Gap]:
    """Every cell of a computed row that is not what the line it is computed from gives.

    A rate is right within half its last printed digit, a difference or a cumul within half a unit for each figure.
    """
    found = []
    years = list(years)
    for row in rows:
        for column in sorted(derived_columns(row, years, variation)):
            expected = derived_value(row, column, amounts, years, variation)
            if expected is None:
                continue
            value, figures = expected
            printed = amounts.get((row.position, column))
            tolerance = unit / 2 * (figures + 1) if figures else rate_unit / 2
            if printed != value:
                found.append(Gap(row.position, column, printed, value, tolerance))
    return found


def derived_value(
    row: Derived, column: str, amounts: Amounts, years: list[int], variation: Variation | None
) -> tuple[Decimal, int] | None:
    """The figure a cell should hold and how many rounded figures it is a sum of (0 for a rate); None: no growth of 0"""
    if variation and column == variation.column:
        if row.variation == "cumul":
            cells = [amounts[row.position, str(year)] for year in years if (row.position, str(year)) in amounts]
            return sum(cells, Decimal(0)), len(cells)
        span = int(variation.last) - int(variation.first)
        return _growth(amounts.get((row.of, variation.first)), amounts.get((row.of, variation.last)), span)
    value = amounts.get((row.of, column))
    if row.kind == "difference":
        return (value or Decimal(0)) - amounts.get((row.of, str(row.base)), Decimal(0)), 2
    return _growth(amounts.get((row.of, str(int(column) - 1))), value, 1)


def _growth(first: Decimal | None, last: Decimal | None, span: int) -> tuple[Decimal, int] | None:
    """Mean yearly growth in %, to four decimals: far finer than what is printed."""
    if not first or last is None or last / first < 0:
        return None
    ratio = last / first if span == 1 else (last / first) ** (Decimal(1) / span)
    return ((ratio - 1) * 100).quantize(Decimal("0.0001")), 0
