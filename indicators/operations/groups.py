"""Entering groups of comparable bodies: dated, never two at once for a body and a criterion."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from django.db import transaction

from cog import audit
from cog.models import Convention, Organisation, User
from indicators.intake.groups import CONCERNED, GroupRow
from indicators.models import Indicator, OrganisationGroup
from indicators.operations.results import mark_stale_sheet, request_recompute


@dataclass(frozen=True)
class GroupsSaved:
    """What entering groups did; `closed`: memberships that a later one ended the day before."""

    added: int
    changed: int
    closed: int
    unchanged: int


class GroupsOverlap(Exception):
    """Memberships that would overlap those already known; `problems` says each, in French. Nothing was written."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__(" ".join(problems))


@transaction.atomic
def save_groups(
    *, convention: Convention, rows: Iterable[GroupRow], by: User, at: datetime, simulated: bool = False
) -> GroupsSaved:
    """Write memberships, all or none; the audit trail keeps what each one replaced.

    One that begins on the day of a known one takes its place; one that begins during an open one ends it the day
    before; what is not named is left as it is. Raises GroupsOverlap.
    """
    rows = sorted(rows, key=lambda row: (row.body, row.key, row.since))
    convention = Convention.objects.select_for_update().get(pk=convention.pk)
    bodies = {row.code: row for row in Organisation.objects.filter(convention=convention)}
    held: dict[tuple[str, str], list[OrganisationGroup]] = {}
    for known in OrganisationGroup.objects.filter(organisation__convention=convention).select_related("organisation"):
        held.setdefault((known.organisation.code, known.key), []).append(known)
    added, changed, closed, unchanged, told = 0, 0, 0, 0, []
    for row in rows:
        siblings = held.setdefault((row.body, row.key), [])
        same = next((one for one in siblings if one.valid_from == row.since), None)
        if same is not None and (same.value, same.valid_to, same.source) == (row.value, row.until, row.source):
            unchanged += 1
            continue
        before = next((one for one in siblings if one.valid_to is None and one.valid_from < row.since), None)
        if before is not None:
            before.valid_to = row.since - timedelta(days=1)
            before.save()
            closed += 1
            told.append([row.body, row.key, before.value, f"jusqu'au {before.valid_to}"])
        one = same or OrganisationGroup(organisation=bodies[row.body], key=row.key, valid_from=row.since)
        if same is not None:
            changed += 1
            told.append([row.body, row.key, same.value, "remplacé"])
        else:
            added += 1
            siblings.append(one)
        one.value, one.valid_to, one.source, one.simulated = row.value, row.until, row.source, simulated
        one.save()
        told.append([row.body, row.key, row.value, f"depuis {row.since}"])
    _refuse_overlaps(held)
    if told:
        _mark(convention, {row.key for row in rows})
        request_recompute(convention=convention, by=by, at=at)
        audit.record(
            action="groups.saved",
            subject=", ".join(sorted({row.key for row in rows}))[:200],
            by=by,
            at=at,
            details={"added": added, "changed": changed, "closed": closed, "values": told},
        )
    return GroupsSaved(added, changed, closed, unchanged)


def _refuse_overlaps(held: dict[tuple[str, str], list[OrganisationGroup]]) -> None:
    problems = []
    for (body, key), rows in held.items():
        ordered = sorted(rows, key=lambda one: one.valid_from)
        for first, second in pairwise(ordered):
            if (first.valid_to or date.max) >= second.valid_from:
                problems.append(
                    f"{body}, {key} : « {first.value} » (jusqu'au {first.valid_to or 'terme'}) et « {second.value} » "
                    f"(depuis le {second.valid_from}) se chevauchent."
                )
    if problems:
        raise GroupsOverlap(problems)


def _mark(convention: Convention, keys: set[str]) -> None:
    """The sheets that read these groups: those they concern, and for a criterion all that compare by groups."""
    codes = {key.removeprefix(CONCERNED) for key in keys if key.startswith(CONCERNED)}
    criteria = keys - {f"{CONCERNED}{code}" for code in codes}
    for indicator in Indicator.objects.filter(convention=convention).prefetch_related("versions"):
        compared = {str(one) for version in indicator.versions.all() for one in version.method.get("groups", [])}
        if indicator.code in codes or compared & criteria:
            indicator.convention = convention
            mark_stale_sheet(indicator=indicator)
