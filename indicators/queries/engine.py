"""What a file is checked against, and what the engine computes from."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from itertools import chain

from cog.figures import Operator
from cog.models import Convention, Organisation
from cog.once import once_a_page
from cog.periods import Period
from indicators.compute import verdict as verdicts
from indicators.compute.definition import PERIODICITIES, Definition
from indicators.compute.methods_file import definition_from
from indicators.intake.reference import MeasureInfo, Reference, read_breakdowns
from indicators.models import Indicator, IndicatorVersion, Measure


def measure_infos(*, convention: Convention) -> dict[str, MeasureInfo]:
    """What a file may say of each measure."""
    sampled = _sampled_dimensions(convention)
    return {
        measure.code: MeasureInfo(
            value_kind=measure.value_kind,
            level=measure.level,
            finest_period=PERIODICITIES[measure.finest_period],
            breakdowns=read_breakdowns(measure.breakdowns),
            sampled=sampled.get(measure.code, frozenset()),
        )
        for measure in Measure.objects.filter(convention=convention)
    }


def intake_reference(*, convention: Convention) -> Reference:
    """The measures and bodies a file may name, and the dates it may cover."""
    return Reference(
        measures=measure_infos(convention=convention),
        bodies=dict(Organisation.objects.filter(convention=convention).values_list("code", "kind")),
        end=convention.end,
        convention=convention.code,
    )


@once_a_page
def definitions_held(*, convention: Convention) -> dict[int, list[IndicatorVersion]]:
    """indicator -> its definitions, the oldest first, with its fiche and nothing of what verdicts need."""
    rows = IndicatorVersion.objects.filter(indicator__convention=convention).select_related("indicator__fiche")
    found: dict[int, list[IndicatorVersion]] = defaultdict(list)
    for row in rows.order_by("indicator__position", "number"):
        found[row.indicator_id].append(row)
    return found


def _sampled_dimensions(convention: Convention) -> dict[str, frozenset[str]]:
    """measure -> the dimensions that its sheets know for the whole only (F14-34: a national sample by benefit)."""
    found: dict[str, frozenset[str]] = {}
    for version in chain.from_iterable(definitions_held(convention=convention).values()):
        definition = definition_of(version)
        for each in (definition, *definition.variants):
            keys = frozenset(dimension.key for dimension in each.dimensions if dimension.national_only)
            for measure in each.measures if keys else ():
                found[measure] = found.get(measure, frozenset()) | keys
    return found


def definition_of(version: IndicatorVersion) -> Definition:
    """The definition a version holds, as the engine reads it."""
    return definition_from(version.indicator.code, version.method)


def judged_targets(indicator: Indicator, known_at: datetime | None = None) -> tuple[verdicts.Target, ...]:
    """The targets of an indicator, as the engine compares them: those of the convention, and of its amendments.

    `known_at`: without the amendments that came into force after that moment.
    """
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
            place=row.place,
            effective_on=row.effective_on,
        )
        for row in indicator.targets.all()
        if known_at is None or row.amendment is None or row.amendment.entered_at <= known_at
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


@once_a_page
def versions_of(*, convention: Convention) -> dict[int, list[IndicatorVersion]]:
    """indicator -> its definitions, the oldest first, with what verdicts need."""
    rows = (
        IndicatorVersion.objects.filter(indicator__convention=convention)
        .select_related("indicator")
        .prefetch_related(
            "indicator__targets",
            "indicator__baselines",
            "indicator__versions",
            "indicator__local_targets__organisation",
        )
        .order_by("indicator__position", "number")
    )
    found: dict[int, list[IndicatorVersion]] = {}
    for row in rows:
        found.setdefault(row.indicator_id, []).append(row)
    return found


def version_at(versions: Iterable[IndicatorVersion], period: Period) -> IndicatorVersion | None:
    """The version that holds for a period: the last one that had begun by its last day; None before the first."""
    begun = [version for version in versions if version.valid_from <= period.end]
    return max(begun, key=lambda version: version.number, default=None)
