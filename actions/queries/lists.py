"""The table of all actions: filtered, at a date."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import connection
from django.db.models import Q, QuerySet

from actions.compute.timeliness import Timeliness
from actions.models import Action, Direction
from actions.queries.states import ActionView, action_views, all_deadlines, with_leads
from cog.models import Convention

NOBODY = "-"
"""The direction of an action that has none."""


@dataclass(frozen=True)
class Criteria:
    """What is asked of the table; an empty field keeps everything. `year`: one of the deadlines ends in it."""

    plan: str = ""
    domain: str = ""
    fiche: str = ""
    direction: str = ""
    status: str = ""
    timeliness: str = ""
    year: str = ""
    words: str = ""


def listed_actions(
    *, convention: Convention, criteria: Criteria, at: date, with_progress: bool
) -> tuple[list[ActionView], int]:
    """The actions that answer, what is late first, then in printed order; and how many there are in all.

    Without progress, what depends on it (status, timeliness, direction) keeps nothing out.
    """
    views = with_leads(action_views(convention=convention, at=at, with_progress=with_progress))
    named = _named(convention, criteria.words)
    kept = [
        view for view in views if _answers(view, criteria, with_progress) and (named is None or view.action.pk in named)
    ]
    return kept, len(views)


def _answers(view: ActionView, asked: Criteria, with_progress: bool) -> bool:
    fiche = view.action.fiche
    if asked.plan not in ("", view.action.plan) or asked.fiche not in ("", str(fiche.number)):
        return False
    if asked.domain not in ("", str(fiche.domain.number)):
        return False
    if asked.year and not _ends_in(view, int(asked.year)):
        return False
    if not with_progress:
        return True
    if asked.direction and (view.lead or NOBODY) != asked.direction:
        return False
    told = view.timeliness.value if view.timeliness else ""
    return asked.status in ("", view.status) and asked.timeliness in ("", told)


def _ends_in(view: ActionView, year: int) -> bool:
    """Whether a deadline as printed, or the revised one, ends in the year."""
    return (view.end is not None and view.end.year == year) or any(
        one.end is not None and one.end.year == year for one in all_deadlines(view)
    )


def _named(convention: Convention, words: str) -> set[int] | None:
    """The actions whose label or objective holds the words (their roots, on PostgreSQL); None when nothing is asked."""
    if not words.strip():
        return None
    rows: QuerySet[Action] = Action.objects.filter(fiche__convention=convention)
    if connection.vendor == "postgresql":
        rows = rows.annotate(found=SearchVector("label", "objective__title", config="french"))
        rows = rows.filter(found=SearchQuery(words, config="french"))
    else:
        for word in words.split():
            rows = rows.filter(Q(label__icontains=word) | Q(objective__title__icontains=word))
    return set(rows.values_list("pk", flat=True))


def by_attention(views: Iterable[ActionView]) -> list[ActionView]:
    """What is late first, then what is soon due, then the rest; by end, then as printed."""
    order: dict[Timeliness | None, int] = {
        Timeliness.EN_RETARD: 0,
        Timeliness.BIENTOT_ECHUE: 1,
        Timeliness.A_L_HEURE: 2,
    }
    return sorted(views, key=lambda view: (order.get(view.timeliness, 3), view.end or date.max))


def directions_in(*, convention: Convention) -> QuerySet[Direction]:
    return Direction.objects.filter(convention=convention).order_by("code")
