"""What every request of an account goes through: its session's limits, its second factor."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from cog import second_factor
from cog.operations import mark_seen
from cog.permissions import account
from cog.session_limits import limit_reached, see

Next = Callable[[HttpRequest], HttpResponse]

OPEN_WITHOUT = {
    "logout", "account_reauthenticate", "mfa_reauthenticate", "mfa_activate_totp", "mfa_view_recovery_codes",
    "mfa_download_recovery_codes", "help",
}  # fmt: skip
"""Where an account that owes a second factor may go before it has proved one."""


def _is_in(request: HttpRequest) -> bool:
    """Whether an account asks; an address without a session is not made to open one."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated


class SessionLimits:
    """A session unused for too long, or too old, is ended before anything is shown."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _is_in(request):
            now = timezone.now()
            limit = limit_reached(request.session, now=now)
            if limit is not None:
                logout(request)
                messages.info(request, str(limit))
            elif see(request.session, now=now) and request.session.session_key:
                mark_seen(session_key=request.session.session_key, at=now)
        return self.get_response(request)


class SecondFactor:
    """An account whose role owes a second factor proves it, or sets it, before it goes any further."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., HttpResponse], *_: object) -> HttpResponse | None:
        match = request.resolver_match
        if not settings.SECOND_FACTOR_ROLES or not getattr(view, "login_required", True):
            return None
        if not _is_in(request) or (match and match.url_name in OPEN_WITHOUT):
            return None
        user = account(request)
        if not second_factor.is_owed(user) or second_factor.was_proved(request, user):
            return None
        if second_factor.has_one(user):
            return redirect(f"{reverse('mfa_reauthenticate')}?{urlencode({'next': request.get_full_path()})}")
        messages.info(request, "Votre rôle demande un second facteur : le poser avant de continuer.")
        return redirect("mfa_activate_totp")
