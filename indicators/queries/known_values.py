"""The values in force that a file is checked against: those of its bodies, for its measures and their partners."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

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
from indicators.queries.facts import exact_value

NOTHING = "-"
"""Beside the numbers of a series: a statement that has none."""


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
    """Straight SQL, one row a series: a file of the whole network asks it of a hundred bodies, with years of values."""
    if not measures:
        return {}
    joined = "string_agg" if connection.vendor == "postgresql" else "group_concat"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT o.measure_id, o.breakdown, {joined}(o.period, ' '),"  # noqa: S608 - no text of a person
            f" {joined}(COALESCE(CAST({exact_value('o')} AS text), '{NOTHING}'), ' ')"
            " FROM indicators_observation o"
            " WHERE o.organisation_id = %s AND o.closed_by_id IS NULL AND o.statement <> %s"
            f" AND o.measure_id IN ({', '.join(['%s'] * len(measures))}) GROUP BY o.measure_id, o.breakdown",
            [body, Statement.NOT_AVAILABLE, *measures],
        )
        return {
            (measures[measure], breakdown): dict(zip(periods.split(" "), _numbers(values), strict=True))
            for measure, breakdown, periods, values in cursor.fetchall()
        }


def _numbers(written: str) -> Iterable[Decimal | None]:
    values = written.split(" ")
    return map(Decimal, values) if NOTHING not in values else [None if v == NOTHING else Decimal(v) for v in values]
