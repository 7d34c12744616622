"""Reads that gather the other apps' queries: home, fiches, editions, and the content of the annual report."""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from actions.enums import Plan
from actions.queries import ActionView, ObjectiveView, Tally, action_views, fiche_objectives, tally
from actions.queries.state_part import CommitmentView, commitment_views
from budgets.queries.programme import YearTotal, grand_totals
from cog.models import Convention, Domain, Fiche, Restitution, SourceAnomaly
from cog.queries import anomalies, commitments, domains_with_fiches, next_restitutions
from indicators.queries import ATTENTION, SheetLine, by_attention, sheet_lines
from indicators.queries.explanations import explanations_of_fiche
from reports.delivered import delivered
from reports.link_queries import key_of, links_of_fiche
from reports.models import Edition
from reports.report_queries import editions

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
    views = action_views(convention=convention, at=at, with_progress=with_progress)
    return _map(convention, lines, views)


def _map(convention: Convention, lines: list[SheetLine], views: list[ActionView]) -> list[DomainMap]:
    by_fiche: dict[int, list[SheetLine]] = defaultdict(list)
    for line in lines:
        by_fiche[line.indicator.fiche_id].append(line)
    actions: dict[int, list[ActionView]] = defaultdict(list)
    for view in views:
        actions[view.action.fiche_id].append(view)
    return [
        DomainMap(group.domain, [_tile(fiche, by_fiche[fiche.pk], actions[fiche.pk]) for fiche in group.fiches])
        for group in domains_with_fiches(convention=convention)
    ]


def _tile(fiche: Fiche, lines: list[SheetLine], views: list[ActionView]) -> FicheTile:
    tile = FicheTile(fiche, tally(views), len(lines))
    judged = [line.latest for line in lines if line.is_result and line.latest is not None]
    if judged:
        worst = min(judged, key=lambda point: ATTENTION.index(point.verdict))
        tile.verdict, tile.verdict_label = worst.verdict, worst.verdict_label
    return tile


@dataclass
class HomePage:
    """What the home page places."""

    at: date
    domains: list[DomainMap]
    results: list[SheetLine]
    verdicts: list[tuple[str, str, int]]
    tally: Tally
    sdsi: Tally
    late: list[ActionView]
    next_dates: list[Restitution]
    totals: list[YearTotal]
    editions: list[Edition]
    anomaly_count: int
    commitment_count: int
    simulated: bool

    @property
    def without_result(self) -> int:
        """How many result indicators have no value yet."""
        return sum(line.latest is None for line in self.results)


def home(
    *,
    convention: Convention,
    at: date,
    today: date,
    with_results: bool,
    with_progress: bool,
    states: Collection[str],
) -> HomePage:
    """The state of the convention at a date, for what the reader may see."""
    lines = sheet_lines(convention=convention, until=at, with_results=with_results)
    views = action_views(convention=convention, at=at, with_progress=with_progress)
    results = by_attention(line for line in lines if line.is_result)
    counted = Counter((line.latest.verdict, line.latest.verdict_label) for line in results if line.latest)
    fiches = [view for view in views if view.action.plan == Plan.COG]
    late = [view for view in fiches if view.is_late]
    late.sort(key=lambda view: (view.end or at, view.action.fiche.number))
    return HomePage(
        at=at,
        domains=_map(convention, lines, views),
        results=results,
        verdicts=[
            (code, label, counted[code, label])
            for code, label in sorted(counted, key=lambda key: ATTENTION.index(key[0]))
        ],
        tally=tally(fiches),
        sdsi=tally([view for view in views if view.action.plan == Plan.SDSI]),
        late=late,
        next_dates=next_restitutions(convention=convention, at=at, limit=6, delivered=delivered(convention=convention)),
        totals=[
            total for total in grand_totals(convention=convention) if total.year == min(at.year, convention.end.year)
        ],
        editions=list(editions(convention=convention, states=states)[:3]),
        anomaly_count=anomalies(convention=convention).count(),
        commitment_count=commitments(convention=convention).count(),
        simulated=any(line.latest.simulated for line in lines if line.latest)
        or any(view.last.simulated for view in views if view.last),
    )


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
