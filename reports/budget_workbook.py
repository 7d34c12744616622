"""PURE. An edition of a fund as a workbook on the convention's layout: live sums, beside our own frozen values."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from cog.xlsx import SafeSheet, SafeWorkbook, Value, column_letters, notes_sheet, sum_formula
from reports.budget_dashboard import COLUMNS, Content, moved_rows

HEADER_ROW = 5
FIRST = 3
PLACE = {name: column for column, name in enumerate(COLUMNS, start=FIRST)}
SUMMED = ("initial", "voted", "executed", "forecast")
"""Columns that the spreadsheet sums; the programme keeps the totals the convention prints."""

HEAD: Mapping[str, Any] = {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "bg_color": "#E8EDF4"}
FORMATS = {"k€": "#,##0.###", "M€": "#,##0.00####", "%": "0.0##"}


def dashboard_workbook(content: Content, notes: Sequence[tuple[str, Value]] = ()) -> bytes:
    """The bytes of the workbook of an edition: the same content gives the same bytes."""
    book = SafeWorkbook(title=content["title"])
    _table(book.sheet("Tableau"), content)
    _since(book, content)
    _transfers(book, content)
    _carried(book, content)
    _conformity(book, content)
    for key, name in (("staff", "Effectifs"), ("payroll", "Masse salariale"), ("receipts", "Recettes")):
        if content.get(key):
            _annex(book.sheet(name), content[key])
    _sources(book.sheet("Actes et analyse"), content)
    if notes:
        notes_sheet(book, notes)
    return book.finish()


def _head(sheet: SafeSheet, content: Content, title: str) -> None:
    fund = content["fund"]
    sheet.write(1, 1, title, {"bold": True, "font_size": 14})
    sheet.write(
        2, 1, f"{fund['name']}, exercice {content['exercise']}, situation au {_day(content['at'])}, en {fund['unit']}"
    )
    if content["simulated"]:
        sheet.write(3, 1, "DONNÉES SIMULÉES", {"bold": True, "font_color": "#9A3412"})
    if content.get("draft"):
        sheet.write(3, 2, "PROJET, non transmis", {"bold": True})


def _table(sheet: SafeSheet, content: Content) -> None:
    _head(sheet, content, content["title"])
    for column, heading in enumerate(["Rang", "Ligne", *COLUMNS.values()], start=1):
        sheet.write(HEADER_ROW, column, heading, HEAD)
    row_of = {row["position"]: HEADER_ROW + rank for rank, row in enumerate(content["rows"], start=1)}
    for row in content["rows"]:
        place = row_of[row["position"]]
        weight: dict[str, Any] = {"bold": True} if row["kind"] in ("total", "header") else {}
        if row["kind"] == "memo":
            weight["italic"] = True
        sheet.write(place, 1, Decimal(row["position"]), {"font_color": "#666666"})
        sheet.write(place, 2, row["label"], weight | {"indent": min(row["depth"], 15), "text_wrap": True})
        style = weight | {"num_format": FORMATS[row["unit"]]}
        for name in ("programme", *SUMMED):
            _figure(sheet, place, name, row, row_of, style)
        _computed(sheet, place, row, style)
    sheet.raw.freeze_panes(HEADER_ROW, 2)
    sheet.widths(6, 58, *[15] * len(COLUMNS))
    sheet.print_wide()
    sheet.raw.repeat_rows(HEADER_ROW - 1)


def _figure(
    sheet: SafeSheet, place: int, name: str, row: Mapping[str, Any], row_of: Mapping[int, int], style: Mapping[str, Any]
) -> None:
    value = _decimal(row[name])
    parts = [(part, sign) for part, sign in row["parts"] if part in row_of]
    if value is not None and parts and name in SUMMED:
        letter = column_letters(PLACE[name])
        formula = sum_formula((f"{letter}{row_of[part]}", sign) for part, sign in parts)
        sheet.formula(place, PLACE[name], formula, value, style)
    else:
        sheet.write(place, PLACE[name], value, style)


def _computed(sheet: SafeSheet, place: int, row: Mapping[str, Any], style: Mapping[str, Any]) -> None:
    """The gap and the rate, as formulas over the cells beside."""
    cell = {name: f"{column_letters(PLACE[name])}{place}" for name in ("voted", "executed", "forecast")}
    gap, rate = _decimal(row["gap"]), _decimal(row["rate"])
    if gap is not None:
        expected = next(
            name
            for name in ("forecast", "executed")
            if row[name] is not None and Decimal(row[name]) - Decimal(row["voted"]) == gap
        )
        sheet.formula(place, PLACE["gap"], f"={cell[expected]}-{cell['voted']}", gap, style)
    if rate is not None:
        percent = {**style, "num_format": "0.0%"}
        sheet.formula(place, PLACE["rate"], f"={cell['executed']}/{cell['voted']}", rate / 100, percent)


def _rows(sheet: SafeSheet, start: int, header: Sequence[str], rows: Sequence[Sequence[Any]]) -> int:
    """A plain table; returns the row after it."""
    for column, heading in enumerate(header, start=1):
        sheet.write(start, column, heading, HEAD)
    for place, row in enumerate(rows, start=start + 1):
        for column, value in enumerate(row, start=1):
            sheet.write(place, column, value)
    return start + len(rows) + 2


def _since(book: SafeWorkbook, content: Content) -> None:
    told = content.get("since")
    if not told:
        return
    sheet = book.sheet("Ce qui a bougé")
    _head(sheet, content, f"Depuis {told['title']} (situation au {_day(told['at'])})")
    rows = [
        [row["label"], COLUMNS[column], _decimal(cell["before"]), _decimal(cell["after"]), _decimal(cell["change"])]
        for row in moved_rows(content)
        for column, cell in row["cells"].items()
    ]
    after = _rows(sheet, HEADER_ROW, ["Ligne", "Colonne", "Avant", "Après", "Écart"], rows)
    acts = [[_day(act["dated"]), act["label"], act["reference"], act["reason"]] for act in told["acts"]]
    after = _rows(sheet, after, ["En date du", "Acte", "Pièce", "Motif"], acts)
    _rows(sheet, after, ["Ligne", "Acte", "Commentaire"], [[c["label"], c["act"], c["text"]] for c in told["comments"]])
    sheet.widths(50, 26, 30, 40, 16)


def _transfers(book: SafeWorkbook, content: Content) -> None:
    sheet = book.sheet("Virements")
    _head(sheet, content, "Virements de crédits")
    rows = [
        [
            Decimal(one["number"]), _day(one["done_on"]), one["origin"], one["destination"], _decimal(one["amount"]),
            one["reason"], f"{one['paragraph']}, l. {one['seed_line']}", " ; ".join(one["acts"]),
            _day(one["information_due"]),
        ]
        for one in content["transfers"]
    ]  # fmt: skip
    header = ["N°", "Fait le", "De", "Vers", "Montant", "Motif", "Règle", "Actes", "Information avant le"]
    _rows(sheet, HEADER_ROW, header, rows)
    if not rows:
        sheet.write(HEADER_ROW + 1, 1, "Aucun virement.")
    sheet.widths(6, 12, 40, 40, 14, 40, 18, 60, 16)


def _carried(book: SafeWorkbook, content: Content) -> None:
    told = content.get("carried")
    if not told:
        return
    sheet = book.sheet("Reports")
    _head(sheet, content, f"Crédits non consommés de {told['exercise']}")
    keys = ["authorised", "executed", "unused", "local", "national", "carriable", "cancelled"]
    rows = [
        [
            one["label"],
            *(_decimal(one[key]) for key in keys),
            f"{one['paragraph']}, l. {one['seed_line']}" if one["paragraph"] else "",
        ]
        for one in told["origins"]
    ]
    header = ["Ligne", "Ouverts", "Exécuté", "Reste", "dont locaux", "dont Caisse nationale", "Reportable"]
    after = _rows(sheet, HEADER_ROW, [*header, "Non reportable", "Règle"], rows)
    goes = [[one["label"], _decimal(one["amount"])] for one in told["destinations"]]
    after = _rows(sheet, after, [f"Destination en {content['exercise']}", "Montant"], goes)
    totals = [
        ["Reportable", "carriable"],
        ["Reporté", "carried"],
        ["Reportable et non reporté", "not_carried"],
        ["Non reportable", "cancelled"],
    ]
    _rows(sheet, after, ["Total", "Montant"], [[label, _decimal(told[key])] for label, key in totals])
    sheet.widths(50, *[16] * 8)


def _conformity(book: SafeWorkbook, content: Content) -> None:
    told = content["conformity"]
    sheet = book.sheet("Conformité")
    _head(sheet, content, "Conformité à la convention et répartition")
    verdicts = {True: "conforme", False: "au-delà", None: "non décidé"}
    rows = [
        [
            one["label"], _decimal(one["programme"]),
            " ; ".join(f"{name} : {amount.replace('.', ',')}" for name, amount in one["adjustments"]),
            _decimal(one["allowed"]), _decimal(one["voted"]), _decimal(one["gap"]), verdicts[one["conforms"]],
        ]
        for one in told["groups"]
    ]  # fmt: skip
    header = ["Groupe limitatif", "Programme", "Ajustements permis", "Permis", "Ouverts", "Écart", "Verdict"]
    after = _rows(sheet, HEADER_ROW, header, rows)
    if told["caps"]:
        caps = [
            [one["label"], _decimal(one["cap"]), _decimal(one["spent"]), _decimal(one["left"])] for one in told["caps"]
        ]
        after = _rows(sheet, after, ["Plafond sur la période", "Plafond", "Dépensé ou prévu", "Reste"], caps)
    split = []
    for one in told["split"]:
        voted, national = Decimal(one["voted"]), _decimal(one["national"])
        split.append([one["label"], voted, None if national is None else voted - national, national])
    _rows(sheet, after, ["Répartition des crédits", "Ouverts", "Organismes locaux", "Caisse nationale"], split)
    sheet.widths(50, 16, 40, 16, 16, 16, 14)


def _annex(sheet: SafeSheet, told: Mapping[str, Any]) -> None:
    """An annex as the room that keeps it lays it out: a title, then tables with their header and rows."""
    sheet.write(1, 1, told["title"], {"bold": True, "font_size": 14})
    row = 3
    for table in told["tables"]:
        sheet.write(row, 1, table["title"], {"bold": True})
        row = _rows(sheet, row + 1, table["header"], [[_cell(value) for value in line] for line in table["rows"]])
    for note in told.get("notes", []):
        sheet.write(row, 1, note)
        row += 1
    sheet.widths(50, *[18] * 8)


def _sources(sheet: SafeSheet, content: Content) -> None:
    _head(sheet, content, "Actes dont ces montants sont la somme, et analyse")
    acts = [[_day(act["dated"]), act["label"], act["reference"], act["reason"]] for act in content["acts"]]
    after = _rows(sheet, HEADER_ROW, ["En date du", "Acte", "Pièce", "Motif"], acts)
    sheet.write(after, 1, "Analyse de l'exécution", {"bold": True})
    sheet.write(after + 1, 1, content["analysis"] or "Aucune analyse n'est écrite.", {"text_wrap": True})
    sheet.widths(60, 30, 40, 60)


def _decimal(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _cell(value: Any) -> Any:
    """A frozen cell: a number written as {"number": "1.5"}, a text, or nothing."""
    return Decimal(value["number"]) if isinstance(value, dict) else value


def _day(iso: str) -> str:
    """« 15/07/2014 » for an ISO day; nothing for none."""
    return "/".join(reversed(iso.split("-"))) if iso else ""
