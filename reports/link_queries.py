"""What an action is tied to in the other apps: the indicators it should move, the gaps it is to correct."""

from dataclasses import dataclass
from typing import Any

from actions.queries.pages import action_or_none
from cog.models import Convention
from indicators.queries import indicators_of
from indicators.queries.explanations import explanations_on_action
from reports.models import ActionIndicator


@dataclass(frozen=True)
class LinkPage:
    """An action with its links in force, and the explanations of gaps that name it as their corrective action."""

    action: Any
    links: list[ActionIndicator]
    explanations: list[Any]
    titles: dict[str, str]

    @property
    def titled(self) -> list[tuple[ActionIndicator, str]]:
        return [(link, self.titles.get(link.indicator_code, "")) for link in self.links]


def key_of(action: Any) -> str:
    """`10/3`: the key an explanation and a link keep; a row of the Sdsi is one of its fiche."""
    return f"{action.fiche.number}/{action.ordinal}"


def indicator_titles(*, convention: Convention) -> dict[str, str]:
    """code -> title, in the order of the annex."""
    return {row.code: row.title for row in indicators_of(convention=convention)}


def link_page(*, convention: Convention, key: str, with_explanations: bool) -> LinkPage | None:
    """The links of an action under its key (`10-3`); None when there is no such action."""
    action = action_or_none(convention=convention, key=key)
    if action is None:
        return None
    own = key_of(action)
    return LinkPage(
        action=action,
        links=list(_open(convention).filter(action_key=own).order_by("indicator_code")),
        explanations=explanations_on_action(convention=convention, key=own) if with_explanations else [],
        titles=indicator_titles(convention=convention),
    )


def links_of_fiche(*, convention: Convention, number: int) -> dict[str, list[str]]:
    """`10/3` -> the codes of the indicators it should move, for the actions of a fiche."""
    found: dict[str, list[str]] = {}
    for link in _open(convention).filter(action_key__startswith=f"{number}/").order_by("indicator_code"):
        found.setdefault(link.action_key, []).append(link.indicator_code)
    return found


def link_or_none(link_id: int) -> ActionIndicator | None:
    return ActionIndicator.objects.filter(pk=link_id).first()


def _open(convention: Convention) -> Any:
    return ActionIndicator.objects.filter(convention=convention, unlinked_at__isnull=True).select_related("linked_by")
