"""What an act's entry starts from: the lines on the fund's layout, where they stand, and the workbook to fill."""

from dataclasses import dataclass
from decimal import Decimal

from budgets.act_workbook import Identity, Line, write_act_workbook
from budgets.compute.stages import complete
from budgets.enums import MEASURE_OF, STATED_AS_LEVEL, ActKind, LineKind, Measure
from budgets.models import BudgetAct, BudgetLine, Fund
from budgets.queries.ledger import Ledger, read_ledger
from budgets.queries.tables import full

ENTERED = (
    ActKind.INITIAL,
    ActKind.RECTIFIED,
    ActKind.CARRY_OVER,
    ActKind.RECEIPTS,
    ActKind.PAYROLL,
    ActKind.EXECUTED,
    ActKind.FORECAST,
    ActKind.AMENDMENT,
)
"""Acts that people enter line by line; a transfer comes from its own page."""


@dataclass(frozen=True)
class EntryRow:
    """A line of the entry: what it is, where it stands, what is shown of it."""

    line: BudgetLine
    depth: int
    is_stated: bool
    programme: str
    current: str
    current_amount: Decimal | None
    current_national: Decimal | None

    @property
    def is_header(self) -> bool:
        return self.line.kind == LineKind.HEADER

    @property
    def is_total(self) -> bool:
        return self.line.kind == LineKind.TOTAL


@dataclass(frozen=True)
class ActEntryPage:
    """The entry of an act: its rows in printed order, the last act of its kind."""

    fund: Fund
    exercise: int
    kind: ActKind
    rows: list[EntryRow]
    last: BudgetAct | None
    ledger: Ledger

    @property
    def is_level(self) -> bool:
        return self.kind in STATED_AS_LEVEL

    @property
    def advice(self) -> str:
        """What the amounts mean, in a sentence."""
        if self.is_level:
            return (
                "Écrire où en est chaque ligne après cet acte, non ce qui change. Une case vide laisse la ligne comme"
                " elle est ; 0 est un montant."
            )
        return "Écrire ce que l'acte ajoute à chaque ligne (ou retire, avec un moins) ; une case vide ne change rien."


def entry_page(*, fund: Fund, exercise: int, kind: ActKind) -> ActEntryPage:
    """Everything the entry of an act shows."""
    ledger = read_ledger(fund=fund)
    measure = MEASURE_OF[kind]
    current = ledger.completed(measure, exercise).amounts
    programme = ledger.completed(Measure.PROGRAMME, exercise).amounts
    national = ledger.national(measure, exercise)
    stated = set(ledger.layout.stated())
    rows = [
        EntryRow(
            line=line,
            depth=ledger.depths[line.position],
            is_stated=line.position in stated,
            programme=_shown(programme.get(line.position), ledger),
            current=_shown(current.get(line.position), ledger),
            current_amount=current.get(line.position),
            current_national=national.get(line.position),
        )
        for line in ledger.lines
        if line.kind not in (LineKind.RATE, LineKind.DIFFERENCE) and line.label
    ]
    own = BudgetAct.objects.filter(fund=fund, exercise=exercise, kind=kind)
    last = own.select_related("recorded_by", "fund").order_by("-number").first()
    return ActEntryPage(fund, exercise, kind, rows, last, ledger)


def _shown(amount: Decimal | None, ledger: Ledger) -> str:
    return "" if amount is None else full(amount, ledger)


def identity_of(page: ActEntryPage) -> Identity:
    fund = page.fund
    return Identity(fund.convention.code, fund.code, page.exercise, str(page.kind), fund.unit)


def workbook_lines(page: ActEntryPage) -> list[Line]:
    """The lines of the workbook; an act stated as levels begins with where the lines stand."""
    ledger = page.ledger
    programme = ledger.completed(Measure.PROGRAMME, page.exercise).amounts
    parts = ledger.layout.parts()
    known = {row.line.position for row in page.rows}
    levels = ledger.stated(MEASURE_OF[page.kind], page.exercise) if page.is_level else {}
    amounts = complete(ledger.layout, levels).amounts
    return [
        Line(
            position=row.line.position,
            label=row.line.label,
            depth=row.depth,
            is_stated=row.is_stated,
            is_bold=row.is_total or row.is_header,
            parts=tuple((part, sign) for part, sign in parts.get(row.line.position, ()) if part in known),
            programme=programme.get(row.line.position),
            current=row.current_amount,
            amount=amounts.get(row.line.position),
            national=row.current_national if page.is_level else None,
        )
        for row in page.rows
    ]


def entry_workbook(page: ActEntryPage) -> bytes:
    """The workbook of an act, to fill and to send back."""
    title = f"{page.kind.label} {page.exercise}, {page.fund.name} ({page.fund.unit})"
    return write_act_workbook(
        identity_of(page), workbook_lines(page), title=title[0].upper() + title[1:], advice=page.advice
    )
