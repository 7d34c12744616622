"""The link an invitation carries: signed, for one account, until it is used, replaced or too old."""

from django.conf import settings
from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac

from cog.models import User

_SALT = "cog.invitation"


def token_for(user: User) -> str:
    """What proves, to who holds it, that this account was invited."""
    return signing.dumps([user.pk, _state_of(user)], salt=_SALT)


def invited(token: str) -> User | None:
    """The account a link lets in; None when it was used, replaced by another, is too old or was never ours."""
    try:
        key, state = signing.loads(token, salt=_SALT, max_age=settings.INVITATION_LIFE)
    except (signing.BadSignature, ValueError):
        return None
    user = User.objects.filter(pk=key, is_active=True, invited_at__isnull=False).first()
    return user if user is not None and constant_time_compare(state, _state_of(user)) else None


def _state_of(user: User) -> str:
    """Changes with the password, used or not, and with each invitation: an old link then no longer fits."""
    moment = user.invited_at.isoformat() if user.invited_at else ""
    return salted_hmac(_SALT, f"{user.password}|{moment}|{user.email}").hexdigest()[:32]
