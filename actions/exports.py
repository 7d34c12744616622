"""The tables of the actions as they leave a page: every row the filters keep, dates as dates."""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from actions.models import ActionProgress, Evidence, Responsibility, SharedDocument, StateValidation
from actions.queries import ActionView, DeadlineView
from actions.queries.calendar import Month
from actions.queries.pages import ActionPage
from actions.queries.people import ChargeLine
from actions.queries.sdsi import AxisView
from actions.queries.state_part import CommitmentView
from cog.exports import DataState, Table


def state_of_actions(with_progress: bool) -> DataState:
    """How far what is told of actions may be relied on: progress may still change, the text does not."""
    return DataState.CURRENT if with_progress else DataState.REFERENCE


def holds_simulated(views: Iterable[ActionView]) -> bool:
    """Whether the last word of one of these actions is simulated."""
    return any(view.last is not None and view.last.simulated for view in views)


def actions_table(views: Iterable[ActionView], *, with_progress: bool) -> Table:
    """The actions, one a row, whichever the page in view."""
    header = ["Plan", "Fiche", "Rang", "N°", "Objectif", "Action", "Échéance écrite", "Échéance signée, lue"]
    if with_progress:
        header += ["Échéance en vigueur", "Glissement (jours)", "Respect", "État", "Avancement (%)", "Réalisée le"]
        header += ["Situation au", "Décision", "Sans pièce, parce que", "Commentaire", "En charge", "Simulé"]
    return "Actions", header, [_row(view, with_progress) for view in views]


def _row(view: ActionView, with_progress: bool) -> list[Any]:
    one, word = view.action, view.last
    row: list[Any] = [one.get_plan_display(), one.fiche.number, one.ordinal, one.number, one.objective.title, one.label]
    row += [one.deadline_cell, view.signed_end]
    if not with_progress:
        return row
    row += [view.end, view.slip, view.timeliness.label if view.timeliness else ""]
    if word is None:
        return [*row, "aucun avancement saisi", None, None, None, "", "", "", view.lead, ""]
    row += [view.status_label, word.percent, word.done_on, word.as_of, word.decision, word.without_evidence]
    return [*row, word.comment, view.lead, "simulé" if word.simulated else ""]


def sdsi_table(axes: Iterable[AxisView], *, with_progress: bool) -> Table:
    """The projects of the information-system plan, one a row, in printed order."""
    header = ["Axe", "Intitulé de l'axe", "Programme", "Intitulé du programme", "Rang", "Projet", "Objectifs"]
    header += ["Au-delà de la Cog", "Action", "Échéances écrites", "Échéance signée, lue"]
    if with_progress:
        header += ["Échéance en vigueur", "Respect", "État", "Avancement (%)", "Situation au", "Commentaire", "Simulé"]
    rows = []
    for part in axes:
        for group in part.programmes:
            place = [part.axis.number, part.axis.title, group.programme.number, group.programme.title]
            for one in group.projects:
                project, view = one.project, one.view
                told = [view.action.ordinal, project.title, project.objectives, project.beyond_term]
                told += [view.action.label, view.action.deadline_cell, view.signed_end]
                rows.append([*place, *told, *(_standing(view) if with_progress else [])])
    return "Projets du Sdsi", header, rows


def _standing(view: ActionView) -> list[Any]:
    word = view.last
    late = [view.end, view.timeliness.label if view.timeliness else ""]
    if word is None:
        return [*late, "aucun avancement saisi", None, None, "", ""]
    said = [view.status_label, word.percent, word.as_of, word.comment]
    return [*late, *said, "simulé" if word.simulated else ""]


def commitments_table(views: Iterable[CommitmentView]) -> Table:
    """The State's commitments, in the order of the text, with its last word of each."""
    header = ["Code", "Fiche", "Engagement, en bref", "Citation", "Ligne du texte", "Échéance écrite", "Échéance lue"]
    header += ["Respect", "Ce qu'en dit la tutelle", "Situation au", "Commentaire", "Simulé"]
    rows = []
    for view in views:
        one, word = view.commitment, view.last
        row = [one.code, one.fiche.number if one.fiche else None, one.wording, one.quote, one.seed_line]
        row += [one.deadline_raw, one.deadline_end, view.timeliness.label if view.timeliness else ""]
        if word is None:
            rows.append([*row, "rien de dit", None, "", ""])
        else:
            simulated = "simulé" if word.simulated else ""
            rows.append([*row, word.get_status_display(), word.as_of, word.comment, simulated])
    return "Engagements", header, rows


def validations_table(asked: Iterable[StateValidation]) -> Table:
    """What the State is asked to agree to, what waits first."""
    header = ["Action", "Libellé", "Objet", "Demandée le", "Réponse", "Réponse du", "Texte de la réponse", "Simulé"]
    rows = [
        [
            one.action.key, one.action.label, one.subject, one.asked_on, one.get_answer_display() or "attendue",
            one.answered_on, one.answer_text, "simulé" if one.simulated else "",
        ]
        for one in asked
    ]  # fmt: skip
    return "Validations demandées", header, rows


def register_table(documents: Iterable[SharedDocument]) -> Table:
    """What was made available to the State, the latest first."""
    header = ["Référence", "Nature", "Objet", "Datée du", "Mise à disposition le", "Adresse", "Simulé"]
    rows = [
        [
            one.reference, one.get_kind_display(), one.title, one.issued_on, one.shared_on, one.address,
            "simulé" if one.simulated else "",
        ]
        for one in documents
    ]  # fmt: skip
    return "Registre", header, rows


CHARGED = ["Fiche", "Intitulé de la fiche", "Portée", "Rôle", "Direction", "Nom de la direction", "Personne"]
CHARGED += ["Suppléance", "Nommée le", "Simulé"]


def charges_table(lines: Iterable[ChargeLine]) -> Table:
    """Who is in charge: one row a naming; a fiche that nobody carries has its row, which says so."""
    rows = []
    for line in lines:
        if line.lead is None:
            nobody = ["toute la fiche", "pilote", "personne", "", "", "", None, ""]
            rows.append([line.fiche.number, line.fiche.title, *nobody])
        named = [*([line.lead] if line.lead else []), *line.associated, *line.own]
        rows += [_charge(one, line.fiche.number, line.fiche.title) for one in named]
    return "Responsabilités", CHARGED, rows


def _charge(one: Responsibility, number: int, title: str) -> list[Any]:
    scope = f"action {one.action.key}" if one.action else "toute la fiche"
    people = [one.person.name if one.person else "", one.substitute.name if one.substitute else ""]
    named = [scope, one.get_charge_display(), one.direction.code, one.direction.name, *people]
    return [number, title, *named, timezone.localdate(one.named_at), "simulé" if one.simulated else ""]


def months_table(months: Iterable[Month], *, with_progress: bool) -> Table:
    """What ends in a year, month by month, as the calendar: the accounts that are owed, then the actions."""
    header = ["Mois", "Nature", "Date", "Plan", "Fiche", "Action", "Intitulé", *["Respect"] * with_progress]
    rows: list[list[Any]] = []
    for month in months:
        for row in month.owed:
            owed = [month.name, "remise", row.restitution.due, "", None, "", row.restitution.obligation.title]
            rows.append([*owed, *[""] * with_progress])
        for view in month.ending:
            one = view.action
            told = [month.name, "action", view.end, one.get_plan_display(), one.fiche.number, one.key, one.name]
            rows.append([*told, *[view.timeliness.label if view.timeliness else ""] * with_progress])
    return "Mois par mois", header, rows


def action_tables(page: ActionPage, *, with_progress: bool) -> list[Table]:
    """One action: what was said of it, its deadlines, its proofs, what the State was asked, who is in charge."""
    deadlines = _deadlines_table(page.view)
    if not with_progress:
        return [deadlines]
    fiche = page.action.fiche
    charge = [_charge(one, fiche.number, fiche.title) for one in page.responsibilities]
    return [
        _history_table(page.history),
        deadlines,
        _evidence_table(page.evidence),
        validations_table(page.validations),
        ("Responsabilités", CHARGED, charge),
    ]


def _history_table(words: Iterable[ActionProgress]) -> Table:
    """Every word said of an action, the latest first."""
    header = ["Situation au", "État", "Avancement (%)", "Réalisée le", "Commentaire", "Décision"]
    header += ["Sans pièce, parce que", "Échéance révisée", "Motif de la révision", "Révision acceptée par"]
    rows = [
        [
            word.as_of, word.get_status_display(), word.percent, word.done_on, word.comment, word.decision,
            word.without_evidence, word.revised_end, word.revision_reason, word.revision_agreed_by,
            word.recorded_by.name, timezone.localtime(word.recorded_at), "simulé" if word.simulated else "",
        ]
        for word in words
    ]  # fmt: skip
    return "Historique", [*header, "Saisi par", "Saisi le", "Simulé"], rows


def _deadlines_table(view: ActionView) -> Table:
    """The deadlines of an action and of its steps, as written and as read."""
    told: list[tuple[str, DeadlineView]] = [("", one) for one in view.deadlines]
    told += [(step.label, one) for step in view.steps for one in step.deadlines]
    rows = [[step, one.raw or "case vide", one.kind_label, one.start, one.end] for step, one in told]
    return "Échéances", ["Étape", "Échéance écrite", "Lue comme", "Début", "Fin"], rows


def _evidence_table(proofs: Iterable[Evidence]) -> Table:
    """The proofs of an action, those withdrawn too, each with its fingerprint."""
    header = ["Intitulé", "Fichier", "Taille (octets)", "Empreinte (sha256)", "Jointe par", "Jointe le"]
    rows = [
        [
            one.title, one.file_name, one.size, one.sha256, one.added_by.name, timezone.localtime(one.added_at),
            timezone.localtime(one.withdrawn_at) if one.withdrawn_at else None,
            one.withdrawn_by.name if one.withdrawn_by else "", one.withdrawal_reason,
            "simulé" if one.simulated else "",
        ]
        for one in proofs
    ]  # fmt: skip
    return "Pièces", [*header, "Retirée le", "Retirée par", "Motif du retrait", "Simulé"], rows
