"""What a calendar feed holds: the dates its owner may read, today's rights deciding each time it is read."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time

from actions.enums import ActionStatus, Plan
from actions.queries import ActionView, action_views
from budgets.queries.transfers import informations_due
from cog.models import Convention, User
from cog.permissions import Permission, can, fiches_open_to
from cog.queries import dated_restitutions
from reports.calendar_file import DayEvent
from reports.enums import FeedScope
from reports.models import CalendarFeed


def digest_of(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


Address = Callable[[str], str]
"""From a path to a whole address."""


def feed_or_none(*, secret: str) -> CalendarFeed | None:
    """The feed of a secret, while it is not revoked and its owner's account is active."""
    rows = CalendarFeed.objects.filter(
        secret_sha256=digest_of(secret), revoked_at__isnull=True, opened_by__is_active=True
    )
    return rows.select_related("opened_by").first()


def feeds_of(owner: User) -> list[CalendarFeed]:
    """The feeds of an account, those that still answer first."""
    return sorted(owner.calendar_feeds.all(), key=lambda row: (row.revoked_at is not None, -row.opened_at.timestamp()))


def feed_events(*, convention: Convention, feed: CalendarFeed, at: date, address: Address) -> list[DayEvent]:
    """The dates of a feed: those of the restitutions, and the last day of each action that is not over.

    Without the right to read progress, an action's date is the one the convention prints. A narrower right gives a
    narrower feed at its next reading.
    """
    owner = feed.opened_by
    if not can(owner, Permission.READ_REFERENCE):
        return []
    seen = can(owner, Permission.READ_PROGRESS)
    views = action_views(convention=convention, at=at, with_progress=seen)
    if feed.scope == FeedScope.OWN:
        own = set(fiches_open_to(owner, Permission.RECORD_PROGRESS).values_list("pk", flat=True))
        views = [view for view in views if view.action.fiche_id in own]
    informations = _informations(convention, address) if can(owner, Permission.READ_BUDGETS) else []
    return [*_restitutions(convention, at, address), *informations, *_actions(convention, views, address)]


def _actions(convention: Convention, views: Iterable[ActionView], address: Address) -> Iterable[DayEvent]:
    for view in views:
        if view.end is None or view.status in (ActionStatus.DONE, ActionStatus.ABANDONED):
            continue
        action = view.action
        what = "Sdsi, projet" if action.plan == Plan.SDSI else f"Fiche {action.fiche.number}, action"
        words = [action.label]
        if view.slip:
            words.append(f"Échéance révisée ; signée au {view.signed_end:%d/%m/%Y}.")
        yield DayEvent(
            key=f"{convention.code}-action-{action.key}",
            day=view.end,
            title=f"Échéance · {what} {action.number or action.ordinal}",
            description="\n".join(words),
            url=address(f"/actions/{action.key}/"),
            revision=view.revisions,
        )


def _informations(convention: Convention, address: Address) -> Iterable[DayEvent]:
    """What is still to be told of the transfers of credits, within the days the convention gives."""
    for one in informations_due(convention=convention):
        yield DayEvent(
            key=f"{convention.code}-virement-{one.transfer.pk}",
            day=one.due,
            title=f"Information · {one.transfer}",
            description=f"Destinataire : {one.recipients}",
            url=address(f"/budgets/virements/{one.transfer.pk}/"),
        )


def _restitutions(convention: Convention, at: date, address: Address) -> Iterable[DayEvent]:
    told: Counter[str] = Counter()
    for row in dated_restitutions(convention=convention, at=at):
        one = row.restitution
        if one.due is None:
            continue
        about = f"{one.obligation.code}-{one.covers or 'sans-objet'}".replace(" ", "-")
        told[about] += 1  # an obligation may be owed several times for one thing, in the order of its dates
        yield DayEvent(
            key=f"{convention.code}-remise-{about}-{told[about]}",
            day=one.due,
            title=f"Remise · {one.obligation.title}",
            description=f"{one.covers}\nDestinataire : {one.obligation.recipient}",
            url=address("/calendrier/"),
        )


def stamp_of(at: date) -> datetime:
    """When a feed read on a day was made: the same all day long, so that an unchanged feed keeps its bytes."""
    return datetime.combine(at, time.min, tzinfo=UTC)
