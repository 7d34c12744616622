"""A whole table from the lines that people state: every total, memo line, rate and difference follows from them.

Source: the layout of annexe 1 (Fnas l. 4529-5915, Fnga l. 6062-6300). A blank stays blank: a total of which no part is
known is unknown, one of which some parts are missing is told partial.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from budgets.compute.identities import ADDED, DEDUCTED, CrossCheck, Derived, Line, derived_columns, derived_value

STATED = ADDED | {DEDUCTED, "memo"}
"""Kinds of line that hold an amount of their own."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The lines of a table and what binds them; `unnamed` are printed without a label: nothing is stated there."""

    lines: tuple[Line, ...]
    checks: tuple[CrossCheck, ...] = ()
    derived: tuple[Derived, ...] = ()
    unnamed: frozenset[int] = frozenset()

    def parts(self) -> dict[int, list[tuple[int, int]]]:
        """(part, sign) of each line that is a sum: of its tree, or of its cross-check where the tree has none."""
        found: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for line in self.lines:
            if line.parent is not None and (line.kind in ADDED or line.kind == DEDUCTED):
                found[line.parent].append((line.position, -1 if line.kind == DEDUCTED else 1))
        for check in self.checks:
            found.setdefault(check.position, [(part, 1) for part in check.parts])
        return dict(found)

    def depths(self) -> dict[int, int]:
        """How many lines each line is under, by position."""
        parent = {line.position: line.parent for line in self.lines}
        found = {}
        for position in parent:
            above, depth = parent[position], 0
            while above is not None:
                above, depth = parent[above], depth + 1
            found[position] = depth
        return found

    def stated(self) -> tuple[int, ...]:
        """The lines whose amount is stated and never computed, in printed order."""
        sums = self.parts()
        return tuple(
            line.position
            for line in self.lines
            if line.kind in STATED and line.position not in sums and line.position not in self.unnamed
        )


@dataclass(frozen=True, slots=True)
class Completed:
    """Amounts of every line that has one; `partial`: sums of which a part that was expected is not known."""

    amounts: dict[int, Decimal]
    partial: frozenset[int]


def complete(layout: Layout, stated: Mapping[int, Decimal], *, expected: Collection[int] = ()) -> Completed:
    """The whole table from its stated lines. `expected`: the stated lines without which a total is partial."""
    sums = layout.parts()
    amounts: dict[int, Decimal] = {}
    partial: set[int] = set()
    seen: set[int] = set()

    def visit(position: int) -> None:
        if position in seen:
            return
        seen.add(position)
        if position not in sums:
            if position in stated:
                amounts[position] = stated[position]
            elif position in expected:
                partial.add(position)
            return
        for part, _ in sums[position]:
            visit(part)
        known = [amounts[part] * sign for part, sign in sums[position] if part in amounts]
        if known:
            amounts[position] = sum(known, Decimal(0))
        if any(part in partial for part, _ in sums[position]):
            partial.add(position)

    for line in layout.lines:
        visit(line.position)
    return Completed(amounts, frozenset(partial & set(sums)))


def rates_and_differences(
    derived: Iterable[Derived], amounts: Mapping[tuple[int, str], Decimal], years: Sequence[int]
) -> dict[tuple[int, str], Decimal]:
    """The lines computed from another over the years, where both are known; a rate is in %, to four decimals."""
    found: dict[tuple[int, str], Decimal] = {}
    for row in derived:
        for column in derived_columns(row, years, None):
            base = str(int(column) - 1) if row.kind == "growth" else str(row.base)
            if (row.of, column) not in amounts or (row.of, base) not in amounts:
                continue
            value = derived_value(row, column, amounts, list(years), None)
            if value is not None:
                found[row.position, column] = value[0]
    return found


def rate(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    """`part` of `whole` in %, unrounded to the context's precision; None where one is unknown or the whole is 0."""
    if part is None or whole is None or whole == 0:
        return None
    return part / whole * 100


def gap(value: Decimal | None, reference: Decimal | None) -> Decimal | None:
    """`value` minus `reference`; None where one is unknown."""
    return None if value is None or reference is None else value - reference


@dataclass(frozen=True, slots=True)
class TotalGap:
    """A total that someone stated and that its lines contradict."""

    position: int
    stated: Decimal
    summed: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        return gap(self.stated, self.summed)


def total_gaps(layout: Layout, stated: Mapping[int, Decimal], totals: Mapping[int, Decimal]) -> list[TotalGap]:
    """Every stated total that is not exactly the sum of its lines, in printed order."""
    amounts = complete(layout, stated).amounts
    return [
        TotalGap(position, value, amounts.get(position))
        for position, value in sorted(totals.items())
        if amounts.get(position) != value
    ]
