"""One's own account: what it may do, its ways in, its sessions; and answering an invitation."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cog import account_queries as queries
from cog import operations, provider, second_factor
from cog.account_forms import ChosenPasswordForm
from cog.identity import INVITATION_KEY
from cog.invitations import invited
from cog.models import User
from cog.operations import AccountRefused
from cog.permissions import account


@require_safe
def my_account(request: HttpRequest) -> HttpResponse:
    """Name, roles in words, ways in, sessions."""
    user = account(request)
    today = timezone.localdate()
    line = queries.account_lines([user])[0]
    codes = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    context = {
        "line": line,
        "rights": [queries.in_words(one) for one in line.memberships if queries.is_in_force(one, at=today)],
        "owed": second_factor.is_owed(user),
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else None,
        "identity": settings.OIDC_NAME if provider.is_ready() else "",
        "identities": queries.identities_of(user),
        "sessions": queries.sessions_of(user, now=timezone.now(), current=request.session.session_key),
        "idle": settings.SESSION_IDLE_LIMIT // 60,
        "absolute": settings.SESSION_ABSOLUTE_LIMIT // 3600,
    }
    return render(request, "cog/accounts/mine.html", context)


@require_POST
def end_my_session(request: HttpRequest, session: int) -> HttpResponse:
    """Stop one of one's own sessions; the current one is a logout."""
    row = get_object_or_404(UserSession.objects.select_related("user"), user=account(request), pk=session)
    current = row.session_key == request.session.session_key
    operations.end_session(session=row, by=account(request), at=timezone.now())
    if current:
        logout(request)
        return redirect("login")
    messages.success(request, "Session arrêtée.")
    return redirect("my-account")


@require_POST
def end_my_other_sessions(request: HttpRequest) -> HttpResponse:
    user = account(request)
    ended = operations.end_other_sessions(user=user, but=request.session.session_key or "", by=user, at=timezone.now())
    messages.success(request, "Les autres sessions sont arrêtées." if ended else "Il n'y avait pas d'autre session.")
    return redirect("my-account")


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required(app="allauth.socialaccount")
def tie_identity(request: HttpRequest) -> HttpResponse:
    """Go and fetch the identity to tie to this account; the password was just asked again."""
    if not provider.is_ready():
        raise Http404
    return redirect(f"{reverse('identity-start')}?process=connect")


@require_POST
@reauthentication_required(app="allauth.socialaccount")
def untie_identity(request: HttpRequest, identity: int) -> HttpResponse:
    row = get_object_or_404(SocialAccount.objects.select_related("user"), user=account(request), pk=identity)
    try:
        operations.unlink_identity(identity=row, by=account(request), at=timezone.now())
    except AccountRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "Cette identité n'ouvre plus votre compte.")
    return redirect("my-account")


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def answer_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The link of an invitation: choose a password, or a provider, and come in."""
    user = invited(token)
    if user is None:
        context = {"contact": settings.ACCOUNTS_CONTACT}
        return render(request, "cog/accounts/invitation_over.html", context, status=410)
    if request.method == "POST" and "identity" in request.POST and provider.is_ready():
        request.session[INVITATION_KEY] = token
        return redirect("identity-start")
    form = ChosenPasswordForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _come_in(request, user, form.cleaned_data["new_password1"])
    context: dict[str, Any] = {
        "form": form,
        "person": user,
        "rights": [queries.in_words(one) for one in queries.account_lines([user])[0].memberships],
        "identity": settings.OIDC_NAME if provider.is_ready() else "",
    }
    return render(request, "cog/accounts/answer.html", context, status=422 if form.errors else 200)


def _come_in(request: HttpRequest, user: User, password: str) -> HttpResponse:
    """The link is used; whoever was logged in on this browser is not any more."""
    operations.accept_invitation(user=user, password=password, at=timezone.now())
    if request.user.is_authenticated:
        logout(request)
    record_authentication(request, user, method="password", email=user.email)
    return perform_login(request, Login(user=user, email=user.email, redirect_url=reverse("home")))
