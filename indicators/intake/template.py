"""The template of a caisse: the workbook it fills for a quarter, one sheet for each fiche, only what is asked of it.

PURE. Each value cell is known twice: by its address in the hidden sheet « Identifiant », and by the code written on its
row and the period written above it. Reading compares the two, so that a row moved or deleted is seen before any value.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from textwrap import shorten
from typing import Any, NamedTuple

from cog.periods import Period
from cog.xlsx import SafeSheet, SafeWorkbook, column_letters
from indicators.intake.checks import NOT_AVAILABLE, NOT_CONCERNED
from indicators.intake.rows import Identity

VERSION = "1"
MAGIC = "modèle de remontée"
IDENTITY_SHEET = "Identifiant"
GUIDE_SHEET = "Mode d'emploi"
IDENTITY_LABELS = ("convention", "trimestre", "caisse", "version")
MAP_HEADER = ("feuille", "cellule", "ligne des périodes", "mesure", "période", "ventilation", "valeur fournie")
MAP_ROW = 9  # of the header of the map, in the hidden sheet
CODE_COLUMN = 4
FIRST_VALUE_COLUMN = 5
_MAX_HELP = 600
_HELP_WIDTH = 140  # characters on a line of help

Value = Decimal | str | None
"""A number, « NS » or « ND », or nothing in force."""


class Asked(NamedTuple):
    """A value asked: over a period, owed or only offered, with the value in force that the cell begins with."""

    period: Period
    is_owed: bool
    value: Value


@dataclass(frozen=True, slots=True)
class Line:
    """One row: a measure, under one breakdown; `kind` as in `measures.csv` (`count`, `flag`…)."""

    measure: str
    label: str
    breakdown: str
    unit: str
    kind: str
    note: str
    values: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """What one technical sheet asks: its code, title and definition, then its lines."""

    code: str
    title: str
    help: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A fiche."""

    number: int
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Content:
    """All that a template says. `due`: the day it is due, in French, empty when it is not known."""

    identity: Identity
    convention: str
    body: str
    period: str
    due: str
    pages: tuple[Page, ...]


class MapLine(NamedTuple):
    """Where a value stands, what it is, and the text that the cell was given."""

    sheet: str
    cell: str
    header_row: str
    measure: str
    period: str
    breakdown: str
    given: str


def fingerprint(identity: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """The digest of what a template is made of: an identifier that was touched no longer has it."""
    text = json.dumps([list(identity), [list(line) for line in lines]], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def code_of(measure: str, breakdown: str) -> str:
    """What is written on the row of a value: « indus_recouvres [phase=amiable] »."""
    return f"{measure} [{breakdown}]" if breakdown else measure


def sheet_name(number: int) -> str:
    """« Fiche 10 »."""
    return f"Fiche {number}"


def text_of(value: Value) -> str:
    """The value a cell was given, as it is read again."""
    if value is None or isinstance(value, str):
        return value or ""
    return f"{value.normalize():f}" if value else "0"


def write_template(content: Content) -> bytes:
    """The bytes of the template: the same content gives the same bytes."""
    book = SafeWorkbook(title=f"Remontée {content.identity.period}, {content.body}")
    _write_guide(book.sheet(GUIDE_SHEET), content)
    lines: list[MapLine] = []
    for page in content.pages:
        lines += _PageWriter(book.sheet(sheet_name(page.number)), content, page).write()
    _write_identity(book.sheet(IDENTITY_SHEET), content.identity, lines)
    return book.finish()


# --- Looks: plain words of xlsxwriter ------------------------------------------------------------------------------
_BLUE, _PALE, _YELLOW, _CREAM, _GREY, _LINE = "#1D3B63", "#E8EDF4", "#FFF4C2", "#FBFAF3", "#EFEFEF", "#B8BEC8"
_FONT: Mapping[str, Any] = {"font_name": "Arial", "font_size": 10, "valign": "vcenter"}
_TITLE = {**_FONT, "bold": True, "font_size": 15, "font_color": _BLUE}
_TEXT = {**_FONT, "text_wrap": True}
_BAND = {
    **_FONT,
    "bold": True,
    "indent": 1,
    "font_size": 11,
    "font_color": "#FFFFFF",
    "bg_color": _BLUE,
    "text_wrap": True,
}
_HELP = {**_FONT, "italic": True, "font_size": 9, "font_color": "#444444", "text_wrap": True, "valign": "top"}
_HEAD = {**_FONT, "bold": True, "bg_color": _PALE, "text_wrap": True, "indent": 1, "border": 1, "border_color": _LINE}
_CELL = {**_FONT, "text_wrap": True, "indent": 1, "border": 1, "border_color": _LINE}
_CODE = {**_CELL, "font_size": 8, "font_color": "#555555"}
_ASKED = {
    **_FONT,
    "border": 1,
    "border_color": _LINE,
    "bg_color": _YELLOW,
    "align": "right",
    "indent": 1,
    "locked": False,
}
_OFFERED = {**_ASKED, "bg_color": _CREAM}
_NOT_ASKED = {**_FONT, "border": 1, "border_color": _LINE, "bg_color": _GREY}
_WIDTHS = (46, 24, 12, 30)
_FORMATS = {"count": "#,##0", "flag": "0", "amount": "#,##0.00"}
_PROTECTION = {"format_columns": True, "format_rows": True}

_RULES = {
    "count": ("OR(AND(ISNUMBER({0}),{0}>=0,{0}=INT({0})),UPPER({0})=\"NS\",UPPER({0})=\"ND\")",
              "un nombre entier, positif ou nul"),
    "flag": ("OR({0}=0,{0}=1,UPPER({0})=\"NS\",UPPER({0})=\"ND\")", "« 1 » pour oui, « 0 » pour non"),
}  # fmt: skip
_ANY_RULE = ('OR(ISNUMBER({0}),UPPER({0})="NS",UPPER({0})="ND")', "un nombre")


_LEGEND = (
    "Cellule jaune : valeur attendue. Cellule claire : valeur facultative. Cellule grise : rien à remplir. "
    f"Vide = non remonté ; 0 = zéro ; {NOT_CONCERNED} = sans objet ; {NOT_AVAILABLE} = non disponible."
)


class _PageWriter:
    """One fiche being written, from top to bottom."""

    def __init__(self, sheet: SafeSheet, content: Content, page: Page) -> None:
        self._sheet = sheet
        self._content = content
        self._page = page
        self._row = 1

    def write(self) -> Iterator[MapLine]:
        """Fill the sheet; gives the place of every value."""
        sheet, content = self._sheet, self._content
        sheet.write(1, 1, f"Fiche {self._page.number} : {self._page.title}", _TITLE)
        due = f", à transmettre avant le {content.due}" if content.due else ""
        sheet.write(2, 1, f"{content.body} (code {content.identity.body}), {content.period}{due}", _FONT)
        sheet.write(3, 1, _LEGEND, _FONT)
        self._row = 5
        for block in self._page.blocks:
            yield from self._block(block)
        self._finish()

    def _block(self, block: Block) -> Iterator[MapLine]:
        sheet, top = self._sheet, self._row
        periods = sorted({asked.period for line in block.lines for asked in line.values}, key=_by_end)
        columns = {period: FIRST_VALUE_COLUMN + place for place, period in enumerate(periods)}
        sheet.across(top, 1, CODE_COLUMN, f"{block.code} : {block.title}", _BAND)
        sheet.height(top, 18 * _lines_of(f"{block.code} : {block.title}", 96))
        help_text = shorten(block.help, _MAX_HELP, placeholder="…")
        if help_text:
            top += 1
            sheet.across(top, 1, CODE_COLUMN, help_text, _HELP)
            sheet.height(top, 13 * _lines_of(help_text, _HELP_WIDTH) + 4)
        header = top + 1
        labels = ("Donnée", "Ventilation", "Unité", "Code", *(period.label for period in periods))
        for column, label in enumerate(labels, start=1):
            sheet.write(header, column, label, _HEAD if column < FIRST_VALUE_COLUMN else {**_HEAD, "align": "right"})
        sheet.height(header, 30)
        for row, line in enumerate(block.lines, start=header + 1):
            yield from self._line(row, header, line, columns)
        self._row = header + len(block.lines) + 2

    def _line(self, row: int, header: int, line: Line, columns: Mapping[Period, int]) -> Iterator[MapLine]:
        sheet, code = self._sheet, code_of(line.measure, line.breakdown)
        sheet.write(row, 1, line.label, _CELL)
        sheet.write(row, 2, in_words(line.breakdown), _CELL)
        sheet.write(row, 3, line.unit, _CELL)
        sheet.write(row, CODE_COLUMN, code, _CODE)
        sheet.height(row, 14 * max(_lines_of(line.label, 48), _lines_of(code, 34), _lines_of(line.unit, 11)) + 4)
        asked = {one.period: one for one in line.values}
        for period, column in columns.items():
            one = asked.get(period)
            if one is None:
                sheet.write(row, column, None, _NOT_ASKED)
                continue
            style = {**(_ASKED if one.is_owed else _OFFERED), "num_format": _FORMATS.get(line.kind, "General")}
            sheet.write(row, column, one.value, style)
            cell = f"{column_letters(column)}{row}"
            sheet.validate(row, column, _validation(line, period, cell))
            yield MapLine(sheet.name, cell, str(header), line.measure, str(period), line.breakdown, text_of(one.value))

    def _finish(self) -> None:
        sheet = self._sheet
        sheet.widths(*_WIDTHS, *[13] * 20)
        sheet.raw.freeze_panes(3, 1)
        sheet.raw.protect("", _PROTECTION)
        sheet.print_wide()


def _validation(line: Line, period: Period, cell: str) -> dict[str, Any]:
    formula, expected = _RULES.get(line.kind, _ANY_RULE)
    note = f" {line.note}" if line.note else ""
    return {
        "validate": "custom",
        "value": f"={formula.format(cell)}",
        "ignore_blank": True,
        "input_title": period.label[:32],
        "input_message": f"{expected[0].upper()}{expected[1:]} ({line.unit}), NS ou ND.{note}"[:255],
        "error_title": "Valeur à vérifier",
        "error_message": f"Attendu : {expected}, NS (sans objet), ND (non disponible) ou rien (non remonté)."[:255],
    }


def in_words(breakdown: str) -> str:
    """« type_accueil=familial » as it is read: « type accueil : familial »."""
    return ", ".join(part.replace("=", " : ").replace("_", " ") for part in breakdown.split(";") if part)


def _lines_of(text: str, width: int) -> int:
    return sum(1 + len(line) // width for line in text.splitlines()) or 1


def _write_guide(sheet: SafeSheet, content: Content) -> None:
    asked = [one for page in content.pages for block in page.blocks for line in block.lines for one in line.values]
    owed = sum(one.is_owed for one in asked)
    given = sum(one.value is not None for one in asked)
    rows: list[tuple[str, str]] = [
        ("Caisse", f"{content.body} (code {content.identity.body})"),
        ("Convention", content.convention),
        ("Transmission", content.period),
        ("À transmettre avant le", content.due or "date non fixée"),
        ("Valeurs attendues", f"{owed}, et {len(asked) - owed} facultatives"),
        ("Déjà connues", f"{given} valeurs déjà acceptées sont inscrites : corrigez-les au besoin, ou laissez-les"),
        ("", ""),
        ("Remplir", "Une feuille par fiche thématique. Seules les cellules jaunes (attendues) et claires (facultatives)"
                    " se remplissent ; choisir une cellule affiche ce qu'elle attend."),
        ("Nombre", "Une quantité, jamais un pourcentage : les taux sont calculés. Virgule avant les décimales."),
        ("Vide", "Non remonté : rien n'est créé, rien n'est effacé."),
        ("0", "Zéro : rien ne s'est produit, et c'est une valeur."),
        (NOT_CONCERNED, "Sans objet : la caisse n'est pas concernée, elle l'affirme."),
        (NOT_AVAILABLE, "Non disponible : retire une valeur transmise par erreur."),
        ("", ""),
        ("Structure", "Ne déplacez, ne supprimez et n'ajoutez ni ligne, ni colonne, ni feuille : le classeur serait"
                      " refusé. Un modèle ne sert qu'à sa caisse et à son trimestre."),
        ("Formules", "Une formule est admise si le tableur l'a calculée ; elle est signalée au contrôle."),
        ("Envoyer", "Enregistrez au format .xlsx, puis déposez le classeur sur le site. Rien n'est écrit avant votre"
                    " accord : chaque anomalie est montrée avec sa feuille et sa cellule."),
    ]  # fmt: skip
    sheet.write(1, 1, "Remontée des données de base", _TITLE)
    sheet.height(1, 26)
    for row, (label, text) in enumerate(rows, start=3):
        if label:
            sheet.write(row, 1, label, {**_FONT, "bold": True, "valign": "top"})
            sheet.write(row, 2, text, {**_TEXT, "valign": "top"})
            sheet.height(row, 14 * _lines_of(text, 84) + 4)
    start = 4 + len(rows)
    sheet.write(start, 1, "Feuille", _HEAD)
    sheet.write(start, 2, "Fiche thématique", _HEAD)
    for row, page in enumerate(content.pages, start=start + 1):
        sheet.write(row, 1, sheet_name(page.number), _CELL)
        sheet.write(row, 2, page.title, _CELL)
        sheet.height(row, 14 * _lines_of(page.title, 84) + 4)
    sheet.widths(24, 88)
    sheet.raw.protect("", _PROTECTION)
    sheet.print_wide()


def _write_identity(sheet: SafeSheet, identity: Identity, lines: Sequence[MapLine]) -> None:
    """Hidden: what the workbook is, and the map of its values. Nobody has to read it."""
    sheet.write(1, 1, MAGIC)
    for row, (label, value) in enumerate(zip(IDENTITY_LABELS, identity, strict=True), start=2):
        sheet.write(row, 1, label)
        sheet.write(row, 2, value)
    sheet.write(6, 1, "empreinte")
    sheet.write(6, 2, fingerprint(identity, lines))
    for column, label in enumerate(MAP_HEADER, start=1):
        sheet.write(MAP_ROW, column, label)
    for row, line in enumerate(lines, start=MAP_ROW + 1):
        for column, text in enumerate(line, start=1):
            sheet.write(row, column, text)
    sheet.raw.protect("", {})
    sheet.raw.hide()


def _by_end(period: Period) -> tuple[date, Period]:
    """Months first, then the year they make."""
    return period.end, period
