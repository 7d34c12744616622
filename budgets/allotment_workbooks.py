"""Workbooks of the allotments: the template to fill, and the table of an allotment with each step."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from budgets.compute.allotment import Basis
from budgets.intake.allotment_workbook import COLUMNS, SHEET
from budgets.queries.allotment import AllotmentTable, Line
from cog.models import Organisation
from cog.xlsx import SafeSheet, SafeWorkbook, Value, column_letters, notes_sheet

HEAD = {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}
MONEY = {"num_format": "#,##0.00000"}
PEOPLE = {"num_format": "#,##0"}
TO_FILL = {"bg_color": "#FFF8DC"}

STEPS = ("Base", "Prorata (k€)", "Garantie (k€)", "Plafond (k€)", "Retenu avant l'écart (k€)", "Tour d'arrêt")
STEPS += ("Écart réparti et centimes (k€)", "Dotation (k€)", "Simulé")
_WORDS = {Basis.PRORATA: "prorata", Basis.GUARANTEED: "garantie", Basis.CAPPED: "plafond"}


def template_workbook(
    bodies: Sequence[Organisation], *, exercise: int, previous: Mapping[str, Decimal], rows: Mapping[str, Line]
) -> bytes:
    """The workbook to fill for an exercise: every caisse, with what is already known of it."""
    book = SafeWorkbook(title=f"Dotations {exercise}")
    sheet = book.sheet(SHEET)
    head(sheet, COLUMNS)
    for number, body in enumerate(bodies, start=2):
        entry = rows[body.code].share.entry if body.code in rows else None
        known = entry.previous if entry else previous.get(body.code)
        sheet.write(number, 1, body.code)
        sheet.write(number, 2, body.name)
        sheet.write(number, 3, entry.benefits if entry else None, MONEY | TO_FILL)
        sheet.write(number, 4, known, MONEY | TO_FILL)
        sheet.write(number, 5, entry.beneficiaries_before if entry else None, PEOPLE | TO_FILL)
        sheet.write(number, 6, entry.beneficiaries_now if entry else None, PEOPLE | TO_FILL)
    notes_sheet(
        book,
        [
            ("Exercice", exercise),
            ("Montants", "en k€, au centime : au plus 5 décimales ; 0 s'écrit, une case vide est refusée"),
            ("Prestations versées", "celles de la caisse sur la période retenue pour la répartition"),
            (
                "Dotation précédente",
                f"celle de {exercise - 1} ; reprise de la répartition enregistrée, s'il y en a",
            ),
            ("Allocataires N-1 et N", "nombres comparés pour savoir s'ils diminuent ; vide : inconnu, sans garantie"),
            ("Lignes", f"{len(bodies)} caisses, une ligne chacune, sans ligne de total"),
        ],
    )
    return book.finish()


def allotment_workbook(table: AllotmentTable, notes: Sequence[tuple[str, Value]]) -> bytes:
    """An allotment, caisse by caisse, with each step; its first columns may be sent back as an entry."""
    book = SafeWorkbook(title=f"Dotations {table.exercise}")
    sheet = book.sheet(SHEET)
    head(sheet, [*COLUMNS, *STEPS])
    simulated = "simulé" if table.stored is not None and table.stored.simulated else ""
    for number, line in enumerate(table.lines, start=2):
        for column, (value, style) in enumerate(_cells(line, simulated), start=1):
            sheet.write(number, column, value, style)
    total = column_letters(len(COLUMNS) + STEPS.index("Dotation (k€)") + 1)
    area = f"'{SHEET}'!{total}2:{total}{len(table.lines) + 1}"
    told = [*notes, *_facts(table)]
    facts = notes_sheet(book, told)
    row = len(told) + 2
    facts.write(row, 1, "Somme des dotations (k€)")
    facts.raw.write_formula(row - 1, 1, f"=SUM({area})", book.format(MONEY), table.total)
    for place, words in enumerate(table.notes, start=row + 1):
        facts.write(place, 1, "À savoir")
        facts.write(place, 2, words, {"text_wrap": True, "valign": "top"})
    return book.finish()


def _facts(table: AllotmentTable) -> list[tuple[str, Value]]:
    result, stored = table.result, table.stored
    facts: list[tuple[str, Value]] = [
        ("Exercice", table.exercise),
        ("Numéro", stored.number if stored else "non enregistrée"),
        ("Décision", stored.act if stored else ""),
        ("Décidée le", stored.decided_on if stored else ""),
        ("Enveloppe nationale (k€)", result.envelope),
        ("Taux moyen d'évolution (%)", result.mean_growth * 100),
        ("Part garantie du taux moyen (%)", result.parameters.guaranteed_part * 100),
        ("Taux garanti (%)", result.guaranteed_rate * 100),
        ("Plafond (% du prorata)", result.parameters.cap * 100),
    ]
    for one in result.rounds:
        stopped = f" ; s'arrêtent à leur garantie : {', '.join(one.settled)}" if one.settled else ""
        told = f"écart de {one.difference} k€ entre {one.sharing} caisses{stopped}"
        facts.append((f"Tour {one.number}", told.replace(".", ",")))
    return facts


def _cells(line: Line, simulated: str) -> list[tuple[Value, Mapping[str, str] | None]]:
    share, entry = line.share, line.share.entry
    return [
        (line.body.code, None),
        (line.body.name, None),
        (entry.benefits, MONEY),
        (entry.previous, MONEY),
        (entry.beneficiaries_before, PEOPLE),
        (entry.beneficiaries_now, PEOPLE),
        (_WORDS[share.basis], None),
        (share.prorata, MONEY),
        (share.guarantee, MONEY),
        (share.cap, MONEY),
        (share.retained, MONEY),
        (share.settled_in, None),
        (share.spread, MONEY),
        (share.amount, MONEY),
        (simulated, None),
    ]


def head(sheet: SafeSheet, titles: Sequence[str]) -> None:
    """The titles of a sheet of one row a caisse, which stay in view."""
    for column, title in enumerate(titles, start=1):
        sheet.write(1, column, title, HEAD)
    sheet.raw.freeze_panes(1, 2)
    sheet.widths(8, 28, *(18 for _ in titles[2:]))
