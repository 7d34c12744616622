"""The grid of one sheet: its cells as they stand in the file, and what is hidden, filtered or merged in it.

PURE. The exact text of a number is kept (a double would read 1E400 as infinity); rows come one at a time.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import Enum, auto
from functools import lru_cache
from typing import NamedTuple

from openpyxl.utils.cell import column_index_from_string, get_column_letter

from cog.xlsx.guard import Archive, WorkbookRefused, damage_is_refused, too_big
from cog.xlsx.parts import Attributes, Format, SharedStrings, local, parser_of_untrusted_xml, unescaped

MAX_ROWS = 1_000_001  # with the header
MAX_COLUMNS = 256
MAX_CELLS = 6_000_000
MAX_TEXT = 32_767  # characters in a cell, as Excel has it
MAX_REPORTED = 1_000  # merged areas, hidden rows

SIGNIFICANT_DIGITS = 15
"""What a spreadsheet shows of a number; a longer one holds the noise of binary arithmetic (0.30000000000000004)."""

_SURELY_NOISE = 12  # 0.1 + 0.2 rounded has 1 digit; a third has 15
_ROUNDED = Context(prec=SIGNIFICANT_DIGITS, rounding=ROUND_HALF_UP)
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,5})?")
_WHOLE = re.compile(r"[1-9][0-9]{0,14}|0")
_ISO_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T00:00:00(?:\.0+)?Z?)?")
_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_LETTERS = ["", *map(get_column_letter, range(1, MAX_COLUMNS + 1))]
_LARGEST_EXPONENT = 40
_EPOCHS = {False: date(1899, 12, 30), True: date(1904, 1, 1)}
_FIRST_SURE_DAY = {False: 61, True: 0}  # before, the calendar of 1900 has a 29 February that never was
_LAST_DAY = 2_000_000


class Kind(Enum):
    """What a cell holds."""

    TEXT = auto()
    NUMBER = auto()
    PERCENT = auto()  # a number under a format « 0 % »: 0.85 is shown 85 %
    DATE = auto()
    BOOLEAN = auto()
    ERROR = auto()  # #DIV/0!
    UNREADABLE = auto()  # a number that is none (NaN, 1_000), a date with an hour or out of the calendar
    EMPTY = auto()  # a formula that no spreadsheet has computed


class Cell(NamedTuple):
    """One cell. `text`: the number in plain digits, the date in ISO form, the text as typed.

    `is_formula`: the text is what the spreadsheet kept when it last computed. `is_rounded`: the file has more digits
    than `SIGNIFICANT_DIGITS`, and not by the noise of binary arithmetic alone.
    """

    column: int  # from 1
    kind: Kind
    text: str
    is_formula: bool = False
    is_rounded: bool = False


Row = tuple[int, Sequence[Cell]]
"""Number of a row, from 1, and its cells that are not empty, from left to right."""


class Area(NamedTuple):
    """A rectangle of cells: « B2:D4 »."""

    ref: str
    first_row: int
    last_row: int
    first_column: int
    last_column: int


@dataclass
class Facts:
    """What is to be said of a sheet beside its cells; known once its rows have been read."""

    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[Area] = field(default_factory=list)
    merged: list[Area] = field(default_factory=list)
    is_filtered: bool = False

    def forget(self) -> None:
        """Before the sheet is read again."""
        self.hidden_rows.clear()
        self.hidden_columns.clear()
        self.merged.clear()
        self.is_filtered = False


class Grid:
    """One reading of one sheet. Raises WorkbookRefused on the way."""

    def __init__(
        self,
        archive: Archive,
        part: str,
        facts: Facts,
        strings: SharedStrings,
        formats: Sequence[Format],
        *,
        is_1904: bool,
    ) -> None:
        self._archive = archive
        self._part = part
        self._facts = facts
        facts.forget()
        self._strings = strings
        self._formats = formats
        self._is_1904 = is_1904
        self._ready: list[Row] = []
        self._count = 0
        self._row = 0
        self._row_text = "0"
        self._cells: list[Cell] = []
        self._column = 0
        self._type = ""
        self._style = ""
        self._is_formula = False
        self._value: list[str] | None = None
        self._collects = False
        self._phonetic = 0
        self._has_value = False
        self._length = 0

    def rows(self) -> Iterator[Row]:
        """The rows that hold something."""
        self._refuse_too_many_rows()
        parser = parser_of_untrusted_xml()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        for chunk in self._archive.chunks(self._part):
            with damage_is_refused():
                parser.Parse(chunk, False)
            ready, self._ready = self._ready, []
            yield from ready
        with damage_is_refused():
            parser.Parse(b"", True)
        yield from self._ready

    def _refuse_too_many_rows(self) -> None:
        """Before parsing, four times slower than counting; this also verifies the checksum of the whole part."""
        rows, cells = self._archive.count(self._part, b"<row", b"<c ")
        if rows > MAX_ROWS:
            raise _too_many_rows()
        if cells > MAX_CELLS:
            raise too_big("too_many_cells", "une feuille de plus de 6 millions de cellules")

    def _start(self, name: str, attributes: Attributes) -> None:
        if name == "c":
            self._start_cell(attributes)
        elif name == "v":
            self._collects = True
            self._has_value = True
        elif name == "row":
            self._start_row(attributes)
        elif ":" in name:
            self._start(local(name), attributes)
        elif name == "t":
            self._collects = not self._phonetic
            self._has_value = True
        elif name == "f":
            self._is_formula = True
        elif name == "rPh":
            self._phonetic += 1
        else:
            self._fact(name, attributes)

    def _end(self, name: str) -> None:
        if name in ("v", "t"):
            self._collects = False
        elif name == "c":
            self._end_cell()
        elif name == "row":
            if self._cells:
                self._ready.append((self._row, self._cells))
                self._cells = []
        elif ":" in name:
            self._end(local(name))
        elif name == "rPh":
            self._phonetic -= 1

    def _text(self, data: str) -> None:
        if self._collects and self._value is not None:
            self._length += len(data)
            if self._length > MAX_TEXT:
                raise too_big("long_text", f"une cellule de plus de {MAX_TEXT} caractères")
            self._value.append(data)

    def _start_row(self, attributes: Attributes) -> None:
        written = attributes.get("r")
        number = int(written) if written else self._row + 1
        if number <= self._row:
            raise ValueError("rows out of order")
        if number > MAX_ROWS:
            raise _too_many_rows()
        self._row, self._row_text, self._column = number, str(number), 0
        is_hidden = attributes.get("hidden") in ("1", "true") or attributes.get("ht") in ("0", "0.0")
        if is_hidden and len(self._facts.hidden_rows) < MAX_REPORTED:
            self._facts.hidden_rows.append(number)

    def _start_cell(self, attributes: Attributes) -> None:
        column = self._column + 1
        address = attributes.get("r")
        if column > MAX_COLUMNS or (address and address != _LETTERS[column] + self._row_text):
            column = self._distant_column(address or "", column)
        self._count += 1
        if self._count > MAX_CELLS:
            raise too_big("too_many_cells", "une feuille de plus de 6 millions de cellules")
        self._column = column
        self._type = attributes.get("t", "n")
        self._style = attributes.get("s", "0")
        self._is_formula = self._has_value = self._collects = False
        self._value = []
        self._length = 0

    def _distant_column(self, address: str, next_column: int) -> int:
        """The column of a cell that does not follow the one before. Raises ValueError."""
        match = _ADDRESS.fullmatch(address)
        column = _column_number(match[1]) if match else next_column
        if column > MAX_COLUMNS:
            where = address or f"{get_column_letter(column)}{self._row}"
            raise too_big("too_many_columns", f"la cellule {where}, très loin des données")
        if (address and match is None) or column < next_column or (match and match[2] != self._row_text):
            raise ValueError("cells out of order")
        return column

    def _end_cell(self) -> None:
        if self._value is None:
            raise ValueError("a cell that did not begin")
        text = "".join(self._value)
        self._value = None
        cell = self._cell(text) if self._has_value and text else None
        if cell is None or (not cell.text and cell.kind is Kind.TEXT):
            if not self._is_formula:
                return
            cell = Cell(self._column, Kind.EMPTY, "", True)
        self._cells.append(cell)

    def _cell(self, text: str) -> Cell:
        kind = self._type
        if kind == "s":
            return Cell(self._column, Kind.TEXT, self._strings.at(text), self._is_formula)
        if kind == "n":
            return self._number(text)
        if kind in ("str", "inlineStr"):
            return Cell(self._column, Kind.TEXT, unescaped(text), self._is_formula)
        if kind == "e":
            return Cell(self._column, Kind.ERROR, text, self._is_formula)
        if kind == "b":
            return Cell(self._column, Kind.BOOLEAN, "VRAI" if text in ("1", "true") else "FAUX", self._is_formula)
        if kind == "d":
            match = _ISO_DAY.fullmatch(text)
            found = (Kind.DATE, match[1]) if match else (Kind.UNREADABLE, text)
            return Cell(self._column, *found, self._is_formula)
        raise ValueError("unknown type of cell")

    def _number(self, text: str) -> Cell:
        number = _exact(text)
        format_ = self._format()
        if number is None:
            return Cell(self._column, Kind.UNREADABLE, text, self._is_formula)
        if format_.is_date:
            day = _day(number.text, self._is_1904)
            found = (Kind.DATE, day) if day else (Kind.UNREADABLE, number.text)
            return Cell(self._column, *found, self._is_formula)
        kind = Kind.PERCENT if format_.is_percent else Kind.NUMBER
        return Cell(self._column, kind, number.text, self._is_formula, number.is_rounded)

    def _format(self) -> Format:
        index = int(self._style)
        if index >= len(self._formats) and index:
            raise ValueError("unknown style")
        return self._formats[index] if self._formats else Format()

    def _fact(self, name: str, attributes: Attributes) -> None:
        facts = self._facts
        if name == "col" and (attributes.get("hidden") in ("1", "true") or attributes.get("width") in ("0", "0.0")):
            first, last = int(attributes.get("min", "1")), int(attributes.get("max", "1"))
            if 0 < first <= MAX_COLUMNS and len(facts.hidden_columns) < MAX_REPORTED:
                last = min(last, MAX_COLUMNS)
                letters = dict.fromkeys((get_column_letter(first), get_column_letter(last)))
                facts.hidden_columns.append(Area(" à ".join(letters), 1, MAX_ROWS, first, last))
        elif name == "mergeCell" and len(facts.merged) < MAX_REPORTED:
            facts.merged.append(_area(attributes.get("ref", "")))
        elif name == "filterColumn":
            facts.is_filtered = True


def _too_many_rows() -> WorkbookRefused:
    return too_big("too_many_rows", "une feuille qui va au-delà de 1 000 000 de lignes")


@lru_cache(maxsize=1024)
def _column_number(letters: str) -> int:
    return int(column_index_from_string(letters))


def _area(ref: str) -> Area:
    """Raises ValueError."""
    first, _, last = ref.partition(":")
    start, end = _ADDRESS.fullmatch(first), _ADDRESS.fullmatch(last or first)
    if start is None or end is None:
        raise ValueError("an area without its corners")
    return Area(ref, int(start[2]), int(end[2]), _column_number(start[1]), _column_number(end[1]))


class _Exact(NamedTuple):
    text: str
    is_rounded: bool


@lru_cache(maxsize=1 << 14)
def _exact(text: str) -> _Exact | None:
    """A number in plain digits, with the digits that a spreadsheet shows; None: it is none."""
    if _WHOLE.fullmatch(text):
        return _Exact(text, False)
    text = text.strip()
    if not _NUMBER.fullmatch(text):
        return None
    number = Decimal(text)
    if not number:
        return _Exact("0", False)
    if abs(number.adjusted()) > _LARGEST_EXPONENT:
        return None
    shown = number.normalize(_ROUNDED)
    is_rounded = shown != number and len(shown.as_tuple().digits) > _SURELY_NOISE
    return _Exact(f"{shown:f}", is_rounded)


def _day(number: str, is_1904: bool) -> str:
    """The ISO date of a serial day; empty for one with an hour, or out of the calendars that agree."""
    if not number.isdigit():
        return ""
    serial = int(number)
    if not _FIRST_SURE_DAY[is_1904] <= serial <= _LAST_DAY:
        return ""
    return (_EPOCHS[is_1904] + timedelta(days=serial)).isoformat()
