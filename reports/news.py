"""PURE. « Nouveautés »: what a row of the audit trail says to people, and what kind of news it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """« nature de nouveauté », in the order of the filter; the value is what the address says."""

    SENT = "transmissions"
    NOTES = "notes"
    EDITIONS = "editions"
    DATA = "donnees"
    DEFINITIONS = "definitions"
    PROGRESS = "avancement"
    STATE = "etat"
    EXPLANATIONS = "explications"
    BUDGETS = "budgets"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS: Mapping[Kind, str] = {
    Kind.SENT: "Transmissions et documents remis",
    Kind.NOTES: "Questions, réponses, observations",
    Kind.EDITIONS: "Éditions du bilan",
    Kind.DATA: "Données remontées et corrigées",
    Kind.DEFINITIONS: "Définitions, cibles et seuils",
    Kind.PROGRESS: "Avancement des actions",
    Kind.STATE: "Engagements et validations de l'État",
    Kind.EXPLANATIONS: "Explications d'écart",
    Kind.BUDGETS: "Actes budgétaires",
}


@dataclass(frozen=True)
class Told:
    """How an act is told: its kind, a verb, and what follows it; `what` is made of the subject and the details."""

    kind: Kind
    sentence: str


ACTS: Mapping[str, Told] = {
    "quarter.transmitted": Told(Kind.SENT, "Transmis à l'État : {subject}"),
    "edition.transmitted": Told(Kind.SENT, "Transmis à l'État : {subject}"),
    "report.transmitted": Told(Kind.SENT, "Transmis à l'État : {subject}"),
    "document.transmitted": Told(Kind.SENT, "Document remis : {subject}"),
    "note.written": Told(Kind.NOTES, "{note} sur : {subject}"),
    "edition.produced": Told(Kind.EDITIONS, "Édition prête : {subject}, {state}"),
    "edition.agreed": Told(Kind.EDITIONS, "La tutelle a donné son accord : {subject}"),
    "observations.accepted": Told(Kind.DATA, "Fichier accepté : {subject}, {values}"),
    "definition.adopted": Told(Kind.DEFINITIONS, "Définition adoptée : {subject}"),
    "definition.withdrawn": Told(Kind.DEFINITIONS, "Définition retirée : {subject}"),
    "gap_threshold.set": Told(Kind.DEFINITIONS, "Seuil d'explication changé : {subject}"),
    "local_targets.saved": Told(Kind.DEFINITIONS, "Cibles des Cpog saisies : {subject}"),
    "actions.progress_recorded": Told(Kind.PROGRESS, "{progress}"),
    "actions.evidence_joined": Told(Kind.PROGRESS, "Pièce jointe : {subject}"),
    "actions.commitment_said": Told(Kind.STATE, "L'État a dit où en est l'engagement {subject}"),
    "actions.validation_asked": Told(Kind.STATE, "Validation demandée à l'État : {subject}"),
    "actions.validation_answered": Told(Kind.STATE, "L'État a répondu à une demande de validation : {subject}"),
    "actions.document_shared": Told(Kind.STATE, "Mis à disposition de l'État : {subject}"),
    "explanation.written": Told(Kind.EXPLANATIONS, "Écart expliqué : {subject}"),
    "budget.act": Told(Kind.BUDGETS, "Acte budgétaire : {subject}"),
    "transfer.opened": Told(Kind.BUDGETS, "Ouvert : {subject}"),
    "transfer.act": Told(Kind.BUDGETS, "Pièce ajoutée : {subject}"),
    "edition.analysis": Told(Kind.BUDGETS, "Analyse de l'exécution écrite : {subject}"),
    "statement.recorded": Told(Kind.BUDGETS, "Tableau rempli : {subject}"),
    "budgets.allotment_recorded": Told(Kind.BUDGETS, "Dotations d'action sociale : {subject}"),
    "budgets.unspent_recorded": Told(Kind.BUDGETS, "Crédits conservés par les caisses : {subject}"),
}
"""What each act of the audit trail tells; the others are of the machine, and are not news."""

NOTES = {"accuse": "Accusé de réception", "question": "Question de la tutelle", "reponse": "Réponse de la Cnaf"}
NOTES |= {"observation": "Observation de la tutelle"}
STATES = {"projet": "projet", "transmis": "projet transmis à l'État", "commun": "document commun"}
STATES |= {"publie": "présenté au conseil"}


def sentence(action: str, subject: str, details: Mapping[str, Any]) -> str:
    """« Fichier accepté : correctif.csv, 49 valeurs corrigées »."""
    return ACTS[action].sentence.format(
        subject=subject,
        note=NOTES.get(str(details.get("kind", "")), "Note"),
        state=STATES.get(str(details.get("state", "")), ""),
        values=_values(details),
        progress=_progress(subject, details),
    )


def _values(details: Mapping[str, Any]) -> str:
    parts = []
    for name, word in (("added", "ajoutée"), ("corrected", "corrigée"), ("withdrawn", "retirée")):
        count = int(details.get(name) or 0)
        if count:
            many = "s" if count > 1 else ""
            parts.append(f"{count} valeur{many} {word}{many}")
    return ", ".join(parts) or "aucune valeur changée"


def _progress(subject: str, details: Mapping[str, Any]) -> str:
    count = len(details.get("actions") or [])
    if count > 1:
        return f"Avancement dit de {count} actions ou plus" if count >= 500 else f"Avancement dit de {count} actions"
    return "Avancement dit d'une action"


def is_correction(action: str, details: Mapping[str, Any]) -> bool:
    """Whether it changes what was already known: a value corrected, a rectification, a new version."""
    return bool(details.get("corrected")) or (int(details.get("number") or 1) > 1 and action.endswith("transmitted"))
