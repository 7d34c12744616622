"""The rows of each file of the package, as values, from what is known of a convention."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from actions.queries import iter_actions, iter_deadlines, iter_steps
from budgets.queries.open_data import iter_amounts, iter_lines
from cog.models import Fiche, SourceAnomaly
from indicators.queries import (
    definition_of,
    indicators_of,
    iter_observations,
    local_targets_by_indicator,
    measures_of,
    published_of,
    status_of,
    versions_known,
    versions_of,
)
from reports.opendata.known import DispersionRow, Known, ResultRow
from reports.transmitted import sent_in_order

Row = Iterable[Any]
"""The values of a row, in the order of its file's columns."""


def printed(value: Decimal, decimals: int) -> str:
    """A figure of the convention with the decimals it prints: « 24.00 »."""
    return f"{value:.{decimals}f}"


def fiches(known: Known) -> Iterator[Row]:
    for fiche in Fiche.objects.filter(convention=known.convention).select_related("domain").order_by("number"):
        yield fiche.number, fiche.title, fiche.domain.number, fiche.seed_line


def actions(known: Known) -> Iterator[Row]:
    for row in iter_actions(convention=known.convention):
        yield (
            row.plan,
            row.fiche.number,
            row.ordinal,
            row.number,
            row.objective.title,
            row.label,
            row.seed_line,
        )


def steps(known: Known) -> Iterator[Row]:
    for row in iter_steps(convention=known.convention):
        yield row.action.plan, row.action.fiche.number, row.action.ordinal, row.position, row.label


def deadlines(known: Known) -> Iterator[Row]:
    for row in iter_deadlines(convention=known.convention):
        action = row.action
        step = row.step.position if row.step else None
        yield action.plan, action.fiche.number, action.ordinal, step, row.raw, row.kind, row.start, row.end


def indicators(known: Known) -> Iterator[Row]:
    held_by = versions(known)
    for row in sorted(indicators_of(convention=known.convention), key=lambda one: one.code):
        held = held_by.get(row.pk)
        definition = definition_of(held[-1]) if held else None
        yield (
            row.code,
            row.printed_code,
            row.number,
            row.fiche.number,
            row.kind,
            row.title,
            definition.unit if definition else "",
            definition.better if definition else "",
            definition.method if definition else "to_build",
            ";".join(row.periodicities),
            status_of(row, versions=held),
            row.seed_line,
        )


def versions(known: Known) -> dict[int, list[Any]]:
    """indicator -> its definitions, the oldest first."""
    if known.moment is None:
        return versions_of(convention=known.convention)
    return versions_known(convention=known.convention, at=known.moment)


def measures(known: Known) -> Iterator[Row]:
    for row in measures_of(convention=known.convention):
        yield row.code, row.label, row.unit, row.value_kind, row.level, row.finest_period, row.breakdowns


def baselines(known: Known) -> Iterator[Row]:
    for indicator in sorted(indicators_of(convention=known.convention), key=lambda one: one.code):
        for row in sorted(indicator.baselines.all(), key=lambda one: one.position):
            yield indicator.code, row.label, row.year, printed(row.value, row.decimals), row.unit, row.note


def targets(known: Known) -> Iterator[Row]:
    local = local_targets_by_indicator(convention=known.convention, as_of=known.moment)
    for indicator in sorted(indicators_of(convention=known.convention), key=lambda one: one.code):
        rows = [row for row in indicator.targets.all() if _is_known(row, known)]
        for row in sorted(rows, key=lambda one: one.position):
            yield (
                indicator.code, row.scope, row.year, row.said_from, row.holds_to, row.cumulative, row.role, row.mode,
                row.operator, row.value, row.unit, row.threshold, row.intermediate, row.origin,
            )  # fmt: skip
        for one in local.get(indicator.pk, ()):  # the Cpog's, by caisse and year
            yield (
                indicator.code, one.scope, one.year, one.start, one.end, one.cumulative, one.role, one.mode,
                one.operator, one.value, one.unit, one.threshold, one.intermediate, one.origin,
            )  # fmt: skip


def _is_known(target: Any, known: Known) -> bool:
    """Whether the target was known at the moment of the package: that of an amendment, once it was in force."""
    return target.amendment is None or known.moment is None or target.amendment.entered_at <= known.moment


def budget_lines(known: Known) -> Iterator[Row]:
    for row in iter_lines(convention=known.convention):
        parent = row.parent.position if row.parent else None
        yield row.fund.code, row.position, row.label, parent, row.kind, row.nature, row.seed_line


def budget_amounts(known: Known) -> Iterator[Row]:
    for row in iter_amounts(convention=known.convention, as_of=known.moment):
        yield row.fund, row.position, row.year, row.amount, row.unit, row.stage, row.edition


def observations(known: Known) -> Iterator[Row]:
    held = iter_observations(convention=known.convention, as_of=known.moment)
    for measure, body, period, breakdown, value, statement, revision, batch in held:
        yield measure, body, period, breakdown, value, statement or "valeur", revision, batch


def results(known: Known) -> Iterator[Row]:
    return map(_result, known.results.headlines())


def secondary_results(known: Known) -> Iterator[Row]:
    return ((*_result(row), row.name) for row in known.results.secondary())


def _result(row: ResultRow) -> tuple[Any, ...]:
    """A result without its name, which the file of headlines has no column for."""
    return row[:12]


def published(known: Known) -> Iterator[Row]:
    for row in published_of(convention=known.convention):
        yield (
            row.indicator_code, row.year, row.period, row.scope, row.value, row.unit, row.basis, row.source,
            row.source_url, row.confidence, row.note,
        )  # fmt: skip


def dispersions(known: Known) -> Iterator[DispersionRow]:
    return known.results.dispersions()


def transmissions(known: Known) -> Iterator[Row]:
    for row in sent_in_order(convention=known.convention, until=known.moment):
        replaced = row.number - 1 or None
        at = row.transmitted_at.isoformat()
        # A document owed names its obligation before what it covers: several may cover the same year.
        period = f"{row.subject} {row.period}".lstrip()
        yield row.kind, period, row.number, row.due, at, row.late, row.sha256, replaced


def anomalies(known: Known) -> Iterator[Row]:
    for row in SourceAnomaly.objects.filter(convention=known.convention).order_by("seed_line", "place", "code"):
        yield row.place, row.seed_line, row.what, row.reading
