"""Does what is voted conform to the convention? Group by group for binding credits, and over the term for capped ones.

A conforming budget is deemed approved by the State (Fnas 2.1, l. 5985; Fnga 2.1, l. 6430).
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from budgets.compute.conformity import GroupConformity, TermCap, term_cap
from budgets.enums import ActKind, Measure, Nature
from budgets.models import Fund
from budgets.queries.ledger import Ledger, read_ledger
from budgets.queries.rules import Group, groups_of

ZERO = Decimal(0)
ADJUSTS = {
    ActKind.PAYROLL: "actualisation de la masse salariale",
    ActKind.CARRY_OVER: "crédits reportés",
    ActKind.RECEIPTS: "recettes réemployées",
    ActKind.TRANSFER: "virements",
}
"""Acts by which the convention itself lets a group open more, or less, than its programme."""
YEARLY_CAPPED = (Nature.CAPPED, Nature.CAPPED_YEARLY)


@dataclass(frozen=True)
class ConformityRow:
    """A group and what is voted for it."""

    group: Group
    result: GroupConformity


@dataclass(frozen=True)
class SplitRow:
    """A line of the voted budget, local bodies and Caisse nationale apart (2.1, l. 6430)."""

    label: str
    voted: Decimal
    national: Decimal | None

    @property
    def local(self) -> Decimal | None:
        return None if self.national is None else self.voted - self.national


@dataclass(frozen=True)
class ConformityPage:
    """The voted budget of an exercise against the convention."""

    fund: Fund
    exercise: int
    rows: list[ConformityRow]
    outside: list[str]
    caps: list[tuple[Group, TermCap]]
    split: list[SplitRow]
    decimals: int

    @property
    def conforms(self) -> bool | None:
        """Whether every binding group does; None while one is not known."""
        told = [row.result.conforms for row in self.rows if not row.result.is_empty]
        if not told or None in told:
            return None
        return all(told) and not any(cap.is_exceeded for _, cap in self.caps)


def conformity_page(*, fund: Fund, exercise: int, at: date | None = None) -> ConformityPage:
    """The conformity of an exercise's budget with what is known at a date."""
    return conformity_of(read_ledger(fund=fund, at=at), exercise)


def conformity_of(ledger: Ledger, exercise: int) -> ConformityPage:
    """The conformity of a ledger that is read already."""
    fund, groups = ledger.fund, groups_of(ledger.fund)
    rows = [
        ConformityRow(group, _of_group(ledger, exercise, group)) for group in groups if group.nature in YEARLY_CAPPED
    ]
    capped = [group for group in groups if group.nature == Nature.CAPPED_OVER_TERM]
    voted, own = ledger.stated(Measure.VOTED, exercise), ledger.national(Measure.VOTED, exercise)
    split = [
        SplitRow(ledger.line_at[position].label, amount, own.get(position))
        for position, amount in sorted(voted.items())
        if ledger.line_at[position].nature in YEARLY_CAPPED
    ]
    outside = [
        line.label
        for line in ledger.lines
        if line.nature in YEARLY_CAPPED and not line.group and line.position in ledger.layout.stated()
    ]
    return ConformityPage(
        fund, exercise, rows, outside, [(group, _cap(ledger, group)) for group in capped], split, ledger.decimals
    )


def _tops(ledger: Ledger, group: Group) -> list[int]:
    """The lines of a group that are part of no other line of it: their printed figures make the group's."""
    own = {line.position for line in ledger.lines if line.group == group.code}
    return [line.position for line in ledger.layout.lines if line.position in own and line.parent not in own]


def _amount(ledger: Ledger, measure: Measure, year: int, group: Group) -> Decimal | None:
    amounts = ledger.completed(measure, year).amounts
    known = [amounts[position] for position in _tops(ledger, group) if position in amounts]
    return sum(known, ZERO) if known else None


def _of_group(ledger: Ledger, exercise: int, group: Group) -> GroupConformity:
    own = {line.position for line in ledger.lines if line.group == group.code}
    programme = _amount(ledger, Measure.PROGRAMME, exercise, group)
    adjustments: dict[str, Decimal] = {}
    for row in ledger.movements:
        kind = ActKind(row.act.kind)
        if row.act.exercise == exercise and kind in ADJUSTS and row.line.position in own:
            adjustments[ADJUSTS[kind]] = adjustments.get(ADJUSTS[kind], ZERO) + row.amount
    incoming = ledger.fund.incoming
    if incoming and incoming["group"] == group.code:
        brought = ledger.stated(Measure.VOTED, exercise).get(incoming["line"])
        if brought:
            adjustments[incoming["label"]] = brought
    return GroupConformity(group.code, programme, adjustments, _amount(ledger, Measure.VOTED, exercise, group))


def _cap(ledger: Ledger, group: Group) -> TermCap:
    def by_year(measure: Measure) -> dict[int, Decimal]:
        found = {year: _amount(ledger, measure, year, group) for year in ledger.years}
        return {year: amount for year, amount in found.items() if amount is not None}

    closed = {year: ledger.closed_on(year) is not None for year in ledger.years}
    return term_cap(by_year(Measure.PROGRAMME), by_year(Measure.EXECUTED), by_year(Measure.FORECAST), closed=closed)
