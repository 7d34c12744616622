"""« Nouveautés »: what happened, the latest first, in words for people, each for who may read it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from actions.queries.pages import keys_of_actions
from cog.models import AuditEvent, Convention, Membership, NewsReading, User
from cog.permissions import Permission, Scope, can, own_caisses, scopes
from reports.news import ACTS, Kind, is_correction, sentence
from reports.papers import every_edition, every_sent
from reports.report_queries import readable_states

READ_BY: dict[Kind, Permission] = {
    Kind.SENT: Permission.READ_TRANSMITTED,
    Kind.NOTES: Permission.READ_TRANSMITTED,
    Kind.EDITIONS: Permission.READ_PUBLISHED,
    Kind.DATA: Permission.SEE_OBSERVATIONS,
    Kind.DEFINITIONS: Permission.READ_REFERENCE,
    Kind.PROGRESS: Permission.READ_PROGRESS,
    Kind.STATE: Permission.READ_STATE_PART,
    Kind.EXPLANATIONS: Permission.READ_EXPLANATIONS,
    Kind.BUDGETS: Permission.READ_BUDGETS,
}
"""What each kind of news takes to be read."""


@dataclass(frozen=True)
class News:
    """One thing that happened: its sentence, who did it, its page."""

    at: datetime
    kind: Kind
    sentence: str
    by: str
    url: str
    is_correction: bool
    simulated: bool


@dataclass(frozen=True)
class Day:
    """What happened on one day, the latest first."""

    day: date
    news: list[News]


def kinds_of(user: Any) -> list[Kind]:
    """The kinds of news a reader may have."""
    return [kind for kind, permission in READ_BY.items() if can(user, permission)]


def news_events(
    user: Any, *, kind: str = "", fiche: int | None = None, since: datetime | None = None
) -> QuerySet[AuditEvent]:
    """The rows of the audit trail that are news for a reader, the latest first."""
    kept = [one for one in kinds_of(user) if kind in ("", one.value)]
    rows = AuditEvent.objects.filter(action__in=[act for act, told in ACTS.items() if told.kind in kept])
    rows = rows.exclude(_hidden(user)).select_related("by").order_by("-at", "-pk")
    if since is not None:
        rows = rows.filter(at__gt=since)
    return rows if fiche is None else rows.filter(_of_fiche(fiche))


def _hidden(user: Any) -> Q:
    """What is of a kind the reader has, and not for them: another caisse's file, all the Cpog targets, a draft.

    The files of a caisse are those its own people accepted.
    """
    hidden = Q(pk__in=[])
    if Scope.ALL not in scopes(user, Permission.SEE_OBSERVATIONS):
        people = Membership.objects.filter(organisation__in=own_caisses(user)).values("user")
        hidden |= Q(action="observations.accepted") & ~Q(by__in=people)
    if Scope.ALL not in scopes(user, Permission.READ_RESULTS):
        hidden |= Q(action__in=("local_targets.saved", "gap_threshold.set"))
    readable = readable_states(user)
    hidden |= Q(action="edition.produced") & ~Q(details__state__in=[state.value for state in readable])
    if not can(user, Permission.READ_TRANSMITTED):
        hidden |= Q(action="edition.agreed")
    return hidden


def _of_fiche(number: int) -> Q:
    """What names an indicator, an action or an engagement of a fiche."""
    return (
        Q(subject__startswith=f"F{number}-")
        | Q(subject__startswith=f"E{number}-")
        | Q(subject=f"fiche {number}")
        | Q(subject=f"action {number}")
        | Q(subject__startswith=f"action {number}-")
        | Q(subject__startswith=f"action {number}/")
    )


def last_news(user: Any, *, convention: Convention, limit: int) -> list[News]:
    """The last things that happened, for the home page."""
    return told(news_events(user)[:limit], convention=convention, with_actions=False)


def told(events: Iterable[AuditEvent], *, convention: Convention, with_actions: bool = True) -> list[News]:
    """These rows in words, each with its page; `with_actions`: an action that is alone is named."""
    rows = list(events)
    sent = {str(row): row.pk for row in every_sent(convention=convention)} if _any(rows, "transmitted", "note.") else {}
    printed = {str(row): row.pk for row in every_edition(convention=convention)} if _any(rows, "edition.") else {}
    acted = {event.pk: event.details.get("actions") or [] for event in rows if event.action.startswith("actions.")}
    alone = {keys[0] for keys in acted.values() if len(keys) == 1}
    keys = keys_of_actions(alone) if alone and with_actions else {}
    return [
        News(
            at=event.at,
            kind=ACTS[event.action].kind,
            sentence=_sentence(event, keys),
            by=event.by.name if event.by else "l'application",
            url=_url(event, sent, printed, keys),
            is_correction=is_correction(event.action, event.details),
            simulated=bool(event.details.get("simulated")),
        )
        for event in rows
    ]


def _any(rows: Iterable[AuditEvent], *parts: str) -> bool:
    return any(part in row.action for row in rows for part in parts)


def _sentence(event: AuditEvent, keys: dict[int, str]) -> str:
    key = _alone(event, keys)
    if event.action == "actions.progress_recorded" and key:
        return f"Avancement dit de l'action {key}"
    return sentence(event.action, event.subject, event.details)


def _alone(event: AuditEvent, keys: dict[int, str]) -> str:
    acted = event.details.get("actions") or []
    return keys.get(acted[0], "") if len(acted) == 1 else ""


def _url(event: AuditEvent, sent: dict[str, int], printed: dict[str, int], keys: dict[int, str]) -> str:
    """The page where it is seen; empty where there is none."""
    kind, subject, details = ACTS[event.action].kind, event.subject, event.details
    if kind in (Kind.SENT, Kind.NOTES):
        page = reverse("transmission", args=[sent[subject]]) if subject in sent else reverse("transmissions")
        return page + ("#notes" if kind is Kind.NOTES else "")
    if kind is Kind.EDITIONS:
        return reverse("edition", args=[printed[subject]]) if subject in printed else reverse("documents")
    if kind is Kind.DATA:
        return reverse("batch", args=[details["batch"]]) if "batch" in details else reverse("batches")
    if kind is Kind.EXPLANATIONS:
        parts = subject.split()
        return reverse("explanation", args=parts[:2]) if len(parts) == 2 else reverse("explanations")
    if kind is Kind.PROGRESS:
        key = _alone(event, keys)
        return reverse("action", args=[key]) if key else reverse("actions")
    if kind is Kind.STATE:
        return reverse("commitments")
    if kind is Kind.BUDGETS:
        return reverse("budget-transfers") if event.action.startswith("transfer.") else reverse("budgets")
    return _definition_url(event)


def _definition_url(event: AuditEvent) -> str:
    code = event.subject.split()[0].strip(",")
    if event.action == "local_targets.saved":
        return reverse("local-targets")
    if event.action == "gap_threshold.set":
        return reverse("gap-thresholds")
    return reverse("indicator-definitions", args=[code])


def by_day(news: Iterable[News]) -> list[Day]:
    """News day by day, as they come."""
    return [Day(day, list(group)) for day, group in groupby(news, key=lambda one: timezone.localdate(one.at))]


def moment_of(day: date | None) -> datetime | None:
    """The beginning of a day here."""
    return timezone.make_aware(datetime.combine(day, time.min)) if day is not None else None


def last_reading(user: User) -> datetime | None:
    """Up to when a person said they read the news; None before the first time."""
    return NewsReading.objects.filter(read_by=user).values_list("read_at", flat=True).first()
