"""Workbooks of the unused dotations: the template to fill, and what each caisse keeps."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from budgets.allotment_workbooks import MONEY, TO_FILL, head
from budgets.intake.unspent_workbook import COLUMNS, SHEET
from budgets.queries.unspent import UnspentTable
from cog.models import Organisation
from cog.xlsx import SafeWorkbook, Value, column_letters, notes_sheet

FOUND = (
    "Non consommé (k€)",
    "Limite (k€)",
    "Gardé (k€)",
    "Mutualisé (k€)",
    "Dépassement (k€)",
    "Constat",
)


def template_workbook(
    bodies: Sequence[Organisation],
    *,
    exercise: int,
    dotations: Mapping[str, Decimal],
    executed: Mapping[str, Decimal],
) -> bytes:
    """The workbook to fill for an exercise: the dotation of every caisse, and its spending when it is known."""
    book = SafeWorkbook(title=f"Dépenses sur dotations {exercise}")
    sheet = book.sheet(SHEET)
    head(sheet, COLUMNS)
    for number, body in enumerate((one for one in bodies if one.code in dotations), start=2):
        sheet.write(number, 1, body.code)
        sheet.write(number, 2, body.name)
        sheet.write(number, 3, dotations[body.code], MONEY)
        sheet.write(number, 4, executed.get(body.code), MONEY | TO_FILL)
    told = [
        ("Exercice", exercise),
        ("Montants", "en k€, au centime : au plus 5 décimales ; 0 s'écrit, une case vide est refusée"),
        ("Dotation", "celle de la répartition en vigueur ; cette colonne n'est pas relue"),
    ]
    notes_sheet(book, told)
    return book.finish()


def unspent_workbook(table: UnspentTable, notes: Sequence[tuple[str, Value]]) -> bytes:
    """A statement, caisse by caisse; its first columns may be sent back as an entry."""
    book = SafeWorkbook(title=f"Crédits non consommés {table.exercise}")
    sheet = book.sheet(SHEET)
    head(sheet, [*COLUMNS, *FOUND])
    for number, line in enumerate(table.lines, start=2):
        found = line.found
        sheet.write(number, 1, line.body.code)
        sheet.write(number, 2, line.body.name)
        amounts = [found.dotation, found.executed, found.unused, found.limit, found.kept, found.pooled, found.overspent]
        for column, amount in enumerate(amounts, start=3):
            sheet.write(number, column, amount, MONEY)
        sheet.write(number, 10, line.words)
    stored = table.stored
    told: list[tuple[str, Value]] = [
        *notes,
        ("Exercice", table.exercise),
        ("Source", stored.source if stored else ""),
        ("Limite gardée par la caisse", f"{table.limit_shown} de la dotation (l. 6055)"),
        ("Simulé", "simulé" if stored and stored.simulated else "non"),
    ]
    facts = notes_sheet(book, told)
    totals = [("Somme gardée (k€)", 7, table.totals["kept"]), ("Somme mutualisée (k€)", 8, table.totals["pooled"])]
    for row, (words, column, value) in enumerate(totals, start=len(told) + 2):
        letter = column_letters(column)
        facts.write(row, 1, words)
        area = f"'{SHEET}'!{letter}2:{letter}{len(table.lines) + 1}"
        facts.raw.write_formula(row - 1, 1, f"=SUM({area})", book.format(MONEY), value)
    return book.finish()
