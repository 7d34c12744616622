"""The file that was received, given back with its problems: coloured cells, notes, and a sheet « Anomalies ».

PURE. The copy holds the values at the addresses they had, as plain values: mended, it may be sent again as it is.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from cog.xlsx import (
    Cell,
    Kind,
    SafeSheet,
    SafeWorkbook,
    WorkbookRefused,
    column_letters,
    looks_like_a_workbook,
    open_untrusted_xlsx,
)
from indicators.intake.columns import ANOMALIES_COLUMN
from indicators.intake.long_form import lines_of_csv
from indicators.intake.messages import Problem, Severity
from indicators.intake.workbook import ANOMALIES_SHEET, SHEET

MAX_ROWS = 20_000
"""Beyond, only the rows that have a problem are copied."""

HEADER = ("Gravité", "Feuille", "Cellule", "Ligne", "Colonne", "Trouvé", "Attendu", "Comment corriger")
_WIDTHS = (16, 20, 10, 8, 14, 36, 50, 60)
_SIGNS = {Severity.ERROR: "✖ erreur", Severity.WARNING: "▲ avertissement"}
_FILLS = {Severity.ERROR: "#F9D0CC", Severity.WARNING: "#FFF0B8"}
_BORDERS = {Severity.ERROR: "#B42318", Severity.WARNING: "#9A6700"}
_FONT: Mapping[str, Any] = {"font_name": "Arial", "font_size": 10, "valign": "top"}
_TEXT = {**_FONT, "text_wrap": True}
_HEAD = {**_TEXT, "bold": True, "bg_color": "#E8EDF4", "border": 1, "border_color": "#B8BEC8"}
_KEPT_FORMATS = {Kind.PERCENT: "0.00%"}

Places = Mapping[str, Sequence[Problem]]
"""The problems of a sheet, by cell."""


def annotated_workbook(data: bytes, problems: Sequence[Problem]) -> bytes:
    """The workbook to give back: « Anomalies », then the sheets received; of a CSV, one sheet with its problems.

    A file that could not be opened gives « Anomalies » alone. Text is never a formula.
    """
    book = SafeWorkbook(title="Anomalies de contrôle")
    listed = book.sheet(ANOMALIES_SHEET)
    _list(listed, problems)
    note = ""
    if looks_like_a_workbook(data):
        try:
            note = _copy_workbook(book, data, problems)
        except WorkbookRefused:
            note = "Le classeur n'a pas pu être lu jusqu'au bout : il n'est recopié qu'en partie, ou pas du tout."
    else:
        note = _copy_csv(book, data, problems)
    if note:
        listed.write(len(problems) + 5, 1, note, _FONT)
    return book.finish()


def _list(sheet: SafeSheet, problems: Sequence[Problem]) -> None:
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    many = f"{errors} erreur{'s' if errors > 1 else ''}, {len(problems) - errors} avertissement(s)"
    refused = " : le fichier est refusé en entier, rien n'a été écrit" if errors else ""
    sheet.write(1, 1, f"{many}{refused}", {**_FONT, "bold": True, "font_size": 13})
    for column, label in enumerate(HEADER, start=1):
        sheet.write(3, column, label, _HEAD)
    for row, problem in enumerate(problems, start=4):
        mark = {**_TEXT, "bg_color": _FILLS[problem.severity], "border": 1, "border_color": _BORDERS[problem.severity]}
        sheet.write(row, 1, _SIGNS[problem.severity], mark)
        cells = (
            problem.sheet,
            problem.cell,
            problem.line,
            problem.column,
            problem.found,
            problem.expected,
            problem.mend,
        )
        for column, value in enumerate(cells, start=2):
            sheet.write(row, column, value, _TEXT)
    sheet.widths(*_WIDTHS)
    sheet.raw.freeze_panes(3, 0)
    if problems:
        sheet.raw.autofilter(2, 0, 2 + len(problems), len(HEADER) - 1)
    sheet.print_wide()


def _copy_workbook(book: SafeWorkbook, data: bytes, problems: Sequence[Problem]) -> str:
    by_sheet: defaultdict[str, defaultdict[str, list[Problem]]] = defaultdict(lambda: defaultdict(list))
    for problem in problems:
        if problem.sheet and problem.cell:
            by_sheet[problem.sheet][problem.cell].append(problem)
    is_cut = False
    for received in open_untrusted_xlsx(data).sheets:
        if received.name == ANOMALIES_SHEET:
            continue  # of a copy given back before
        sheet = book.sheet(received.name)
        if received.is_hidden:
            sheet.raw.hide()
        is_cut = _copy_rows(sheet, received.rows(), by_sheet[received.name]) or is_cut
    return _cut(is_cut)


def _copy_rows(sheet: SafeSheet, rows: Iterator[tuple[int, Sequence[Cell]]], places: Places) -> bool:
    """Copy the rows of a sheet; gives whether some were left out."""
    blamed = {_row_of(cell) for cell in places}
    widths: dict[int, int] = {}
    is_cut = False
    written = set()
    for number, cells in rows:
        if number > MAX_ROWS and number not in blamed:
            is_cut = True
            continue
        for cell in cells:
            address = f"{column_letters(cell.column)}{number}"
            written.add(address)
            if number <= 200 and cell.kind is not Kind.EMPTY:
                widths[cell.column] = max(widths.get(cell.column, 0), len(cell.text))
            own = places.get(address, ())
            style = {"num_format": _KEPT_FORMATS[cell.kind]} if cell.kind in _KEPT_FORMATS else {}
            sheet.write(number, cell.column, _value(cell), {**style, **_look(own)})
            _note(sheet, number, cell.column, own)
    for address in places.keys() - written:  # an empty cell may be what is wrong
        row, column = _row_of(address), _column_of(address)
        sheet.write(row, column, None, _look(places[address]))
        _note(sheet, row, column, places[address])
    sheet.widths(*(min(60, max(11, widths.get(column, 0) + 2)) for column in range(1, max(widths, default=0) + 1)))
    return is_cut


def _copy_csv(book: SafeWorkbook, data: bytes, problems: Sequence[Problem]) -> str:
    by_line: defaultdict[int, list[Problem]] = defaultdict(list)
    for problem in problems:
        if problem.line:
            by_line[problem.line].append(problem)
    read = lines_of_csv(data)
    if read is None:
        return "Le fichier n'a pas pu être lu : il n'est pas recopié."
    labels, lines = read
    sheet = book.sheet(SHEET)
    last = len(labels) + 1
    is_cut = False
    for row, (number, cells) in enumerate(lines, start=1):
        own = by_line.get(number, [])
        if row > MAX_ROWS and not own:
            is_cut = True
            continue
        for column, text in enumerate(cells, start=1):
            label = labels[column - 1] if column < last else ""
            sheet.write(row, column, text, _look([one for one in own if one.column and one.column == label]))
        if row == 1:
            sheet.write(1, last, ANOMALIES_COLUMN, {**_FONT, "bold": True})
        elif own:
            sheet.write(row, max(last, len(cells) + 1), "\n".join(map(_sentence, own)), {**_TEXT, **_look(own)})
    sheet.widths(*[22] * (last - 1), 90)
    sheet.raw.freeze_panes(1, 0)
    return _cut(is_cut)


def _cut(is_cut: bool) -> str:
    return f"Au-delà de la ligne {MAX_ROWS}, seules les lignes en anomalie sont recopiées." if is_cut else ""


def _value(cell: Cell) -> str | Decimal:
    is_number = cell.kind in (Kind.NUMBER, Kind.PERCENT)
    return Decimal(cell.text) if is_number and len(cell.text) <= 20 else cell.text


def _look(problems: Sequence[Problem]) -> Mapping[str, Any]:
    if not problems:
        return {}
    worst = min((problem.severity for problem in problems), key=list(Severity).index)
    return {"bg_color": _FILLS[worst], "border": 1, "border_color": _BORDERS[worst]}


def _note(sheet: SafeSheet, row: int, column: int, problems: Sequence[Problem]) -> None:
    if problems:
        sheet.note(row, column, "\n".join(map(_sentence, problems)))


def _sentence(problem: Problem) -> str:
    """Without the place, which is where the note stands."""
    parts = [
        f"trouvé {problem.found}" if problem.found else "",
        f"attendu {problem.expected}" if problem.expected else "",
    ]
    return f"{_SIGNS[problem.severity]} : {' ; '.join(part for part in (*parts, problem.mend) if part)}"


def _row_of(cell: str) -> int:
    return int(cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") or 0)


def _column_of(cell: str) -> int:
    number = 0
    for letter in cell.rstrip("0123456789"):
        number = number * 26 + ord(letter) - 64
    return number
