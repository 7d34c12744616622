"""Do the printed sums hold? Every line that has parts equals their sum, up to rounding.

Source: annexe 1 of the convention (Fnas l. 4529-5915, Fnga l. 6062-6300); a `memo`, `rate`, `difference` or
`header` row never adds up into its parent, a `deduction` is taken away.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

ADDED = frozenset({"component", "total"})
DEDUCTED = "deduction"


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table: its place, its parent's place (None at the top) and its kind."""

    position: int
    parent: int | None
    kind: str


@dataclass(frozen=True, slots=True)
class Gap:
    """A printed figure that is not the sum of its parts. `printed` is None where the total's cell is blank."""

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


def gaps(lines: Iterable[Line], amounts: Mapping[tuple[int, str], Decimal], *, unit: Decimal) -> list[Gap]:
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
