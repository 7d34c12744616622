"""What the library does to accounts, heard and kept: logins, refusals, passwords, second factors.

The receivers name one operation each; they are connected when Django is ready (`cog.apps`).
"""

from typing import Any

from allauth.account import signals as account_signals
from allauth.core import context
from allauth.mfa import signals as mfa_signals
from allauth.mfa.models import Authenticator
from django.contrib.auth import signals as auth_signals
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from cog import second_factor
from cog.models import User
from cog.operations import end_other_sessions, note_event
from cog.session_limits import open_limits

_MADE = {
    Authenticator.Type.TOTP: "account.second_factor_set",
    Authenticator.Type.RECOVERY_CODES: "account.recovery_codes_made",
}


@receiver(auth_signals.user_logged_in)
def start_the_limits(request: HttpRequest, user: User, **_: Any) -> None:
    open_limits(request.session, now=timezone.now())


@receiver(account_signals.user_logged_in)
def logged_in(request: HttpRequest, user: User, **extra: Any) -> None:
    way = "fournisseur d'identité" if extra.get("sociallogin") else "mot de passe"
    details = {"way": way, "second_factor": second_factor.was_proved(request, user)}
    note_event(action="account.logged_in", user=user, by=user, at=timezone.now(), details=details)


@receiver(auth_signals.user_login_failed)
def login_failed(credentials: dict[str, Any], **_: Any) -> None:
    """Kept for a known account only: what is typed elsewhere may be anything, a password included."""
    user = User.objects.filter(email__iexact=str(credentials.get("email") or "")).first()
    if user is not None:
        note_event(action="account.login_refused", user=user, by=None, at=timezone.now())


@receiver(account_signals.password_changed)
@receiver(account_signals.password_reset)
@receiver(account_signals.password_set)
def password_changed(request: HttpRequest, user: User, **_: Any) -> None:
    """Whoever knew the former password is out: every other session ends."""
    at, mine = timezone.now(), request.session.session_key if request.user == user else ""
    note_event(action="account.password_changed", user=user, by=user, at=at)
    end_other_sessions(user=user, but=mine or "", by=user, at=at)


@receiver(post_save, sender=Authenticator)
def second_factor_made(instance: Authenticator, created: bool, **_: Any) -> None:
    """Within the transaction that makes it: only its owner ever does, and typed a code of it to do so."""
    if not created:
        return
    note_event(action=_MADE[instance.type], user=instance.user, by=instance.user, at=timezone.now())
    request = context.request
    if request is not None and request.user == instance.user:
        second_factor.note(request, instance.user)


@receiver(mfa_signals.authenticator_removed)
def second_factor_removed(user: User, authenticator: Authenticator, **_: Any) -> None:
    if authenticator.type == Authenticator.Type.TOTP:
        note_event(action="account.second_factor_removed", user=user, by=user, at=timezone.now())


@receiver(mfa_signals.authenticator_used)
def second_factor_proved(request: HttpRequest, user: User, **_: Any) -> None:
    second_factor.note(request, user)
