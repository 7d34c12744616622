"""PURE. The later tables of the bilan's workbook: publications, explanations, maps, Sdsi, funds, staff, annexes."""

from collections.abc import Iterator
from typing import Any

from reports.annual_report import quoted_sources
from reports.annual_workbook_cells import Payload, Rows, Sheet, lines_of, number, printed

CALENDAR = ["Échéance", "Restitution", "Porte sur", "Destinataire", "Situation", "Faite le"]
CORRECTIONS = ["Depuis", "Code", "Indicateur", "Année", "Disait", "Dit"]
PUBLISHED = ["Code", "Période", "Valeur", "Unité", "Nature", "Source"]
EXPLANATIONS = ["Code", "Période", "Cause", "Explication", "Action corrective", "Retour attendu", "Par", "Le", "Simulé"]
PROGRAMMES = ["Axe", "N°", "Programme", "Lignes", "Réalisées", "En retard", "Dépenses (k€)", "Apports", "Réalisations"]
REMARKS = ["Sur", "Intitulé", "Nature", "Tutelle", "Par", "Le", "Cnaf"]


def annex_sheets(content: Payload) -> Iterator[Sheet]:
    yield "Valeurs publiées", PUBLISHED, list(_published(content))
    yield "Explications", EXPLANATIONS, list(_explanations(content))
    yield (
        "Cartes",
        ["Code", "Indicateur", "Unité", "Quart", "Caisses", "Première valeur", "Dernière valeur"],
        _maps(content),
    )
    yield "Sdsi", PROGRAMMES, _programmes(content)
    for fund in content["budgets"]:
        yield from _fund(fund)
    yield from _staff(content)
    yield "Calendrier", CALENDAR, _calendar(content)
    yield "Engagements de l'État", ["Fiche", "Engagement"], list(_commitments(content))
    yield "Remarques", REMARKS, _remarks(content)
    yield (
        "Sans valeur",
        ["Code", "Indicateur", "Type", "Pourquoi"],
        _named(content, "pending", "code title kind_label reason"),
    )
    yield "Définitions", ["Code", "Indicateur", "Définition", "Source", "Ligne"], list(_definitions(content))
    yield "Corrections", CORRECTIONS, _corrections(content)
    yield (
        "Anomalies",
        ["Endroit", "Code", "Détail", "Ligne", "Sujet", "Ce qui étonne", "Lecture"],
        list(_anomalies(content)),
    )
    yield "Sigles", ["Sigle", "Mots", "Note"], _named(content, "acronyms", "code words note")
    yield (
        "Sources",
        ["Source", "Citée pour"],
        [[name, ", ".join(codes)] for name, codes in quoted_sources(content["sheets"])],
    )


def _named(content: Payload, key: str, names: str) -> Rows:
    return [[row.get(name, "") for name in names.split()] for row in content.get(key, [])]


def _published(content: Payload) -> Iterator[list[Any]]:
    for sheet in content["sheets"]:
        for row in sheet["published"]:
            yield [sheet["code"], row["period"], printed(row["value"]), row["unit"], row["basis"], row["source"]]


def _explanations(content: Payload) -> Iterator[list[Any]]:
    for sheet in content["sheets"]:
        said = sheet.get("explanation")
        if said:
            yield [
                sheet["code"], said["period"], said["cause"], "\n".join(said["text"]), said["action"],
                said["expected_return"], said["written_by"], said["written_on"], "simulé" if said["simulated"] else "",
            ]  # fmt: skip


def _maps(content: Payload) -> Rows:
    return [
        [one["code"], one["title"], one["unit"], q["place"], q["count"], printed(q["low"]), printed(q["high"])]
        for one in content.get("maps", [])
        for q in one["quarters"]
    ]


def _programmes(content: Payload) -> Rows:
    return [
        [
            f"{axis['number']}. {axis['title']}", one["number"], one["title"], one["counts"]["total"],
            one["counts"]["done"], one["counts"]["late"], printed(one["spending"]), one["gains"], one["achievements"],
        ]
        for axis in (content.get("sdsi") or {"axes": []})["axes"]
        for one in axis["programmes"]
    ]  # fmt: skip


def _fund(fund: Payload) -> Iterator[Sheet]:
    name, unit = fund["code"].capitalize(), fund["unit"]
    told, drawn = fund.get("execution"), fund.get("bars")
    if drawn:
        header = ["Année", *(f"{one['label'].capitalize()} ({unit})" for one in drawn["series"])]
        values = [
            [year, *(number(one["values"][place]) for one in drawn["series"])]
            for place, year in enumerate(drawn["years"])
        ]
        yield f"{name}, par année", header, values
    if told:
        rows = [[row["label"], *(number(cell["value"]) for cell in row["cells"])] for row in told["rows"]]
        yield f"{name} {told['exercise']}", ["Ligne", *(f"{heading} ({unit})" for heading in told["headings"])], rows
    rows = [[row["label"], *(printed(cell["shown"]) for cell in row["cells"])] for row in fund["rows"]]
    yield f"{name}, programme", ["Ligne", *(f"{column} ({unit})" for column in fund["columns"])], rows
    gaps = [[note["label"], gap] for note in fund["notes"] for gap in note["gaps"]]
    yield f"{name}, sommes", ["Ligne", "Écart de la somme imprimée"], gaps


def _staff(content: Payload) -> Iterator[Sheet]:
    told = content.get("staff")
    for rank, table in enumerate(told["tables"] if told else [], 1):
        rows = [[number(cell["number"]) if isinstance(cell, dict) else cell for cell in row] for row in table["rows"]]
        yield f"Effectifs {rank}", ["Tableau", *table["header"]], [[table["title"], *row] for row in rows]


def _calendar(content: Payload) -> Rows:
    names = ("due", "title", "covers", "recipient", "state_label", "done_on")
    return [[row[name] for name in names] for row in content["calendar"]]


def _commitments(content: Payload) -> Iterator[list[Any]]:
    for domain in content["domains"]:
        for fiche in domain["fiches"]:
            for wording in fiche["commitments"]:
                yield [fiche["number"], wording]
    for wording in content.get("commitments", []):
        yield [None, wording]


def _remarks(content: Payload) -> Rows:
    return [
        [
            one["subject"], one["title"], one["kind"], one["text"], one["by"], one["on"],
            "\n".join(f"{answer['text']} ({answer['by']}, le {answer['on']})" for answer in one["answers"]),
        ]
        for one in content.get("remarks", [])
    ]  # fmt: skip


def _definitions(content: Payload) -> Iterator[list[Any]]:
    """Those of the result indicators, which stand at the foot of their sheets, then those of the annex."""
    for one in (*content["sheets"], *content.get("definitions", [])):
        yield [one["code"], one["title"], lines_of(one["definition"]), one["source"], one["seed_line"]]


def _corrections(content: Payload) -> Rows:
    names = ("code", "title", "period", "before", "after")
    return [
        [told["against"], *(row[name] for name in names)] for told in content["corrections"] for row in told["rows"]
    ]


def _anomalies(content: Payload) -> Iterator[list[Any]]:
    for group in content.get("anomalies", []):
        for row in group["records"]:
            names = ("code", "detail", "seed_line", "topic", "what", "reading")
            yield [group["place"], *(row[name] for name in names)]
