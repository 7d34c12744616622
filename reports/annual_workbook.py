"""PURE. Every table of a bilan as a workbook, from its frozen content; `annual_workbook_annexes` has the later ones."""

from collections.abc import Iterator
from typing import Any

from cog.xlsx import write_workbook
from reports.annual_workbook_annexes import annex_sheets
from reports.annual_workbook_cells import Payload, Rows, Sheet, lines_of, number, printed

INDICATORS = [
    "Fiche",
    "Code",
    "Indicateur",
    "Type",
    "Référence",
    "Cible",
    "Valeur",
    "Unité",
    "Écart",
    "Verdict",
    "État",
]
ACTIONS = ["Fiche", "Rang", "N°", "Action", "Échéance imprimée", "Révisée au", "État", "Situation", "Réalisée le"]
ACTIONS += ["Preuve", "Commentaire"]
POINTS = ["Code", "Indicateur", "Période", "Valeur", "Unité", "État", "Verdict", "Réponses", "Simulé"]
MARKS = {
    "minimum": "Minimum", "d1": "1er décile", "q1": "1er quartile", "median": "Médiane", "q3": "3e quartile",
    "d9": "9e décile", "maximum": "Maximum", "value_range": "Étendue", "stdev": "Écart-type", "mean": "Moyenne",
}  # fmt: skip


def report_workbook(content: Payload) -> bytes:
    """The workbook; values are numbers, unrounded, blank where there is none."""
    return write_workbook(report_sheets(content), title=f"Bilan annuel {content['year']}", notes=_notes(content))


def report_sheets(content: Payload) -> list[Sheet]:
    """The tables, in the order of the document; one that an older content has not is empty."""
    fiches = [fiche for domain in content["domains"] for fiche in domain["fiches"]]
    lines = [line for fiche in fiches for line in fiche["indicators"]]
    sheets = content["sheets"]
    return [
        ("Comptes", ["Compte", "Valeur", "Sur"], _counts(content)),
        (
            "Fiches",
            ["N°", "Fiche", "Actions", "Réalisées", "En retard", "Bientôt échues", "Abandonnées"],
            _fiches(fiches),
        ),
        ("Indicateurs", INDICATORS, [row for fiche in fiches for row in _indicators(fiche)]),
        ("Valeurs par année", POINTS, [row for line in lines for row in _points(line, line["years"])]),
        ("Actions", ACTIONS, [row for fiche in fiches for row in _actions(fiche)]),
        ("Repères", ["Code", "Indicateur", "Repère", "Valeur"], [row for sheet in sheets for row in _facts(sheet)]),
        ("Valeurs par période", POINTS, [row for sheet in sheets for row in _points(sheet, sheet["series"])]),
        ("Dispersions", ["Code", "Indicateur", "Unité", "Nombre", *MARKS.values()], _spreads(sheets)),
        *annex_sheets(content),
    ]


def _counts(content: Payload) -> Rows:
    kept = content.get("calendar_counts") or {"dated": 0}
    rows: Rows = [[f"Indicateurs de résultat : {one['label']}", one["count"], None] for one in content["verdicts"]]
    actions = content.get("actions")
    if actions:
        rows.append(["Actions réalisées", actions["done"], actions["total"]])
        rows.append(["Actions en retard", actions["late"], actions["total"]])
    for fund in content["budgets"]:
        if fund.get("whole"):
            rows.append([f"Part du {fund['code'].capitalize()} exécutée (%)", printed(fund["whole"]["rate"]), None])
    if kept["dated"]:
        rows.append(["Restitutions à l'heure", kept["on_time"], kept["dated"]])
        rows.append(["Restitutions faites en retard", kept["late"], kept["dated"]])
        rows.append(["Restitutions non enregistrées comme faites", kept["missing"], kept["dated"]])
    return rows


def _fiches(fiches: list[Payload]) -> Rows:
    names = ("total", "done", "late", "soon", "abandoned")
    return [[one["number"], one["title"], *(one["counts"].get(name) for name in names)] for one in fiches]


def _indicators(fiche: Payload) -> Iterator[list[Any]]:
    for line in fiche["indicators"]:
        value = line["value"] or {}
        yield [
            fiche["number"], line["code"], line["title"], line["kind_label"], line["baseline"], line["target"],
            number(value.get("value", "")), line["unit"],
            f"{line['gap']} {line['gap_unit']}".strip(), value.get("verdict_label", ""), value.get("state_label", ""),
        ]  # fmt: skip


def _points(line: Payload, points: list[Payload]) -> Iterator[list[Any]]:
    for point in points:
        yield [
            line["code"], line["title"], point["label"], number(point["value"]), line["unit"], point["state_label"],
            point["verdict_label"], point["answered"], "simulé" if point.get("simulated") else "",
        ]  # fmt: skip


def _actions(fiche: Payload) -> Iterator[list[Any]]:
    for objective in fiche["objectives"]:
        for one in objective["actions"]:
            yield [
                fiche["number"], one["ordinal"], one["number"], lines_of(one["label"]), "\n".join(one["deadline"]),
                one["revised"], one["status"], one["timeliness_label"], one["done_on"], one["evidence"], one["comment"],
            ]  # fmt: skip


def _facts(sheet: Payload) -> Iterator[list[Any]]:
    told = {
        "Cible": sheet["target"],
        "Référence": sheet["baseline"],
        "Trajectoire": sheet["aimed"],
        "Écart": f"{sheet['gap']} {sheet['gap_unit']}".strip(),
        "Méthode": sheet["method"],
        sheet.get("numerator_label") or "Numérateur": printed(sheet.get("numerator", "")),
        sheet.get("denominator_label") or "Dénominateur": printed(sheet.get("denominator", "")),
    }
    for name, text in told.items():
        if text != "":
            yield [sheet["code"], sheet["title"], name, text]


def _spreads(sheets: list[Payload]) -> Rows:
    return [
        [
            one["code"],
            one["title"],
            one["unit"],
            one["spread"]["n"],
            *(number(one["spread"]["exact"][m]) for m in MARKS),
        ]
        for one in sheets
        if one["spread"]
    ]


def _notes(content: Payload) -> list[tuple[str, str]]:
    return [
        ("Document", f"Bilan annuel {content['year']}, édition n° {content['number']}"),
        ("Convention", content["convention"]["title"]),
        ("Situation au", content["at"]),
        ("Produit le", content["produced_on"]),
        ("Données", "simulées pour la démonstration" if content["simulated"] else "réelles"),
    ]
