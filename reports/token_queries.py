"""Reads of the access tokens."""

import hashlib
from datetime import date

from django.db.models import QuerySet

from cog.models import User
from reports.models import AccessToken


def digest_of(secret: str) -> str:
    """What is kept of a secret: 256 bits drawn at random need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def token_or_none(*, secret: str, on: date) -> AccessToken | None:
    """The token of a secret, while it is neither revoked nor past its last day and its account is active."""
    rows = AccessToken.objects.filter(
        secret_sha256=digest_of(secret), revoked_at__isnull=True, expires_on__gte=on, opened_by__is_active=True
    )
    return rows.select_related("opened_by").first()


def live_tokens(*, owner: User, on: date) -> QuerySet[AccessToken]:
    return AccessToken.objects.filter(opened_by=owner, revoked_at__isnull=True, expires_on__gte=on)


def tokens_of(owner: User) -> list[AccessToken]:
    """The tokens of an account, those that still answer first, then the latest."""
    return sorted(owner.access_tokens.all(), key=lambda row: (row.revoked_at is not None, -row.opened_at.timestamp()))
