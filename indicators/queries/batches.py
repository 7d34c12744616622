"""Who sees and accepts which batches, and the history of a value."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from cog.models import Convention, Organisation, User
from cog.periods import Granularity, Period
from cog.permissions import Permission, Scope, caisses_visible_to, scopes
from indicators.models import ImportBatch, Observation
from indicators.problem_titles import DEFAULT_TITLE, PROBLEM_TITLES

_LENGTHS = (Granularity.MONTH, Granularity.QUARTER, Granularity.SEMESTER)


def batches_visible_to(user: Any, *, convention: Convention) -> QuerySet[ImportBatch]:
    """All the batches, or those of one's own caisse; the latest first."""
    rows = ImportBatch.objects.filter(convention=convention)
    if Scope.ALL not in scopes(user, Permission.SEE_OBSERVATIONS):
        rows = rows.filter(only__in=caisses_visible_to(user, Permission.SEE_OBSERVATIONS))
    return rows.select_related("only", "job", "job__cancel_asked_by", "received_by", "accepted_by").order_by(
        "-received_at", "-pk"
    )


def may_accept(user: User, batch: ImportBatch) -> bool:
    """Whether `user` may accept this batch: any, or only one that was sent for their own caisse."""
    if Scope.ALL in scopes(user, Permission.ACCEPT_OBSERVATIONS):
        return True
    return caisses_visible_to(user, Permission.ACCEPT_OBSERVATIONS).filter(pk=batch.only_id).exists()


def sender_of(batch_id: int) -> User | None:
    """Who sent a file."""
    batch = ImportBatch.objects.filter(pk=batch_id).select_related("received_by").first()
    return batch.received_by if batch is not None else None


def filtered(
    rows: QuerySet[ImportBatch], *, state: str = "", caisse: str = "", period: Period | None = None
) -> QuerySet[ImportBatch]:
    """The batches in a state, that hold values of a caisse, or of a period and those within it."""
    if state:
        rows = rows.filter(state=state)
    if caisse:
        rows = rows.filter(Q(only__code=caisse) | Q(summary__caisses__has_key=caisse))
    if period is not None:
        rows = rows.filter(summary__periods__has_any_keys=[str(one) for one in _within(period)])
    return rows


def _within(period: Period) -> list[Period]:
    """The period and the shorter ones it holds, down to months."""
    shorter = [length for length in _LENGTHS if length < period.granularity]
    return [period, *(child for length in shorter for child in period.children(length))]


def history(*, organisation: Organisation, measure: str, period: str, breakdown: str) -> QuerySet[Observation]:
    """Every revision of a value, the one in force first, with the file each came from."""
    return (
        Observation.objects.filter(organisation=organisation, measure__code=measure, period=period, breakdown=breakdown)
        .select_related("measure", "batch", "batch__received_by", "batch__accepted_by", "closed_by")
        .order_by("-revision")
    )


@dataclass(frozen=True)
class ProblemGroup:
    """Problems of one kind, under the words that name it."""

    code: str
    title: str
    severity: str
    count: int


def problem_groups(batch: ImportBatch) -> list[ProblemGroup]:
    """The kinds of problems of a batch, errors first, the most frequent first."""
    counted = Counter((problem["severity"], problem["code"]) for problem in batch.problems)
    groups = [
        ProblemGroup(code, PROBLEM_TITLES.get(code, DEFAULT_TITLE), severity, count)
        for (severity, code), count in counted.items()
    ]
    return sorted(groups, key=lambda group: (group.severity, -group.count, group.title))


def problems_of(batch: ImportBatch, code: str = "") -> list[dict[str, Any]]:
    """The problems of a batch (of one kind), errors first, kind by kind, in the order of the file."""
    rank = {(group.severity, group.code): place for place, group in enumerate(problem_groups(batch))}
    kept = [problem for problem in batch.problems if code in ("", problem["code"])]
    titled = [problem | {"title": PROBLEM_TITLES.get(problem["code"], DEFAULT_TITLE)} for problem in kept]
    return sorted(titled, key=lambda one: (rank[one["severity"], one["code"]], one["sheet"], one["line"] or 0))
