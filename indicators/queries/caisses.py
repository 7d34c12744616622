"""The indicators seen from the caisses: one caisse and all its results, or all the caisses and where they stand."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import reduce
from operator import or_

from django.db.models import Q

from cog.figures import format_gap
from cog.models import Convention, Organisation
from cog.periods import parse
from indicators.compute.terms import unit_of
from indicators.enums import Verdict
from indicators.models import Dispersion, IndicatorResult, Measure
from indicators.queries.local_targets import local_targets_by_indicator
from indicators.queries.places import Field, caisse_lines
from indicators.queries.sheets import sheet_lines
from indicators.queries.shown import NATIONAL, CaisseLine, SheetLine, broken_between

PLACES = ("1er quart", "2e quart", "3e quart", "4e quart")
NOT_CAISSES = (NATIONAL, "caf")
REACHED = (Verdict.REACHED, Verdict.ON_TRACK)
MISSED = (Verdict.MISSED, Verdict.BEHIND)


@dataclass(frozen=True)
class OwnLine:
    """An indicator seen from one caisse: the national line, its own result, and how it moved in a year.

    `own` is None where the caisse has no result at the period (not concerned, or no value at all).
    """

    line: SheetLine
    own: CaisseLine | None
    unit: str
    change: Decimal | None
    broken: bool

    @property
    def change_shown(self) -> str:
        return "" if self.change is None else format_gap(self.change, self.line.decimals, self.unit)

    @property
    def nation_shown(self) -> str:
        """The national value, where it is of the nature of a caisse's; empty elsewhere (a total, a spread)."""
        definition, latest = self.line.definition, self.line.latest
        return latest.shown if latest is not None and definition is not None and definition.compares_with_nation else ""


@dataclass(frozen=True)
class CaisseStanding:
    """A caisse on one line: how many of its indicators have a value, in which quarter, and its Cpog targets."""

    organisation: Organisation
    known: int
    expected: int
    quarters: Counter[str]
    reached: int
    missed: int
    simulated: bool

    @property
    def first(self) -> int:
        return self.quarters["1er quart"]

    @property
    def last(self) -> int:
        return self.quarters["4e quart"]


def own_lines(*, convention: Convention, organisation: Organisation, until: date | None = None) -> list[OwnLine]:
    """Every indicator that has a local value, at the last period the nation knows, in the order of the annex."""
    lines = _local_lines(convention, until)
    placed = _placed(convention, lines, [organisation])
    earlier = {line.indicator.pk: str(parse(line.latest.period).previous_year()) for line in lines if line.latest}
    before = {
        row.indicator_id: row.value
        for row in _rows(earlier, scope=organisation.code)
        if row.value is not None and row.period == earlier[row.indicator_id]
    }
    units = dict(Measure.objects.filter(convention=convention).values_list("code", "unit"))
    return [
        _own_line(line, next(iter(placed[line.indicator.pk]), None), before.get(line.indicator.pk), units)
        for line in lines
    ]


def _own_line(line: SheetLine, own: CaisseLine | None, before: Decimal | None, units: dict[str, str]) -> OwnLine:
    unit = unit_of(line.definition, "", units, local=True)[0] if line.definition else line.unit
    if own is None or own.point.value is None or before is None:
        return OwnLine(line, own, unit, None, False)
    period = parse(own.point.period)
    broken = broken_between(line.indicator, period.previous_year(), period)
    return OwnLine(line, own, unit, None if broken else own.point.value - before, broken)


def yearly_values(*, organisation: Organisation, years: Iterable[int]) -> dict[str, list[tuple[str, Decimal | None]]]:
    """code of the indicator -> (year, the caisse's own value), in order; None where it has a result without value."""
    rows = IndicatorResult.objects.filter(
        indicator__convention=organisation.convention_id,
        scope=organisation.code,
        name="",
        breakdown="",
        period__in=[str(year) for year in years],
    ).order_by("period")
    found: dict[str, list[tuple[str, Decimal | None]]] = defaultdict(list)
    for code, period, value in rows.values_list("indicator__code", "period", "value"):
        found[code].append((period, value))
    return dict(found)


def caisse_standings(
    *, convention: Convention, bodies: Iterable[Organisation], until: date | None = None
) -> list[CaisseStanding]:
    """Where each of these caisses stands over all its indicators; ranks and quarters are among all the caisses."""
    shown = list(bodies)
    own: dict[str, list[CaisseLine]] = defaultdict(list)
    for found in _placed(convention, _local_lines(convention, until), shown).values():
        for line in found:
            own[line.organisation.code].append(line)
    return [_standing(body, own[body.code]) for body in shown]


def _standing(body: Organisation, lines: list[CaisseLine]) -> CaisseStanding:
    known = [line for line in lines if line.point.value is not None]
    judged = Counter(line.point.verdict for line in lines)
    return CaisseStanding(
        organisation=body,
        known=len(known),
        expected=len(lines),
        quarters=Counter(line.quarter for line in known if line.quarter),
        reached=sum(judged[verdict] for verdict in REACHED),
        missed=sum(judged[verdict] for verdict in MISSED),
        simulated=any(line.point.simulated for line in lines),
    )


def _local_lines(convention: Convention, until: date | None) -> list[SheetLine]:
    lines = sheet_lines(convention=convention, until=until)
    return [line for line in lines if line.latest is not None and line.definition is not None and line.definition.local]


def _placed(
    convention: Convention, lines: list[SheetLine], bodies: Iterable[Organisation]
) -> dict[int, list[CaisseLine]]:
    """indicator -> the results of these bodies at its last period, each placed among all the caisses."""
    periods = {line.indicator.pk: line.latest.period for line in lines if line.latest}
    rows: dict[int, list[IndicatorResult]] = defaultdict(list)
    for row in _rows(periods):
        if row.scope not in NOT_CAISSES:
            rows[row.indicator_id].append(row)
    asked = _at(periods)
    spreads = {row.indicator_id: row for row in Dispersion.objects.filter(asked)} if periods else {}
    targets = local_targets_by_indicator(convention=convention)
    named = {body.code: body for body in bodies}
    found = {}
    for line in lines:
        pk, period = line.indicator.pk, parse(periods[line.indicator.pk])
        local = {one.scope: one for one in targets.get(pk, ()) if one.covers(period)}
        against = Field(line.definition, line.latest, spreads.get(pk), list(line.indicator.targets.all()), local)
        found[pk] = caisse_lines(rows[pk], against, named)
    return found


def _rows(periods: dict[int, str], **scope: str) -> list[IndicatorResult]:
    """The headline results of each indicator at its own period."""
    if not periods:
        return []
    return list(IndicatorResult.objects.filter(_at(periods), name="", breakdown="", **scope))


def _at(periods: dict[int, str]) -> Q:
    """(indicator, period) pairs, those of one period together."""
    by_period: dict[str, list[int]] = defaultdict(list)
    for pk, period in periods.items():
        by_period[period].append(pk)
    pairs = [Q(period=period, indicator_id__in=found) for period, found in by_period.items()]
    return reduce(or_, pairs, Q(pk__in=[]))
