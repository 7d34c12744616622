"""The workbook of an act: the lines of a fund on the convention's layout, to fill and to read again.

PURE. Sums are live formulas with our own value beside; a sum written by hand is read as a total to be checked.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from budgets.compute.entry import Stated
from cog.figures import NumberError, format_exact, parse_french_decimal
from cog.xlsx import (
    Cell,
    Kind,
    SafeSheet,
    SafeWorkbook,
    WorkbookRefused,
    column_letters,
    open_untrusted_xlsx,
    sum_formula,
)

MAGIC = "acte budgétaire"
IDENTITY_SHEET = "Identifiant"
IDENTITY_LABELS = ("convention", "fonds", "exercice", "acte", "unité")
HEADER_ROW = 4
POSITION, LABEL, PROGRAMME, CURRENT, AMOUNT, NATIONAL, COMMENT = range(1, 8)
HEADINGS = ("Rang", "Ligne", "Programme", "Actuellement", "Montant", "dont Caisse nationale", "Commentaire")

BOLD: Mapping[str, Any] = {"bold": True}
HEAD: Mapping[str, Any] = {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "bg_color": "#E8EDF4"}
FORMATS = {"k€": "#,##0.###", "M€": "#,##0.00####"}


@dataclass(frozen=True, slots=True)
class Identity:
    """Which act the workbook is for; what is filled under another identity is refused."""

    convention: str
    fund: str
    exercise: int
    act: str
    unit: str

    def values(self) -> tuple[str, ...]:
        return (self.convention, self.fund, str(self.exercise), self.act, self.unit)


@dataclass(frozen=True, slots=True)
class Line:
    """A row: a line to fill (`parts` empty) or a sum of other rows; a header has neither amount nor parts."""

    position: int
    label: str
    depth: int
    is_stated: bool
    is_bold: bool = False
    parts: tuple[tuple[int, int], ...] = ()
    programme: Decimal | None = None
    current: Decimal | None = None
    amount: Decimal | None = None
    national: Decimal | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class CellProblem:
    """Something to mend in a workbook, with its address."""

    cell: str
    found: str
    expected: str

    def __str__(self) -> str:
        return f"{self.cell} : trouvé {self.found} ; attendu {self.expected}."


@dataclass
class Filled:
    """What was read: stated lines, totals written beside, problems; nothing is kept while there is a problem."""

    stated: dict[int, Stated] = field(default_factory=dict)
    totals: dict[int, Decimal] = field(default_factory=dict)
    problems: list[CellProblem] = field(default_factory=list)


def write_act_workbook(identity: Identity, lines: Sequence[Line], *, title: str, advice: str) -> bytes:
    """The workbook to fill; filled lines begin with the amount given."""
    book = SafeWorkbook(title=title)
    sheet = book.sheet(f"{identity.fund} {identity.exercise}")
    sheet.write(1, 1, title, {"bold": True, "font_size": 14})
    sheet.write(2, 1, advice)
    for column, heading in enumerate(HEADINGS, start=1):
        unit = f" ({identity.unit})" if column in (PROGRAMME, CURRENT, AMOUNT, NATIONAL) else ""
        sheet.write(HEADER_ROW, column, heading + unit, HEAD)
    row_of = {line.position: HEADER_ROW + rank for rank, line in enumerate(lines, start=1)}
    for line in lines:
        _write_line(sheet, line, row_of, identity.unit)
    sheet.raw.freeze_panes(HEADER_ROW, LABEL)
    sheet.widths(6, 60, 14, 14, 14, 16, 50)
    sheet.print_wide()
    hidden = book.sheet(IDENTITY_SHEET)
    hidden.write(1, 1, MAGIC)
    for row, (label, value) in enumerate(zip(IDENTITY_LABELS, identity.values(), strict=True), start=2):
        hidden.write(row, 1, label)
        hidden.write(row, 2, value)
    hidden.raw.hide()
    return book.finish()


def _write_line(sheet: SafeSheet, line: Line, row_of: Mapping[int, int], unit: str) -> None:
    row = row_of[line.position]
    weight: dict[str, Any] = {"bold": True} if line.is_bold else {}
    number = weight | {"num_format": FORMATS[unit]}
    sheet.write(row, POSITION, Decimal(line.position), {"font_color": "#666666"})
    sheet.write(row, LABEL, line.label, weight | {"indent": line.depth, "text_wrap": True})
    sheet.write(row, PROGRAMME, line.programme, number)
    sheet.write(row, CURRENT, line.current, number)
    if line.parts:
        for column, value in ((AMOUNT, line.amount), (NATIONAL, line.national)):
            sheet.formula(row, column, column_sum(line.parts, row_of, column), value, number)
    elif line.is_stated:
        fill = number | {"bg_color": "#FFF9DB", "border": 1, "border_color": "#B8BEC8"}
        sheet.write(row, AMOUNT, line.amount, fill)
        sheet.write(row, NATIONAL, line.national, fill)
        sheet.write(row, COMMENT, line.comment, {"bg_color": "#FFF9DB", "text_wrap": True})


def column_sum(parts: Sequence[tuple[int, int]], row_of: Mapping[int, int], column: int) -> str:
    """The sum of some lines in a column, as a formula."""
    letter = column_letters(column)
    return sum_formula((f"{letter}{row_of[part]}", sign) for part, sign in parts if part in row_of)


def read_act_workbook(data: bytes, identity: Identity, lines: Sequence[Line]) -> Filled:
    """What a workbook states, compared with the lines asked. Raises WorkbookRefused when it is not readable at all."""
    book = open_untrusted_xlsx(data)
    found = {
        sheet.name: [(row, {cell.column: cell for cell in cells}) for row, cells in sheet.rows()]
        for sheet in book.sheets
    }
    _check_identity(dict(found.get(IDENTITY_SHEET, [])), identity)
    rows = next((rows for name, rows in found.items() if name != IDENTITY_SHEET), [])
    filled = Filled()
    known = {line.position: line for line in lines}
    seen: dict[int, str] = {}
    computed: dict[int, tuple[str, Decimal]] = {}
    for row, cells in rows:
        if row > HEADER_ROW:
            _read_row(row, cells, known, seen, filled, computed, identity.unit)
    filled.problems += _broken_sums(known, filled, computed, identity.unit)
    return filled


def _broken_sums(
    known: Mapping[int, Line], filled: Filled, computed: Mapping[int, tuple[str, Decimal]], unit: str
) -> Iterator[CellProblem]:
    """Sums that the spreadsheet computed and that are not those of the rows beside: a formula was changed."""
    values = {position: row.amount for position, row in filled.stated.items()}
    values |= filled.totals | {position: value for position, (_, value) in computed.items()}
    for position, (address, value) in sorted(computed.items()):
        parts = known[position].parts
        summed = sum((values.get(part, Decimal(0)) * sign for part, sign in parts), Decimal(0))
        if summed != value:
            found = f"{format_exact(value)} {unit}, calculé par le tableur"
            yield CellProblem(
                address, found, f"{format_exact(summed)} {unit}, la somme de ses lignes : refaire la formule"
            )


def _check_identity(rows: Mapping[int, Mapping[int, Cell]], identity: Identity) -> None:
    def text(row: int, column: int) -> str:
        cell = rows.get(row, {}).get(column)
        return cell.text if cell else ""

    if text(1, 1) != MAGIC:
        raise WorkbookRefused("not_template", "un autre classeur", "le modèle de cet acte", "télécharger le modèle")
    for row, (label, wanted) in enumerate(zip(IDENTITY_LABELS, identity.values(), strict=True), start=2):
        if text(row, 2) != wanted:
            raise WorkbookRefused(
                "wrong_template",
                f"un modèle pour {label} « {text(row, 2)} »",
                f"« {wanted} »",
                "télécharger le bon modèle",
            )


def _read_row(
    row: int,
    cells: Mapping[int, Cell],
    known: Mapping[int, Line],
    seen: dict[int, str],
    filled: Filled,
    computed: dict[int, tuple[str, Decimal]],
    unit: str,
) -> None:
    place = cells.get(POSITION)
    address = f"{column_letters(POSITION)}{row}"
    if place is None:
        filled.problems += [
            CellProblem(f"{column_letters(column)}{row}", f"« {cells[column].text} » sur une ligne sans rang", "rien")
            for column in (AMOUNT, NATIONAL)
            if column in cells
        ]
        return
    if not place.text.isdigit() or int(place.text) not in known:
        filled.problems.append(CellProblem(address, f"le rang « {place.text} »", "le rang d'une ligne du fonds"))
        return
    position = int(place.text)
    if position in seen:
        filled.problems.append(
            CellProblem(address, f"le rang {position} une seconde fois", f"une fois, {seen[position]}")
        )
        return
    seen[position] = address
    numbers = dict(_numbers(row, cells, filled, unit))
    if AMOUNT not in numbers:
        return
    if not known[position].is_stated:
        if cells[AMOUNT].is_formula:
            computed[position] = (f"{column_letters(AMOUNT)}{row}", numbers[AMOUNT])
        else:
            filled.totals[position] = numbers[AMOUNT]
        return
    comment = cells[COMMENT].text if COMMENT in cells else ""
    filled.stated[position] = Stated(numbers[AMOUNT], numbers.get(NATIONAL), comment)


def _numbers(row: int, cells: Mapping[int, Cell], filled: Filled, unit: str) -> Iterator[tuple[int, Decimal]]:
    """The numbers of a row; a text that is none is a problem at its cell."""
    for column in (AMOUNT, NATIONAL):
        cell = cells.get(column)
        if cell is None or cell.kind is Kind.EMPTY or not cell.text.strip():
            continue
        address = f"{column_letters(column)}{row}"
        if cell.kind is Kind.NUMBER:
            yield column, Decimal(cell.text)
        elif cell.kind is Kind.TEXT:
            try:
                yield column, parse_french_decimal(cell.text, unit=unit, refuse_ambiguous_dot=True)
            except NumberError as error:
                filled.problems.append(CellProblem(address, f"« {cell.text} »", f"un montant en {unit} ({error})"))
        else:
            filled.problems.append(CellProblem(address, f"« {cell.text} »", f"un montant en {unit}, ou rien"))
