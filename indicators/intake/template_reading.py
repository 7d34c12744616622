"""A template that comes back: first what it says it is, then its structure, and only then its values.

PURE. Only the cells that were changed are values: a template left untouched brings nothing, and one made before a
correction does not undo it.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from cog.periods import PeriodError, parse
from cog.xlsx import Area, Cell, Kind, Sheet, Workbook, column_letters
from indicators.intake.checks import WholeFileCheck
from indicators.intake.columns import VALUE, Header, plain_spaces
from indicators.intake.messages import Problem, Severity, quoted
from indicators.intake.reference import Reference
from indicators.intake.rows import TEMPLATE, Identity, Intake, Record, read_records, unusable
from indicators.intake.template import (
    CODE_COLUMN,
    FIRST_VALUE_COLUMN,
    GUIDE_SHEET,
    IDENTITY_LABELS,
    IDENTITY_SHEET,
    MAGIC,
    MAP_ROW,
    VERSION,
    MapLine,
    code_of,
    fingerprint,
)
from indicators.intake.workbook import (
    MAX_TEXT,
    problems_of_cell,
    told_of_rounding,
    told_of_the_book,
    told_of_the_sheet,
)

MAX_VALUES = 20_000
MAX_SHEET_ROWS = 5_000
_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_HEADER = Header((0, 1, 2, 3, 4), 5, ())
_NEW_ONE = "téléchargez un modèle neuf pour cette caisse et ce trimestre, puis recopiez-y vos valeurs"

Cells = Mapping[str, Cell]
"""By address."""


def is_template(book: Workbook) -> bool:
    """Whether a workbook says it is one of our templates."""
    return _identity_sheet(book) is not None


def read_template(
    book: Workbook,
    reference: Reference,
    *,
    only: str | None = None,
    period: str | None = None,
    checks: Sequence[WholeFileCheck] = (),
) -> Intake:
    """Rows and problems of a template; `period`: the quarter it must be for, where one was chosen.

    A template of another convention, quarter, body or version, or whose structure was changed, is refused before any
    row. Raises WorkbookRefused when it turns out to be damaged.
    """
    sheet = _identity_sheet(book)
    read = None if sheet is None else _read_identity(sheet)
    if read is None:
        found, expected = "un identifiant de modèle qui a été modifié", "le modèle tel qu'il a été fourni"
        return unusable(_error("template_identity", found, expected, _NEW_ONE), form=TEMPLATE)
    identity, lines = read
    problems = [*_wrong_template(identity, reference, only, period)]
    if problems:
        return replace(unusable(*problems, form=TEMPLATE), template=identity)
    reading = _Reading(book, identity, lines)
    problems = [*reading.structure()]
    if problems:
        return replace(unusable(*problems, form=TEMPLATE), template=identity)
    intake = read_records(
        reading.records(), _HEADER, reference, only=only, checks=checks, locate=reading.locate, notes=reading.notes
    )
    return replace(
        intake,
        rows=[row._replace(line=_row_of(row.cell)) for row in intake.rows],
        problems=[replace(one, line=_row_of(one.cell) if one.cell else None) for one in intake.problems],
        form=TEMPLATE,
        template=identity,
    )


def _identity_sheet(book: Workbook) -> Sheet | None:
    for sheet in book.sheets:
        if sheet.name.strip() == IDENTITY_SHEET:
            _, cells = next(sheet.rows(), (0, ()))
            if cells and cells[0].text == MAGIC:
                return sheet
    return None


def _read_identity(sheet: Sheet) -> tuple[Identity, list[MapLine]] | None:
    """What the hidden sheet says; None when it no longer is what was written."""
    said: dict[str, str] = {}
    lines: list[MapLine] = []
    for number, cells in sheet.rows():
        texts = {cell.column: cell.text for cell in cells}
        if number > MAP_ROW:
            lines.append(MapLine(*(texts.get(column, "") for column in range(1, len(MapLine._fields) + 1))))
            if len(lines) > MAX_VALUES:
                return None
        elif number < MAP_ROW:
            said[texts.get(1, "")] = texts.get(2, "")
    identity = Identity(*(said.get(label, "") for label in IDENTITY_LABELS))
    if said.get("empreinte") != fingerprint(identity, lines) or not all(_ADDRESS.fullmatch(one.cell) for one in lines):
        return None
    return identity, lines


def _wrong_template(
    identity: Identity, reference: Reference, only: str | None, period: str | None
) -> Iterator[Problem]:
    if identity.version != VERSION:
        found, expected = f"un modèle de version {quoted(identity.version)}", f"la version {quoted(VERSION)}"
        yield _error("template_version", found, expected, _NEW_ONE)
    if reference.convention and identity.convention != reference.convention:
        expected = f"un modèle de la convention {quoted(reference.convention)}"
        yield _error("template_convention", f"un modèle de {quoted(identity.convention)}", expected, _NEW_ONE)
    if identity.body not in reference.bodies:
        found = f"un modèle pour la caisse {quoted(identity.body)}"
        yield _error("template_body", found, "une caisse de la convention", _NEW_ONE)
    elif only is not None and identity.body != only:
        found = f"un modèle pour la caisse {quoted(identity.body)}"
        yield _error("other_body", found, f"{quoted(only)}, la seule caisse de cet envoi", _NEW_ONE)
    if period is not None and identity.period != period:
        found = f"un modèle pour {quoted(identity.period)}"
        yield _error("template_period", found, f"un modèle pour {quoted(period)}", _NEW_ONE)


class _Reading:
    """One reading of one template, whose identity is known to be right."""

    def __init__(self, book: Workbook, identity: Identity, lines: Sequence[MapLine]) -> None:
        self._book = book
        self._identity = identity
        self._lines = lines
        self._sheets = {sheet.name: sheet for sheet in book.sheets}
        self._cells: dict[str, Cells] = {}
        self._rounded: defaultdict[str, list[str]] = defaultdict(list)
        self._by_sheet: defaultdict[str, list[MapLine]] = defaultdict(list)
        for line in lines:
            self._by_sheet[line.sheet].append(line)

    def structure(self) -> Iterator[Problem]:
        """Each sheet in its place, with the codes and the periods where they were written; the first gap of each."""
        for name, lines in self._by_sheet.items():
            if name not in self._sheets:
                yield _error(
                    "template_structure", "une feuille supprimée ou renommée", f"la feuille {quoted(name)}", _NEW_ONE
                )
                continue
            cells = self._read(name)
            if cells is None:
                found = f"une feuille de plus de {MAX_SHEET_ROWS} lignes"
                yield _error("template_structure", found, "la feuille telle que fournie", _NEW_ONE, name)
                continue
            gap = next(filter(None, (_gap(line, cells) for line in lines)), None)
            if gap is not None:
                cell, found, expected = gap
                mend = f"des lignes ou des colonnes ont été déplacées, ajoutées ou supprimées : {_NEW_ONE}"
                yield _error(
                    "template_structure", quoted(found) if found else "rien", quoted(expected), mend, name, cell
                )

    def records(self) -> Iterator[Record]:
        """The values that were changed, in the order of the template; each has a number of its own."""
        for place, line in enumerate(self._lines, start=1):
            cell = self._cells[line.sheet].get(line.cell)
            text = cell.text[:MAX_TEXT] if cell else ""
            if cell is not None and not cell.is_formula and plain_spaces(text) == line.given:
                continue
            problems = problems_of_cell(cell, VALUE) if cell else []
            if cell is not None and cell.is_rounded:
                self._rounded[line.sheet].append(line.cell)
            key = (line.measure, self._identity.body, line.period, line.breakdown)
            yield Record(place, (*key, text), problems)

    def locate(self, place: int, _: str) -> tuple[str, str]:
        """The sheet and the cell of the value of this number."""
        line = self._lines[place - 1]
        return line.sheet, line.cell

    def notes(self) -> Iterator[Problem]:
        """What is hidden, merged, or written where nothing is asked."""
        ours = [self._sheets[name] for name in self._by_sheet]
        for sheet in ours:
            lines = self._by_sheet[sheet.name]
            yield from told_of_the_sheet(sheet, _zone(lines))
            yield from told_of_rounding(sheet.name, self._rounded[sheet.name])
            yield from self._strays(sheet.name, lines)
        own = [sheet for sheet in self._book.sheets if sheet.name.strip() in (IDENTITY_SHEET, GUIDE_SHEET)]
        yield from told_of_the_book(self._book, read=[*ours, *own])

    def _strays(self, name: str, lines: Sequence[MapLine]) -> Iterator[Problem]:
        asked = {line.cell for line in lines} | {f"{_letters(line.cell)}{line.header_row}" for line in lines}
        strays = [
            address
            for address, cell in self._cells[name].items()
            if cell.column >= FIRST_VALUE_COLUMN and address not in asked and cell.text.strip()
        ]
        if strays:
            found = f"du contenu dans {len(strays)} cellule{'s' if len(strays) > 1 else ''} où rien n'est demandé"
            mend = "ce contenu n'est pas lu : vérifiez qu'une valeur n'a pas été écrite à côté de sa cellule"
            yield Problem(Severity.WARNING, "outside", None, "", found, "", mend, name, strays[0])

    def _read(self, name: str) -> Cells | None:
        """The cells of a sheet by address; None when there are too many."""
        found: dict[str, Cell] = {}
        for row, cells in self._sheets[name].rows():
            if row > MAX_SHEET_ROWS:
                return None
            found |= {f"{column_letters(cell.column)}{row}": cell for cell in cells}
        self._cells[name] = found
        return found


def _gap(line: MapLine, cells: Cells) -> tuple[str, str, str] | None:
    """Where a value no longer stands under its period and beside its code: cell, found, expected."""
    row = _row_of(line.cell)
    try:
        label = parse(line.period).label
    except PeriodError:
        return line.cell, line.period, "une période"
    expected = {
        f"{column_letters(CODE_COLUMN)}{row}": code_of(line.measure, line.breakdown),
        f"{_letters(line.cell)}{line.header_row}": label,
    }
    for address, text in expected.items():
        cell = cells.get(address)
        found = plain_spaces(cell.text) if cell and cell.kind in (Kind.TEXT, Kind.NUMBER) else ""
        if found != text:
            return address, found, text
    return None


def _zone(lines: Iterable[MapLine]) -> Area:
    """The rectangle that holds every value of a sheet."""
    rows = [_row_of(line.cell) for line in lines]
    return Area("", min(rows), max(rows), FIRST_VALUE_COLUMN, 256)


def _row_of(cell: str) -> int:
    return int(cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))


def _letters(cell: str) -> str:
    return cell.rstrip("0123456789")


def _error(code: str, found: str, expected: str, mend: str, sheet: str = "", cell: str = "") -> Problem:
    return Problem(Severity.ERROR, code, None, "", found, expected, mend, sheet, cell)
