"""What the convention prints: a fund's programme on its own layout, the chronicle, the receipts."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from budgets.compute.identities import gaps
from budgets.compute.stages import Layout
from budgets.enums import LineKind
from budgets.models import BudgetAmount, BudgetLine, Fund, PlacesLine, ReusableReceipt
from budgets.queries.ledger import layout_of
from cog.figures import format_figure
from cog.models import Convention
from cog.once import once_a_page

Marks = dict[tuple[int, str], tuple[str, bool]]
"""(position, column) -> what is to be said of the printed sum, and whether rounding explains it."""


@dataclass(frozen=True)
class Cell:
    """A printed figure, or a blank; `gap` is the difference with the sum of its parts, when there is one."""

    column: str
    amount: Decimal | None
    shown: str
    gap: str
    within_rounding: bool


@dataclass(frozen=True)
class TableRow:
    """A printed row: its label, how deep it stands, its cells in the order of the columns."""

    line: BudgetLine
    depth: int
    cells: list[Cell]

    @property
    def is_memo(self) -> bool:
        return self.line.kind == LineKind.MEMO

    @property
    def is_total(self) -> bool:
        return self.line.kind == LineKind.TOTAL

    @property
    def is_header(self) -> bool:
        return self.line.kind == LineKind.HEADER


@dataclass(frozen=True)
class BudgetTable:
    """A fund's programme, row by row."""

    fund: Fund
    columns: list[str]
    rows: list[TableRow]
    gap_count: int


def funds(*, convention: Convention) -> QuerySet[Fund]:
    return Fund.objects.filter(convention=convention).order_by("position")


@once_a_page
def fund_named(*, convention: Convention, code: str) -> Fund | None:
    """The fund of that code."""
    return funds(convention=convention).filter(code=code).select_related("convention").first()


def hold_fund(*, convention: Convention, code: str) -> None:
    """Keep every other writer out of a fund until the transaction ends."""
    Fund.objects.select_for_update().filter(convention=convention, code=code).first()


def budget_table(*, fund: Fund) -> BudgetTable:
    """The programme of a fund as printed, with every sum that does not hold marked in its cell."""
    lines = list(fund.lines.order_by("position"))
    by_id = {line.pk: line for line in lines}
    amounts: dict[tuple[int, str], BudgetAmount] = {}
    for amount in BudgetAmount.objects.filter(line__fund=fund):
        amounts[by_id[amount.line_id].position, amount.year] = amount
    layout = layout_of(fund, lines)
    marks, depths = _marks(fund, layout, amounts), layout.depths()
    rows = [
        TableRow(line, depths[line.position], [_cell(line, column, amounts, marks) for column in fund.years])
        for line in lines
    ]
    return BudgetTable(fund, list(fund.years), rows, len(marks))


def _marks(fund: Fund, layout: Layout, amounts: dict[tuple[int, str], BudgetAmount]) -> Marks:
    found = gaps(
        layout.lines,
        {key: amount.amount for key, amount in amounts.items()},
        unit=unit_of(fund),
    )
    decimals = 0 if fund.unit == "k€" else 2
    marks: Marks = {}
    for gap in found:
        summed = format_figure(gap.summed, decimals, fund.unit)
        nature = "écart d'arrondi" if gap.within_rounding else "somme imprimée qui ne tombe pas juste"
        marks[gap.position, gap.column] = (
            f"{nature}\u00a0: la somme des lignes donne {summed}",
            gap.within_rounding,
        )
    return marks


def unit_of(fund: Fund) -> Decimal:
    """The last printed digit of a fund's figures."""
    return Decimal(1) if fund.unit == "k€" else Decimal("0.01")


def _cell(line: BudgetLine, column: str, amounts: dict[tuple[int, str], BudgetAmount], marks: Marks) -> Cell:
    key = (line.position, column)
    amount = amounts.get(key)
    unit = "%" if line.kind == LineKind.RATE else ""  # the others are in the unit the table announces
    shown = format_figure(amount.amount, amount.decimals, unit) if amount else ""
    return Cell(column, amount.amount if amount else None, shown, *marks.get(key, ("", False)))


@dataclass(frozen=True)
class PlacesTable:
    """The chronicle of places: columns and (label, kind, cells)."""

    columns: list[str]
    rows: list[tuple[str, str, list[str]]]
    values: list[list[int | None]]


def places_table(*, convention: Convention) -> PlacesTable:
    """« Chronique de sortie des solutions d'accueil collectif », as printed beside the Fnas."""
    cells = list(PlacesLine.objects.filter(convention=convention).order_by("position", "seed_line"))
    columns = list(dict.fromkeys(cell.year for cell in cells))
    rows, values = [], []
    for position in dict.fromkeys(cell.position for cell in cells):
        own = {cell.year: cell for cell in cells if cell.position == position}
        first = next(iter(own.values()))
        shown = [format_figure(Decimal(own[year].value), 0) if year in own else "" for year in columns]
        rows.append((first.label, first.kind, shown))
        values.append([own[year].value if year in own else None for year in columns])
    return PlacesTable(columns, rows, values)


def receipts(*, convention: Convention) -> QuerySet[ReusableReceipt]:
    return ReusableReceipt.objects.filter(convention=convention).order_by("position")


@dataclass(frozen=True)
class YearTotal:
    """A fund's overall programme for one year."""

    fund: Fund
    year: int
    shown: str
    amount: Decimal


def grand_totals(*, convention: Convention) -> list[YearTotal]:
    """The last total of each fund that is part of no other, by year of the term."""
    whole = BudgetAmount.objects.filter(
        line__fund__convention=convention, line__kind=LineKind.TOTAL, line__parent__isnull=True
    ).select_related("line__fund")
    amounts = list(whole.order_by("line__fund__position", "line__position", "year"))
    last = {amount.line.fund_id: amount.line_id for amount in amounts}
    totals = []
    for amount in amounts:
        is_last = amount.line_id == last[amount.line.fund_id]
        if is_last and amount.year.isdigit() and int(amount.year) in convention.years:
            fund = amount.line.fund
            shown = format_figure(amount.amount, amount.decimals, fund.unit)
            totals.append(YearTotal(fund, int(amount.year), shown, amount.amount))
    return totals
