"""Reads of the indicators for the open data package, sorted by their keys."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import F, QuerySet
from django.db.models.functions import Collate

from cog.models import Convention
from indicators.models import (
    Dispersion,
    IndicatorResult,
    Measure,
    Observation,
    PublishedResult,
)
from indicators.queries.known_at import observations_known


def _by_bytes(*names: str) -> list[Collate | F]:
    """The same order on every database: PostgreSQL would otherwise sort the package as a French dictionary does."""
    if connection.vendor != "postgresql":
        return [F(name) for name in names]
    return [Collate(F(name), "C") for name in names]


def iter_observations(*, convention: Convention, as_of: datetime | None = None) -> Iterator[tuple[Any, ...]]:
    """Every value in force now, or at a past moment, sorted by its key.

    Measure, body, period, breakdown, value, statement, revision, batch.
    """
    if as_of is None:
        held = Observation.objects.filter(measure__convention=convention, closed_by__isnull=True)
    else:
        held = observations_known(convention=convention, at=as_of)
    rows: Any = held.order_by(*_by_bytes("measure__code", "organisation__code", "period", "breakdown")).values_list(
        "measure__code",
        "organisation__code",
        "period",
        "breakdown",
        "value",
        "statement",
        "revision",
        "batch_id",
    )
    return iter(rows.iterator(chunk_size=20_000))


def iter_results(*, convention: Convention, secondary: bool) -> Iterator[IndicatorResult]:
    """The current results, sorted by (code, scope, period, breakdown); the secondary ones also by name."""
    rows = IndicatorResult.objects.filter(indicator__convention=convention).select_related("indicator", "version")
    rows = rows.exclude(name="") if secondary else rows.filter(name="")
    order = ["indicator__code", "scope", "period", "breakdown"]
    return iter(rows.order_by(*_by_bytes(*order, "name")).iterator(chunk_size=2_000))


def iter_dispersions(*, convention: Convention) -> Iterator[Dispersion]:
    rows = Dispersion.objects.filter(indicator__convention=convention).select_related("indicator")
    return iter(rows.order_by(*_by_bytes("indicator__code", "period")).iterator())


def measures_of(*, convention: Convention) -> QuerySet[Measure]:
    return Measure.objects.filter(convention=convention).order_by(*_by_bytes("code"))


def published_of(*, convention: Convention) -> QuerySet[PublishedResult]:
    return PublishedResult.objects.filter(convention=convention).order_by("position")
