"""Reads that gather the other apps' queries: the map of the fiches, the page of one."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from actions.enums import Plan
from actions.queries import ActionView, ObjectiveView, Tally, action_views, fiche_objectives, tally
from actions.queries.state_part import CommitmentView, commitment_views
from cog.models import Convention, Domain, Fiche, SourceAnomaly
from cog.queries import anomalies
from indicators.queries import ATTENTION, SheetLine, sheet_lines
from indicators.queries.explanations import explanations_of_fiche
from reports.link_queries import key_of, links_of_fiche

RECENT = 6
"""How many of the last words a page shows."""


@dataclass
class FicheTile:
    """A fiche on the map: its number, its dominant verdict (the worst of its result indicators), its late actions."""

    fiche: Fiche
    tally: Tally
    indicators: int
    verdict: str = ""
    verdict_label: str = ""


@dataclass
class DomainMap:
    """A domain and its fiches' tiles."""

    domain: Domain
    tiles: list[FicheTile] = field(default_factory=list)

    @property
    def total(self) -> int:
        """The actions of the domain that are not abandoned: what its other counts are out of."""
        return sum(tile.tally.total for tile in self.tiles)

    @property
    def done(self) -> int:
        return sum(tile.tally.done for tile in self.tiles)

    @property
    def late(self) -> int:
        return sum(tile.tally.late for tile in self.tiles)

    @property
    def abandoned(self) -> int:
        return sum(tile.tally.abandoned for tile in self.tiles)


def fiche_map(*, convention: Convention, at: date, with_results: bool, with_progress: bool) -> list[DomainMap]:
    """The fiches by domain, each with what stands out at a date."""
    lines = sheet_lines(convention=convention, until=at, with_results=with_results)
    views = action_views(convention=convention, at=at, with_progress=with_progress, with_steps=False)
    return domain_maps(lines, views)


def domain_maps(lines: Iterable[SheetLine], views: Iterable[ActionView]) -> list[DomainMap]:
    """The fiches that have an indicator or an action, by domain, in the order of the convention."""
    fiches: dict[int, Fiche] = {}
    own_lines: dict[int, list[SheetLine]] = defaultdict(list)
    for line in lines:
        fiches[line.indicator.fiche_id] = line.indicator.fiche
        own_lines[line.indicator.fiche_id].append(line)
    own_views: dict[int, list[ActionView]] = defaultdict(list)
    for view in views:
        fiches[view.action.fiche_id] = view.action.fiche
        own_views[view.action.fiche_id].append(view)
    maps: dict[int, DomainMap] = {}
    for fiche in sorted(fiches.values(), key=lambda one: one.number):
        group = maps.setdefault(fiche.domain_id, DomainMap(fiche.domain))
        group.tiles.append(_tile(fiche, own_lines[fiche.pk], own_views[fiche.pk]))
    return sorted(maps.values(), key=lambda group: group.domain.number)


def _tile(fiche: Fiche, lines: list[SheetLine], views: list[ActionView]) -> FicheTile:
    tile = FicheTile(fiche, tally(views), len(lines))
    judged = [line.latest for line in lines if line.is_result and line.latest is not None]
    if judged:
        worst = min(judged, key=lambda point: ATTENTION.index(point.verdict))
        tile.verdict, tile.verdict_label = worst.verdict, worst.verdict_label
    return tile


@dataclass
class FichePage:
    """What a fiche's page places."""

    fiche: Fiche
    tally: Tally
    objectives: list[ObjectiveView]
    indicators: list[SheetLine]
    commitments: list[CommitmentView]
    anomalies: list[SourceAnomaly]
    previous: Fiche | None
    following: Fiche | None
    simulated: bool
    links: dict[str, list[str]] = field(default_factory=dict)
    explanations: list[Any] = field(default_factory=list)

    @property
    def said(self) -> list[ActionView]:
        """The actions of which something was said last, the latest first."""
        views = [view for objective in self.objectives for view in objective.actions if view.last]
        return sorted(views, key=_last_word, reverse=True)[:RECENT]

    @property
    def has_sdsi(self) -> bool:
        return any(objective.objective.plan == Plan.SDSI for objective in self.objectives)

    @property
    def linked(self) -> dict[int, list[str]]:
        """action -> the codes of the indicators it should move."""
        views = [view for objective in self.objectives for view in objective.actions]
        return {view.action.pk: self.links.get(key_of(view.action), []) for view in views}


def fiche_page(
    *,
    convention: Convention,
    number: int,
    at: date,
    with_results: bool,
    with_progress: bool,
    with_state_part: bool,
    with_explanations: bool,
) -> FichePage | None:
    """A fiche at a date: its actions, its indicators, the State's part, the slips of its text."""
    fiches = {
        fiche.number: fiche
        for fiche in Fiche.objects.filter(convention=convention).select_related("domain", "convention")
    }
    fiche = fiches.get(number)
    if fiche is None:
        return None
    objectives = fiche_objectives(fiche=fiche, at=at, with_progress=with_progress)
    views = [view for objective in objectives for view in objective.actions]
    lines = sheet_lines(convention=convention, fiche=fiche, until=at, with_results=with_results)
    upper = fiches[number + 1].seed_line if number + 1 in fiches else None
    slips = anomalies(convention=convention).filter(seed_line__gte=fiche.seed_line)
    slips = slips.filter(seed_line__lt=upper) if upper else slips.none()
    return FichePage(
        fiche=fiche,
        tally=tally(views),
        objectives=objectives,
        indicators=lines,
        commitments=commitment_views(convention=convention, at=at, with_words=with_state_part, fiche=fiche),
        anomalies=list(slips),
        previous=fiches.get(number - 1),
        following=fiches.get(number + 1),
        simulated=any(view.last.simulated for view in views if view.last)
        or any(line.latest.simulated for line in lines if line.latest),
        links=links_of_fiche(convention=convention, number=number),
        explanations=explanations_of_fiche(fiche=fiche, at=at)[:RECENT] if with_explanations else [],
    )


def _last_word(view: ActionView) -> tuple[date, int]:
    """When something was last said of an action."""
    return (view.last.as_of, view.last.pk) if view.last else (date.min, 0)
