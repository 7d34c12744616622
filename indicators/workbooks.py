"""Workbooks handed out by the pages of what is reported: problems of a file, matrix of what is due."""

from typing import Any

from django.http import HttpResponse

from cog.xlsx import write_workbook
from indicators.intake.annotate import annotated_workbook
from indicators.intake.messages import Problem
from indicators.models import ImportBatch
from indicators.queries.batches import problems_of
from indicators.queries.due import DueQuarter
from indicators.queries.shown import SheetLine

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def download(content: bytes, name: str) -> HttpResponse:
    """A workbook, as a file to keep."""
    return HttpResponse(
        content, content_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}.xlsx"'}
    )


def problems_workbook(batch: ImportBatch) -> bytes:
    """The problems of a file, one a line, as the page lists them."""
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
        for one in problems_of(batch)
    ]
    notes = [
        ["Fichier", batch.file_name],
        ["Empreinte (sha256)", batch.sha256],
        ["Reçu le", f"{batch.received_at:%d/%m/%Y}"],
        ["Erreurs", batch.errors],
        ["Avertissements", batch.warnings],
    ]
    return write_workbook([("Anomalies", header, rows), ("Notes", ["Quoi", "Valeur"], notes)], title="Anomalies")


def annotated(batch: ImportBatch) -> bytes:
    """The file received, given back with its problems in their cells."""
    problems = [Problem.from_dict(one) for one in batch.problems]
    with batch.file.open("rb") as stream:
        return annotated_workbook(stream.read(), problems)


def indicators_workbook(lines: list[SheetLine], asked: list[str]) -> bytes:
    """The indicators of a list, one a line; the value unrounded."""
    header = [
        "Code",
        "Intitulé",
        "Fiche",
        "Type",
        "Valeur de référence",
        "Cible",
        "Période",
        "Valeur",
        "Unité",
    ]
    header += ["Verdict", "État", "Remontées reçues", "Remontées attendues", "Simulé"]
    rows: list[list[Any]] = []
    for line in lines:
        one, point = line.indicator, line.latest
        told: list[Any] = ["", None, line.unit, "", "", None, None, ""]
        if point is not None:
            simulated = "simulé" if point.simulated else ""
            told = [point.period, point.value, line.unit, point.verdict_label, point.state_label]
            told += [point.reported, point.concerned, simulated]
        rows.append([one.code, one.title, one.fiche.number, one.get_kind_display(), line.baseline, line.target, *told])
    notes = [["Indicateurs", len(lines)], ["Filtres", " ; ".join(asked) or "aucun"]]
    return write_workbook([("Indicateurs", header, rows), ("Notes", ["Quoi", "Valeur"], notes)], title="Indicateurs")


def due_workbook(page: DueQuarter) -> bytes:
    """The matrix of a quarter: a line for each body and sheet, with what is missing beside it."""
    cells = [
        (body, sheet, page.cells[sheet.code, body.code])
        for body in page.bodies
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
    notes = [
        ["Transmission", str(page.transmission)],
        ["Échéance", f"{page.due:%d/%m/%Y}" if page.due else "inconnue"],
        ["Remontées attendues", page.total],
        ["Complètes ou sans objet", page.settled],
    ]
    return write_workbook(
        [
            (
                "Remontées",
                ["Code", "Organisme", "Fiche", "Indicateur", "Intitulé", "État", "Attendues", "Reçues", "Manquantes"],
                rows,
            ),
            ("Manquantes", ["caisse", "Organisme", "Indicateur", "mesure", "periode", "ventilation"], missing),
            ("Notes", ["Quoi", "Valeur"], notes),
        ],
        title=f"Remontées attendues, {page.transmission.label}",
    )
