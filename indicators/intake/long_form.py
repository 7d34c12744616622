"""The long form as a CSV: one value a line, under the columns mesure, caisse, periode, ventilation, valeur.

PURE. A value never runs over two lines, so each line is read by itself: a quote left open spoils one line.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from decimal import Decimal

from cog.figures import format_figure
from indicators.intake.checks import WholeFileCheck
from indicators.intake.columns import COLUMNS, Header, match_header, recognised
from indicators.intake.messages import Problem, Severity
from indicators.intake.reference import Reference
from indicators.intake.rows import Intake, Record, read_records, unusable

MAX_ROWS = 1_000_000
_MAX_LINE = 10_000  # characters
_BLANK = ' \t\r\n\u00a0,;"'
_DELIMITERS = (",", ";")

_UTF8_CSV = "un fichier CSV en UTF-8"
_SAVE_AS = "dans le tableur : « Enregistrer sous », format « CSV UTF-8 »"
_OTHER_FILES = {
    b"PK": "un classeur ou une archive",
    b"%PDF": "un document PDF",
    b"\xd0\xcf\x11\xe0": "un ancien classeur (.xls)",
    b"\xff\xfe": "un texte en UTF-16",
    b"\xfe\xff": "un texte en UTF-16",
}


def read_long_form(
    data: bytes, reference: Reference, *, only: str | None = None, checks: Sequence[WholeFileCheck] = ()
) -> Intake:
    """Rows and problems of a CSV file, whatever its bytes; `only` is the one caisse that it may hold.

    `checks` are more checks of the file as a whole, see `read_records`.
    """
    problem = _unreadable_file(data)
    if problem is not None:
        return unusable(problem)
    lines = _lines(data)
    delimiter, header = _header(*next(lines))
    if not header.is_usable:
        return unusable(*header.problems)
    return read_records(_records(lines, delimiter), header, reference, only=only, checks=checks)


def lines_of_csv(data: bytes) -> tuple[list[str], Iterator[tuple[int, Sequence[str]]]] | None:
    """To copy a file: the label that each column was found under, and its lines with their cells; None: unreadable."""
    if _unreadable_file(data) is not None:
        return None
    delimiter, header = _header(*next(_lines(data)))
    labels = [""] * header.width
    if header.is_usable:
        for column, place in zip(COLUMNS, header.positions, strict=True):
            labels[place] = column.label
    return labels, ((number, _cells_or_line(line, delimiter)) for number, line in _lines(data))


def _cells_or_line(line: str, delimiter: str) -> Sequence[str]:
    cells = _cells(line, delimiter)
    return [line[:_MAX_LINE]] if isinstance(cells, Problem) else cells


def _unreadable_file(data: bytes) -> Problem | None:
    """Go through the whole file once, before any row is looked at."""
    for signature, name in _OTHER_FILES.items():
        if data.startswith(signature):
            return _error("not_csv", name, _UTF8_CSV, _SAVE_AS)
    count = 0
    try:
        for _ in _lines(data):
            count += 1
            if count > MAX_ROWS + 1:  # the header is one of them
                most = f"{format_figure(Decimal(MAX_ROWS), 0)} lignes"
                return _error("too_many_rows", f"plus de {most}", f"au plus {most}", "envoyez-le en plusieurs fichiers")
    except UnicodeDecodeError:
        return _error("not_utf8", "un fichier qui n'est pas en UTF-8", _UTF8_CSV, _SAVE_AS)
    if not count:
        return _error("empty_file", "un fichier vide", "une ligne d'en-tête, puis une ligne par valeur", "")
    return None


def _lines(data: bytes) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, with their number in the file. Raises UnicodeDecodeError."""
    text = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig")
    for number, line in enumerate(text, start=1):
        if line.strip(_BLANK):
            yield number, line


def _header(number: int, line: str) -> tuple[str, Header]:
    """The delimiter that finds the most columns, and the columns it finds."""
    splits = {delimiter: _cells(line[:_MAX_LINE], delimiter) for delimiter in _DELIMITERS}
    names = {delimiter: [] if isinstance(cells, Problem) else cells for delimiter, cells in splits.items()}
    best = max(_DELIMITERS, key=lambda delimiter: recognised(names[delimiter]))
    return best, match_header(names[best], number)


def _records(lines: Iterator[tuple[int, str]], delimiter: str) -> Iterator[Record]:
    for number, line in lines:
        yield Record(number, _cells(line, delimiter))


def _cells(line: str, delimiter: str) -> list[str] | Problem:
    """The cells of one line, or why they cannot be told apart."""
    if len(line) > _MAX_LINE:
        return _error(
            "long_line",
            "une ligne trop longue",
            f"au plus {format_figure(Decimal(_MAX_LINE), 0)} caractères",
            "vérifiez la ligne",
        )
    line = line.removesuffix("\n")
    if '"' not in line:
        return line.split(delimiter)
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True))
    except csv.Error:
        mend = "un texte s'écrit entre deux guillemets ; un guillemet à l'intérieur se double"
        return _error("wrong_quotes", "un guillemet isolé", "des guillemets par paires", mend)


def _error(code: str, found: str, expected: str, mend: str) -> Problem:
    return Problem(Severity.ERROR, code, None, "", found, expected, mend)
