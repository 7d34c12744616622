"""One action as its page shows it: its state, its history, its proofs, who is in charge, what it points at."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q

from actions.enums import DeadlineKind, Plan
from actions.models import Action, ActionProgress, Evidence, Responsibility, StateValidation
from actions.queries.states import ActionView, action_views, all_deadlines, with_leads
from cog.models import Convention, Fiche

_KEY = re.compile(r"(?P<fiche>[0-9]{1,3}|sdsi)-(?P<ordinal>[0-9]{1,3})")
_CITED = re.compile(r"action\s+(?P<number>[0-9]+[a-z]?)(?:\s+(?:de la\s+)?fiche\s+(?P<fiche>[0-9]+))?", re.IGNORECASE)


@dataclass(frozen=True)
class ActionPage:
    """Everything the page of an action places. `cited`: the actions its deadlines refer to; `citing`: those that do."""

    view: ActionView
    history: list[ActionProgress]
    evidence: list[Evidence]
    responsibilities: list[Responsibility]
    cited: list[Action]
    citing: list[Action]
    validations: list[StateValidation] = field(default_factory=list)

    @property
    def action(self) -> Action:
        return self.view.action

    @property
    def seen(self) -> int:
        """The last word said, whatever the date in view: what an entry starts from (0: none)."""
        return max((word.pk for word in self.history), default=0)


def action_or_none(*, convention: Convention, key: str) -> Action | None:
    """The action under its key: `10-3` for the third of fiche 10, `sdsi-12` for a row of the Sdsi."""
    match = _KEY.fullmatch(key)
    if match is None:
        return None
    rows = Action.objects.filter(fiche__convention=convention, ordinal=int(match["ordinal"]))
    if match["fiche"] == "sdsi":
        rows = rows.filter(plan=Plan.SDSI)
    else:
        rows = rows.filter(plan=Plan.COG, fiche__number=int(match["fiche"]))
    return rows.select_related("fiche__domain", "fiche__convention", "objective").first()


def keys_of_actions(pks: Iterable[int]) -> dict[int, str]:
    """action -> the key of its page (`10-3`, `sdsi-12`)."""
    rows = Action.objects.filter(pk__in=list(pks)).select_related("fiche")
    return {
        row.pk: f"sdsi-{row.ordinal}" if row.plan == Plan.SDSI else f"{row.fiche.number}-{row.ordinal}" for row in rows
    }


def action_page(*, action: Action, at: date, with_progress: bool) -> ActionPage:
    """An action at a date; without progress only what the convention prints."""
    fiche = action.fiche
    views = action_views(convention=fiche.convention, at=at, with_progress=with_progress, fiche=fiche)
    view = with_leads([one for one in views if one.action.pk == action.pk])[0]
    if not with_progress:
        return ActionPage(view, [], [], [], _cited(view), _citing(action))
    words = ActionProgress.objects.filter(action=action).select_related("recorded_by")
    proofs = Evidence.objects.filter(action=action).select_related("added_by", "withdrawn_by")
    charge = Responsibility.objects.filter(
        Q(action=action) | Q(fiche=fiche, action__isnull=True), ended_at__isnull=True
    )
    return ActionPage(
        view=view,
        history=list(words.order_by("-as_of", "-recorded_at", "-pk")),
        evidence=list(proofs.order_by("withdrawn_at", "-added_at")),
        responsibilities=list(charge.select_related("direction", "person", "substitute").order_by("-charge", "pk")),
        cited=_cited(view),
        citing=_citing(action),
        validations=list(StateValidation.objects.filter(action=action).order_by("-asked_at")),
    )


def cited_in(raw: str, fiche: int) -> list[tuple[int, str]]:
    """(fiche, printed number) of the actions a deadline refers to: « Cf action 20 fiche 12 », « Voir action 1 »."""
    return [(int(match["fiche"] or fiche), match["number"]) for match in _CITED.finditer(raw)]


def _cited(view: ActionView) -> list[Action]:
    asked = [
        pair
        for deadline in all_deadlines(view)
        if deadline.kind == DeadlineKind.CROSS_REFERENCE
        for pair in cited_in(deadline.raw, view.action.fiche.number)
    ]
    found = []
    for number, printed in asked:
        rows = Action.objects.filter(
            fiche__convention=view.action.fiche.convention, fiche__number=number, plan=Plan.COG, number=printed
        )
        found += list(rows.select_related("fiche").order_by("ordinal"))
    return found


def _citing(action: Action) -> list[Action]:
    """The actions whose deadline is this one's."""
    if not action.number:
        return []
    rows = Action.objects.filter(
        fiche__convention=action.fiche.convention, deadlines__kind=DeadlineKind.CROSS_REFERENCE
    ).select_related("fiche")
    wanted = (action.fiche.number, action.number)
    return [
        row
        for row in rows.distinct().order_by("fiche__number", "ordinal").prefetch_related("deadlines")
        if any(wanted in cited_in(one.raw, row.fiche.number) for one in row.deadlines.all())
    ]


def evidence_or_none(evidence_id: int) -> Evidence | None:
    return Evidence.objects.filter(pk=evidence_id).select_related("action__fiche").first()


def grid_of(*, fiche: Fiche, at: date) -> list[tuple[ActionView, int]]:
    """The actions of a fiche as they stand, each with the last word said of it, whatever its day (0: none)."""
    views = with_leads(action_views(convention=fiche.convention, at=at, with_progress=True, fiche=fiche))
    last: dict[int, int] = {}
    for pk, action in ActionProgress.objects.filter(action__fiche=fiche).order_by("pk").values_list("pk", "action"):
        last[action] = pk
    return [(view, last.get(view.action.pk, 0)) for view in views]
