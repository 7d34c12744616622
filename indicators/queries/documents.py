"""What a document owed says of the indicators: the last figures known at a day, and what was reported year by year."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import chain

from cog.models import Convention, Organisation
from cog.periods import Granularity, Period, parse, year
from indicators.compute.definition import PERIODICITIES
from indicators.compute.facts import NATIONAL as NATIONAL_BODY
from indicators.compute.over_time import Grid, Reading, Rule, Source, add_spans, same_rule
from indicators.compute.terms import unit_of
from indicators.enums import Level, ResultState
from indicators.models import IndicatorResult, Measure
from indicators.queries.dossier import DossierLine
from indicators.queries.engine import definition_of, version_at
from indicators.queries.explanations import Figure, figures_of
from indicators.queries.facts import FactLoader
from indicators.queries.sheets import indicators_of
from indicators.queries.shown import NATIONAL, companion_in_words


@dataclass(frozen=True)
class Beside:
    """A value shown beside a headline, in its own unit."""

    label: str
    amount: Decimal | None
    unit: str
    decimals: int
    state_label: str


@dataclass(frozen=True)
class KnownFigure:
    """The figure of a sheet that a document shows, and the values beside it."""

    figure: Figure
    beside: list[Beside]


def known_figures(
    *, convention: Convention, codes: Sequence[str], period: Period | None, until: date
) -> list[KnownFigure]:
    """The national figure of each sheet, in the order of the codes: of the period of the document where the sheet has
    a result for it, else of the last period over by `until` (where several end together, the longest).

    A sheet without any result has its figure all the same, at the document's period or at the year of `until`.
    """
    indicators = {one.code: one for one in indicators_of(convention=convention).filter(code__in=codes)}
    rows = IndicatorResult.objects.filter(indicator__in=[one.pk for one in indicators.values()], scope=NATIONAL)
    results: dict[int, list[IndicatorResult]] = defaultdict(list)
    for row in rows.filter(breakdown="").order_by("name"):
        results[row.indicator_id].append(row)
    lines = [
        DossierLine(indicators[code], _period_shown(results[indicators[code].pk], period, until), False)
        for code in codes
        if code in indicators
    ]
    measures = {one.code: one for one in Measure.objects.filter(convention=convention)}
    return [
        KnownFigure(figure, list(_beside(line, results[line.indicator.pk], measures)))
        for line, figure in zip(lines, figures_of(lines, chain.from_iterable(results.values())), strict=True)
    ]


def _period_shown(rows: list[IndicatorResult], period: Period | None, until: date) -> Period:
    own = {parse(row.period) for row in rows if not row.name}
    if period is not None and period in own and period.end <= until:
        return period
    over = [one for one in own if one.end <= until]
    if over:
        return max(over, key=lambda one: (one.end, -one.start.toordinal()))
    return period or year(until.year)


def _beside(line: DossierLine, rows: list[IndicatorResult], measures: dict[str, Measure]) -> Iterable[Beside]:
    """Secondary values and variants of the same period, but those of groups of caisses (« médiane, taille=petite »);
    nothing where no definition says how to read them.
    """
    version = version_at(line.indicator.versions.all(), line.period)
    if version is None:
        return
    version.indicator = line.indicator
    definition, units = definition_of(version), {code: one.unit for code, one in measures.items()}
    for row in rows:
        told = row.name and ", " not in row.name and row.name != definition.judged_name
        if told and row.period == str(line.period):
            unit, decimals = unit_of(definition, row.name, units, local=False)
            yield Beside(_in_words(row.name, measures), row.value, unit, decimals, str(ResultState(row.state).label))


def _in_words(name: str, measures: dict[str, Measure]) -> str:
    """« Dossiers frauduleux (recidive : avec) / Dossiers frauduleux » for a value named by its formula."""
    words = companion_in_words(name)
    for code in sorted(measures, key=len, reverse=True):
        words = re.sub(rf"\b{code}\b(\[[^\]]*\])?", partial(_measure_in_words, measures[code]), words)
    return words


def _measure_in_words(measure: Measure, found: re.Match[str]) -> str:
    cut = found[1].strip("[]").replace("_", " ").replace("=", " : ") if found[1] else ""
    return f"{measure.label} ({cut})" if cut else measure.label


@dataclass(frozen=True)
class YearTotal:
    """What the bodies reported of a measure in a year. `amount` None: nothing was; `reported` of `concerned` parts."""

    amount: Decimal | None
    reported: int
    concerned: int
    simulated: bool

    @property
    def is_whole(self) -> bool:
        return self.reported == self.concerned


@dataclass(frozen=True)
class MeasureLine:
    """A measure over the years."""

    code: str
    label: str
    unit: str
    seed_line: int
    totals: list[YearTotal]


def measure_lines(
    *, convention: Convention, rules: Sequence[tuple[str, str]], years: Sequence[int], until: date
) -> list[MeasureLine]:
    """What was reported of some measures, year by year, of periods over by `until`, as the engine adds up.

    `rules`: (measure, « sum » of a flow or « last » of a stock). What is missing is not counted, never taken for zero:
    `reported` of `concerned` says how much of the year the total holds.
    """
    codes = [code for code, _ in rules]
    measures = {one.code: one for one in Measure.objects.filter(convention=convention, code__in=codes)}
    bodies = list(Organisation.objects.caisses().filter(convention=convention).values_list("code", flat=True))
    loaded = FactLoader(convention=convention).load(codes)
    simulated = {period for period, found in loaded.simulated.items() if found}
    lines = []
    for code, rule in rules:
        measure = measures[code]
        grid = Grid(PERIODICITIES[measure.finest_period])
        holders = [NATIONAL_BODY] if measure.level == Level.NATIONAL else bodies
        readings = [
            Reading([[Source(loaded.facts.history(code, body), same_rule(Rule(rule)), 1, 0)]], [()], grid)
            for body in holders
        ]
        totals = [_year_total(readings, _parts(number, grid, Rule(rule), until), simulated) for number in years]
        lines.append(MeasureLine(code, measure.label, measure.unit, measure.seed_line, totals))
    return lines


def _parts(number: int, grid: Grid, rule: Rule, until: date) -> list[Period]:
    """The whole year once it is over; before that the periods that are, of which a stock has the last."""
    whole = year(number)
    if whole.end <= until:
        return [whole]
    over = [one for one in whole.children(max(grid.finest, Granularity.MONTH)) if one.end <= until]
    return over[-1:] if rule is Rule.LAST else over


def _year_total(readings: list[Reading], parts: list[Period], simulated: set[Period]) -> YearTotal:
    total = add_spans([reading.span(part) for reading in readings for part in parts])
    amount = total.quantities[0] if isinstance(total.quantities, tuple) else None
    invented = any(part.contains(period) for part in parts for period in simulated)
    return YearTotal(amount, total.reported, total.concerned, invented and amount is not None)
