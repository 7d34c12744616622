"""Entering Cpog targets: added, replaced, taken back; never edited in place."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from cog import audit
from cog.figures import Operator
from cog.models import Convention, Organisation, User
from indicators.models import Indicator, LocalTarget
from indicators.operations.results import mark_stale_sheet, request_recompute


@dataclass(frozen=True)
class TargetEntry:
    """What one caisse must reach in a year; `threshold` None takes its target back.

    `seen`: the revision that was in force when the entry was prepared (0: none), so that nobody overwrites what another
    person entered meanwhile.
    """

    indicator: str
    body: str
    year: int
    operator: Operator
    threshold: Decimal | None
    source: str = ""
    seen: int = 0


@dataclass(frozen=True)
class TargetsSaved:
    """What entering targets did."""

    added: int
    replaced: int
    withdrawn: int
    unchanged: int


class TargetsMoved(Exception):
    """Some targets changed since the entry was prepared: nothing was written. `keys`: (indicator, caisse, year)."""

    def __init__(self, keys: list[tuple[str, str, int]]) -> None:
        self.keys = keys
        named = ", ".join(f"{code} {body} {year}" for code, body, year in keys[:10])
        super().__init__(
            f"{len(keys)} cible{'s ont' if len(keys) > 1 else ' a'} changé pendant la saisie : {named}. "
            "Rien n'est enregistré ; reprendre la saisie."
        )


@transaction.atomic
def save_local_targets(
    *, convention: Convention, entries: Iterable[TargetEntry], by: User, at: datetime, simulated: bool = False
) -> TargetsSaved:
    """Write the targets of an entry, all or none; what an entry does not name is left as it is.

    Raises TargetsMoved. Unknown codes are a programming error (KeyError): the entry was checked.
    """
    entries = list(entries)
    codes = {entry.indicator for entry in entries}
    sheets = Indicator.objects.select_for_update(of=("self",)).filter(convention=convention, code__in=codes)
    indicators = {row.code: row for row in sheets.select_related("convention").order_by("pk")}
    bodies = {row.code: row for row in Organisation.objects.filter(convention=convention)}
    held = {
        (row.indicator_id, row.organisation_id, row.year): row
        for row in LocalTarget.objects.filter(indicator__in=indicators.values(), closed_at__isnull=True)
    }
    moved, closed, added, unchanged = [], [], [], 0
    for entry in entries:
        indicator, body = indicators[entry.indicator], bodies[entry.body]
        former = held.get((indicator.pk, body.pk, entry.year))
        if (former.revision if former else 0) != entry.seen:
            moved.append((entry.indicator, entry.body, entry.year))
        elif _says_the_same(former, entry):
            unchanged += 1
        else:
            if former is not None:
                closed.append(former)
            if entry.threshold is not None:
                added.append(_row(indicator, body, entry, by, at, simulated=simulated))
    if moved:
        raise TargetsMoved(moved)
    LocalTarget.objects.filter(pk__in=[row.pk for row in closed]).update(closed_at=at, closed_by=by)
    _number(added)
    LocalTarget.objects.bulk_create(added, batch_size=500)
    replaced = sum((row.indicator_id, row.organisation_id, row.year) in held for row in added)
    saved = TargetsSaved(len(added) - replaced, replaced, len(closed) - replaced, unchanged)
    if added or closed:
        for indicator in indicators.values():
            mark_stale_sheet(indicator=indicator)
        request_recompute(convention=convention, by=by, at=at)
        audit.record(
            action="local_targets.saved",
            subject=", ".join(sorted(codes))[:200],
            by=by,
            at=at,
            details={
                "added": saved.added,
                "replaced": saved.replaced,
                "withdrawn": saved.withdrawn,
                "values": [_told(row, "") for row in added] + [_told(row, "closed") for row in closed],
            },
        )
    return saved


def _says_the_same(former: LocalTarget | None, entry: TargetEntry) -> bool:
    if former is None or entry.threshold is None:
        return former is None and entry.threshold is None
    same_source = not entry.source or former.source == entry.source
    return former.threshold == entry.threshold and former.operator == entry.operator and same_source


def _row(
    indicator: Indicator, body: Organisation, entry: TargetEntry, by: User, at: datetime, *, simulated: bool
) -> LocalTarget:
    return LocalTarget(
        indicator=indicator,
        organisation=body,
        year=entry.year,
        operator=entry.operator.value,
        threshold=entry.threshold,
        source=entry.source,
        simulated=simulated,
        entered_at=at,
        entered_by=by,
    )


def _number(rows: list[LocalTarget]) -> None:
    """Each row takes the revision after the last one of its key, closed or not."""
    known: dict[tuple[int, int, int], int] = {}
    past = LocalTarget.objects.filter(indicator__in={row.indicator_id for row in rows})
    for key in past.order_by("revision").values_list("indicator_id", "organisation_id", "year", "revision"):
        known[key[:3]] = key[3]
    for row in rows:
        row.revision = known.get((row.indicator_id, row.organisation_id, row.year), 0) + 1


def _told(row: LocalTarget, what: str) -> list[str | int]:
    threshold = format(row.threshold.normalize() + 0, "f")
    return [row.indicator.code, row.organisation.code, row.year, f"{row.operator} {threshold}", row.revision, what]
