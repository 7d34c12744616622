"""Opening and revoking the keys of the API, and telling the day they were last used."""

import secrets
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from cog import audit
from cog.enums import Role
from cog.models import User
from cog.permissions import roles_of
from reports.models import AccessToken
from reports.token_queries import digest_of, live_tokens

LONGEST = timedelta(days=365)
MOST = 20
"""Live tokens of one account."""

PREFIX = "cog_"
"""Opens every secret: whoever scans a repository or a mailbox for leaked keys knows ours by it."""


class TokenRefused(Exception):
    """Why no token is opened, in words for the person who asks."""


@transaction.atomic
def open_token(*, owner: User, name: str, expires_on: date, role: Role | None, at: datetime) -> tuple[AccessToken, str]:
    """A new token and its secret, which is told this once and kept nowhere."""
    today = timezone.localdate(at)
    if not today < expires_on <= today + LONGEST:
        last = today + LONGEST
        raise TokenRefused(
            f"Fin de validité : trouvé le {expires_on:%d/%m/%Y}, attendu une date à venir, au plus le {last:%d/%m/%Y}."
        )
    if role is not None and role not in roles_of(owner):
        raise TokenRefused("Rôle : trouvé un rôle que ce compte n'a pas, attendu l'un des siens.")
    if live_tokens(owner=owner, on=today).count() >= MOST:
        raise TokenRefused(f"Ce compte a déjà {MOST} jetons en cours : en révoquer un d'abord.")
    secret = PREFIX + secrets.token_urlsafe(32)
    row = AccessToken.objects.create(
        name=name,
        role=role or "",
        secret_sha256=digest_of(secret),
        expires_on=expires_on,
        opened_at=at,
        opened_by=owner,
    )
    details = {"name": name, "role": row.role, "expires_on": expires_on.isoformat()}
    audit.record(action="reports.token_opened", subject=f"jeton {row.pk}", by=owner, at=at, details=details)
    return row, secret


@transaction.atomic
def revoke_token(*, token: AccessToken, by: User, at: datetime) -> None:
    """The token answers no more; revoked already, nothing changes."""
    if AccessToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=at, revoked_by=by):
        audit.record(action="reports.token_revoked", subject=f"jeton {token.pk}", by=by, at=at)


def note_use(*, token_id: int, on: date) -> None:
    """The last day a token was used; never set back. A trace of use, not an act: no audit row."""
    earlier = Q(last_used_on__isnull=True) | Q(last_used_on__lt=on)
    AccessToken.objects.filter(earlier, pk=token_id).update(last_used_on=on)
