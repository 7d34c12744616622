"""A small file of reference (targets, groups): a CSV or a workbook with named columns, its lines as texts by column.

PURE. Every problem is told at once, with its sheet and cell; a file with an unusable header gives no line. Of a
workbook the first sheet that holds something and is not hidden is read.
"""

import csv
import difflib
import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from cog.xlsx import Area, Cell, Kind, WorkbookRefused, column_letters, looks_like_a_workbook, open_untrusted_xlsx
from indicators.intake.columns import fold, plain_spaces
from indicators.intake.messages import Problem, Severity, listing, quoted
from indicators.intake.workbook import told_of_the_book, told_of_the_sheet

MAX_LINES = 50_000
MAX_BYTES = 8_000_000
MAX_TEXT = 1_000  # characters of a cell that are looked at
_SAVE_AS = "dans le tableur : « Enregistrer sous », format « CSV UTF-8 » ou « Classeur Excel (.xlsx) »"
_EXPECTED = "un fichier CSV en UTF-8 ou un classeur .xlsx"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file: its number (the header is 1) and its cells by column, outer spaces removed.

    In a workbook, `sheet` is its name and `letters` the letter of each column.
    """

    number: int
    cells: Mapping[str, str]
    sheet: str = ""
    letters: Mapping[str, str] = field(default_factory=dict)

    def problem(self, severity: Severity, code: str, column: str, expected: str, mend: str = "") -> Problem:
        """A problem in one cell of this line."""
        cell = f"{self.letters[column]}{self.number}" if column in self.letters else ""
        found = self.cells.get(column, "")
        return Problem(severity, code, self.number, column, found, expected, mend, self.sheet, cell)


def read_table(
    data: bytes, *, required: Collection[str], optional: Collection[str] = ()
) -> tuple[list[Line], list[Problem]]:
    """The lines of a file and the problems of its shape. Column names are matched whatever their case and accents."""
    if len(data) > MAX_BYTES:
        return [], [_whole("too_big", "un fichier trop gros", f"au plus {MAX_BYTES // 1_000_000} Mo", "")]
    if looks_like_a_workbook(data):
        try:
            return _read_workbook(data, [*required], [*optional])
        except WorkbookRefused as refused:
            return [], [_whole(refused.code, refused.found, _EXPECTED, refused.mend)]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return [], [_whole("not_utf8", "un fichier qui n'est pas en UTF-8", _EXPECTED, _SAVE_AS)]
    try:
        return _read(list(_rows(text)), [*required], [*optional])
    except csv.Error:
        mend = "un texte s'écrit entre deux guillemets ; un guillemet à l'intérieur se double"
        return [], [_whole("wrong_quotes", "un guillemet isolé", "des guillemets par paires", mend)]


def _read_workbook(data: bytes, required: list[str], optional: list[str]) -> tuple[list[Line], list[Problem]]:
    """Raises WorkbookRefused."""
    book = open_untrusted_xlsx(data)
    sheet = next((one for one in book.sheets if not one.is_hidden and next(one.rows(), None) is not None), None)
    if sheet is None:
        return [], [_whole("empty_file", "un classeur vide", "une ligne d'en-tête, puis une ligne par valeur", "")]
    rows: list[tuple[int, list[str]]] = []
    problems: list[Problem] = []
    for number, cells in sheet.rows():
        if len(rows) > MAX_LINES:
            break
        texts = [""] * (cells[-1].column if cells else 0)
        for cell in cells:
            texts[cell.column - 1] = _text_of(cell)
            problems += [problem for problem in _told_of(cell, number, sheet.name) if len(problems) < MAX_LINES]
        if any(text.strip() for text in texts):
            rows.append((number, texts))
    lines, of_shape = _read(rows, required, optional, sheet.name)
    if rows:
        zone = Area("", rows[0][0], rows[-1][0], 1, len(rows[0][1]))
        problems += told_of_the_sheet(sheet, zone)
    return lines, [*of_shape, *problems, *told_of_the_book(book, read=[sheet])]


def _text_of(cell: Cell) -> str:
    """The text of a cell; a percentage is what it shows: 0.85 under « 0 % » is 85 %."""
    if cell.kind is Kind.PERCENT:
        return f"{(Decimal(cell.text) * 100).normalize():f} %"
    return cell.text[:MAX_TEXT]


def _told_of(cell: Cell, number: int, sheet: str) -> Iterator[Problem]:
    """What a cell says beside its text."""
    place = f"{column_letters(cell.column)}{number}"
    if cell.kind is Kind.EMPTY:
        found, mend = "une formule jamais calculée", "ouvrez le classeur dans le tableur et enregistrez-le"
        yield Problem(Severity.ERROR, "formula", number, "", found, "une valeur", mend, sheet, place)
    elif cell.kind in (Kind.ERROR, Kind.UNREADABLE):
        found = quoted(cell.text)
        yield Problem(Severity.ERROR, "unreadable", number, "", found, "une valeur", "ressaisissez-la", sheet, place)
    elif cell.is_formula:
        found, mend = f"une formule qui donne {quoted(cell.text)}", "vérifiez la valeur lue"
        yield Problem(Severity.WARNING, "formula", number, "", found, "une valeur", mend, sheet, place)


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, with the number of their first line. Raises csv.Error."""
    first = text.lstrip().partition("\n")[0]
    reader = csv.reader(io.StringIO(text), delimiter=";" if first.count(";") > first.count(",") else ",", strict=True)
    start = 1
    for row in reader:
        if any(cell.strip() for cell in row):
            yield start, row
        start = reader.line_num + 1


def _read(
    rows: Sequence[tuple[int, list[str]]], required: list[str], optional: list[str], sheet: str = ""
) -> tuple[list[Line], list[Problem]]:
    if not rows:
        return [], [_whole("empty_file", "un fichier vide", "une ligne d'en-tête, puis une ligne par valeur", "")]
    if len(rows) - 1 > MAX_LINES:
        return [], [_whole("too_many_rows", f"{len(rows) - 1} lignes", f"au plus {MAX_LINES} lignes", "")]
    names = ["".join(fold(cell).split()) for cell in rows[0][1]]
    problems = _header_problems(rows[0][0], names, required, optional)
    if any(problem.severity is Severity.ERROR for problem in problems):
        return [], problems
    places = {name: place for place, name in enumerate(names) if name in {*required, *optional}}
    letters = {name: column_letters(place + 1) for name, place in places.items()} if sheet else {}
    lines = []
    for number, row in rows[1:]:
        if len([cell for cell in row if cell.strip()]) > len(names) or len(row) > len(names) + 20:
            found = f"{len(row)} cellules"
            problems.append(
                Problem(
                    Severity.ERROR, "too_many_cells", number, "", found, f"{len(names)} cellules comme l'en-tête", ""
                )
            )
            continue
        cells = {name: plain_spaces(row[place]) if place < len(row) else "" for name, place in places.items()}
        lines.append(Line(number, cells, sheet, letters))
    return lines, problems


def _header_problems(number: int, names: list[str], required: list[str], optional: list[str]) -> list[Problem]:
    known = [*required, *optional]
    missing = [name for name in required if name not in names]
    twice = sorted({name for name in names if name in known and names.count(name) > 1})
    unknown = [name for name in names if name and name not in known]
    advice = [f"il manque {listing(missing)}"] if missing else []
    advice += [f"en double : {listing(twice)}"] if twice else []
    if advice:
        for name in unknown[:8]:
            close = difflib.get_close_matches(name, missing, n=1)
            advice += [f"{quoted(name)} est sans doute {quoted(close[0])}"] if close else []
        expected = f"les colonnes {', '.join(required)}" + (
            f" (et {', '.join(optional)} au besoin)" if optional else ""
        )
        found = f"les colonnes {', '.join(name or 'sans titre' for name in names[:12])}"
        return [Problem(Severity.ERROR, "wrong_columns", number, "", found, expected, " ; ".join(advice))]
    if unknown:
        found = f"en plus : {', '.join(unknown[:8])}"
        mend = "le contenu des colonnes en plus est ignoré"
        return [
            Problem(Severity.WARNING, "ignored_columns", number, "", found, f"les colonnes {', '.join(known)}", mend)
        ]
    return []


def _whole(code: str, found: str, expected: str, mend: str) -> Problem:
    return Problem(Severity.ERROR, code, None, "", found, expected, mend)
