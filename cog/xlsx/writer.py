"""Our workbooks: text is always text (no formula, no link), what cannot be written is made visible, bytes are stable.

PURE. The creation date is the one given, never the clock: the same content gives the same bytes.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import IO, Any

import xlsxwriter
from openpyxl.utils.cell import get_column_letter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

MAX_TEXT = 32_767
MAX_SHEET_NAME = 31
_NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)
_FORBIDDEN_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
_CONTROLS = {code: 0x2400 + code for code in range(32) if chr(code) not in "\t\n"} | {127: 0x2421}
"""Control characters, as the pictures that Unicode has of them: « ␀ »."""

Value = str | int | Decimal | date | None
"""What a cell may hold; a `datetime`, which is a date too, is written with its hour, as it reads where it is."""

NOTES_HEADER = ("Quoi", "Valeur")
_DAY, _MOMENT = {"num_format": "dd/mm/yyyy"}, {"num_format": "dd/mm/yyyy hh:mm"}
_HEAD = {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}


def safe_text(text: str) -> str:
    """A text that a cell may hold: control characters made visible, half characters replaced, cut at Excel's length."""
    shown = text.translate(_CONTROLS)
    if not shown.isascii():
        shown = shown.encode("utf-8", "replace").decode("utf-8")
        shown = shown.replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")
    return shown if len(shown) <= MAX_TEXT else f"{shown[: MAX_TEXT - 1]}…"


class SafeWorkbook:
    """A workbook being written; `finish` gives its bytes.

    `target`: where a workbook too large for memory goes. Its rows are then written in order, each kept no longer than
    the next one.
    """

    def __init__(self, *, title: str = "", created: datetime = _NO_DATE, target: IO[bytes] | None = None) -> None:
        self._stream = BytesIO()
        options = {
            "in_memory": target is None,
            "constant_memory": target is not None,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        self._book = xlsxwriter.Workbook(target or self._stream, options)
        self._book.set_properties({"title": safe_text(title), "created": created.replace(tzinfo=None)})
        self._formats: dict[tuple[tuple[str, Any], ...], Format] = {}
        self._names: set[str] = set()

    def sheet(self, name: str) -> "SafeSheet":
        """A new sheet; its name is made fit and unique."""
        fit = safe_text(name).translate(_FORBIDDEN_IN_NAMES).strip(" '")[:MAX_SHEET_NAME].strip(" '") or "Feuille"
        unique, rank = fit, 1
        while unique.casefold() in self._names:
            rank += 1
            unique = f"{fit[: MAX_SHEET_NAME - 4]} ({rank})"
        self._names.add(unique.casefold())
        return SafeSheet(self._book.add_worksheet(unique), self)

    def format(self, style: Mapping[str, Any] | None) -> Format | None:
        """A style in xlsxwriter's words, made once."""
        if not style:
            return None
        key = tuple(sorted(style.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(dict(style))
        return self._formats[key]

    def finish(self) -> bytes:
        """The bytes of the workbook; none where it went to a target."""
        self._book.close()
        return self._stream.getvalue()


class SafeSheet:
    """A sheet being written. Rows and columns are counted from 1, as the people who read it count them."""

    def __init__(self, sheet: Worksheet, book: SafeWorkbook) -> None:
        self.raw = sheet
        self.name: str = sheet.get_name()
        self._book = book

    def write(self, row: int, column: int, value: Value, style: Mapping[str, Any] | None = None) -> None:
        """A cell: a text stays a text, a number a number, a date a date; nothing leaves it blank, with its style."""
        format_ = self._book.format(style)
        if value is None or value == "":
            self.raw.write_blank(row - 1, column - 1, None, format_)
        elif isinstance(value, str):
            self.raw.write_string(row - 1, column - 1, safe_text(value), format_)
        elif isinstance(value, date):
            self._write_date(row, column, value, style or {})
        else:
            self.raw.write_number(row - 1, column - 1, value, format_)

    def _write_date(self, row: int, column: int, value: date, style: Mapping[str, Any]) -> None:
        """A day, or a moment without its zone, which a cell cannot say."""
        shown = {"align": "left", **(_MOMENT if isinstance(value, datetime) else _DAY), **style}
        told = value.replace(tzinfo=None, microsecond=0) if isinstance(value, datetime) else value
        self.raw.write_datetime(row - 1, column - 1, told, self._book.format(shown))

    def formula(
        self, row: int, column: int, formula: str, value: Decimal | None, style: Mapping[str, Any] | None = None
    ) -> None:
        """A cell that the spreadsheet computes, with the value we computed beside it; nothing computed is blank."""
        kept = "" if value is None else value
        self.raw.write_formula(row - 1, column - 1, formula, self._book.format(style), kept)

    def across(self, row: int, first: int, last: int, text: str, style: Mapping[str, Any]) -> None:
        """One text over several cells of a row: a title, never data."""
        self.raw.merge_range(row - 1, first - 1, row - 1, last - 1, "", self._book.format(style))
        self.raw.write_string(row - 1, first - 1, safe_text(text), self._book.format(style))

    def height(self, row: int, points: float) -> None:
        """The height of a row."""
        self.raw.set_row(row - 1, points)

    def validate(self, row: int, column: int, rule: Mapping[str, Any]) -> None:
        """What a cell accepts, in xlsxwriter's words."""
        self.raw.data_validation(row - 1, column - 1, row - 1, column - 1, dict(rule))

    def print_wide(self) -> None:
        """On paper: landscape, A4, one page wide."""
        self.raw.set_landscape()
        self.raw.set_paper(9)
        self.raw.fit_to_pages(1, 0)

    def note(self, row: int, column: int, text: str) -> None:
        """A note on a cell."""
        lines = 2 + sum(1 + len(line) // 38 for line in text.splitlines())
        size = {"x_scale": 2.2, "y_scale": min(4.0, max(1.0, lines / 5))}
        self.raw.write_comment(row - 1, column - 1, safe_text(text), size)

    def widths(self, *widths: float) -> None:
        """Widths of the first columns, in characters."""
        for place, width in enumerate(widths):
            self.raw.set_column(place, place, width)


def write_workbook(
    sheets: Iterable[tuple[str, Sequence[str], Iterable[Sequence[Value]]]],
    *,
    title: str = "",
    notes: Sequence[tuple[str, Value]] = (),
) -> bytes:
    """A workbook of plain tables: name of each sheet, its header, its rows; one header row, no merged cell.

    `notes`, if any, are the last sheet: what the tables are, one fact a row.
    """
    return _filled(SafeWorkbook(title=title), sheets, notes).finish()


def write_large_workbook(
    target: IO[bytes],
    sheets: Iterable[tuple[str, Sequence[str], Iterable[Sequence[Value]]]],
    *,
    title: str = "",
    notes: Sequence[tuple[str, Value]] = (),
) -> None:
    """The same, of any number of rows, written to a file as they come: the memory taken is that of a row."""
    _filled(SafeWorkbook(title=title, target=target), sheets, notes).finish()


def _filled(
    book: SafeWorkbook,
    sheets: Iterable[tuple[str, Sequence[str], Iterable[Sequence[Value]]]],
    notes: Sequence[tuple[str, Value]],
) -> SafeWorkbook:
    for name, header, rows in sheets:
        sheet = book.sheet(name)
        for column, label in enumerate(header, start=1):
            sheet.write(1, column, label, _HEAD)
        for number, row in enumerate(rows, start=2):
            for column, value in enumerate(row, start=1):
                sheet.write(number, column, value)
        sheet.raw.freeze_panes(1, 0)
        sheet.widths(*(min(60, max(12, len(label) + 2)) for label in header))
        sheet.print_wide()
    if notes:
        notes_sheet(book, notes)
    return book


def notes_sheet(book: SafeWorkbook, facts: Iterable[tuple[str, Value]]) -> SafeSheet:
    """The sheet « Notes »: what a workbook is, one fact a row."""
    sheet = book.sheet("Notes")
    for column, title in enumerate(NOTES_HEADER, start=1):
        sheet.write(1, column, title, _HEAD)
    for number, (what, value) in enumerate(facts, start=2):
        sheet.write(number, 1, what, {"valign": "top"})
        sheet.write(number, 2, value, {"align": "left", "text_wrap": True, "valign": "top"})
    sheet.raw.freeze_panes(1, 0)
    sheet.widths(32, 90)
    sheet.print_wide()
    return sheet


def sum_formula(cells: Iterable[tuple[str, int]]) -> str:
    """« =E5+E6-E7 »: cells added up with their signs."""
    terms = "".join(f"{'+' if sign > 0 else '-'}{cell}" for cell, sign in cells)
    return f"={terms.removeprefix('+')}"


def column_letters(number: int) -> str:
    """« A » for 1."""
    return str(get_column_letter(number))
