"""Tables handed out by the pages of what is reported: problems of a file, the indicators, matrix of what is due."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from cog.exports import Table
from cog.models import Organisation
from cog.xlsx import Value
from indicators.intake.annotate import annotated_workbook
from indicators.intake.messages import Problem
from indicators.models import ImportBatch
from indicators.queries.batches import problems_of
from indicators.queries.due import DueQuarter
from indicators.queries.revisions import Triangle
from indicators.queries.standing import Standing


def problems_table(batch: ImportBatch, nature: str = "") -> Table:
    """The problems of a file (of one kind), one a line, as the page lists them."""
    header = ["Gravité", "Anomalie", "Feuille", "Cellule", "Ligne", "Colonne", "Trouvé", "Attendu", "Comment corriger"]
    rows: list[list[Any]] = [
        [
            "erreur" if one["severity"] == "error" else "avertissement",
            one["title"],
            one["sheet"],
            one["cell"],
            one["line"],
            one["column"],
            one["found"],
            one["expected"],
            one["mend"],
        ]
        for one in problems_of(batch, nature)
    ]
    return "Anomalies", header, rows


def batch_facts(batch: ImportBatch) -> list[tuple[str, Value]]:
    """What the problems of a file are about."""
    return [
        ("Fichier", batch.file_name),
        ("Empreinte (sha256)", batch.sha256),
        ("Reçu le", timezone.localtime(batch.received_at)),
        ("Erreurs", batch.errors),
        ("Avertissements", batch.warnings),
    ]


def revisions_table(triangle: Triangle) -> Table:
    """The revision triangle: a line a period, a column a date of acceptance, values unrounded."""
    rows = [
        [str(row.period), row.period.label, *(cell.value for cell in row.cells), row.break_reason]
        for row in triangle.rows
    ]
    header = ["Période", "En toutes lettres", *(column.label for column in triangle.columns), "Rupture de série avant"]
    return "Révisions", header, rows


def annotated(batch: ImportBatch) -> bytes:
    """The file received, given back with its problems in their cells."""
    problems = [Problem.from_dict(one) for one in batch.problems]
    with batch.file.open("rb") as stream:
        return annotated_workbook(stream.read(), problems)


def indicators_table(rows: list[Standing], *, with_explanations: bool) -> Table:
    """The indicators of a list, one a line; values and gaps unrounded."""
    header = ["Code", "Intitulé", "Fiche", "Type", "Valeur de référence", "Cible", "Période", "Valeur", "Unité"]
    header += ["Comparée à", "Écart à la cible", "Verdict", "État", "Sur un an", "Sens de l'évolution"]
    header += ["Remontées reçues", "Remontées attendues", "Simulé"]
    header += ["Explication"] * with_explanations
    lines = [_indicator_row(row) + [_explained(row)] * with_explanations for row in rows]
    return "Indicateurs", header, lines


def _indicator_row(row: Standing) -> list[Any]:
    line, point, figure = row.line, row.line.latest, row.figure
    one = line.indicator
    named = [one.code, one.title, one.fiche.number, one.get_kind_display(), line.baseline, line.target]
    if point is None or figure is None:
        return [*named, "", None, line.unit, "", None, "", "", None, "", None, None, ""]
    change = "rupture de série" if row.broken else row.direction
    told = [figure.target, figure.gap, point.verdict_label, point.state_label, row.change, change]
    simulated = "simulé" if point.simulated else ""
    return [*named, point.period, point.value, line.unit, *told, point.reported, point.concerned, simulated]


def _explained(row: Standing) -> str:
    if row.figure is None or (row.figure.explanation is None and row.figure.wanted is None):
        return ""
    return row.figure.explanation.text if row.figure.explanation else f"à écrire : {row.figure.why}"


def due_tables(page: DueQuarter, bodies: Sequence[Organisation] | None = None) -> list[Table]:
    """The matrix of a quarter: a line for each body (of these, or all) and sheet, with what is missing beside it."""
    cells = [
        (body, sheet, page.cells[sheet.code, body.code])
        for body in (page.bodies if bodies is None else bodies)
        for sheet in page.sheets
        if (sheet.code, body.code) in page.cells
    ]
    rows: list[list[Any]] = [
        [
            body.code,
            body.name,
            sheet.fiche.number,
            sheet.code,
            sheet.title,
            cell.state.label,
            cell.asked,
            cell.told,
            cell.absent,
        ]
        for body, sheet, cell in cells
    ]
    missing: list[list[Any]] = [
        [body.code, body.name, sheet.code, one.measure, str(one.period), breakdown]
        for body, sheet, cell in cells
        for one in cell.missing
        for breakdown in one.breakdowns
    ]
    header = ["Code", "Organisme", "Fiche", "Indicateur", "Intitulé", "État", "Attendues", "Reçues", "Manquantes"]
    return [
        ("Remontées", header, rows),
        ("Manquantes", ["caisse", "Organisme", "Indicateur", "mesure", "periode", "ventilation"], missing),
    ]


def due_facts(page: DueQuarter) -> list[tuple[str, Value]]:
    """What the matrix of a quarter is."""
    return [
        ("Transmission", page.transmission.label),
        ("Échéance", page.due or "inconnue"),
        ("Remontées attendues", page.total),
        ("Complètes ou sans objet", page.settled),
    ]
