"""Workbooks of the tables: every digit, sums as live formulas beside our own values, on the layout of annexe 1."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from budgets.act_workbook import FORMATS, HEAD, column_sum
from budgets.enums import LineKind
from budgets.models import Fund, ReusableReceipt, Transfer
from budgets.queries.allotment import ExerciseLine
from budgets.queries.carry_over import CarryStatement
from budgets.queries.conformity import ConformityPage
from budgets.queries.ledger import Ledger
from budgets.queries.programme import BudgetTable, PlacesTable, YearTotal
from budgets.queries.published import PublishedRow
from budgets.queries.statements import ListedStatement
from budgets.queries.tables import HEADINGS, LinePage, TermTable, YearTable
from budgets.queries.transfers import InformationDue, information_due, next_step
from cog.exports import Table
from cog.xlsx import SafeSheet, SafeWorkbook, Value, column_letters, notes_sheet, write_workbook

HEADER_ROW = 4
FIRST = 3
PROGRAMME, INITIAL, VOTED, EXECUTED, FORECAST, GAP, RATE = range(FIRST, FIRST + 7)
SUMMED = (INITIAL, VOTED, EXECUTED, FORECAST)
"""Columns whose sums the spreadsheet computes; the programme keeps the totals the convention prints."""


Notes = Sequence[tuple[str, Value]]
"""What a workbook says of itself, one fact a row."""


def year_workbook(*, ledger: Ledger, table: YearTable, notes: Notes) -> bytes:
    """An exercise, line by line."""
    fund = table.fund
    book = SafeWorkbook(title=f"{fund.name} {table.exercise}")
    sheet = book.sheet(f"{fund.code.title()} {table.exercise}")
    dated = f", situation au {table.at:%d/%m/%Y}" if table.at else ""
    _head(sheet, f"{fund.name}, exercice {table.exercise}{dated}, en {fund.unit}", table.simulated, HEADINGS)
    row_of = {row.line.position: HEADER_ROW + rank for rank, row in enumerate(table.rows, start=1)}
    parts = ledger.layout.parts()
    for row in table.rows:
        place = row_of[row.line.position]
        style = _line(sheet, place, row, fund.unit)
        for column, figure in enumerate(row.figures[:5], start=FIRST):
            if column in SUMMED and row.line.position in parts and figure.amount is not None:
                formula = column_sum(parts[row.line.position], row_of, column)
                sheet.formula(place, column, formula, figure.amount, style)
            else:
                sheet.write(place, column, figure.amount, style)
        _computed(sheet, place, row, style, is_closed=table.closed_on is not None)
    sheet.raw.freeze_panes(HEADER_ROW, FIRST - 1)
    sheet.widths(6, 60, *[15] * 7)
    sheet.print_wide()
    notes_sheet(book, notes)
    return book.finish()


def _computed(sheet: SafeSheet, place: int, row: Any, style: Mapping[str, Any], *, is_closed: bool) -> None:
    """The gap and the rate, as formulas over the cells beside."""
    cell = {column: f"{column_letters(column)}{place}" for column in (VOTED, EXECUTED, FORECAST)}
    if row.gap.amount is not None:
        spent = EXECUTED if is_closed or row.forecast.amount is None else FORECAST
        sheet.formula(place, GAP, f"={cell[spent]}-{cell[VOTED]}", row.gap.amount, style)
    if row.rate.amount is not None:
        percent = {**style, "num_format": "0.0%"}
        sheet.formula(place, RATE, f"={cell[EXECUTED]}/{cell[VOTED]}", row.rate.amount / 100, percent)


def term_workbook(*, table: TermTable, notes: Notes) -> bytes:
    """A measure over the years of the term."""
    fund = table.fund
    book = SafeWorkbook(title=f"{fund.name}, {table.measure.label}")
    sheet = book.sheet(str(table.measure.label))
    title = f"{fund.name}, {table.measure.label}, en {fund.unit}"
    _head(sheet, title, table.simulated, [*(str(year) for year in table.years), "Période"])
    for place, row in enumerate(table.rows, start=HEADER_ROW + 1):
        style = _line(sheet, place, row, fund.unit)
        for column, figure in enumerate([*row.cells, row.total], start=FIRST):
            sheet.write(place, column, figure.amount, style)
    sheet.raw.freeze_panes(HEADER_ROW, FIRST - 1)
    sheet.widths(6, 60, *[15] * (len(table.years) + 1))
    sheet.print_wide()
    notes_sheet(book, notes)
    return book.finish()


def carried_workbook(*, page: CarryStatement, notes: Notes) -> bytes:
    """The statement owed to the board: origin by line, destination by group (Fnas 2.3.3, Fnga 2.5.3, l. 6492)."""
    origins = [
        [
            row.line.label, row.authorised, row.executed, row.left.unused, row.local_left, row.national_left,
            row.left.carriable, row.left.cancelled,
            f"{row.left.article.paragraph}, l. {row.left.article.seed_line}" if row.left.article else "",
        ]
        for row in page.origins
    ]  # fmt: skip
    header = ["Ligne", "Ouverts", "Exécuté", "Reste", "dont locaux", "dont Caisse nationale", "Reportable"]
    destinations = [[row.label, row.amount] for row in page.destinations]
    acts = [[act.label, act.reference] for act in page.acts]
    unit = page.fund.unit
    return write_workbook(
        [
            (f"Origine {page.exercise} ({unit})", [*header, "Non reportable", "Règle"], origins),
            (f"Destination {page.exercise + 1} ({unit})", ["Groupe", "Montant"], destinations),
            ("Actes", ["Acte", "Pièce"], acts),
        ],
        title=f"Crédits non consommés, {page.fund.name}, {page.exercise}",
        notes=notes,
    )


def programme_tables(table: BudgetTable) -> list[Table]:
    """A fund's programme as printed, and the sums that do not hold."""
    unit = table.fund.unit
    rows = [
        [
            row.line.position, row.line.label, row.line.get_kind_display(), *(cell.amount for cell in row.cells),
            row.line.seed_line,
        ]
        for row in table.rows
    ]  # fmt: skip
    marks = [
        [row.line.position, row.line.label, cell.column, cell.amount, cell.gap]
        for row in table.rows
        for cell in row.cells
        if cell.gap
    ]
    return [
        (f"Programme ({unit})", ["Rang", "Ligne", "Rôle", *table.columns, "Ligne du texte"], rows),
        ("Sommes qui ne tombent pas", ["Rang", "Ligne", "Colonne", f"Imprimé ({unit})", "Constat"], marks),
    ]


def published_table(groups: Iterable[tuple[str, list[PublishedRow]]]) -> Table:
    """Real amounts others published, with their source, beside the programme."""
    header = ["Sujet", "Objet", "Année", "Publié", "Unité", "Programme", "Écart", "Nature", "Confiance", "Source"]
    rows = [
        [
            subject, row.published.label, row.published.year, row.published.amount, row.published.unit, row.programme,
            row.difference, row.basis, row.confidence, row.published.source, row.published.source_url,
            row.published.note,
        ]
        for subject, found in groups
        for row in found
    ]  # fmt: skip
    return "Montants publiés", [*header, "Adresse", "Note"], rows


def conformity_tables(page: ConformityPage) -> list[Table]:
    """What is voted against what the convention allows, group by group, and the split of the voted budget."""
    unit = page.fund.unit
    rows = []
    for row in page.rows:
        result = row.result
        told = "non décidé" if result.conforms is None else "conforme" if result.conforms else "au-delà"
        adjusted = sum(result.adjustments.values(), Decimal(0))
        found = [result.programme, adjusted, result.allowed, result.voted, result.gap]
        rows.append([row.group.label, *found, "rien de programmé ni de voté" if result.is_empty else told])
    header = ["Groupe", "Programme", "Ajustements permis", "Permis", "Ouverts", "Écart", "Constat"]
    split = [[one.label, one.voted, one.local, one.national] for one in page.split]
    return [
        (f"Groupes limitatifs ({unit})", header, rows),
        ("Local et national", ["Ligne", "Voté", "Organismes locaux", "Caisse nationale"], split),
    ]


def transfers_table(rows: Iterable[Transfer]) -> Table:
    """The transfers of credits, one a row, with what is waited for."""
    header = ["Fonds", "Exercice", "Numéro", "De", "Vers", "Montant", "Unité", "Motif", "État", "Fait le"]
    header += ["Attendu", "Au plus tard le", "Information au plus tard le", "Simulé"]
    told = []
    for row in rows:
        step = next_step(row)
        named = [row.fund.code, row.exercise, row.number, row.origin.label, row.destination.label, row.amount]
        waited = [step.kind.label, step.due] if step else ["", None]
        said = [row.fund.unit, row.reason, row.get_state_display(), row.done_on, *waited, information_due(row)]
        told.append([*named, *said, "simulé" if row.simulated else ""])
    return "Virements", header, told


def funds_table(found: Iterable[tuple[Fund, Sequence[YearTotal]]], years: Iterable[int]) -> Table:
    """The funds, one a row, with the total the convention programmes for each year; blank where it prints none."""
    told = list(years)
    rows: list[list[Any]] = []
    for fund, totals in found:
        amounts = {total.year: total.amount for total in totals}
        rows.append([fund.code.title(), fund.name, fund.unit, *(amounts.get(year) for year in told), fund.seed_line])
    return "Fonds", ["Fonds", "Nom", "Unité", *(str(year) for year in told), "Ligne du texte"], rows


def places_rows(places: PlacesTable) -> Table:
    """The chronicle of places, as printed."""
    rows = [[label, *values] for (label, _, _), values in zip(places.rows, places.values, strict=True)]
    return "Places", ["Solutions", *places.columns], rows


def receipts_table(receipts: Iterable[ReusableReceipt]) -> Table:
    """The receipts that may be spent the year after, in the order of the text."""
    rows = [[one.account, one.label, one.share, one.note, one.seed_line] for one in receipts]
    return "Recettes réemployables", ["Compte", "Intitulé", "Part réemployable (%)", "Note", "Ligne du texte"], rows


def informations_table(informations: Iterable[InformationDue]) -> Table:
    """The informations that must still be given of a transfer."""
    rows = [[str(one.transfer), one.due, one.recipients] for one in informations]
    return "Informations à donner", ["Virement", "Au plus tard le", "Destinataires"], rows


def line_tables(page: LinePage, unit: str, places: PlacesTable | None) -> list[Table]:
    """A line in an exercise: its movements, or the lines it adds up; then its amounts, the places they pay for."""
    row = page.row
    measures = ["Programme", "Budget initial", "Crédits ouverts", "Exécuté", "Prévision d'exécution"]
    amounts = [row.programme, row.initial, row.voted, row.executed, row.forecast]
    own = [[name, one.amount, unit] for name, one in zip(measures, amounts, strict=True)]
    own.append(["Taux d'exécution", row.rate.amount, "%"])
    tables = [
        _parts_table(page, unit) if page.parts else _movements_table(page, unit),
        ("Montants de la ligne", ["Mesure", "Montant", "Unité"], own),
    ]
    return [*tables, places_rows(places)] if places and places.rows else tables


def _parts_table(page: LinePage, unit: str) -> Table:
    rows = [
        [
            row.line.position, row.line.label, row.programme.amount, row.voted.amount, row.executed.amount,
            row.forecast.amount, unit,
        ]
        for row in page.parts
    ]  # fmt: skip
    return "La somme de", ["Rang", "Ligne", "Programme", "Crédits ouverts", "Exécuté", "Prévision", "Unité"], rows


def _movements_table(page: LinePage, unit: str) -> Table:
    header = ["En date du", "Acte", "Pièce", "Compté dans", "Mouvement", "Niveau après", "dont Caisse nationale"]
    rows = [
        [
            row.act.dated, row.act.label, row.act.reference, row.measure.label, row.amount.amount, row.after.amount,
            row.national.amount, unit, row.comment, "simulé" if row.act.simulated else "",
        ]
        for row in page.movements
    ]  # fmt: skip
    return "Mouvements", [*header, "Unité", "Commentaire", "Simulé"], rows


def allotments_table(lines: Iterable[ExerciseLine]) -> Table:
    """The exercises, each with the allotment in force and those it replaced; amounts in k€."""
    header = ["Exercice", "Programme de la convention (k€)", "Enveloppe répartie (k€)", "Taux moyen (%)"]
    header += ["Répartition en vigueur", "Décidée le", "Décision", "Remplacées", "Crédits non consommés", "Simulé"]
    rows: list[list[Any]] = []
    for line in lines:
        last, former = line.last, ", ".join(f"n° {one.number}" for one in line.former)
        if last is None:
            rows.append([line.year, line.programme, None, None, "aucune", None, "", former, "s.o.", ""])
            continue
        decided = [last.envelope, last.mean_growth * 100, f"n° {last.number}", last.decided_on, last.act]
        simulated = "simulé" if last.simulated else ""
        rows.append([line.year, line.programme, *decided, former, line.unspent_words, simulated])
    return "Répartitions", header, rows


def statements_table(listed: Iterable[ListedStatement]) -> Table:
    """The tables that are owed, one a row for each exercise, with the number that was last filled."""
    header = ["Tableau", "État du tableau", "Destinataire", "Exercice", "Rempli", "Numéro", "En date du"]
    rows: list[list[Any]] = []
    for row in listed:
        named = [row.layout.title, row.label, row.layout.recipient]
        for year, filled in row.cells:
            said: list[Any] = ["à remplir", None, None, "", ""]
            if filled is not None:
                simulated = "simulé" if filled.simulated else ""
                said = ["rempli", filled.number, filled.dated, filled.reference, simulated]
            rows.append([*named, year, *said, row.layout.seed_line])
    return "Tableaux dus", [*header, "Acte ou pièce", "Simulé", "Ligne du texte"], rows


def _head(sheet: SafeSheet, title: str, simulated: bool, headings: Sequence[str]) -> None:
    sheet.write(1, 1, title, {"bold": True, "font_size": 14})
    if simulated:
        sheet.write(2, 1, "Données simulées", {"bold": True, "font_color": "#9A3412"})
    for column, heading in enumerate(["Rang", "Ligne", *headings], start=1):
        sheet.write(HEADER_ROW, column, heading, HEAD)


def _line(sheet: SafeSheet, place: int, row: Any, unit: str) -> Mapping[str, Any]:
    """The head of a row; returns the style of its figures."""
    weight: dict[str, Any] = {}
    if row.is_total or row.is_header:
        weight["bold"] = True
    if row.is_memo:
        weight["italic"] = True
    sheet.write(place, 1, Decimal(row.line.position), {"font_color": "#666666"})
    sheet.write(place, 2, row.line.label, weight | {"indent": min(row.depth, 15), "text_wrap": True})
    return weight | {"num_format": "0.0##" if row.line.kind == LineKind.RATE else FORMATS[unit]}
