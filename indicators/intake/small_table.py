"""A small file of reference (targets, groups): a CSV with named columns, its lines as texts by column.

PURE. Every problem is told at once; a file with an unusable header gives no line.
"""

import csv
import difflib
import io
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from indicators.intake.columns import fold, plain_spaces
from indicators.intake.messages import Problem, Severity, listing, quoted

MAX_LINES = 50_000
MAX_BYTES = 8_000_000
_OTHER_FILES = {
    b"PK": "un classeur ou une archive",
    b"%PDF": "un document PDF",
    b"\xd0\xcf\x11\xe0": "un ancien classeur",
}
_SAVE_AS = "dans le tableur : « Enregistrer sous », format « CSV UTF-8 »"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file: its number (the header is 1) and its cells by column, outer spaces removed."""

    number: int
    cells: dict[str, str]

    def problem(self, severity: Severity, code: str, column: str, expected: str, mend: str = "") -> Problem:
        """A problem in one cell of this line."""
        return Problem(severity, code, self.number, column, self.cells.get(column, ""), expected, mend)


def read_table(
    data: bytes, *, required: Collection[str], optional: Collection[str] = ()
) -> tuple[list[Line], list[Problem]]:
    """The lines of a CSV and the problems of its shape. Column names are matched whatever their case and accents."""
    if len(data) > MAX_BYTES:
        return [], [_whole("too_big", "un fichier trop gros", f"au plus {MAX_BYTES // 1_000_000} Mo", "")]
    for signature, name in _OTHER_FILES.items():
        if data.startswith(signature):
            return [], [_whole("not_csv", name, "un fichier CSV en UTF-8", _SAVE_AS)]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return [], [_whole("not_utf8", "un fichier qui n'est pas en UTF-8", "un fichier CSV en UTF-8", _SAVE_AS)]
    try:
        return _read(list(_rows(text)), [*required], [*optional])
    except csv.Error:
        mend = "un texte s'écrit entre deux guillemets ; un guillemet à l'intérieur se double"
        return [], [_whole("wrong_quotes", "un guillemet isolé", "des guillemets par paires", mend)]


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
    rows: Sequence[tuple[int, list[str]]], required: list[str], optional: list[str]
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
        lines.append(Line(number, cells))
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
