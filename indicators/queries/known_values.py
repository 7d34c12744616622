"""The values in force that a file is checked against: those of its bodies, for its measures and their partners."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Prefetch

from cog.models import Convention, Organisation
from indicators.compute.definition import Definition
from indicators.compute.methods_file import definition_from
from indicators.enums import Statement
from indicators.intake.checks import WholeFileCheck
from indicators.intake.held import Known, Lookup, SeriesKey
from indicators.intake.reference import read_breakdowns
from indicators.intake.relations import Relations, Traits, relations_between
from indicators.intake.semantics import file_check
from indicators.models import Indicator, IndicatorVersion, Measure
from indicators.queries.facts import exact_number, exact_value


def file_check_of(*, convention: Convention, today: date) -> WholeFileCheck:
    """The check of a file against the values in force, by the relations of the definitions in force."""
    return file_check(intake_relations(convention=convention), known_values(convention=convention), today=today)


def intake_relations(*, convention: Convention) -> Relations:
    """What the measures of a convention owe one another."""
    traits = {
        measure.code: Traits(measure.label, measure.unit, measure.value_kind, read_breakdowns(measure.breakdowns))
        for measure in Measure.objects.filter(convention=convention)
    }
    return relations_between(_definitions(convention), traits)


def _definitions(convention: Convention) -> list[Definition]:
    """The last definition of each sheet that has one."""
    versions = Prefetch("versions", IndicatorVersion.objects.order_by("number"))
    indicators = Indicator.objects.filter(convention=convention).prefetch_related(versions)
    last = [(one.code, [*one.versions.all()][-1:]) for one in indicators.order_by("position")]
    return [definition_from(code, version.method) for code, versions in last for version in versions]


def known_values(*, convention: Convention) -> Lookup:
    """Asked body by body, so that the memory taken is that of one body."""
    bodies = dict(Organisation.objects.filter(convention=convention).values_list("code", "pk"))
    measures = dict(Measure.objects.filter(convention=convention).values_list("code", "pk"))

    def of(body: str, codes: frozenset[str]) -> Known:
        wanted = {measures[code]: code for code in codes if code in measures}
        return _in_force(bodies[body], wanted) if body in bodies else {}

    return of


def _in_force(body: int, measures: dict[int, str]) -> dict[SeriesKey, dict[str, Decimal | None]]:
    """Straight SQL: a file of the whole network asks this of a hundred bodies, each with years of values."""
    if not measures:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT o.measure_id, o.breakdown, o.period, {exact_value('o')} FROM indicators_observation o"  # noqa: S608 - no text of a person
            " WHERE o.organisation_id = %s AND o.closed_by_id IS NULL AND o.statement <> %s"
            f" AND o.measure_id IN ({', '.join(['%s'] * len(measures))})",
            [body, Statement.NOT_AVAILABLE, *measures],
        )
        rows = cursor.fetchall()
    series: defaultdict[tuple[int, str], dict[str, Decimal | None]] = defaultdict(dict)
    for measure, breakdown, period, value in rows if connection.vendor == "postgresql" else map(_exact, rows):
        series[measure, breakdown][period] = value
    return {(measures[measure], breakdown): values for (measure, breakdown), values in series.items()}


def _exact(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return (*row[:3], exact_number(row[3]))
