"""OpenID Connect as ProConnect speaks it, on allauth's client: what the library leaves out is asked for here.

The signature is always checked (allauth trusts the TLS of the code flow), the nonce must come back, the issuer is the
one of the settings, the identity is (issuer, subject), and whether the provider asked for a second factor is read from
its `amr` and `acr`. allauth finds this module by its name, and `provider_classes` in it.
"""

import hmac
from typing import Any

from allauth.core.internal.deferred import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import get_random_string

PROVIDER = "proconnect"
ALGORITHMS = {"RS256", "PS256", "ES256"}
"""Signatures by a key pair only: « none », or our own secret taken for a key, prove nothing."""


def is_ready() -> bool:
    """Whether the environment gives an issuer: nothing of this is shown otherwise."""
    return PROVIDER in settings.SOCIALACCOUNT_PROVIDERS


class IdentityClient(OpenIDConnectOAuth2Adapter):
    """One exchange with the provider. `nonce`: the one this browser was given."""

    nonce: str = ""

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        """The address the provider knows: of the configured domain, never of the request."""
        return f"{settings.SITE_URL}{reverse('identity-callback')}"

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        """Refuse, each by itself: no identity token, a token that is not for us or not of now, two different people."""
        raw = kwargs["response"].get("id_token")
        if not raw:
            raise OAuth2Error("no id_token")
        claims = self._checked(app, raw)
        if not hmac.compare_digest(str(claims.get("nonce", "")), self.nonce) or not self.nonce:
            raise OAuth2Error("nonce")
        person = self._fetch_user_info(token.token)
        if person.get("sub") != claims["sub"]:
            raise OAuth2Error("two subjects")
        return self.get_provider().sociallogin_from_response(request, {"id_token": claims, "userinfo": person})

    def _checked(self, app: Any, token: str, **wanted: Any) -> dict[str, Any]:
        """The claims of a token whose signature, issuer, audience and dates are right; raises OAuth2Error otherwise."""
        if self.openid_config.get("issuer") != settings.OIDC_ISSUER:
            raise OAuth2Error("issuer of the configuration")
        try:
            if jwt.get_unverified_header(token).get("alg") not in ALGORITHMS:
                raise OAuth2Error("algorithm")
            claims: dict[str, Any] = jwtkit.verify_and_decode(
                credential=token,
                keys_url=self.openid_config["jwks_uri"],
                issuer=settings.OIDC_ISSUER,
                audience=app.client_id,
                lookup_kid=jwtkit.lookup_kid_jwk,
                verify_signature=True,
            )
        except (jwt.PyJWTError, KeyError, TypeError, ValueError) as fault:
            raise OAuth2Error("malformed token") from fault
        if not claims.get("sub"):
            raise OAuth2Error("no subject")
        return claims

    def _fetch_user_info(self, access_token: str) -> dict[str, Any]:
        """Who it is: plain JSON, or a signed token as ProConnect sends it."""
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.profile_url, headers={"Authorization": f"Bearer {access_token}"})
        answer.raise_for_status()
        if "application/jwt" in answer.headers.get("content-type", ""):
            return self._checked(self.get_provider().app, answer.text.strip())
        try:
            person: dict[str, Any] = answer.json()
        except ValueError as fault:
            raise OAuth2Error("userinfo") from fault
        return person


class IdentityProvider(OpenIDConnectProvider):
    """The provider of the environment, « ProConnect » unless named otherwise."""

    id = PROVIDER
    oauth2_adapter_class = IdentityClient

    def redirect(
        self, request: HttpRequest, process: str, next_url: Any = None, data: Any = None, **kwargs: Any
    ) -> Any:
        """Give this browser a nonce: the provider must send it back, signed. Nothing is taken from the address."""
        nonce = get_random_string(32)
        kwargs |= {"auth_params": self.get_auth_params() | {"nonce": nonce}, "scope": self.get_scope()}
        return super().redirect(request, process, next_url, data, nonce=nonce, **kwargs)

    def extract_uid(self, data: dict[str, Any]) -> str:
        """Issuer and subject: the same subject told by another issuer is another person."""
        uid = f"{data['id_token']['iss']} {data['id_token']['sub']}"
        if len(uid) > 191:
            raise OAuth2Error("subject too long")
        return uid

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """No more is kept than what a page shows or a rule reads."""
        claims = data["id_token"]
        methods, level = claims.get("amr") or [], claims.get("acr")
        proved = "mfa" in methods or level in settings.OIDC_MFA_ACR
        return {"second_factor": bool(proved), "email": str(data["userinfo"].get("email") or "")}


provider_classes = [IdentityProvider]


class _Callback(OAuth2CallbackView):
    def _get_state(self, request: HttpRequest, provider: Any) -> Any:
        state, answer = super()._get_state(request, provider)
        if state is not None:
            self.adapter.nonce = state.get("nonce", "")
        return state, answer


@login_not_required
def start(request: HttpRequest) -> HttpResponse:
    """Go to the provider; there is no such page where the environment names none."""
    if not is_ready():
        raise Http404
    return OAuth2LoginView.adapter_view(IdentityClient(request, PROVIDER))(request)


@login_not_required
def callback(request: HttpRequest) -> HttpResponse:
    """Back from the provider, with a code to exchange."""
    if not is_ready():
        raise Http404
    return _Callback.adapter_view(IdentityClient(request, PROVIDER))(request)
