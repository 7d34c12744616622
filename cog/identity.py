"""How allauth behaves here: no sign-up, our words, links of our own domain, the second factor told by a provider.

The library does the work (passwords, limits, TOTP, OpenID Connect); this module only says what it leaves to the site.
"""

import logging
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.stages import AuthenticateStage
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from cog.invitations import invited
from cog.models import User
from cog.operations import accept_invitation, link_identity
from cog.second_factor import forget, note, was_proved

logger = logging.getLogger(__name__)

INVITATION_KEY = "invitation"
"""Where the session keeps the link of someone who answers an invitation by the provider."""


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are opened by invitation; what is typed wrong is answered alike for all."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": (
            "Adresse ou mot de passe incorrect. Le mot de passe distingue majuscules et minuscules."
        ),
        "too_many_login_attempts": (
            "Trop d'essais manqués : attendre cinq minutes, ou entrer par un autre moyen si ce compte en a un."
        ),
        "incorrect_password": "Ce mot de passe n'est pas celui de votre compte.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """Only a page of this site, written without a host: whatever else is asked for leads home."""
        return bool(url) and url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def get_login_stages(self) -> list[str]:
        """The library's steps, but for the second factor: one that the provider already asked is not asked twice."""
        ours = {"allauth.mfa.stages.AuthenticateStage": "cog.identity.SecondFactorStage"}
        return [ours.get(path, path) for path in super().get_login_stages()]

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Of the configured domain, whatever Host the request claimed."""
        path = urlsplit(super().get_reset_password_from_key_url(key)).path
        return f"{settings.SITE_URL}{path}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A mail server that is down must not tell which accounts exist: the answer is the same, the log says it."""
        try:
            super().send_mail(template_prefix, email, context)
        except OSError:
            logger.exception("account e-mail not sent: %s", template_prefix)

    def reauthenticate(self, user: User, password: str) -> bool:
        found = self.authenticate(context.request, email=user.email, password=password)
        return found is not None and found.pk == user.pk


class SecondFactorAdapter(DefaultMFAAdapter):
    """Our words for a code."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "Ce code n'est pas le bon, ou a déjà servi : attendre le suivant.",
    }


class SecondFactorStage(AuthenticateStage):
    """The second factor at login, unless the identity provider says it asked for one."""

    def _should_handle(self, request: HttpRequest) -> bool:
        user = self.login.user
        return not (user is not None and was_proved(request, user)) and super()._should_handle(request)


class IdentityAdapter(DefaultSocialAccountAdapter):
    """Whoever an identity provider sends: known by issuer and subject, tied to an account, or shown the way."""

    error_messages = DefaultSocialAccountAdapter.error_messages

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Say what happens of an identity whose tokens were checked; an e-mail never opens an account."""
        forget(request)
        if sociallogin.state.get("process") == "connect":
            raise ImmediateHttpResponse(self._tie(request, sociallogin))
        if not sociallogin.is_existing and not self._answer_invitation(request, sociallogin):
            raise ImmediateHttpResponse(self._unknown(request))
        if sociallogin.account.extra_data.get("second_factor"):
            note(request, sociallogin.user)

    def _unknown(self, request: HttpRequest) -> Any:
        context = {"contact": settings.ACCOUNTS_CONTACT}
        return render(request, "cog/accounts/unknown_identity.html", context, status=403)

    def _tie(self, request: HttpRequest, sociallogin: SocialLogin) -> Any:
        """Someone logged in, and who just proved it, ties this identity to their account."""
        from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate

        if not did_recently_reauthenticate(request):
            messages.error(request, "Rien n'a été relié : confirmer d'abord votre identité.")
        elif sociallogin.is_existing:
            mine = sociallogin.user == request.user
            words = "Cette identité est déjà reliée à " + ("votre compte." if mine else "un autre compte.")
            messages.error(request, words)
        else:
            link_identity(user=request.user, identity=sociallogin.account, by=request.user, at=timezone.now())
            messages.success(request, "Cette identité ouvre désormais votre compte.")
        return redirect("my-account")

    def _answer_invitation(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Someone who holds the link of an invitation, and chose to answer it by the provider."""
        user = invited(request.session.pop(INVITATION_KEY, ""))
        if user is None:
            return False
        at = timezone.now()
        accept_invitation(user=user, password=None, at=at)
        link_identity(user=user, identity=sociallogin.account, by=user, at=at)
        sociallogin.user = user
        return True

    def on_authentication_error(self, request: HttpRequest, provider: Any, **details: Any) -> None:
        logger.warning("identity refused: %s", details.get("exception") or details.get("error"))
