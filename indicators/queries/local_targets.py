"""Reads of the Cpog targets: for verdicts, for the entry, for the open data package."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Q, QuerySet

from cog.figures import Operator
from cog.models import Convention, Organisation
from indicators.compute import verdict as verdicts
from indicators.models import Indicator, LocalTarget

ORIGIN = "cpog"


def targets_in_force(*, indicators: Iterable[Indicator], as_of: datetime | None = None) -> QuerySet[LocalTarget]:
    """The Cpog targets of some indicators in force now, or at a past moment, with their caisse, by caisse and year."""
    rows = LocalTarget.objects.filter(indicator__in=list(indicators))
    if as_of is None:
        rows = rows.filter(closed_at__isnull=True)
    else:
        rows = rows.filter(Q(closed_at__isnull=True) | Q(closed_at__gt=as_of), entered_at__lte=as_of)
    return rows.select_related("organisation").order_by("indicator_id", "organisation__code", "year")


def local_targets_of(indicator: Indicator) -> tuple[verdicts.Target, ...]:
    """The Cpog targets in force of an indicator, as the engine compares them: their scope is a caisse's code.

    Each holds for its year; all but the last one of a caisse are intermediate.
    """
    if "local_targets" in getattr(indicator, "_prefetched_objects_cache", {}):
        rows = [row for row in indicator.local_targets.all() if row.closed_at is None]
        return _judged(indicator, sorted(rows, key=lambda row: (row.organisation.code, row.year)))
    return _judged(indicator, targets_in_force(indicators=[indicator]))


def local_targets_by_indicator(
    *, convention: Convention, as_of: datetime | None = None
) -> dict[int, tuple[verdicts.Target, ...]]:
    """indicator -> its Cpog targets in force now, or at a past moment, for all those of a convention at once."""
    sheets = Indicator.objects.filter(convention=convention).prefetch_related("versions")
    indicators = {row.pk: row for row in sheets}
    rows: dict[int, list[LocalTarget]] = defaultdict(list)
    for row in targets_in_force(indicators=indicators.values(), as_of=as_of):
        rows[row.indicator_id].append(row)
    return {pk: _judged(indicators[pk], found) for pk, found in rows.items()}


def _judged(indicator: Indicator, rows: Iterable[LocalTarget]) -> tuple[verdicts.Target, ...]:
    rows = list(rows)
    last = {row.organisation_id: row.year for row in rows}  # they come by year
    unit = _unit(indicator) if rows else ""
    return tuple(
        verdicts.Target(
            code=indicator.code,
            scope=row.organisation.code,
            year=row.year,
            start=date(row.year, 1, 1),
            end=date(row.year, 12, 31),
            operator=Operator(row.operator),
            value=row.threshold,
            unit=unit,
            threshold=row.threshold,
            intermediate=row.year < last[row.organisation_id],
            origin=ORIGIN,
        )
        for row in rows
    )


def _unit(indicator: Indicator) -> str:
    """The unit of the last definition; thresholds are in it."""
    last = max(indicator.versions.all(), key=lambda row: row.number, default=None)
    return str(last.method.get("unit", "")) if last else ""


def revisions_in_force(*, convention: Convention, codes: Iterable[str]) -> dict[tuple[str, str, int], LocalTarget]:
    """(indicator, caisse, year) -> the target in force, for the indicators of these codes."""
    rows = LocalTarget.objects.filter(
        indicator__convention=convention, indicator__code__in=list(codes), closed_at__isnull=True
    ).select_related("indicator", "organisation")
    return {(row.indicator.code, row.organisation.code, row.year): row for row in rows}


def past_targets(*, indicator: Indicator) -> list[LocalTarget]:
    """What was replaced or taken back, the latest first."""
    rows = LocalTarget.objects.filter(indicator=indicator, closed_at__isnull=False)
    return list(
        rows.select_related("organisation", "entered_by", "closed_by").order_by("-closed_at", "organisation__code")
    )


def own_targets(*, convention: Convention, caisses: QuerySet[Organisation], code: str = "") -> list[LocalTarget]:
    """The targets in force of the caisses that a person may see, by indicator and year; `code`: of one indicator."""
    rows = LocalTarget.objects.filter(
        indicator__convention=convention, organisation__in=caisses, closed_at__isnull=True
    ).select_related("indicator", "organisation")
    if code:
        rows = rows.filter(indicator__code=code)
    return list(rows.order_by("indicator__position", "organisation__code", "year"))
