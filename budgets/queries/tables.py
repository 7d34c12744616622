"""The tables of a fund on its own layout: one exercise with every measure, one measure over the whole term."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from budgets.compute.stages import complete, gap, rate
from budgets.enums import MEASURE_OF, ActKind, LineKind, Measure, Nature
from budgets.models import BudgetAct, BudgetLine, Fund
from budgets.queries.ledger import Ledger, read_ledger
from cog.figures import format_exact, format_figure, format_gap, format_whole

RATE_DECIMALS = 1


@dataclass(frozen=True)
class Figure:
    """A figure of a table: exact, as it is shown on paper, and in full; `partial`: a part of the sum is not known."""

    amount: Decimal | None
    shown: str
    full: str
    partial: bool = False

    @property
    def is_rounded(self) -> bool:
        return self.amount is not None and self.shown != self.full


@dataclass(frozen=True)
class YearRow:
    """A printed row in one exercise."""

    line: BudgetLine
    depth: int
    programme: Figure
    initial: Figure
    voted: Figure
    executed: Figure
    forecast: Figure
    gap: Figure
    rate: Figure

    @property
    def is_memo(self) -> bool:
        return self.line.kind == LineKind.MEMO

    @property
    def is_total(self) -> bool:
        return self.line.kind == LineKind.TOTAL

    @property
    def is_header(self) -> bool:
        return self.line.kind == LineKind.HEADER

    @property
    def figures(self) -> list[Figure]:
        return [self.programme, self.initial, self.voted, self.executed, self.forecast, self.gap, self.rate]


@dataclass(frozen=True)
class YearTable:
    """A fund in one exercise at a date."""

    fund: Fund
    exercise: int
    at: date | None
    rows: list[YearRow]
    acts: list[BudgetAct]
    simulated: bool
    is_amended: bool
    closed_on: date | None

    @property
    def executed_on(self) -> date | None:
        return self._last(ActKind.EXECUTED)

    @property
    def forecast_on(self) -> date | None:
        return self._last(ActKind.FORECAST)

    def _last(self, kind: ActKind) -> date | None:
        return max((act.dated for act in self.acts if act.kind == kind), default=None)

    @property
    def partial_count(self) -> int:
        return sum(figure.partial for row in self.rows for figure in row.figures)


HEADINGS = [
    "Programme",
    "Budget initial",
    "Crédits ouverts",
    "Exécuté",
    "Prévision d'exécution",
    "Écart aux crédits ouverts",
    "Taux d'exécution",
]
"""The columns of a year, in the order of `YearRow.figures`."""


def year_table(*, ledger: Ledger, exercise: int) -> YearTable:
    """The exercise on the convention's layout: programme, opened, executed, forecast, gap and rate of every line."""
    tables = {measure: ledger.completed(measure, exercise) for measure in Measure}
    over = {measure: ledger.over_years(measure) for measure in Measure}
    initial = _initial(ledger, exercise)
    closed = ledger.closed_on(exercise) is not None
    rows = []
    for line in ledger.lines:
        amounts = {
            measure: tables[measure].amounts.get(line.position, over[measure].get((line.position, str(exercise))))
            for measure in Measure
        }
        partial = {measure: line.position in tables[measure].partial for measure in Measure}
        computed = line.kind in (LineKind.RATE, LineKind.DIFFERENCE)
        rows.append(
            YearRow(
                line=line,
                depth=ledger.depths[line.position],
                programme=figure(amounts[Measure.PROGRAMME], line, ledger),
                initial=figure(initial.get(line.position), line, ledger),
                voted=figure(amounts[Measure.VOTED], line, ledger, partial=partial[Measure.VOTED]),
                executed=figure(amounts[Measure.EXECUTED], line, ledger, partial=partial[Measure.EXECUTED]),
                forecast=figure(amounts[Measure.FORECAST], line, ledger, partial=partial[Measure.FORECAST]),
                gap=_gap(amounts, ledger, is_closed=closed) if not computed else NOTHING,
                rate=_rate(amounts) if not computed and line.kind != LineKind.HEADER else NOTHING,
            )
        )
    acts = ledger.acts(exercise)
    amended = any(act.kind == ActKind.AMENDMENT for act in acts)
    return YearTable(
        ledger.fund,
        exercise,
        ledger.at,
        rows,
        acts,
        any(act.simulated for act in acts),
        amended,
        ledger.closed_on(exercise),
    )


NOTHING = Figure(None, "", "")


def figure(amount: Decimal | None, line: BudgetLine, ledger: Ledger, *, partial: bool = False) -> Figure:
    """A figure as paper shows it and in full; nothing is a blank, never a zero."""
    if amount is None:
        return NOTHING
    if line.kind == LineKind.RATE:
        return Figure(amount, format_figure(amount, RATE_DECIMALS, "%"), format_figure(amount, 4, "%"))
    return Figure(amount, format_figure(amount, ledger.decimals), full(amount, ledger), partial)


def full(amount: Decimal, ledger: Ledger) -> str:
    """Every digit of an amount, at least those the convention prints."""
    return format_whole(amount, ledger.decimals)


def _initial(ledger: Ledger, exercise: int) -> dict[int, Decimal]:
    stated = {
        row.line.position: row.amount
        for row in ledger.movements
        if row.act.exercise == exercise and row.act.kind == ActKind.INITIAL
    }
    return complete(ledger.layout, stated).amounts if stated else {}


def _gap(amounts: dict[Measure, Decimal | None], ledger: Ledger, *, is_closed: bool) -> Figure:
    """What is expected of the year minus what is opened: the forecast, or what is executed once the year is closed."""
    forecast, executed = amounts[Measure.FORECAST], amounts[Measure.EXECUTED]
    found = gap(executed if is_closed or forecast is None else forecast, amounts[Measure.VOTED])
    if found is None:
        return NOTHING
    return Figure(found, format_gap(found, ledger.decimals), format_exact(found))


def _rate(amounts: dict[Measure, Decimal | None]) -> Figure:
    found = rate(amounts[Measure.EXECUTED], amounts[Measure.VOTED])
    if found is None:
        return NOTHING
    shown = format_figure(found, RATE_DECIMALS, "%")
    return Figure(found, shown, shown)


@dataclass(frozen=True)
class TermRow:
    """A printed row over the years of the term, with their sum where it means something."""

    line: BudgetLine
    depth: int
    cells: list[Figure]
    total: Figure

    is_memo = YearRow.is_memo
    is_total = YearRow.is_total
    is_header = YearRow.is_header


@dataclass(frozen=True)
class TermTable:
    """A measure of a fund over the whole term."""

    fund: Fund
    measure: Measure
    years: list[int]
    rows: list[TermRow]
    known_years: list[int]
    simulated: bool


def term_table(*, ledger: Ledger, measure: Measure) -> TermTable:
    """A measure over the term; a total over the years is given only where every year is known."""
    cells = ledger.over_years(measure)
    partial = {year: ledger.completed(measure, year).partial for year in ledger.years}
    rows = []
    for line in ledger.lines:
        own = [cells.get((line.position, str(year))) for year in ledger.years]
        summable = line.kind not in (LineKind.RATE, LineKind.HEADER)
        whole = sum((one for one in own if one is not None), Decimal(0)) if summable and None not in own else None
        rows.append(
            TermRow(
                line,
                ledger.depths[line.position],
                [
                    figure(value, line, ledger, partial=line.position in partial[year])
                    for year, value in zip(ledger.years, own, strict=True)
                ],
                figure(whole, line, ledger),
            )
        )
    known = [year for year in ledger.years if any((row.line.position, str(year)) in cells for row in rows)]
    return TermTable(ledger.fund, measure, ledger.years, rows, known, ledger.simulated)


@dataclass(frozen=True)
class MovementRow:
    """A movement of a line, with where the line stands after it."""

    act: BudgetAct
    measure: Measure
    amount: Figure
    national: Figure
    after: Figure
    comment: str


@dataclass(frozen=True)
class LinePage:
    """Where every figure of a line in an exercise comes from: its own movements, or the lines it adds up."""

    line: BudgetLine
    exercise: int
    row: YearRow
    movements: list[MovementRow]
    parts: list[YearRow]
    nature: str
    has_chronicle: bool


def line_page(*, fund: Fund, exercise: int, position: int, at: date | None = None) -> LinePage | None:
    """One line of an exercise, down to its movements; None when the fund has no such line."""
    ledger = read_ledger(fund=fund, at=at)
    table = year_table(ledger=ledger, exercise=exercise)
    rows = {row.line.position: row for row in table.rows}
    if position not in rows:
        return None
    line = rows[position].line
    standing: dict[Measure, Decimal] = {}
    found = []
    for moved in ledger.movements:
        if moved.act.exercise != exercise or moved.line_id != line.pk:
            continue
        measure = MEASURE_OF[ActKind(moved.act.kind)]
        start = (
            ledger.printed.get((position, str(exercise)), Decimal(0)) if measure is Measure.PROGRAMME else Decimal(0)
        )
        standing[measure] = standing.get(measure, start) + moved.amount
        national = figure(moved.national, line, ledger)
        found.append(
            MovementRow(
                moved.act,
                measure,
                Figure(moved.amount, format_gap(moved.amount, ledger.decimals), full(moved.amount, ledger)),
                national,
                figure(standing[measure], line, ledger),
                moved.comment,
            )
        )
    parts = [rows[part] for part, _ in ledger.layout.parts().get(position, []) if part in rows]
    nature = str(Nature(line.nature).label) if line.nature else ""
    return LinePage(line, exercise, rows[position], found, parts, nature, _is_explained(ledger, position))


def _is_explained(ledger: Ledger, position: int) -> bool:
    """Whether the chronicle of places explains the line, or a line it is a part of."""
    parent = {line.position: line.parent for line in ledger.layout.lines}
    place: int | None = position
    while place is not None and place not in ledger.fund.chronicle:
        place = parent[place]
    return place is not None
