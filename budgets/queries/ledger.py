"""The ledger of a fund, read once: what is programmed, opened, spent and forecast at a date, line by line."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from budgets.compute.identities import CrossCheck, Derived, Line
from budgets.compute.stages import Completed, Layout, complete, rates_and_differences
from budgets.enums import MEASURE_OF, ActKind, LineKind, Measure
from budgets.models import BudgetAct, BudgetAmount, BudgetLine, Fund, Movement
from cog.once import once_a_page

ZERO = Decimal(0)


def layout_of(fund: Fund, lines: Iterable[BudgetLine]) -> Layout:
    """The lines of a fund and what binds them, for the pure code."""
    rows = list(lines)
    position = {line.pk: line.position for line in rows}
    return Layout(
        lines=tuple(
            Line(line.position, position[line.parent_id] if line.parent_id else None, line.kind) for line in rows
        ),
        checks=tuple(CrossCheck(check["line"], tuple(check["parts"])) for check in fund.cross_checks),
        derived=tuple(
            Derived(
                entry["line"], entry["kind"], entry["of"], entry["from"], entry.get("base"), entry.get("variation", "")
            )
            for entry in fund.derived
        ),
        unnamed=frozenset(line.position for line in rows if not line.label),
    )


@dataclass(frozen=True)
class Ledger:
    """A fund as it stands: its lines, its printed programme, its movements up to a date."""

    fund: Fund
    at: date | None
    lines: list[BudgetLine]
    printed: dict[tuple[int, str], Decimal]
    movements: list[Movement]

    @cached_property
    def layout(self) -> Layout:
        return layout_of(self.fund, self.lines)

    @cached_property
    def line_at(self) -> dict[int, BudgetLine]:
        return {line.position: line for line in self.lines}

    @cached_property
    def depths(self) -> dict[int, int]:
        return self.layout.depths()

    @cached_property
    def years(self) -> list[int]:
        """The years of the term."""
        return list(self.fund.convention.years)

    @property
    def decimals(self) -> int:
        """How many decimals the convention prints of this fund."""
        return 0 if self.fund.unit == "k€" else 2

    @cached_property
    def _sums(self) -> dict[tuple[Measure, int], dict[int, Decimal]]:
        found: dict[tuple[Measure, int], dict[int, Decimal]] = defaultdict(dict)
        for row in self.movements:
            own = found[MEASURE_OF[ActKind(row.act.kind)], row.act.exercise]
            own[row.line.position] = own.get(row.line.position, ZERO) + row.amount
        return found

    def stated(self, measure: Measure, year: int) -> dict[int, Decimal]:
        """What the stated lines hold: the sum of their movements, on top of what is printed for the programme."""
        moved = self._sums.get((measure, year), {})
        if measure is not Measure.PROGRAMME:
            return dict(moved)
        own = {
            position: self.printed[position, str(year)]
            for position in self.layout.stated()
            if (position, str(year)) in self.printed
        }
        return own | {position: own.get(position, ZERO) + change for position, change in moved.items()}

    def national(self, measure: Measure, year: int) -> dict[int, Decimal]:
        """The Caisse nationale's part of each line, where it was said."""
        found: dict[int, Decimal] = {}
        for row in self.movements:
            if (MEASURE_OF[ActKind(row.act.kind)], row.act.exercise) == (measure, year) and row.national is not None:
                found[row.line.position] = found.get(row.line.position, ZERO) + row.national
        return found

    def expected(self, year: int) -> set[int]:
        """The stated lines that a whole table of the year names: those programmed, and those opened since."""
        return set(self.stated(Measure.PROGRAMME, year)) | set(self.stated(Measure.VOTED, year))

    def completed(self, measure: Measure, year: int) -> Completed:
        """Every line of the year; the programme keeps its printed totals, moved by the amendments alone."""
        if measure is not Measure.PROGRAMME:
            own = self.stated(measure, year)
            return complete(self.layout, own, expected=self.expected(year) if own else ())
        printed = {
            position: amount
            for (position, column), amount in self.printed.items()
            if column == str(year) and self.line_at[position].kind not in (LineKind.RATE, LineKind.DIFFERENCE)
        }
        changes = complete(self.layout, self._sums.get((measure, year), {})).amounts
        amounts = printed | {position: printed.get(position, ZERO) + change for position, change in changes.items()}
        return Completed(amounts, frozenset())

    def over_years(self, measure: Measure) -> dict[tuple[int, str], Decimal]:
        """Every line and year of the term, rates and differences included; earlier years are those printed."""
        before = {
            (position, column): amount
            for (position, column), amount in self.printed.items()
            if column.isdigit() and int(column) not in self.years
        }
        own = {
            (position, str(year)): amount
            for year in self.years
            for position, amount in self.completed(measure, year).amounts.items()
        }
        known = before | own
        years = sorted({int(column) for _, column in known} | set(self.years))
        return own | {
            key: value
            for key, value in rates_and_differences(self.layout.derived, known, years).items()
            if int(key[1]) in self.years
        }

    def acts(self, exercise: int, *kinds: ActKind) -> list[BudgetAct]:
        """The acts of an exercise, the earliest first."""
        found = {row.act_id: row.act for row in self.movements if row.act.exercise == exercise}
        rows = [act for act in found.values() if not kinds or act.kind in kinds]
        return sorted(rows, key=lambda act: (act.dated, act.pk))

    def closed_on(self, exercise: int) -> date | None:
        """The day of the statement that closes an exercise: one of its last day or later; None while there is none."""
        dated = [act.dated for act in self.acts(exercise, ActKind.EXECUTED) if act.dated >= date(exercise, 12, 31)]
        return max(dated, default=None)

    @property
    def simulated(self) -> bool:
        return any(row.act.simulated for row in self.movements)


@once_a_page
def read_ledger(*, fund: Fund, at: date | None = None) -> Ledger:
    """The ledger of a fund with the acts dated up to `at`; all of them when no date is given.

    Lines and acts are few and movements many: each movement is given the line and the act it has, read once.
    """
    lines = {line.pk: line for line in fund.lines.select_related("fund").order_by("position")}
    printed = {
        (lines[line].position, year): amount
        for line, year, amount in BudgetAmount.objects.filter(line__fund=fund).values_list("line_id", "year", "amount")
    }
    dated = BudgetAct.objects.filter(fund=fund).select_related("recorded_by")
    if at is not None:
        dated = dated.filter(dated__lte=at)
    acts = {act.pk: act for act in dated}
    moved = [row for row in Movement.objects.filter(act__fund=fund) if row.act_id in acts]
    for row in moved:
        row.act, row.line = acts[row.act_id], lines[row.line_id]
        row.act.fund = fund
    moved.sort(key=lambda row: (row.act.dated, row.act_id, row.line.position))
    return Ledger(fund, at, list(lines.values()), printed, moved)
