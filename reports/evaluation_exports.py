"""The tables of the final evaluation as they leave its page: every subject, and the counts."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils import timezone

from cog.exports import Table
from reports.final_evaluation import ACTIONS, Side, Subject, Synthesis

SIDE = ("lecture", "causes internes", "causes non imputables", "écrite par", "écrite le", "révision")
POSITION = ("position", "motif", "prise par", "prise le", "sur la rédaction en vigueur")


def evaluation_tables(subjects: Iterable[Subject], told: Synthesis) -> list[Table]:
    """One row a subject with both sides; then the counts by degree, cause and position."""
    header = ["Objet", "Code", "Fiche", "Intitulé", "Type", "Cible", "Référence", "Année jugée", "Valeur", "Unité"]
    header += ["Degré", "Part du chemin", "Motif du degré", *(words.capitalize() for words in ACTIONS.values())]
    header += [f"{party} : {what}" for party in ("Cnaf", "État") for what in (*SIDE, *POSITION)]
    header += ["Parties", "Simulé"]
    rows = [
        [
            *_measured(one),
            *_said(one.cnaf),
            *_said(one.state),
            one.outcome_label,
            "simulé" if one.measure["simulated"] else "",
        ]
        for one in subjects
    ]
    return [("Évaluation", header, rows), *_counts(told)]


def _measured(subject: Subject) -> list[Any]:
    one = subject.measure
    actions = one.get("actions", {})
    named = [one["kind"], one["subject"], one["fiche"], one["title"], one.get("type_label", "")]
    judged = [one.get("target", ""), one.get("baseline", ""), one.get("year", ""), _number(one.get("exact", ""))]
    degree = [one.get("unit", ""), one.get("degree_label", ""), _number(one.get("share", "")), one.get("reason", "")]
    return [*named, *judged, *degree, *(actions.get(code) for code in ACTIONS)]


def _said(side: Side) -> list[Any]:
    read, held = side.reading, side.position
    reading: list[Any] = [None] * len(SIDE)
    position: list[Any] = [None] * len(POSITION)
    if read is not None:
        causes = [" ; ".join(read.internal), " ; ".join(read.not_attributable)]
        reading = [read.text, *causes, read.written_by.name, timezone.localtime(read.written_at), read.revision]
    if held is not None:
        taken = [held.taken_by.name, timezone.localtime(held.taken_at)]
        position = [held.get_stance_display(), held.text, *taken, "oui" if side.stands else "non"]
    return [*reading, *position]


def _counts(told: Synthesis) -> list[Table]:
    degrees = [
        [result["label"], result["count"], other["count"]]
        for result, other in zip(told.results, told.monitored, strict=True)
    ]
    causes = [[one.label, one.internal, one.not_attributable, one.subjects] for one in told.causes]
    outcomes = [[one["label"], one["indicators"], one["fiches"]] for one in told.outcomes]
    return [
        ("Degrés", ["Degré", "Indicateurs de résultat", "Indicateurs de pilotage"], degrees),
        ("Causes", ["Partie", "Internes au régime", "Non imputables", "Objets concernés"], causes),
        ("Positions", ["Position des parties", "Indicateurs", "Fiches"], outcomes),
    ]


def _number(text: str) -> Decimal | None:
    return Decimal(text) if text else None
