"""Everything that goes to the State with a quarter, as it stands: what `reports` freezes."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from cog.models import Convention
from cog.periods import parse
from indicators.enums import BatchState
from indicators.models import (
    Dispersion,
    ImportBatch,
    Indicator,
    IndicatorResult,
    IndicatorVersion,
    LocalTarget,
    StaleResult,
)
from indicators.queries.engine import version_at
from indicators.queries.explanations import Figure, explained_figures

RESULT_COLUMNS = (
    "period", "scope", "name", "breakdown", "value", "numerator", "denominator", "state", "verdict",
    "reported", "concerned", "units_reported", "units_concerned", "version", "simulated",
)  # fmt: skip
"""Of a result that is sent; `version` is the number of its definition."""


@dataclass(frozen=True)
class SheetContent:
    """One technical sheet of a dossier: its figures, every result behind them, and what they are read with.

    `results`: tuples in the order of `RESULT_COLUMNS`, for the nation, the caisses alone and each caisse.
    """

    indicator: Indicator
    figures: list[Figure]
    versions: list[IndicatorVersion]
    results: list[tuple[Any, ...]]
    dispersions: list[Dispersion]
    local_targets: list[LocalTarget]


def hold_results(*, convention: Convention) -> None:
    """Nobody replaces a result of the convention before the caller's transaction ends (`operations.results` waits)."""
    list(Indicator.objects.select_for_update().filter(convention=convention).order_by("pk").values_list("pk"))


def quarter_content(*, convention: Convention, period: str) -> list[SheetContent]:
    """The sheets of a quarter's dossier, in the order of the annex. Raises PeriodError for anything but a quarter."""
    figures: dict[int, list[Figure]] = defaultdict(list)
    for figure in explained_figures(convention=convention, period=period):
        figures[figure.indicator.pk].append(figure)
    periods = {figure.period for rows in figures.values() for figure in rows}
    results = _results(figures, periods)
    dispersions: dict[int, list[Dispersion]] = defaultdict(list)
    for row in Dispersion.objects.filter(indicator__in=figures, period__in=periods).order_by("period"):
        dispersions[row.indicator_id].append(row)
    years = {parse(text).year for text in periods}
    targets: dict[int, list[LocalTarget]] = defaultdict(list)
    held = LocalTarget.objects.filter(indicator__in=figures, year__in=years, closed_at__isnull=True)
    for target in held.select_related("organisation").order_by("organisation__code", "year"):
        targets[target.indicator_id].append(target)
    return [_sheet(own, results[key], dispersions[key], targets[key]) for key, own in figures.items()]


def _results(figures: dict[int, list[Figure]], periods: set[str]) -> dict[int, list[tuple[Any, ...]]]:
    """indicator -> its rows at its own periods."""
    own = {(key, figure.period) for key, rows in figures.items() for figure in rows}
    fields = [name if name != "version" else "version__number" for name in RESULT_COLUMNS]
    rows: Any = IndicatorResult.objects.filter(indicator__in=figures, period__in=periods)
    found: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for key, *row in rows.values_list("indicator_id", *fields):
        if (key, row[0]) in own:
            found[key].append(tuple(row))
    for kept in found.values():
        kept.sort(key=lambda row: row[:4])
    return found


def _sheet(
    figures: list[Figure],
    results: list[tuple[Any, ...]],
    dispersions: list[Dispersion],
    local_targets: list[LocalTarget],
) -> SheetContent:
    indicator = figures[0].indicator
    versions = list(indicator.versions.all())
    numbers = {row[RESULT_COLUMNS.index("version")] for row in results}
    held = {version_at(versions, parse(figure.period)) for figure in figures}
    kept = [version for version in versions if version.number in numbers or version in held]
    own = {figure.period for figure in figures}
    return SheetContent(
        indicator=indicator,
        figures=figures,
        versions=sorted(kept, key=lambda version: version.number),
        results=results,
        dispersions=[row for row in dispersions if row.period in own],
        local_targets=local_targets,
    )


def stale_sheets(*, convention: Convention, years: set[int]) -> list[Indicator]:
    """The sheets of which results of these years are to be computed again: facts changed since."""
    marked = StaleResult.objects.filter(indicator__convention=convention, year__in=years).values("indicator")
    return list(Indicator.objects.filter(pk__in=marked).order_by("position"))


def undecided_batches(*, convention: Convention, periods: set[str]) -> list[ImportBatch]:
    """Files that hold values of these periods (or within them) and that nobody accepted nor abandoned."""
    waiting = ImportBatch.objects.filter(
        convention=convention, state__in=(BatchState.RECEIVED, BatchState.CHECKED)
    ).order_by("received_at")
    wanted = [parse(text) for text in periods]

    def concerns(batch: ImportBatch) -> bool:
        told = (batch.summary or {}).get("periods")
        return not told or any(one.contains(parse(text)) for text in told for one in wanted)

    return [batch for batch in waiting if concerns(batch)]
