"""A workbook with one row a caisse: its sheet, its columns known by their titles, its cells as plain values.

PURE. Columns that are not asked for are ignored, so that a workbook we gave out can be sent back. Every problem is told
at once, with its sheet and cell, what was found and what was expected.
"""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from budgets.compute.allotment import CENT
from cog.figures import NumberError, decimals_of, parse_french_decimal
from cog.xlsx import Cell, Kind, Sheet, WorkbookRefused, column_letters, open_untrusted_xlsx

CODE, NAME = "Code", "Caisse"
MAX_ROWS = 2_000
MAX_WHOLE = 10**8

Row = tuple[int, Sequence[Cell]]


@dataclass
class Findings:
    """What refuses a workbook, and what its sender should know."""

    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


class CaisseTable:
    """The rows of a workbook, caisse by caisse; read them with `rows`, then look at `found`.

    `names`: code -> name of the caisses, each expected once. `columns`: titles that must be there beside the code.
    """

    def __init__(self, data: bytes, *, sheet: str, columns: Sequence[str], names: Mapping[str, str]) -> None:
        self.found = Findings()
        self._wanted = sheet
        self._columns = (CODE, *columns)
        self._names = names
        self._sheet = ""
        self._places: dict[str, int] = {}
        self._met: dict[str, str] = {}
        self._formulas = 0
        self._lines = self._open(data)

    def rows(self) -> Iterator["CaisseRow"]:
        """Each row whose caisse is known, once; then the caisses that have none are told."""
        if self.found.problems:
            return
        for number, cells in self._lines:
            by_column = {cell.column: cell for cell in cells}
            row = {title: by_column[place] for title, place in self._places.items() if place in by_column}
            if not any(cell.text.strip() or cell.kind is Kind.EMPTY for cell in row.values()):
                continue
            self._formulas += sum(1 for cell in row.values() if cell.is_formula)
            yield CaisseRow(self, number, row, self._code(number, row.get(CODE)))
        self._close()

    def place(self, number: int, title: str) -> str:
        """« D12 »."""
        return f"{column_letters(self._places[title])}{number}"

    def wrong(self, place: str, found: str, expected: str) -> None:
        """Tell a problem in one cell."""
        self.found.problems.append(f"Feuille « {self._sheet} », cellule {place} : trouvé {found}, attendu {expected}.")

    def _open(self, data: bytes) -> list[Row]:
        try:
            sheet = _sheet(data, self._wanted)
            self._sheet = sheet.name
            rows = _rows(sheet)
        except WorkbookRefused as refused:
            self.found.problems.append(f"Fichier : {refused}")
            return []
        self.found.warnings += _told_of(sheet)
        if not rows:
            self.found.problems.append(f"Feuille « {sheet.name} » : vide, attendu une ligne par caisse.")
            return []
        if len(rows) > MAX_ROWS:
            told = f"Feuille « {sheet.name} » : plus de {MAX_ROWS} lignes, attendu une ligne par caisse."
            self.found.problems.append(told)
            return []
        self._read_header(*rows[0])
        return rows[1:]

    def _read_header(self, number: int, cells: Sequence[Cell]) -> None:
        titles = {_fold(title): title for title in self._columns}
        for cell in cells:
            title = titles.get(_fold(cell.text))
            if title in self._places:
                place = f"{column_letters(cell.column)}{number}"
                self.found.problems.append(
                    f"Feuille « {self._sheet} », cellule {place} : la colonne « {title} » est en double."
                )
            elif title is not None:
                self._places[title] = cell.column
        missing = [f"« {title} »" for title in self._columns if title not in self._places]
        if missing:
            self.found.problems.append(
                f"Feuille « {self._sheet} », ligne {number} : il manque {', '.join(missing)} ; reprendre le modèle."
            )

    def _code(self, number: int, cell: Cell | None) -> str:
        """The code of a row; empty, and told, when it is none or was met before."""
        place = self.place(number, CODE)
        text = cell.text.strip() if cell is not None else ""
        code = text if text in self._names else text.zfill(3)
        if not text:
            self.wrong(place, "case vide", "le code de la caisse ; une ligne de total est à retirer")
        elif code not in self._names:
            self.wrong(place, f"« {text[:40]} »", "le code d'une caisse du réseau")
        elif code in self._met:
            first = self._met[code]
            self.wrong(place, f"« {code} » une seconde fois", f"une ligne par caisse ; elle est déjà en {first}")
        else:
            self._met[code] = place
            return code
        return ""

    def _close(self) -> None:
        missing = [f"{code} {self._names[code]}" for code in self._names if code not in self._met]
        if missing:
            self.found.problems.append(
                f"Feuille « {self._sheet} » : caisses sans ligne, {len(missing)} sur {len(self._names)} : "
                f"{', '.join(missing)}."
            )
        if self._formulas:
            self.found.warnings.append(
                f"Feuille « {self._sheet} » : {self._formulas} valeurs viennent de formules, lues telles que le "
                "tableur les a calculées."
            )


@dataclass(frozen=True)
class CaisseRow:
    """One row; `code` is empty when the caisse is unknown, or met before."""

    table: CaisseTable
    number: int
    cells: Mapping[str, Cell]
    code: str

    def money(self, title: str) -> Decimal | None:
        """An amount in k€, nil or positive, in whole cents; None, and told, when it is none."""
        value = self._figure(title, "un montant en k€, 0 s'il est nul")
        if value is not None and value < 0:
            self._wrong(title, "un montant nul ou positif, en k€")
            return None
        if value is not None and decimals_of(value) > decimals_of(CENT):
            self._wrong(title, "un nombre entier de centimes : arrondir à 5 décimales de k€")
            return None
        return value

    def count(self, title: str) -> int | None:
        """A whole number; None when the cell is blank (unknown), or, and told, when it is none."""
        if self._is_blank(title):
            return None
        value = self._figure(title, "")
        if value is None:
            return None
        if value < 0 or value != value.to_integral_value() or value > MAX_WHOLE:
            self._wrong(title, "un nombre entier, nul ou positif, ou rien s'il est inconnu")
            return None
        return int(value)

    def _is_blank(self, title: str) -> bool:
        cell = self.cells.get(title)
        return cell is None or (cell.kind is Kind.TEXT and not cell.text.strip())

    def _figure(self, title: str, expected: str) -> Decimal | None:
        cell = self.cells.get(title)
        if cell is None or self._is_blank(title):
            self.table.wrong(self.table.place(self.number, title), "case vide", expected)
        elif cell.kind is Kind.EMPTY:
            told = "une valeur : ouvrir et enregistrer dans le tableur"
            self.table.wrong(self.table.place(self.number, title), "une formule jamais calculée", told)
        elif cell.kind is Kind.NUMBER:
            return Decimal(cell.text)
        elif cell.kind is Kind.TEXT:
            try:
                return parse_french_decimal(cell.text, unit="k€", refuse_ambiguous_dot=True)
            except NumberError as wrong:
                self._wrong(title, wrong.expected)
        else:
            self._wrong(title, "un nombre, sans format de date ni de pourcentage")
        return None

    def _wrong(self, title: str, expected: str) -> None:
        found = f"« {self.cells[title].text.strip()[:40]} »"
        self.table.wrong(self.table.place(self.number, title), found, expected)


def _sheet(data: bytes, wanted: str) -> Sheet:
    """The sheet of that name, else the first that is not hidden and holds something. Raises WorkbookRefused."""
    book = open_untrusted_xlsx(data)
    shown = [one for one in book.sheets if not one.is_hidden]
    named = [one for one in shown if _fold(one.name) == _fold(wanted)]
    filled = [one for one in shown if not named and next(one.rows(), None) is not None]
    return next(iter([*named, *filled, *book.sheets]))


def _rows(sheet: Sheet) -> list[Row]:
    """The rows that hold something, no more than are looked at. Raises WorkbookRefused."""
    rows = []
    for number, cells in sheet.rows():
        if any(cell.text.strip() or cell.kind is Kind.EMPTY for cell in cells):
            rows.append((number, cells))
        if len(rows) > MAX_ROWS:
            break
    return rows


def _told_of(sheet: Sheet) -> list[str]:
    facts = sheet.facts
    told = []
    if facts.hidden_rows or facts.is_filtered:
        told.append(f"Feuille « {sheet.name} » : des lignes sont masquées ou filtrées ; elles ont été lues aussi.")
    if facts.merged:
        areas = ", ".join(area.ref for area in facts.merged[:5])
        told.append(f"Feuille « {sheet.name} » : cellules fusionnées ({areas}) ; seule la première a une valeur.")
    return told


def _fold(text: str) -> str:
    """A title without case, accents, spaces or marks."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(sign for sign in plain if sign.isalnum())
