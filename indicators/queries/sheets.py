"""Reads of the indicators for pages and documents."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet
from django.utils import timezone

from cog.figures import Reason
from cog.models import Convention, Fiche, Organisation
from cog.once import once_a_page
from cog.periods import parse
from indicators.compute import verdict as verdicts
from indicators.compute.definition import Definition
from indicators.compute.methods import Completeness, Outcome, State
from indicators.compute.methods_file import definition_from
from indicators.compute.sentences import result_sentence
from indicators.compute.terms import unit_of
from indicators.enums import IndicatorStatus, TargetRole
from indicators.models import (
    ChildcareCoverage,
    Dispersion,
    Indicator,
    IndicatorResult,
    IndicatorVersion,
    Measure,
    PublishedResult,
    Target,
)
from indicators.queries.definitions import status_of
from indicators.queries.engine import breaks_of, definition_of, judged_baseline, judged_targets, version_at
from indicators.queries.local_targets import local_targets_of
from indicators.queries.places import Field, caisse_lines, point_of
from indicators.queries.shown import (
    NATIONAL,
    CaisseLine,
    CompanionLine,
    Point,
    SheetLine,
    SheetPage,
    baseline_in_words,
    companion_in_words,
    target_in_words,
)


def indicators_of(*, convention: Convention, fiche: Fiche | None = None) -> QuerySet[Indicator]:
    rows = Indicator.objects.filter(convention=convention).select_related("fiche", "fiche__domain")
    rows = rows.prefetch_related("targets", "baselines", "versions")
    if fiche is not None:
        rows = rows.filter(fiche=fiche)
    return rows.order_by("position")


@dataclass(frozen=True)
class NationalResults:
    """The sheets and their national results, the values that their targets judge included."""

    indicators: list[Indicator]
    rows: list[IndicatorResult]


@once_a_page
def national_results(
    *, convention: Convention, fiche: Fiche | None = None, with_results: bool = True
) -> NationalResults:
    """The sheets (of one fiche) with their national results, whatever the period, in five queries."""
    indicators = list(indicators_of(convention=convention, fiche=fiche))
    if not with_results:
        return NationalResults(indicators, [])
    versions = [(indicator, row) for indicator in indicators for row in indicator.versions.all()]
    judged = {
        definition_from(indicator.code, row.method).judged_name
        for indicator, row in versions
        if any(isinstance(one, dict) and one.get("judged") for one in row.method.get("secondary", ()))
    }
    rows = IndicatorResult.objects.filter(indicator__in=indicators, scope=NATIONAL, breakdown="")
    return NationalResults(indicators, list(rows.filter(name__in={"", *judged}).order_by("period")))


def sheet_lines(
    *,
    convention: Convention,
    fiche: Fiche | None = None,
    until: date | None = None,
    with_results: bool = True,
) -> list[SheetLine]:
    """One line per sheet, with its yearly national values up to a date."""
    read = national_results(convention=convention, fiche=fiche, with_results=with_results)
    results: dict[int, list[IndicatorResult]] = defaultdict(list)
    for row in read.rows:
        if not row.name:
            results[row.indicator_id].append(row)
    return [_line(indicator, results[indicator.pk], until) for indicator in read.indicators]


def _line(indicator: Indicator, results: list[IndicatorResult], until: date | None) -> SheetLine:
    definitions = _definitions(indicator)
    targets = list(indicator.targets.all())
    points = [point_of(row, definitions.get(row.version_id), targets) for row in results]
    kept = [point for point in points if until is None or parse(point.period).end <= until]
    years = [point for point in kept if len(point.period) == 4]
    latest = _latest(kept)
    earlier = str(parse(latest.period).previous_year()) if latest else ""
    version = _version_shown(indicator, latest.period if latest else "")
    definition = definitions[version.pk] if version else None
    unit = definition.unit if definition else ""
    return SheetLine(
        indicator=indicator,
        unit=unit,
        decimals=definition.decimals if definition else 0,
        definition=definition,
        baseline="\u00a0; ".join(baseline_in_words(row, unit) for row in list(indicator.baselines.all())[:2]),
        target=_headline_target(verdicts.in_force(targets, until or timezone.localdate())),
        latest=latest,
        years=years,
        to_build=status_of(indicator) == IndicatorStatus.TO_BUILD,
        better=definition.better if definition else "",
        before=next((point for point in kept if point.period == earlier), None),
        known=kept,
    )


def _definitions(indicator: Indicator) -> dict[int | None, Definition]:
    """The definition each version holds: a result is shown as the one it was computed with says."""
    versions = list(indicator.versions.all())
    for version in versions:
        version.indicator = indicator
    return {version.pk: definition_of(version) for version in versions}


def _version_shown(indicator: Indicator, period: str) -> IndicatorVersion | None:
    """The version that holds for a period; without a period, or before the first one, the last adopted."""
    versions = list(indicator.versions.all())
    held = version_at(versions, parse(period)) if period else None
    return held or max(versions, key=lambda row: row.number, default=None)


def _headline_target(targets: list[Target]) -> str:
    final = [row for row in targets if row.role == TargetRole.TARGET and not row.intermediate and row.scope == NATIONAL]
    return target_in_words(max(final, key=lambda row: row.place)) if final else ""


def _latest(points: list[Point]) -> Point | None:
    """The last period that has a value; where two end together, the longest."""
    known = [point for point in points if point.value is not None]
    if not known:
        return None
    return max(known, key=lambda point: (parse(point.period).end, -parse(point.period).start.toordinal()))


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
    targets = sorted(indicator.targets.all(), key=lambda row: row.position)  # read with the indicator
    line = sheet_lines_of(indicator, with_results=with_results)
    definitions = _definitions(indicator)
    results = IndicatorResult.objects.filter(indicator=indicator)
    known = set(results.filter(scope=NATIONAL, name="", breakdown="").values_list("period", flat=True))
    chosen = period if period in known else (line.latest.period if line.latest else "")
    version = _version_shown(indicator, chosen if with_results else "")
    definition = definitions[version.pk] if version else None
    page = SheetPage(
        line=line,
        version=version,
        definition=definition,
        baselines=sorted(indicator.baselines.all(), key=lambda row: row.position),
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
    national = list(results.filter(scope=NATIONAL).order_by("period", "name", "breakdown"))
    page.series = sorted(
        (
            point_of(row, definitions.get(row.version_id), targets)
            for row in national
            if not row.name and not row.breakdown
        ),
        key=lambda point: (parse(point.period).start, -parse(point.period).granularity),
    )
    page.period = chosen
    page.breakdowns = [
        (row.breakdown, point_of(row, definition, targets))
        for row in national
        if row.period == page.period and not row.name and row.breakdown
    ]
    units = {measure.code: measure.unit for measure in page.measures}
    page.companions = [
        _companion(row, definition, targets, units)
        for row in national
        if row.period == page.period and row.name and not row.breakdown and definition is not None
    ]
    page.dispersions = sorted(Dispersion.objects.filter(indicator=indicator), key=lambda row: parse(row.period).start)
    page.dispersion = next((row for row in page.dispersions if row.period == page.period), None)
    headline = next((row for row in national if row.period == page.period and not row.name and not row.breakdown), None)
    if headline is not None and definition is not None:
        page.sentence = _sentence(page, headline, definition)
    if caisses is not None and page.period:
        page.bodies = list(caisses)
        page.caisses = _caisse_lines(results, page)
    return page


def _companion(
    row: IndicatorResult, definition: Definition, targets: list[Target], units: Mapping[str, str]
) -> CompanionLine:
    """A value shown beside the headline, in its own unit; with its verdict where the target judges it."""
    unit, decimals = unit_of(definition, row.name, units, local=False)
    judged = row.name == definition.judged_name
    point = point_of(row, replace(definition, decimals=decimals), targets if judged else [])
    return CompanionLine(companion_in_words(row.name), unit, point, judged, row.name)


def _sentence(page: SheetPage, row: IndicatorResult, definition: Definition) -> str:
    """What the national result of a period says, judged again as it was when it was computed."""
    period = parse(row.period)
    indicator = page.line.indicator
    outcome = Outcome(
        value=row.value,
        numerator=row.numerator,
        denominator=row.denominator,
        state=State(row.state),
        reason=next((reason for reason in Reason if reason.state_code == row.state), None),
        completeness=Completeness(row.reported, row.concerned, row.units_reported, row.units_concerned),
    )
    targets = verdicts.targets_of(judged_targets(indicator), indicator.code, NATIONAL)
    if definition.judged_name:  # the targets judge a value shown beside (F1-4.2)
        targets = ()
    judgement = verdicts.judge(
        definition, outcome, period, targets, baseline=judged_baseline(indicator), breaks=breaks_of(indicator)
    )
    spread = page.dispersion.value_range if page.dispersion is not None and page.dispersion.n > 1 else None
    return result_sentence(
        definition,
        "au niveau national",
        outcome,
        judgement,
        period,
        spread=spread,
        spread_unit=page.local_unit,
    )


def sheet_lines_of(indicator: Indicator, *, with_results: bool) -> SheetLine:
    rows = IndicatorResult.objects.filter(indicator=indicator, scope=NATIONAL, name="", breakdown="").order_by("period")
    return _line(indicator, list(rows) if with_results else [], None)


def _caisse_lines(results: QuerySet[IndicatorResult], page: SheetPage) -> list[CaisseLine]:
    """The visible caisses at the period, best first; ranks are among all caisses, visible or not."""
    period = parse(page.period)
    rows = results.filter(period=page.period, name="", breakdown="").exclude(scope__in=[NATIONAL, "caf"])
    local = {one.scope: one for one in local_targets_of(page.line.indicator) if one.covers(period)}
    against = Field(page.definition, page.current, page.dispersion, page.targets, local)
    return caisse_lines(rows, against, {body.code: body for body in page.bodies})


def caisse_values(*, indicator: Indicator, period: str) -> list[tuple[str, Decimal]]:
    """(caisse code, value) at a period, for the distribution chart."""
    rows = (
        IndicatorResult.objects.filter(indicator=indicator, period=period, name="", breakdown="", value__isnull=False)
        .exclude(scope__in=[NATIONAL, "caf"])
        .values_list("scope", "value")
    )
    return list(rows)
