"""PURE. The tables of a bilan as a workbook, from its frozen content."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from cog.xlsx import write_workbook

Payload = dict[str, Any]
Rows = list[list[Any]]

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
CALENDAR = ["Échéance", "Restitution", "Porte sur", "Destinataire", "Situation", "Faite le"]
CORRECTIONS = ["Depuis", "Code", "Indicateur", "Année", "Disait", "Dit"]


def report_workbook(content: Payload) -> bytes:
    """The workbook; values are numbers, unrounded, blank where there is none."""
    fiches = [fiche for domain in content["domains"] for fiche in domain["fiches"]]
    sheets = [
        ("Indicateurs", INDICATORS, [row for fiche in fiches for row in _indicators(fiche)]),
        ("Actions", ACTIONS, [row for fiche in fiches for row in _actions(fiche)]),
        *_budgets(content),
        ("Calendrier", CALENDAR, _calendar(content)),
        ("Corrections", CORRECTIONS, _corrections(content)),
    ]
    return write_workbook(sheets, title=f"Bilan annuel {content['year']}", notes=_notes(content))


def _number(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def _indicators(fiche: Payload) -> Iterator[list[Any]]:
    for line in fiche["indicators"]:
        value = line["value"] or {}
        yield [
            fiche["number"], line["code"], line["title"], line["kind_label"], line["baseline"], line["target"],
            _number(value.get("value", "")), line["unit"],
            f"{line['gap']} {line['gap_unit']}".strip(), value.get("verdict_label", ""), value.get("state_label", ""),
        ]  # fmt: skip


def _actions(fiche: Payload) -> Iterator[list[Any]]:
    for objective in fiche["objectives"]:
        for one in objective["actions"]:
            label = "\n".join(line for block in one["label"] for line in block["lines"])
            yield [
                fiche["number"], one["ordinal"], one["number"], label, "\n".join(one["deadline"]), one["revised"],
                one["status"], one["timeliness_label"], one["done_on"], one["evidence"], one["comment"],
            ]  # fmt: skip


def _budgets(content: Payload) -> Iterator[tuple[str, list[str], Rows]]:
    for fund in content["budgets"]:
        if told := fund["execution"]:
            rows = [[row["label"], *(_number(cell["value"]) for cell in row["cells"])] for row in told["rows"]]
            yield fund["name"], ["Ligne", *(f"{heading} ({fund['unit']})" for heading in told["headings"])], rows


def _calendar(content: Payload) -> Rows:
    names = ("due", "title", "covers", "recipient", "state_label", "done_on")
    return [[row[name] for name in names] for row in content["calendar"]]


def _corrections(content: Payload) -> Rows:
    names = ("code", "title", "period", "before", "after")
    return [
        [told["against"], *(row[name] for name in names)] for told in content["corrections"] for row in told["rows"]
    ]


def _notes(content: Payload) -> list[tuple[str, str]]:
    return [
        ("Document", f"Bilan annuel {content['year']}, édition n° {content['number']}"),
        ("Convention", content["convention"]["title"]),
        ("Situation au", content["at"]),
        ("Produit le", content["produced_on"]),
        ("Données", "simulées pour la démonstration" if content["simulated"] else "réelles"),
    ]
