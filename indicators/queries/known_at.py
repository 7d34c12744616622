"""What was known of the indicators at a past moment: values, definitions, Cpog targets, groups of bodies.

Exact or refused: values, definitions and targets say when they came and when they went; a group says it in the audit
trail, which keeps all but what a replaced membership was; the convention's own files say only that they were loaded.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from cog.models import AuditEvent, Convention, Organisation
from indicators.models import Baseline, Indicator, IndicatorVersion, Measure, Observation, Target
from indicators.queries.engine import versions_of
from indicators.queries.evaluation import Evaluated, Evaluation, GroupMember, memberships_of
from indicators.queries.local_targets import local_targets_by_indicator

READ_BY_RESULTS = frozenset(
    str(model._meta.verbose_name_plural)
    for model in (Indicator, IndicatorVersion, Baseline, Target, Measure, Organisation)
)
"""Tables of the reference that a result is computed from, as a load names them in the trail."""


class CannotRestore(Exception):
    """What results were computed from at that moment cannot be told any more; the message says what changed since."""


def versions_known(*, convention: Convention, at: datetime) -> dict[int, list[IndicatorVersion]]:
    """indicator -> the definitions recorded by then, the oldest first; an empty list where none was."""
    known = versions_of(convention=convention)
    return {pk: [row for row in rows if row.adopted_at is None or row.adopted_at <= at] for pk, rows in known.items()}


def observations_known(*, convention: Convention, at: datetime) -> Any:
    """The values in force at that moment: accepted by then, not yet replaced by then."""
    rows = Observation.objects.filter(measure__convention=convention, batch__accepted_at__lte=at)
    return rows.exclude(closed_by__accepted_at__lte=at)


def evaluation_known(*, convention: Convention, at: datetime) -> Evaluation:
    """An evaluation with all that was known at that moment. Raises CannotRestore."""
    _refuse_a_changed_reference(convention, at)
    return Evaluation(
        convention=convention,
        as_of=at,
        versions=versions_known(convention=convention, at=at),
        local_targets=local_targets_by_indicator(convention=convention, as_of=at),
        memberships=memberships_known(convention=convention, at=at),
    )


def evaluated_sheets(*, evaluation: Evaluation, until: date) -> Iterator[tuple[Indicator, Evaluated]]:
    """Every sheet by its code, with its results of the periods over by `until`."""
    for indicator in sorted(evaluation.indicators, key=lambda one: one.code):
        periods = [period for period in evaluation.due(indicator) if period.end <= until]
        yield indicator, evaluation.evaluate(indicator, periods)


def memberships_known(*, convention: Convention, at: datetime) -> list[GroupMember]:
    """The memberships of groups at that moment: today's, with what was entered since undone, the last first.

    Raises CannotRestore where one was replaced: the trail does not keep its end.
    """
    bodies = set(Organisation.objects.filter(convention=convention).values_list("code", flat=True))
    held = {(one.body, one.key, one.since): one for one in memberships_of(convention)}
    for event in AuditEvent.objects.filter(action="groups.saved", at__gt=at).order_by("-at", "-pk"):
        for body, key, value, told in reversed(event.details["values"]):
            if body in bodies:
                _undo(held, body, key, value, told)
    return sorted(held.values(), key=lambda one: (one.key, one.value, one.body, one.since))


def _undo(held: dict[tuple[str, str, date], GroupMember], body: str, key: str, value: str, told: str) -> None:
    """Undo one line of the trail: « depuis 2014-01-01 » came, « jusqu'au 2013-12-31 » was ended."""
    word, _, day = told.partition(" ")
    if word == "remplacé":
        raise CannotRestore(f"l'appartenance de {body} au groupe « {key} » a été remplacée depuis")
    if word == "depuis":
        held.pop((body, key, date.fromisoformat(day)), None)
        return
    ended = date.fromisoformat(day)
    for place, one in held.items():
        if (one.body, one.key, one.value, one.until) == (body, key, value, ended):
            held[place] = one._replace(until=None)


def _refuse_a_changed_reference(convention: Convention, at: datetime) -> None:
    """The files of the convention are not dated: a load that changed what results read cannot be undone.

    The first load is the text itself, whenever it was entered.
    """
    loads = AuditEvent.objects.filter(action="convention.loaded", subject=convention.code).order_by("at", "pk")
    for event in list(loads)[1:]:
        touched = sorted(READ_BY_RESULTS & set(event.details))
        if event.at > at and touched:
            raise CannotRestore(f"la référence a été rechargée le {event.at:%d/%m/%Y} : {', '.join(touched)}")


def reference_read_at(*, convention: Convention) -> datetime | None:
    """When the files of the convention were last loaded with a change; None when the trail does not say."""
    loads = AuditEvent.objects.filter(action="convention.loaded", subject=convention.code)
    return loads.order_by("-at").values_list("at", flat=True).first()
