"""Opening and revoking the secret addresses of the calendars."""

import secrets
from datetime import datetime

from django.db import transaction

from cog import audit
from cog.models import User
from reports.enums import FeedScope
from reports.feed_queries import digest_of
from reports.models import CalendarFeed


@transaction.atomic
def open_feed(*, owner: User, scope: FeedScope, at: datetime) -> tuple[CalendarFeed, str]:
    """A new feed and its secret, which is told this once and kept nowhere."""
    secret = secrets.token_urlsafe(32)
    row = CalendarFeed.objects.create(opened_by=owner, scope=scope, secret_sha256=digest_of(secret), opened_at=at)
    details = {"scope": str(scope)}
    audit.record(action="reports.feed_opened", subject=f"flux {row.pk}", by=owner, at=at, details=details)
    return row, secret


@transaction.atomic
def revoke_feed(*, feed: CalendarFeed, by: User, at: datetime) -> None:
    """The address answers no more; revoked already, nothing changes."""
    if CalendarFeed.objects.filter(pk=feed.pk, revoked_at__isnull=True).update(revoked_at=at, revoked_by=by):
        audit.record(action="reports.feed_revoked", subject=f"flux {feed.pk}", by=by, at=at)
