"""Loading the reference: the actions of the fiches as their files have them."""

from typing import TYPE_CHECKING

from actions.enums import Plan
from actions.models import Action, Deadline, Objective, Step
from cog.models import Convention, Fiche
from cog.reference.sync import Change, sync

if TYPE_CHECKING:
    from actions.reference import FicheActions


def save_actions(*, convention: Convention, content: "list[FicheActions]", plan: Plan = Plan.COG) -> list[Change]:
    """Bring the actions of a plan in line with the reference files, inside the loader's transaction."""
    fiches = {fiche.number: fiche for fiche in Fiche.objects.filter(convention=convention)}
    objectives, actions = _objectives_and_actions(fiches, content, plan)
    changes = [
        sync(
            Objective.objects.filter(fiche__convention=convention, plan=plan),
            objectives.values(),
            key=lambda row: (row.fiche_id, row.position),
            fields=["title"],
        )
    ]
    for action, _ in actions:
        action.objective = objectives[action.objective.fiche_id, action.objective.position]
    changes.append(
        sync(
            Action.objects.filter(fiche__convention=convention, plan=plan),
            [action for action, _ in actions],
            key=lambda row: (row.fiche_id, row.ordinal),
            fields=["objective", "number", "label", "deadline_cell", "seed_line", "note"],
        )
    )
    steps = {
        (action.pk, position): Step(action=action, position=position, label=label)
        for action, record in actions
        for position, label in enumerate(record.steps, start=1)
    }
    changes.append(
        sync(
            Step.objects.filter(action__fiche__convention=convention, action__plan=plan),
            steps.values(),
            key=lambda row: (row.action_id, row.position),
            fields=["label"],
        )
    )
    deadlines = [
        Deadline(
            action=action,
            step=steps[action.pk, deadline.step] if deadline.step else None,
            position=position,
            raw=deadline.raw,
            kind=deadline.kind,
            start=deadline.start,
            end=deadline.end,
        )
        for action, record in actions
        for position, deadline in enumerate(record.deadlines, start=1)
    ]
    changes.append(
        sync(
            Deadline.objects.filter(action__fiche__convention=convention, action__plan=plan),
            deadlines,
            key=lambda row: (row.action_id, row.position),
            fields=["step", "raw", "kind", "start", "end"],
        )
    )
    return changes


def _objectives_and_actions(fiches: dict[int, Fiche], content: "list[FicheActions]", plan: Plan) -> tuple[dict, list]:
    """Unsaved objectives (one per run of equal titles in a fiche) and actions with their records."""
    objectives: dict[tuple[int, int], Objective] = {}
    actions = []
    for table in content:
        fiche = fiches[table.fiche]
        position, previous = 0, None
        for record in table.actions:
            if record.objective != previous:
                position, previous = position + 1, record.objective
                objectives[fiche.pk, position] = Objective(
                    fiche=fiche, plan=plan, position=position, title=record.objective
                )
            action = Action(
                objective=objectives[fiche.pk, position],
                fiche=fiche,
                plan=plan,
                ordinal=record.ordinal,
                number=record.number,
                label=record.label,
                deadline_cell=record.deadline_cell,
                seed_line=record.seed_line,
                note=record.note or "",
            )
            actions.append((action, record))
    return objectives, actions
