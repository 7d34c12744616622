"""The home page: what the reader has to do, then the state of the convention at a date, for what they may read."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from actions.enums import Plan
from actions.queries import ActionView, Tally, action_views, tally
from budgets.queries.consumption import Consumption, consumptions
from cog.models import Convention, Restitution
from cog.periods import Period
from cog.permissions import Permission, can
from cog.queries import next_restitutions
from indicators.queries import ATTENTION, SheetLine, by_attention, sheet_lines
from reports.campaign_queries import CampaignLine, open_campaign
from reports.delivered import delivered
from reports.enums import DocumentKind, EditionState
from reports.models import Edition, Transmission
from reports.news_queries import News, last_news
from reports.papers import calendar_rows
from reports.queries import DomainMap, domain_maps
from reports.report_queries import last_editions, readable_states
from reports.todo import Todo, todo_of
from reports.told import Told, told_by_quarter, told_by_report
from reports.transmitted import content_of, latest

NEXT_DATES, NEWS = 6, 5


@dataclass(frozen=True)
class Received:
    """What came of the quarter people work on, as far as results were computed from it."""

    period: Period
    reported: int
    concerned: int
    results: int

    @property
    def percent(self) -> int:
        return 100 * self.reported // self.concerned if self.concerned else 0


@dataclass
class HomePage:
    """What the home page places. `told`: what was sent or published says, for who reads nothing before that."""

    at: date
    todo: list[Todo]
    domains: list[DomainMap]
    results: list[SheetLine]
    verdicts: list[tuple[str, str, int]]
    tally: Tally
    sdsi: Tally
    late: list[ActionView]
    next_dates: list[Restitution]
    budgets: list[Consumption]
    editions: list[Edition]
    campaign: CampaignLine | None
    received: Received | None
    sent: Transmission | None
    shown: Edition | None
    told: Told | None
    news: list[News]
    simulated: bool

    @property
    def without_result(self) -> int:
        """How many result indicators have no value yet."""
        return sum(line.latest is None for line in self.results)

    @property
    def late_todo(self) -> int:
        return sum(one.late for one in self.todo)


def home(user: Any, *, convention: Convention, at: date, today: date) -> HomePage:
    """The state of the convention at a date, and what the reader has to do today."""
    with_results, with_progress = can(user, Permission.READ_RESULTS), can(user, Permission.READ_PROGRESS)
    lines = sheet_lines(convention=convention, until=at, with_results=with_results)
    views = action_views(convention=convention, at=at, with_progress=with_progress, with_steps=False)
    results = by_attention(line for line in lines if line.is_result)
    counted = Counter((line.latest.verdict, line.latest.verdict_label) for line in results if line.latest)
    fiches = [view for view in views if view.action.plan == Plan.COG]
    late = sorted(
        (view for view in fiches if view.is_late), key=lambda view: (view.end or at, view.action.fiche.number)
    )
    campaign = open_campaign(convention=convention, at=today)
    printed = last_editions(convention=convention, states=readable_states(user), limit=3)
    sent = latest(convention=convention) if can(user, Permission.READ_TRANSMITTED) else None
    told = None if with_results else _told(sent, printed)
    domains = domain_maps(lines, views)
    if told is not None:
        _give(told, domains)
    return HomePage(
        at=at,
        todo=todo_of(user, convention=convention, at=at, today=today, views=fiches, campaign=campaign),
        domains=domains,
        results=results,
        verdicts=told.verdicts
        if told is not None
        else [
            (code, label, counted[code, label])
            for code, label in sorted(counted, key=lambda key: ATTENTION.index(key[0]))
        ],
        tally=tally(fiches),
        sdsi=tally([view for view in views if view.action.plan == Plan.SDSI]),
        late=late,
        next_dates=next_restitutions(
            rows=calendar_rows(convention=convention),
            at=at,
            limit=NEXT_DATES,
            delivered=delivered(convention=convention),
        ),
        budgets=consumptions(convention=convention, year=at.year, at=at) if can(user, Permission.READ_BUDGETS) else [],
        editions=printed,
        campaign=campaign if can(user, Permission.READ_EXPLANATIONS) else None,
        received=_received(lines, campaign.period) if campaign and can(user, Permission.SEE_OBSERVATIONS) else None,
        sent=sent,
        shown=next((one for one in printed if one.is_ready and one.kind == DocumentKind.ANNUAL), None),
        told=told,
        news=last_news(user, convention=convention, limit=NEWS),
        simulated=any(line.latest.simulated for line in lines if line.latest)
        or any(view.last.simulated for view in views if view.last),
    )


def _told(sent: Transmission | None, printed: list[Edition]) -> Told | None:
    """What the last quarter sent says; where one reads none, what the last bilan published says."""
    if sent is not None:
        return told_by_quarter(content_of(sent), ATTENTION)
    annual = (one for one in printed if one.kind == DocumentKind.ANNUAL and one.state == EditionState.PUBLISHED)
    shown = next((one for one in annual if one.is_ready), None)
    return told_by_report(shown.payload, ATTENTION) if shown is not None else None


def map_as_sent(*, convention: Convention, sent: Transmission) -> tuple[Told, list[DomainMap]]:
    """What a transmitted quarter says of the fiches, from its frozen content alone."""
    lines = sheet_lines(convention=convention, with_results=False)
    views = action_views(convention=convention, at=convention.end, with_progress=False, with_steps=False)
    told, domains = told_by_quarter(content_of(sent), ATTENTION), domain_maps(lines, views)
    _give(told, domains)
    return told, domains


def _give(told: Told, domains: list[DomainMap]) -> None:
    """The map shows what a document says, and nothing else."""
    for group in domains:
        for tile in group.tiles:
            tile.verdict, tile.verdict_label = told.by_fiche.get(tile.fiche.number, ("", ""))


def _received(lines: list[SheetLine], period: Period) -> Received:
    """How complete the quarter's own results are, over all the sheets that have one at that quarter."""
    points = [point for line in lines for point in line.known if point.period == str(period)]
    return Received(period, sum(one.reported for one in points), sum(one.concerned for one in points), len(points))
