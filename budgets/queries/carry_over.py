"""What is left of a closed exercise: which credits may be carried over, which are lost, where they went the year after.

The statement owed to the board: origin in N-1 by line, local bodies and Caisse nationale apart, destination in N by
group (Fnas 2.3.3, l. 6024; Fnga 2.5.3, l. 6492).
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from budgets.compute.carry_over import CarryOver, carry_over
from budgets.enums import ActKind, LineKind, Measure
from budgets.models import BudgetAct, BudgetLine, Fund
from budgets.queries.ledger import Ledger, read_ledger
from budgets.queries.rules import carry_articles, groups_of, side_of
from budgets.wording import ACT_LABELS

ZERO = Decimal(0)


@dataclass(frozen=True)
class Origin:
    """A line of the exercise that ends: what was opened and spent, and what becomes of the rest."""

    line: BudgetLine
    authorised: Decimal | None
    executed: Decimal | None
    left: CarryOver
    national_left: Decimal | None

    @property
    def local_left(self) -> Decimal | None:
        """The part notified to local bodies, where the Caisse nationale's own is known."""
        if self.national_left is None or self.left.unused is None:
            return None
        return self.left.unused - self.national_left


@dataclass(frozen=True)
class Destination:
    """What an act of the next exercise gives to a group, or to a line outside every group."""

    label: str
    amount: Decimal


@dataclass(frozen=True)
class CarryStatement:
    """The statement of a fund from an exercise to the next."""

    fund: Fund
    exercise: int
    closed_on: date | None
    is_last_year: bool
    origins: list[Origin]
    destinations: list[Destination]
    acts: list[BudgetAct]
    decimals: int

    @property
    def carriable(self) -> Decimal:
        return sum((row.left.carriable or ZERO for row in self.origins), ZERO)

    @property
    def cancelled(self) -> Decimal:
        return sum((row.left.cancelled or ZERO for row in self.origins), ZERO)

    @property
    def carried(self) -> Decimal:
        return sum((row.amount for row in self.destinations), ZERO)

    @property
    def not_carried(self) -> Decimal:
        """What could have been carried over and was not."""
        return self.carriable - self.carried

    @property
    def acts_needed(self) -> list[str]:
        required = {act for row in self.origins if row.left.allowed for act in row.left.requires}
        return [ACT_LABELS[act] for act in sorted(required)]


def carry_statement(*, fund: Fund, exercise: int, at: date | None = None) -> CarryStatement:
    """From `exercise` to the next one, with what is known at a date."""
    return carry_of(read_ledger(fund=fund, at=at), exercise)


def carry_of(ledger: Ledger, exercise: int) -> CarryStatement:
    """The statement of a ledger that is read already."""
    acts = ledger.acts(exercise + 1, ActKind.CARRY_OVER)
    return CarryStatement(
        fund=ledger.fund,
        exercise=exercise,
        closed_on=ledger.closed_on(exercise),
        is_last_year=exercise == ledger.years[-1],
        origins=_origins(ledger, exercise),
        destinations=_destinations(ledger, exercise + 1),
        acts=acts,
        decimals=ledger.decimals,
    )


def _origins(ledger: Ledger, exercise: int) -> list[Origin]:
    opened, spent = ledger.stated(Measure.VOTED, exercise), ledger.stated(Measure.EXECUTED, exercise)
    own_opened = ledger.national(Measure.VOTED, exercise)
    own_spent = ledger.national(Measure.EXECUTED, exercise)
    articles = carry_articles(ledger.fund)
    rows = []
    for position in ledger.layout.stated():
        line = ledger.line_at[position]
        is_credit = line.kind in (LineKind.COMPONENT, LineKind.TOTAL)
        if not is_credit or (position not in opened and position not in spent):
            continue
        left = carry_over(
            articles,
            side_of(line),
            authorised=opened.get(position),
            executed=spent.get(position),
            is_last_year=exercise == ledger.years[-1],
        )
        known = position in own_opened and position in own_spent
        national = own_opened[position] - own_spent[position] if known else None
        rows.append(Origin(line, opened.get(position), spent.get(position), left, national))
    return rows


def _destinations(ledger: Ledger, exercise: int) -> list[Destination]:
    labels = {group.code: group.label for group in groups_of(ledger.fund)}
    found: dict[str, Decimal] = {}
    for row in ledger.movements:
        if row.act.exercise == exercise and row.act.kind == ActKind.CARRY_OVER:
            label = labels.get(row.line.group, row.line.label)
            found[label] = found.get(label, ZERO) + row.amount
    return [Destination(label, amount) for label, amount in found.items()]
