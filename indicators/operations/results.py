"""Computing results: one door to the engine, results replaced sheet by sheet; computing twice changes nothing."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from cog import audit
from cog.models import Convention, Organisation, User
from cog.periods import Period
from indicators.compute.definition import Definition, result_periods
from indicators.compute.dispersion import disperse
from indicators.compute.evaluate import CAF_SCOPE, NATIONAL_SCOPE, Perimeter, Result, Sheet
from indicators.compute.facts import Catalogue
from indicators.compute.methods import UnsupportedMethodError
from indicators.compute.verdict import judge, targets_of
from indicators.enums import ResultState, Verdict
from indicators.models import Dispersion, Indicator, IndicatorResult, IndicatorVersion
from indicators.queries import (
    LoadedFacts,
    breaks_of,
    catalogue,
    definition_of,
    judged_baseline,
    judged_targets,
    load_facts,
    versions_in_force,
)

Progress = Callable[[int, int, str], None]


@dataclass
class Computed:
    """What a computation did: results written, sheets computed, and the sheets whose method comes later."""

    results: int = 0
    sheets: int = 0
    pending: dict[str, str] = field(default_factory=dict)  # code -> why, in French


def compute_results(
    *, convention: Convention, periods: Iterable[Period] | None, by: User, at: datetime, progress: Progress
) -> Computed:
    """Compute every sheet at the given periods (None: the whole term) and replace its results, one transaction a sheet.

    `progress(done, total, message)` is called before each sheet. A sheet whose method the engine does not compute yet
    is named in `pending`; one whose definition is still to be built gets its rows, without a value.
    """
    wanted = None if periods is None else frozenset(periods)
    computed = Computed()
    versions = {version.indicator_id: version for version in versions_in_force(convention=convention)}
    indicators = list(Indicator.objects.filter(convention=convention).order_by("position"))
    perimeter = _perimeter(convention)
    known = catalogue(convention=convention)
    for done, indicator in enumerate(indicators):
        progress(done, len(indicators), f"{indicator.code} · {indicator.title}"[:120])
        with transaction.atomic():  # facts and results of one moment: nobody replaces them in between
            Indicator.objects.select_for_update().get(pk=indicator.pk)
            _compute_sheet(convention, indicator, versions.get(indicator.pk), perimeter, known, wanted, computed)
    progress(len(indicators), len(indicators), "terminé")
    audit.record(
        action="results.computed",
        subject=convention.code,
        by=by,
        at=at,
        details={"sheets": computed.sheets, "results": computed.results, "pending": sorted(computed.pending)},
    )
    return computed


def _compute_sheet(
    convention: Convention,
    indicator: Indicator,
    version: IndicatorVersion | None,
    perimeter: Perimeter,
    known: Catalogue,
    wanted: frozenset[Period] | None,
    computed: Computed,
) -> None:
    """Replace the results of one sheet; those of a sheet that is not computed are removed."""
    if version is None:
        due = _kept(result_periods(indicator.periodicities, convention.start, convention.end), wanted)
        rows, dispersions = _unbuilt(indicator, due, perimeter), []
    else:
        definition = definition_of(version)
        due = _kept(definition.due_periods(convention.start, convention.end), wanted)
        loaded = load_facts(convention=convention, measures=_measures(definition), known=known)
        try:
            sheet = Sheet(definition, loaded.facts)
        except UnsupportedMethodError as error:
            computed.pending[indicator.code] = str(error)
            _replace(indicator, None, [], [])
            return
        rows, dispersions = _evaluate(version, definition, sheet, loaded, perimeter, due)
        computed.sheets += 1
    _replace(indicator, due if wanted is not None else None, rows, dispersions)
    computed.results += len(rows)


def _perimeter(convention: Convention) -> Perimeter:
    network = Organisation.objects.filter(convention=convention, in_network=True).order_by("code")
    caisses = list(network.caisses().values_list("code", flat=True))
    others = [code for code in network.values_list("code", flat=True) if code not in set(caisses)]
    return Perimeter(caisses, others)


def _measures(definition: Definition) -> set[str]:
    """The measures of a sheet, of its secondary values and of its variants."""
    names = set(definition.measures)
    for companion in (*definition.secondary, *definition.variants):
        names |= _measures(companion)
    return names


def _kept(due: Iterable[Period], wanted: frozenset[Period] | None) -> list[Period]:
    return [period for period in due if wanted is None or any(one.contains(period) for one in wanted)]


def _evaluate(
    version: IndicatorVersion,
    definition: Definition,
    sheet: Sheet,
    loaded: LoadedFacts,
    perimeter: Perimeter,
    due: list[Period],
) -> tuple[list[IndicatorResult], list[Dispersion]]:
    indicator = version.indicator
    targets, baseline, breaks = judged_targets(indicator), judged_baseline(indicator), breaks_of(indicator)
    rows, dispersions = [], []
    for period in due:
        results = sheet.results(period, perimeter)
        simulated = _simulated_bodies(definition, loaded.simulated, period)
        for result in results:
            own = targets_of(targets, indicator.code, result.scope) if not result.name and not result.breakdown else ()
            judgement = judge(definition, result.outcome, period, own, baseline=baseline, breaks=breaks)
            rows.append(_row(version, period, result, Verdict(judgement.verdict.value), simulated))
        dispersion = _dispersion(indicator, period, results, bool(simulated))
        if dispersion is not None:
            dispersions.append(dispersion)
    return rows, dispersions


def _simulated_bodies(definition: Definition, simulated: frozenset[tuple[str, int]], period: Period) -> frozenset[str]:
    """The bodies whose figures at this period rest on simulated values, of that year or of those it looks back to."""
    first = definition.cumulate_from or period.year - 1
    return frozenset(body for body, year in simulated if first <= year <= period.year)


def _row(
    version: IndicatorVersion, period: Period, result: Result, verdict: Verdict, simulated: frozenset[str]
) -> IndicatorResult:
    outcome = result.outcome
    whole = result.scope in (NATIONAL_SCOPE, CAF_SCOPE)
    return IndicatorResult(
        indicator_id=version.indicator_id,
        version=version,
        name=result.name,
        scope=result.scope,
        period=str(period),
        breakdown=result.breakdown,
        value=outcome.value,
        numerator=outcome.numerator,
        denominator=outcome.denominator,
        state=outcome.state.value,
        verdict=verdict,
        reported=outcome.completeness.reported,
        concerned=outcome.completeness.concerned,
        units_reported=outcome.completeness.units_reported,
        units_concerned=outcome.completeness.units_concerned,
        simulated=bool(simulated) if whole else result.scope in simulated,
    )


def _dispersion(indicator: Indicator, period: Period, results: list[Result], simulated: bool) -> Dispersion | None:
    local = [
        result.outcome.value
        for result in results
        if not result.name
        and not result.breakdown
        and result.scope not in (NATIONAL_SCOPE, CAF_SCOPE)
        and result.outcome.value is not None
    ]
    spread = disperse(local)
    if spread is None:
        return None
    return Dispersion(
        indicator=indicator,
        period=str(period),
        n=spread.n,
        minimum=spread.minimum,
        d1=spread.d1,
        q1=spread.q1,
        median=spread.median,
        q3=spread.q3,
        d9=spread.d9,
        maximum=spread.maximum,
        value_range=spread.range,
        stdev=spread.stdev,
        mean=spread.mean,
        simulated=simulated,
    )


def _unbuilt(indicator: Indicator, due: list[Period], perimeter: Perimeter) -> list[IndicatorResult]:
    """The rows of a sheet that has no definition yet: due, and without a value."""
    return [
        IndicatorResult(
            indicator=indicator,
            scope=scope,
            period=str(period),
            state=ResultState.TO_BUILD,
            verdict=Verdict.TO_BUILD,
            reported=0,
            concerned=0,
            units_reported=0,
            units_concerned=0,
        )
        for period in due
        for scope in (NATIONAL_SCOPE, *perimeter.caisses)
    ]


def _replace(
    indicator: Indicator, due: list[Period] | None, rows: list[IndicatorResult], dispersions: list[Dispersion]
) -> None:
    """Put these rows in the place of those of the same periods (None: of all periods)."""
    results, spreads = (
        IndicatorResult.objects.filter(indicator=indicator),
        Dispersion.objects.filter(indicator=indicator),
    )
    if due is not None:
        codes = [str(period) for period in due]
        results, spreads = results.filter(period__in=codes), spreads.filter(period__in=codes)
    results.delete()
    spreads.delete()
    IndicatorResult.objects.bulk_create(rows, batch_size=2000)
    Dispersion.objects.bulk_create(dispersions, batch_size=500)
