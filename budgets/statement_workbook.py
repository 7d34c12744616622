"""The workbook of a table owed beside the funds: exported, filled, read again, every problem at its cell.

PURE. A row is known by the code in its first column, a column by the code under its heading.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from budgets.compute.statements import Cells, Form, whole
from cog.figures import NumberError, parse_french_decimal
from cog.xlsx import Cell, Kind, SafeWorkbook, WorkbookRefused, column_letters, open_untrusted_xlsx, sum_formula

CODES_ROW, FIRST_ROW = 5, 6
LABEL, FIRST = 2, 3
HEAD = {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "bg_color": "#E8EDF4"}
FILL = {"bg_color": "#FFF9DB", "border": 1, "border_color": "#B8BEC8"}


@dataclass
class FilledTable:
    """What was read; `problems` say cell, found and expected."""

    cells: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def write_statement_workbook(
    form: Form,
    *,
    code: str,
    title: str,
    unit: str,
    cells: Cells,
    labels: Mapping[str, str],
    comments: Mapping[str, str],
) -> bytes:
    """The table with its figures, sums as live formulas beside our own values."""
    full = whole(form, cells).cells
    book = SafeWorkbook(title=title)
    sheet = book.sheet("Tableau")
    sheet.write(1, 1, title, {"bold": True, "font_size": 14})
    sheet.write(2, 1, f"Montants en {unit}. Une case vide n'est pas connue ; 0 est un montant.")
    sheet.write(3, 1, code, {"font_color": "#666666"})
    place = {column.code: FIRST + rank for rank, column in enumerate(form.columns)}
    comment = FIRST + len(form.columns)
    for column in form.columns:
        sheet.write(CODES_ROW - 1, place[column.code], column.label, HEAD)
        sheet.write(CODES_ROW, place[column.code], column.code, {"font_color": "#666666"})
    sheet.write(CODES_ROW - 1, LABEL, "Ligne", HEAD)
    sheet.write(CODES_ROW - 1, comment, "Commentaire", HEAD)
    row_of = {row.code: FIRST_ROW + rank for rank, row in enumerate(form.rows)}
    for row in form.rows:
        at = row_of[row.code]
        sheet.write(at, 1, row.code, {"font_color": "#666666"})
        sheet.write(at, LABEL, row.label or labels.get(row.code), {"text_wrap": True, "bold": not row.is_stated})
        for column in form.columns:
            value = full.get((row.code, column.code))
            letter = column_letters(place[column.code])
            if column.parts and row.is_stated:
                terms = [(f"{column_letters(place[part])}{at}", sign) for part, sign in column.parts]
            elif row.parts:
                terms = [(f"{letter}{row_of[part]}", sign) for part, sign in row.parts]
            else:
                sheet.write(at, place[column.code], value, FILL)
                continue
            sheet.formula(at, place[column.code], sum_formula(terms), value)
        if row.is_stated:
            sheet.write(at, comment, comments.get(row.code), FILL)
    sheet.raw.set_row(CODES_ROW - 1, None, None, {"hidden": True})
    sheet.raw.freeze_panes(CODES_ROW, LABEL)
    sheet.widths(14, 56, *[16] * len(form.columns), 50)
    sheet.print_wide()
    return book.finish()


def read_statement_workbook(data: bytes, form: Form, *, code: str) -> FilledTable:
    """What a workbook states. Raises WorkbookRefused when it is not this table's."""
    book = open_untrusted_xlsx(data)
    rows = {row: {cell.column: cell for cell in cells} for row, cells in book.sheets[0].rows()}
    if 1 not in rows.get(3, {}) or rows[3][1].text != code:
        found = rows[3][1].text if 1 in rows.get(3, {}) else "autre chose"
        raise WorkbookRefused("wrong_template", f"« {found} »", f"le tableau « {code} »", "télécharger son modèle")
    columns = {cell.text: column for column, cell in rows.get(CODES_ROW, {}).items() if column >= FIRST}
    filled = FilledTable()
    known = {row.code: row for row in form.rows}
    comment = FIRST + len(form.columns)
    for number, cells in sorted(rows.items()):
        if number < FIRST_ROW or 1 not in cells:
            continue
        name = cells[1].text
        if name not in known:
            filled.problems.append(f"A{number} : trouvé « {name} » ; attendu le code d'une ligne du tableau.")
        elif known[name].is_stated:
            _read_row(number, name, cells, columns, form, filled)
            if not known[name].label and LABEL in cells:
                filled.labels[name] = cells[LABEL].text
            if comment in cells:
                filled.comments[name] = cells[comment].text
    return filled


def _read_row(
    number: int, name: str, cells: Mapping[int, Cell], columns: Mapping[str, int], form: Form, filled: FilledTable
) -> None:
    for column in form.columns:
        cell = cells.get(columns.get(column.code, 0))
        if not column.is_stated or cell is None or not cell.text.strip():
            continue
        address = f"{column_letters(columns[column.code])}{number}"
        if cell.kind is Kind.NUMBER:
            filled.cells[name, column.code] = Decimal(cell.text)
            continue
        try:
            filled.cells[name, column.code] = parse_french_decimal(cell.text, refuse_ambiguous_dot=True)
        except NumberError as error:
            filled.problems.append(f"{address} : trouvé « {cell.text} » ; attendu {error.expected}.")
