"""Reads of the indicators: what the engine computes from, and what pages and documents show."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from cog.figures import NOT_APPLICABLE, Operator, Reason, format_against, format_figure
from cog.models import Convention, Fiche, Organisation
from cog.periods import Granularity, ordinal, parse
from indicators.compute import verdict as verdicts
from indicators.compute.definition import PERIODICITIES, Definition
from indicators.compute.facts import Catalogue, Fact, Facts, Gap
from indicators.compute.methods import SUPPORTED_METHODS, Completeness, Outcome, State
from indicators.compute.methods_file import definition_from
from indicators.compute.sentences import result_sentence
from indicators.enums import IndicatorKind, ResultState, Statement, TargetRole, Verdict
from indicators.intake.reference import MeasureInfo, Reference, read_breakdowns
from indicators.models import (
    Baseline,
    ChildcareCoverage,
    Dispersion,
    Indicator,
    IndicatorResult,
    IndicatorVersion,
    Measure,
    Observation,
    PublishedResult,
    Target,
)

NATIONAL = "national"
ATTENTION = (
    Verdict.MISSED,
    Verdict.BEHIND,
    Verdict.INCOMPLETE,
    Verdict.NOT_COMPARABLE,
    Verdict.ON_TRACK,
    Verdict.REACHED,
    Verdict.NOT_AVAILABLE,
    Verdict.NO_TARGET,
    Verdict.TO_BUILD,
)
"""The verdicts, from what calls for attention to what does not."""
LENGTHS = {
    Granularity.DAY: "jour",
    Granularity.MONTH: "mois",
    Granularity.QUARTER: "trimestre",
    Granularity.SEMESTER: "semestre",
    Granularity.YEAR: "année",
}


# --- What a file is checked against, and what the engine reads -----------------------------------------------------


def intake_reference(*, convention: Convention) -> Reference:
    """The measures and bodies a file may name, and the dates it may cover."""
    return Reference(
        measures={
            measure.code: MeasureInfo(
                value_kind=measure.value_kind,
                level=measure.level,
                finest_period=PERIODICITIES[measure.finest_period],
                breakdowns=read_breakdowns(measure.breakdowns),
            )
            for measure in Measure.objects.filter(convention=convention)
        },
        bodies=dict(Organisation.objects.filter(convention=convention).values_list("code", "kind")),
        end=convention.end,
    )


def catalogue(*, convention: Convention) -> Catalogue:
    """The dimensions each measure is broken down by."""
    rows = Measure.objects.filter(convention=convention).values_list("code", "breakdowns")
    return {code: read_breakdowns(text) for code, text in rows}


@dataclass(frozen=True)
class LoadedFacts:
    """Facts of some measures, and the (body, year) pairs among them that are simulated."""

    facts: Facts
    simulated: frozenset[tuple[str, int]]


def load_facts(*, convention: Convention, measures: Iterable[str], known: Catalogue) -> LoadedFacts:
    """The values in force of some measures; what was withdrawn (ND) is not a fact."""
    rows: Any = (
        Observation.objects.filter(
            measure__convention=convention, measure__code__in=list(measures), closed_by__isnull=True
        )
        .exclude(statement=Statement.NOT_AVAILABLE)
        .values_list(
            "measure__code",
            "organisation__code",
            "period",
            "breakdown",
            "value",
            "statement",
            "batch__simulated",
        )
    )
    facts, simulated = [], set()
    periods = {}
    for measure, body, text, breakdown, value, statement, is_simulated in rows.iterator(chunk_size=20_000):
        period = periods.get(text)
        if period is None:
            period = periods[text] = parse(text)
        held = Gap.NOT_APPLICABLE if statement == Statement.NOT_CONCERNED else value
        facts.append(Fact(measure, body, period, breakdown, held))
        if is_simulated:
            simulated.add((body, period.year))
    return LoadedFacts(Facts(facts, known), frozenset(simulated))


def definition_of(version: IndicatorVersion) -> Definition:
    """The definition a version holds, as the engine reads it."""
    return definition_from(version.indicator.code, version.method)


def judged_targets(indicator: Indicator) -> tuple[verdicts.Target, ...]:
    """The targets of an indicator, as the engine compares them."""
    return tuple(
        verdicts.Target(
            code=indicator.code,
            scope=row.scope,
            year=row.year,
            start=row.holds_from,
            end=row.holds_to,
            operator=Operator(row.operator),
            value=row.value,
            unit=row.unit,
            threshold=row.threshold,
            role=verdicts.TargetRole(row.role),
            mode=verdicts.TargetMode(row.mode),
            cumulative=row.cumulative,
            intermediate=row.intermediate,
            origin=row.origin,
        )
        for row in indicator.targets.all()
    )


def judged_baseline(indicator: Indicator) -> verdicts.Baseline | None:
    """The value the trajectory starts from: the one marked so, else the only one printed; none otherwise."""
    rows = [row for row in indicator.baselines.all() if row.year is not None]
    chosen = [row for row in rows if row.judged is not None] or rows
    if len(chosen) != 1:
        return None
    value = chosen[0].value if chosen[0].judged is None else chosen[0].judged
    return verdicts.Baseline(chosen[0].year, value)


def breaks_of(indicator: Indicator) -> list[verdicts.Break]:
    return [verdicts.Break(date.fromisoformat(one["before"]), one["reason"]) for one in indicator.breaks]


def versions_in_force(*, convention: Convention) -> list[IndicatorVersion]:
    """The last definition of each sheet that has one, in the order of the annex, with what verdicts need."""
    rows = (
        IndicatorVersion.objects.filter(indicator__convention=convention)
        .select_related("indicator")
        .prefetch_related("indicator__targets", "indicator__baselines")
        .order_by("indicator__position", "number")
    )
    return list({row.indicator_id: row for row in rows}.values())


# --- What pages and documents show ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Point:
    """One result of a series, ready to be shown."""

    period: str
    value: Decimal | None
    shown: str
    state: str
    state_label: str
    verdict: str
    verdict_label: str
    numerator: Decimal | None
    denominator: Decimal | None
    reported: int
    concerned: int
    units_reported: int
    units_concerned: int
    simulated: bool

    @property
    def label(self) -> str:
        """« 1er trimestre 2014 »."""
        return parse(self.period).label

    @property
    def year(self) -> int:
        return parse(self.period).year


@dataclass(frozen=True)
class SheetLine:
    """An indicator on one line: where it started, what is aimed at, where it is."""

    indicator: Indicator
    unit: str
    decimals: int
    baseline: str
    target: str
    latest: Point | None
    years: list[Point]
    method_ready: bool

    @property
    def is_result(self) -> bool:
        return self.indicator.kind == IndicatorKind.RESULT


@dataclass(frozen=True)
class CaisseLine:
    """A caisse's result at a period, with its rank among those that have a value (1 = best)."""

    organisation: Organisation
    point: Point
    rank: int | None
    quarter: str  # « 1er quart » holds the best placed


@dataclass
class SheetPage:
    """Everything the page of an indicator, or its part of a report, places."""

    line: SheetLine
    version: IndicatorVersion | None
    definition: Definition | None
    baselines: list[Baseline]
    targets: list[Target]
    published: list[PublishedResult]
    coverage: list[ChildcareCoverage]
    series: list[Point] = field(default_factory=list)
    dispersion: Dispersion | None = None
    dispersions: list[Dispersion] = field(default_factory=list)
    caisses: list[CaisseLine] = field(default_factory=list)
    breakdowns: list[tuple[str, Point]] = field(default_factory=list)
    companions: list[tuple[str, Point]] = field(default_factory=list)
    measures: list[Measure] = field(default_factory=list)
    period: str = ""
    sentence: str = ""

    @cached_property
    def current(self) -> Point | None:
        """The national point at the period in view."""
        return next((point for point in self.series if point.period == self.period), None)

    @cached_property
    def charted(self) -> list[Point]:
        """The national points of the length in view: what the chart draws and its table lists."""
        if not self.period:
            return []
        length = parse(self.period).granularity
        return [point for point in self.series if parse(point.period).granularity is length]

    @property
    def lengths(self) -> list[tuple[str, str, bool]]:
        """The lengths of period there are: their name, their last known period, whether it is the one in view."""
        last: dict[Granularity, str] = {}
        for point in self.series:
            length = parse(point.period).granularity
            if point.value is not None or length not in last:
                last[length] = point.period
        current = parse(self.period).granularity if self.period else None
        return [(LENGTHS[length], last[length], length is current) for length in sorted(last, reverse=True)]

    @property
    def target_lines(self) -> list[tuple[str, Target]]:
        return [(target_in_words(target), target) for target in self.targets]

    @property
    def baseline_lines(self) -> list[tuple[str, Baseline]]:
        return [(baseline_in_words(baseline, self.line.unit), baseline) for baseline in self.baselines]

    @property
    def simulated(self) -> bool:
        return any(point.simulated for point in self.series)


def target_in_words(target: Target) -> str:
    """« au moins 85 % (dès 2013) »."""
    words = f"{target.get_operator_display()} {format_exactly(target.value)}"
    if target.mode != "absolute":
        sign = "+" if target.operator == ">=" else "\u2212"
        words = f"{sign}{format_exactly(target.value)}"
    if target.unit:
        words += f"\u00a0{target.unit}"
    if target.year:
        words += f" ({'dès ' if target.holds_to.year > target.year else ''}{target.year})"
    return words


def format_exactly(value: Decimal) -> str:
    from cog.figures import format_exact

    return format_exact(value.normalize() + 0)


def baseline_in_words(baseline: Baseline, unit: str) -> str:
    """« 83,80 % (2012) »: the digits as printed."""
    words = format_figure(baseline.value, baseline.decimals, baseline.unit or unit)
    label = f"{baseline.label}\u00a0: " if baseline.label else ""
    return f"{label}{words}" + (f" ({baseline.year})" if baseline.year else "")


def by_attention(lines: Iterable[SheetLine]) -> list[SheetLine]:
    """What is far from its target first; the order of the annex among equals."""
    return sorted(
        lines,
        key=lambda line: ATTENTION.index(line.latest.verdict) if line.latest else len(ATTENTION),
    )


def indicators_of(*, convention: Convention, fiche: Fiche | None = None) -> QuerySet[Indicator]:
    rows = Indicator.objects.filter(convention=convention).select_related("fiche", "fiche__domain")
    rows = rows.prefetch_related("targets", "baselines", "versions")
    if fiche is not None:
        rows = rows.filter(fiche=fiche)
    return rows.order_by("position")


def sheet_lines(
    *,
    convention: Convention,
    fiche: Fiche | None = None,
    until: date | None = None,
    with_results: bool = True,
) -> list[SheetLine]:
    """One line per sheet, with its yearly national values up to a date."""
    indicators = list(indicators_of(convention=convention, fiche=fiche))
    results: dict[int, list[IndicatorResult]] = defaultdict(list)
    if with_results:
        rows = IndicatorResult.objects.filter(indicator__in=indicators, scope=NATIONAL, name="", breakdown="").order_by(
            "period"
        )
        for row in rows:
            results[row.indicator_id].append(row)
    return [_line(indicator, results[indicator.pk], until) for indicator in indicators]


def _line(indicator: Indicator, results: list[IndicatorResult], until: date | None) -> SheetLine:
    version = _last_version(indicator)
    definition = definition_of(version) if version else None
    targets = list(indicator.targets.all())
    points = [_point(row, definition, targets) for row in results]
    kept = [point for point in points if until is None or parse(point.period).end <= until]
    years = [point for point in kept if len(point.period) == 4]
    unit = definition.unit if definition else ""
    return SheetLine(
        indicator=indicator,
        unit=unit,
        decimals=definition.decimals if definition else 0,
        baseline="\u00a0; ".join(baseline_in_words(row, unit) for row in list(indicator.baselines.all())[:2]),
        target=_headline_target(targets),
        latest=_latest(kept),
        years=years,
        method_ready=definition is not None and definition.method in SUPPORTED_METHODS,
    )


def _last_version(indicator: Indicator) -> IndicatorVersion | None:
    versions = sorted(indicator.versions.all(), key=lambda row: row.number)
    if not versions:
        return None
    versions[-1].indicator = indicator
    return versions[-1]


def _headline_target(targets: list[Target]) -> str:
    final = [row for row in targets if row.role == TargetRole.TARGET and not row.intermediate and row.scope == NATIONAL]
    return target_in_words(final[-1]) if final else ""


def _latest(points: list[Point]) -> Point | None:
    """The last period that has a value; where two end together, the longest."""
    known = [point for point in points if point.value is not None]
    if not known:
        return None
    return max(known, key=lambda point: (parse(point.period).end, -parse(point.period).start.toordinal()))


def _point(row: IndicatorResult, definition: Definition | None, targets: list[Target]) -> Point:
    decimals = definition.decimals if definition else 0
    shown = NOT_APPLICABLE if row.state == ResultState.NOT_CONCERNED else format_figure(row.value, decimals)
    if row.value is not None:
        target = next((one for one in targets if _holds(one, row)), None)
        if target is not None:
            shown = format_against(row.value, target.threshold, Operator(target.operator), decimals)
    return Point(
        period=row.period,
        value=row.value,
        shown=shown,
        state=row.state,
        state_label=row.get_state_display(),
        verdict=row.verdict,
        verdict_label=row.get_verdict_display(),
        numerator=row.numerator,
        denominator=row.denominator,
        reported=row.reported,
        concerned=row.concerned,
        units_reported=row.units_reported,
        units_concerned=row.units_concerned,
        simulated=row.simulated,
    )


def _holds(target: Target, row: IndicatorResult) -> bool:
    period = parse(row.period)
    return (
        target.role == TargetRole.TARGET
        and target.scope == row.scope
        and target.holds_from <= period.start
        and period.end <= target.holds_to
    )


def sheet_page(
    *,
    convention: Convention,
    code: str,
    period: str = "",
    caisses: Iterable[Organisation] | None = None,
    with_results: bool = True,
) -> SheetPage | None:
    """The page of one sheet at a period (the latest one known by default); None when the code is unknown.

    `caisses`: the bodies whose own results may be shown; without `with_results` only what the convention says is.
    """
    indicator = indicators_of(convention=convention).filter(code=code).first()
    if indicator is None:
        return None
    version = _last_version(indicator)
    definition = definition_of(version) if version else None
    targets = list(indicator.targets.all().order_by("position"))
    line = sheet_lines_of(indicator, with_results=with_results)
    page = SheetPage(
        line=line,
        version=version,
        definition=definition,
        baselines=list(indicator.baselines.all().order_by("position")),
        targets=targets,
        published=list(
            PublishedResult.objects.filter(convention=convention, indicator_code=code).order_by(
                "year", "period", "position"
            )
        ),
        coverage=list(ChildcareCoverage.objects.filter(convention=convention).order_by("departement_code"))
        if code in {"F1-4.2", "F1-5"}
        else [],
        measures=list(Measure.objects.filter(convention=convention, code__in=definition.measures).order_by("position"))
        if definition
        else [],
    )
    if not with_results:
        return page
    results = IndicatorResult.objects.filter(indicator=indicator)
    national = list(results.filter(scope=NATIONAL).order_by("period", "name", "breakdown"))
    page.series = sorted(
        (_point(row, definition, targets) for row in national if not row.name and not row.breakdown),
        key=lambda point: (parse(point.period).start, -parse(point.period).granularity),
    )
    known = {point.period for point in page.series}
    page.period = period if period in known else (line.latest.period if line.latest else "")
    page.breakdowns = [
        (row.breakdown, _point(row, definition, targets))
        for row in national
        if row.period == page.period and not row.name and row.breakdown
    ]
    page.companions = [
        (row.name, _point(row, definition, []))
        for row in national
        if row.period == page.period and row.name and not row.breakdown
    ]
    page.dispersions = sorted(Dispersion.objects.filter(indicator=indicator), key=lambda row: parse(row.period).start)
    page.dispersion = next((row for row in page.dispersions if row.period == page.period), None)
    headline = next((row for row in national if row.period == page.period and not row.name and not row.breakdown), None)
    if headline is not None and definition is not None:
        page.sentence = _sentence(indicator, headline, definition, page.dispersion)
    if caisses is not None and page.period:
        page.caisses = _caisse_lines(results, page, {body.code: body for body in caisses}, targets)
    return page


def _sentence(indicator: Indicator, row: IndicatorResult, definition: Definition, dispersion: Dispersion | None) -> str:
    """What the national result of a period says, judged again as it was when it was computed."""
    period = parse(row.period)
    outcome = Outcome(
        value=row.value,
        numerator=row.numerator,
        denominator=row.denominator,
        state=State(row.state),
        reason=next((reason for reason in Reason if reason.state_code == row.state), None),
        completeness=Completeness(row.reported, row.concerned, row.units_reported, row.units_concerned),
    )
    targets = verdicts.targets_of(judged_targets(indicator), indicator.code, NATIONAL)
    judgement = verdicts.judge(
        definition, outcome, period, targets, baseline=judged_baseline(indicator), breaks=breaks_of(indicator)
    )
    spread = dispersion.value_range if dispersion is not None and dispersion.n > 1 else None
    return result_sentence(definition, "au niveau national", outcome, judgement, period, spread=spread)


def sheet_lines_of(indicator: Indicator, *, with_results: bool) -> SheetLine:
    rows = IndicatorResult.objects.filter(indicator=indicator, scope=NATIONAL, name="", breakdown="").order_by("period")
    return _line(indicator, list(rows) if with_results else [], None)


def _caisse_lines(
    results: QuerySet[IndicatorResult],
    page: SheetPage,
    bodies: dict[str, Organisation],
    targets: list[Target],
) -> list[CaisseLine]:
    """The visible caisses at the period, best first; ranks are among all caisses, visible or not."""
    rows = list(results.filter(period=page.period, name="", breakdown="").exclude(scope__in=[NATIONAL, "caf"]))
    falling = page.definition is not None and page.definition.better == "lower"
    ordered = sorted(
        (row for row in rows if row.value is not None), key=lambda row: row.value if falling else -row.value
    )
    first: dict[Decimal, int] = {}
    for position, row in enumerate(ordered, start=1):
        first.setdefault(row.value, position)
    lines = [
        CaisseLine(
            bodies[row.scope],
            _point(row, page.definition, targets),
            first.get(row.value) if row.value is not None else None,
            _quarter(row.value, page.dispersion, falling=falling),
        )
        for row in rows
        if row.scope in bodies
    ]
    return sorted(lines, key=lambda line: (line.rank is None, line.rank or 0, line.organisation.code))


def _quarter(value: Decimal | None, dispersion: Dispersion | None, *, falling: bool) -> str:
    """In which quarter of the caisses a value stands, the best placed first; empty without a value."""
    if value is None or dispersion is None:
        return ""
    if falling:
        above = sum(value > bound for bound in (dispersion.q1, dispersion.median, dispersion.q3))
    else:
        above = sum(value < bound for bound in (dispersion.q1, dispersion.median, dispersion.q3))
    return f"{ordinal(above + 1)} quart"


def caisse_values(*, indicator: Indicator, period: str) -> list[tuple[str, Decimal]]:
    """(caisse code, value) at a period, for the distribution chart."""
    rows = (
        IndicatorResult.objects.filter(indicator=indicator, period=period, name="", breakdown="", value__isnull=False)
        .exclude(scope__in=[NATIONAL, "caf"])
        .values_list("scope", "value")
    )
    return list(rows)


# --- Open data -----------------------------------------------------------------------------------------------------


def iter_observations(*, convention: Convention) -> Iterator[tuple[Any, ...]]:
    """Every value in force, sorted by its key: measure, body, period, breakdown, value, statement, revision, batch."""
    rows: Any = (
        Observation.objects.filter(measure__convention=convention, closed_by__isnull=True)
        .order_by("measure__code", "organisation__code", "period", "breakdown")
        .values_list(
            "measure__code",
            "organisation__code",
            "period",
            "breakdown",
            "value",
            "statement",
            "revision",
            "batch_id",
        )
    )
    return iter(rows.iterator(chunk_size=20_000))


def iter_results(*, convention: Convention, secondary: bool) -> Iterator[IndicatorResult]:
    """The current results, sorted by (code, scope, period, breakdown); the secondary ones also by name."""
    rows = IndicatorResult.objects.filter(indicator__convention=convention).select_related("indicator", "version")
    rows = rows.exclude(name="") if secondary else rows.filter(name="")
    order = ["indicator__code", "scope", "period", "breakdown"]
    return iter(rows.order_by(*order, "name").iterator(chunk_size=20_000))


def iter_dispersions(*, convention: Convention) -> Iterator[Dispersion]:
    rows = Dispersion.objects.filter(indicator__convention=convention).select_related("indicator")
    return iter(rows.order_by("indicator__code", "period").iterator())


def measures_of(*, convention: Convention) -> QuerySet[Measure]:
    return Measure.objects.filter(convention=convention).order_by("code")


def published_of(*, convention: Convention) -> QuerySet[PublishedResult]:
    return PublishedResult.objects.filter(convention=convention).order_by("position")
