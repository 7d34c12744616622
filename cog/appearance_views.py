"""What anyone may see and choose, without an account: light or dark pages, what is known of their accessibility."""

from datetime import date

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from cog.appearance import COOKIE, KEPT_FOR, Appearance

ACCESSIBILITY_WRITTEN = date(2026, 11, 30)


@require_safe
@login_not_required
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "cog/accessibility.html", {"written": ACCESSIBILITY_WRITTEN})


@require_POST
@login_not_required
def choose_appearance(request: HttpRequest) -> HttpResponse:
    """Keep the chosen appearance on this computer, and go back where one was."""
    chosen, back = request.POST.get("apparence", ""), request.POST.get("retour", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    response = redirect(back if safe else "home")
    if chosen and chosen in Appearance.values:
        secure = settings.SESSION_COOKIE_SECURE
        response.set_cookie(COOKIE, chosen, max_age=KEPT_FOR, secure=secure, httponly=True, samesite="Lax")
    else:
        response.delete_cookie(COOKIE, samesite="Lax")
    return response
