"""What a file is checked against, and what the engine computes from."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from cog.figures import Operator
from cog.models import Convention, Organisation
from cog.periods import parse
from indicators.compute import verdict as verdicts
from indicators.compute.definition import PERIODICITIES, Definition
from indicators.compute.facts import Catalogue, Fact, Facts, Gap
from indicators.compute.methods_file import definition_from
from indicators.enums import Statement
from indicators.intake.reference import MeasureInfo, Reference, read_breakdowns
from indicators.models import (
    Indicator,
    IndicatorVersion,
    Measure,
    Observation,
)


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
        convention=convention.code,
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


def load_facts(
    *, convention: Convention, measures: Iterable[str], known: Catalogue, as_of: datetime | None = None
) -> LoadedFacts:
    """The values in force of some measures; what was withdrawn (ND) is not a fact.

    `as_of`: those that were in force at that moment, by when the files were accepted (None: today's).
    """
    rows: Any = (
        Observation.objects.filter(_in_force(as_of), measure__convention=convention, measure__code__in=list(measures))
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


def _in_force(as_of: datetime | None) -> Q:
    if as_of is None:
        return Q(closed_by__isnull=True)
    not_yet_closed = Q(closed_by__isnull=True) | Q(closed_by__accepted_at__gt=as_of)
    return not_yet_closed & Q(batch__accepted_at__lte=as_of)


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
