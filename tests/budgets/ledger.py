"""What the tests of the budgets share: votes and statements that are right, to be spoiled one at a time."""

from datetime import UTC, date, datetime
from decimal import Decimal

from budgets.compute.entry import Stated
from budgets.enums import ActKind, Measure
from budgets.models import BudgetAct, Fund
from budgets.operations import ActEntry, record_act
from budgets.queries.ledger import read_ledger
from cog.models import Convention, User

AT = datetime(2015, 6, 1, 9, 0, tzinfo=UTC)


def fund_of(convention: Convention, code: str = "fnga") -> Fund:
    return Fund.objects.select_related("convention").get(convention=convention, code=code)


def programme_of(fund: Fund, exercise: int) -> dict[int, Stated]:
    return {
        position: Stated(amount)
        for position, amount in read_ledger(fund=fund).stated(Measure.PROGRAMME, exercise).items()
    }


def entry_of(
    fund: Fund, exercise: int, kind: ActKind, dated: date, stated: dict[int, Stated], **more: object
) -> ActEntry:
    told = {"reference": "Délibération du conseil", "reason": "Motif dit"} | more
    return ActEntry(fund=fund, exercise=exercise, kind=kind, dated=dated, stated=stated, **told)  # type: ignore[arg-type]


def write(
    fund: Fund, exercise: int, kind: ActKind, dated: date, stated: dict[int, Stated], by: User, **more: object
) -> BudgetAct:
    return record_act(entry=entry_of(fund, exercise, kind, dated, stated, **more), by=by, at=AT)


def vote(fund: Fund, exercise: int, by: User) -> BudgetAct:
    """The initial budget is the programme."""
    return write(fund, exercise, ActKind.INITIAL, date(exercise - 1, 10, 28), programme_of(fund, exercise), by)


def spend(fund: Fund, exercise: int, day: date, share: str, by: User) -> BudgetAct:
    """A share of everything opened is spent by a day."""
    opened = read_ledger(fund=fund).stated(Measure.VOTED, exercise)
    stated = {position: Stated(amount * Decimal(share)) for position, amount in opened.items()}
    return write(fund, exercise, ActKind.EXECUTED, day, stated, by)


def forecast(fund: Fund, exercise: int, day: date, by: User, share: str = "0.99") -> BudgetAct:
    programme = programme_of(fund, exercise)
    stated = {position: Stated(row.amount * Decimal(share)) for position, row in programme.items()}
    return write(fund, exercise, ActKind.FORECAST, day, stated, by)
