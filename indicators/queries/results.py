"""Reads of the results a row at a time, kept to the scopes a reader may see."""

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from cog.models import Convention
from indicators.models import Dispersion, Indicator, IndicatorResult


def completeness(reported: int, concerned: int) -> Decimal | None:
    """The part of what was expected that was reported, from 0 to 1; None where nothing was."""
    return round(Decimal(reported) / concerned, 12) if concerned else None


def indicator_named(*, convention: Convention, code: str) -> Indicator | None:
    return Indicator.objects.filter(convention=convention, code=code).select_related("fiche").first()


def result_rows(
    *,
    indicators: Collection[int],
    secondary: bool,
    scopes: Collection[str] | None,
    year: int | None = None,
    **equal: str | None,
) -> QuerySet[IndicatorResult]:
    """The results of some indicators that answer, in the order of their unique index: no sort of half a million rows.

    `secondary`: those that have a name; `scopes`: those a reader may see (None: all); `equal`: field -> the value asked
    for (None: any).
    """
    rows = IndicatorResult.objects.filter(indicator_id__in=list(indicators))
    rows = rows.exclude(name="") if secondary else rows.filter(name="")
    if scopes is not None:
        rows = rows.filter(scope__in=list(scopes))
    if year is not None:
        rows = rows.filter(period__startswith=f"{year:04}")
    asked: dict[str, Any] = {name: value for name, value in equal.items() if value is not None}
    rows = rows.filter(**asked).select_related("indicator", "version")
    return rows.order_by("indicator_id", "name", "breakdown", "scope", "period")


def dispersion_rows(*, indicators: Collection[int], period: str = "", year: int | None = None) -> QuerySet[Dispersion]:
    """The dispersions of some indicators, at a period or in a year when one is asked."""
    rows = Dispersion.objects.filter(indicator_id__in=list(indicators)).select_related("indicator")
    if period:
        rows = rows.filter(period=period)
    if year is not None:
        rows = rows.filter(period__startswith=f"{year:04}")
    return rows.order_by("indicator__position", "period")
