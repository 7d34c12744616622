"""The second factor of a session: proved here by a code, or by the provider's word; asked of the roles that owe it."""

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest

from cog.models import User
from cog.permissions import roles_of

_KEY = "second_factor_of"


def note(request: HttpRequest, user: User) -> None:
    """This session proved the second factor of this account."""
    request.session[_KEY] = user.pk


def forget(request: HttpRequest) -> None:
    """What an earlier login of this browser proved says nothing of the next one."""
    request.session.pop(_KEY, None)


def was_proved(request: HttpRequest, user: User) -> bool:
    """Whether this session proved the second factor of this account."""
    return bool(request.session.get(_KEY) == user.pk)


def has_one(user: User) -> bool:
    """Whether a second factor is set on this account."""
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()


def is_owed(user: User) -> bool:
    """Whether one of the roles the account holds today asks for a second factor."""
    return any(role in settings.SECOND_FACTOR_ROLES for role in roles_of(user))
