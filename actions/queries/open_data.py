"""Reads of the actions for the open data package."""

from collections.abc import Iterator

from actions.models import Action, Deadline, Step
from cog.models import Convention


def iter_actions(*, convention: Convention) -> Iterator[Action]:
    rows = Action.objects.filter(fiche__convention=convention).select_related("fiche", "objective")
    return iter(rows.order_by("plan", "fiche__number", "ordinal"))


def iter_steps(*, convention: Convention) -> Iterator[Step]:
    rows = Step.objects.filter(action__fiche__convention=convention).select_related("action__fiche")
    return iter(rows.order_by("action__plan", "action__fiche__number", "action__ordinal", "position"))


def iter_deadlines(*, convention: Convention) -> Iterator[Deadline]:
    rows = Deadline.objects.filter(action__fiche__convention=convention).select_related("action__fiche", "step")
    return iter(rows.order_by("action__plan", "action__fiche__number", "action__ordinal", "position"))
