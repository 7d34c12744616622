"""The tables of the actions as they leave a page: every row the filters keep, dates as dates."""

from collections.abc import Iterable
from typing import Any

from actions.models import SharedDocument, StateValidation
from actions.queries import ActionView
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
