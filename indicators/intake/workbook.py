"""The long form as a workbook: a sheet named « Observations », with the same five columns as the CSV.

PURE. What a cell holds beside its text (a formula, a date, a percentage, an error) is told here; the text then goes
through the same checks as a CSV's. What is hidden, filtered or merged is said, never ignored.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import islice

from cog.figures import format_figure
from cog.xlsx import Area, Cell, Kind, Sheet, Workbook, column_letters
from indicators.intake.checks import WholeFileCheck
from indicators.intake.columns import COLUMNS, PERIOD, VALUE, Column, Header, fold, match_header
from indicators.intake.messages import Problem, Severity, quoted
from indicators.intake.reference import Reference
from indicators.intake.rows import LONG_XLSX, Intake, Record, read_records, unusable

SHEET = "Observations"
ANOMALIES_SHEET = "Anomalies"
"""Of a workbook given back with its problems: nothing is read in it."""

MAX_TEXT = 300  # characters of a cell that are looked at: no valid one is longer
_MAX_NAMED = 8
_READ_TWO_WAYS = re.compile(r"-?[1-9][0-9]{0,2}\.[0-9]{3}")
"""A French spreadsheet makes a text of « 1.234 »: 1,234 or 1 234?"""

_CACHED = "recopiez les valeurs (collage spécial, valeurs) pour que rien ne change en route"
_ASK_PERCENT = "écrivez la quantité remontée elle-même, au format Nombre : les taux sont calculés"


def read_long_workbook(
    book: Workbook, reference: Reference, *, only: str | None = None, checks: Sequence[WholeFileCheck] = ()
) -> Intake:
    """Rows and problems of the sheet « Observations ». Raises WorkbookRefused when it turns out to be damaged."""
    sheet = next((one for one in book.sheets if fold(one.name) == fold(SHEET)), None)
    if sheet is None:
        return unusable(_no_sheet(book), form=LONG_XLSX)
    rows = sheet.rows()
    first = next(((number, cells) for number, cells in rows if _holds_something(cells)), None)
    if first is None:
        expected = "une ligne d'en-tête, puis une ligne par valeur"
        return unusable(_error("empty_file", "une feuille vide", expected, "", sheet.name), form=LONG_XLSX)
    line, cells = first
    header = _at(sheet.name, match_header(_texts(cells, 0), line))
    if not header.is_usable:
        return unusable(*header.problems, form=LONG_XLSX)
    reading = _Reading(sheet, header, line)
    intake = read_records(
        reading.records(rows),
        header,
        reference,
        only=only,
        checks=checks,
        locate=reading.locate,
        notes=lambda: [*reading.notes(), *told_of_the_book(book, read=[sheet])],
    )
    return replace(intake, form=LONG_XLSX)


class _Reading:
    """One reading of one sheet."""

    def __init__(self, sheet: Sheet, header: Header, line: int) -> None:
        self._sheet = sheet
        self._first_line = line
        self._width = header.width
        labels = [column.label for column in COLUMNS]
        self._letters = {
            label: column_letters(place + 1) for label, place in zip(labels, header.positions, strict=True)
        }
        self._columns = {place: column for column, place in zip(COLUMNS, header.positions, strict=True)}
        self._last_line = line
        self._outside = ""
        self._rounded: list[str] = []

    def locate(self, line: int, column: str) -> tuple[str, str]:
        """Sheet and cell of a column at a line; of the value when no column is named."""
        return self._sheet.name, f"{self._letters[column or VALUE.label]}{line}"

    def records(self, rows: Iterator[tuple[int, Sequence[Cell]]]) -> Iterator[Record]:
        """The lines under the header; one that holds nothing in its columns is not a line."""
        for number, cells in rows:
            self._last_line = number
            inside = [cell for cell in cells if cell.column <= self._width]
            if len(inside) < len(cells) and not self._outside:
                self._outside = next(f"{column_letters(c.column)}{number}" for c in cells if c.column > self._width)
            if _holds_something(inside):
                yield Record(number, _texts(inside, self._width), self._problems(number, inside))

    def _problems(self, number: int, cells: Sequence[Cell]) -> list[Problem]:
        found = []
        for cell in cells:
            column = self._columns.get(cell.column - 1)
            if column is not None:
                found += problems_of_cell(cell, column)
                if cell.is_rounded and column is VALUE:
                    self._rounded.append(f"{column_letters(cell.column)}{number}")
        return found

    def notes(self) -> Iterator[Problem]:
        """What is known of the sheet once it was read."""
        zone = Area("", self._first_line, self._last_line, 1, self._width)
        yield from told_of_the_sheet(self._sheet, zone)
        yield from told_of_rounding(self._sheet.name, self._rounded)
        if self._outside:
            found = f"du contenu hors des {self._width} colonnes de l'en-tête"
            expected, mend = "des données sous les colonnes de l'en-tête", "ce contenu n'est pas lu"
            yield _warning("outside", found, expected, mend, self._sheet.name, self._outside)


def problems_of_cell(cell: Cell, column: Column) -> list[Problem]:
    """What a cell says beside its text."""
    is_value = column is VALUE
    found: list[Problem] = []
    if cell.is_formula and cell.kind not in (Kind.EMPTY, Kind.ERROR):
        if is_value and cell.kind is Kind.TEXT:
            found.append(_of(column, "formula", cell.text, "une formule qui donne un nombre", _CACHED))
        else:
            found.append(_of(column, "formula", cell.text, "une valeur, non une formule", _CACHED, Severity.WARNING))
    match cell.kind:
        case Kind.EMPTY:
            mend = "ouvrez le classeur dans le tableur, laissez-le calculer, enregistrez-le ; ou écrivez la valeur"
            found.append(_of(column, "formula", "une formule jamais calculée", "une valeur", mend))
        case Kind.ERROR:
            mend = "corrigez la formule, ou écrivez la valeur, « ND » ou « NS »"
            found.append(_of(column, "spreadsheet_error", cell.text, "une valeur, non une erreur du tableur", mend))
        case Kind.UNREADABLE:
            expected = (
                "un nombre entier ou décimal, d'au plus 15 chiffres" if is_value else f"« {column.label} » en texte"
            )
            found.append(_of(column, "unreadable_number", cell.text, expected, "ressaisissez la cellule"))
        case Kind.PERCENT:
            found.append(_of(column, "percent", _as_percent(cell.text), "un nombre, sans signe %", _ASK_PERCENT))
        case Kind.BOOLEAN if is_value:
            found.append(
                _of(column, "unreadable_value", cell.text, "un nombre", "écrivez « 1 » pour oui, « 0 » pour non")
            )
        case Kind.DATE if is_value:
            mend = "mettez la cellule au format Nombre, puis ressaisissez la valeur"
            found.append(_of(column, "date", cell.text, "un nombre, non une date", mend))
        case Kind.DATE if column is PERIOD:
            mend = f"si vous vouliez un mois, écrivez {quoted(cell.text[:7])} dans une cellule au format Texte"
            expected = "une période écrite en texte ; la date du tableur est lue comme un jour"
            found.append(_of(column, "date", cell.text, expected, mend, Severity.WARNING))
        case Kind.TEXT if is_value and _READ_TWO_WAYS.fullmatch(cell.text.strip()):
            expected = "une virgule pour les décimales, une espace pour les milliers"
            comma, space = cell.text.strip().replace(".", ","), cell.text.strip().replace(".", " ")
            mend = f"lu {quoted(comma)} ; si c'est {quoted(space)}, écrivez-le ainsi"
            found.append(_of(column, "ambiguous", cell.text, expected, mend, Severity.WARNING))
        case _:
            pass
    return found


def told_of_the_sheet(sheet: Sheet, zone: Area) -> Iterator[Problem]:
    """Merged cells within the data (an error); what is hidden or filtered (a warning), for it is read all the same."""
    facts = sheet.facts
    for area in facts.merged:
        if _crosses(area, zone):
            expected, mend = "une valeur par cellule", "défusionnez ces cellules, puis remplissez chacune"
            first = area.ref.partition(":")[0]
            yield _error("merged", f"des cellules fusionnées ({area.ref})", expected, mend, sheet.name, first)
    rows = [row for row in facts.hidden_rows if zone.first_row <= row <= zone.last_row]
    columns = [area.ref for area in facts.hidden_columns if _crosses(area, zone)]
    read = "leur contenu est lu comme le reste : affichez-les et vérifiez-le"
    if rows:
        yield _warning("hidden", _listed("ligne masquée", "lignes masquées", rows), "", read, sheet.name)
    if columns:
        yield _warning("hidden", _listed("colonne masquée", "colonnes masquées", columns), "", read, sheet.name)
    if facts.is_filtered:
        mend = "les lignes que le filtre écarte sont lues aussi : retirez-le et vérifiez"
        yield _warning("filtered", "un filtre actif", "", mend, sheet.name)
    if sheet.is_hidden:
        yield _warning("hidden", "une feuille masquée", "", "elle est lue : affichez-la et vérifiez-la", sheet.name)


def told_of_the_book(book: Workbook, read: Sequence[Sheet]) -> Iterator[Problem]:
    """Sheets that are not read, and links to other workbooks."""
    for is_hidden, one, many in (
        (False, "feuille non lue", "feuilles non lues"),
        (True, "feuille masquée non lue", "feuilles masquées non lues"),
    ):
        ignored = [*(sheet.name for sheet in read), ANOMALIES_SHEET]
        others = [sheet for sheet in book.sheets if sheet.name not in ignored and sheet.is_hidden is is_hidden]
        names = [quoted(sheet.name) for sheet in others if next(sheet.rows(), None) is not None]
        if names:
            mend = "vérifiez qu'elle ne contient rien à transmettre" if len(names) == 1 else "vérifiez leur contenu"
            yield _warning("other_sheets", _listed(one, many, names), "", mend)
    if book.has_links:
        mend = f"rien n'est lu dans l'autre classeur ; {_CACHED}"
        yield _warning("links", "une liaison vers un autre classeur", "", mend)


def told_of_rounding(sheet: str, cells: Sequence[str]) -> Iterator[Problem]:
    """One warning for all the numbers that had more digits than a spreadsheet shows."""
    if cells:
        many = f"{format_figure(Decimal(len(cells)), 0)} nombres" if len(cells) > 1 else "un nombre"
        found = f"{many} de plus de 15 chiffres significatifs"
        mend = (
            "lu avec 15 chiffres, comme le tableur l'affiche"
            if len(cells) == 1
            else "lus avec 15 chiffres, comme affichés"
        )
        yield _warning("rounded", found, "", mend, sheet, cells[0])


def _texts(cells: Sequence[Cell], width: int) -> list[str]:
    """The texts of a row, empty where nothing stands, up to the last cell or `width`."""
    texts = [""] * max(width, cells[-1].column if cells else 0)
    for cell in cells:
        texts[cell.column - 1] = cell.text[:MAX_TEXT]
    return texts


def _holds_something(cells: Sequence[Cell]) -> bool:
    return any(cell.kind is not Kind.TEXT or not cell.text.isspace() for cell in cells)


def _at(sheet: str, header: Header) -> Header:
    """The same header, whose problems name the sheet and speak of no separator."""
    expected = f"les colonnes {', '.join(quoted(column.label) for column in COLUMNS)}"
    placed = [
        replace(one, sheet=sheet, expected=expected if one.code == "wrong_columns" else one.expected)
        for one in header.problems
    ]
    return replace(header, problems=tuple(placed))


def _no_sheet(book: Workbook) -> Problem:
    names = [quoted(sheet.name) for sheet in book.sheets]
    mend = f"renommez la feuille des valeurs « {SHEET} », ou partez du modèle de classeur de la caisse"
    return _error("no_sheet", _listed("la seule feuille", "les feuilles", names), f"une feuille « {SHEET} »", mend, "")


def _crosses(area: Area, zone: Area) -> bool:
    rows = area.first_row <= zone.last_row and area.last_row >= zone.first_row
    return rows and area.first_column <= zone.last_column and area.last_column >= zone.first_column


def _listed(one: str, many: str, names: Sequence[object]) -> str:
    shown = ", ".join(map(str, islice(names, _MAX_NAMED)))
    return f"{one if len(names) == 1 else many} ({shown}{'…' if len(names) > _MAX_NAMED else ''})"


def _as_percent(text: str) -> str:
    value = Decimal(text).scaleb(2).normalize()
    return f"{value:f} %".replace(".", ",")


def _of(
    column: Column, code: str, found: str, expected: str, mend: str, severity: Severity = Severity.ERROR
) -> Problem:
    return Problem(severity, code, None, column.label, found[:200], expected, mend)


def _error(code: str, found: str, expected: str, mend: str, sheet: str, cell: str = "") -> Problem:
    return Problem(Severity.ERROR, code, None, "", found, expected, mend, sheet, cell)


def _warning(code: str, found: str, expected: str, mend: str, sheet: str = "", cell: str = "") -> Problem:
    return Problem(Severity.WARNING, code, None, "", found, expected, mend, sheet, cell)
