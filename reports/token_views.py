"""« Mes jetons »: where one opens, reads again and revokes the keys of the API."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from cog.enums import Role
from cog.forms import DayField
from cog.permissions import Permission, account, requires, roles_of
from reports.operations.tokens import LONGEST, TokenRefused, open_token, revoke_token
from reports.token_queries import tokens_of

USUAL = timedelta(days=90)


class TokenForm(forms.Form):
    """What the token is for, until when it holds, and whether it is narrowed to one role."""

    name = forms.CharField(
        label="Usage",
        max_length=80,
        help_text="Le programme qui s'en servira, par exemple «\u00a0tableau de bord de la DSI\u00a0».",
    )
    expires_on = DayField(
        label="Valable jusqu'au",
        help_text=f"Un an au plus ({LONGEST.days} jours).",
    )
    role = forms.ChoiceField(label="Limité au rôle", required=False)

    def __init__(self, *args: Any, roles: list[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(role.value, role.label) for role in roles]
        self.fields["role"].choices = [("", "Tous les rôles du compte"), *choices]  # type: ignore[attr-defined]  # a choice field: the stubs say any field


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.READ_REFERENCE)
def tokens(request: HttpRequest) -> HttpResponse:
    """One's tokens; a new one shows its secret once."""
    owner, today = account(request), timezone.localdate()
    form = TokenForm(request.POST or None, roles=roles_of(owner), initial={"expires_on": today + USUAL})
    secret = ""
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            _, secret = open_token(
                owner=owner,
                name=asked["name"],
                expires_on=asked["expires_on"],
                role=Role(asked["role"]) if asked["role"] else None,
                at=timezone.now(),
            )
        except TokenRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            form = TokenForm(roles=roles_of(owner), initial={"expires_on": today + USUAL})
    context = {"form": form, "secret": secret, "tokens": tokens_of(owner), "today": today}
    response = render(request, "reports/api/tokens.html", context)
    response["Cache-Control"] = "no-store"  # the secret is in no cache, not even the browser's
    return response


@require_POST
@requires(Permission.READ_REFERENCE)
def revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    """The token answers no more."""
    found = next((row for row in tokens_of(account(request)) if row.pk == token_id), None)
    if found is None:
        raise Http404("Ce jeton n'existe pas.")
    revoke_token(token=found, by=account(request), at=timezone.now())
    messages.success(request, f"Le jeton « {found.name} » est révoqué : il ne répond plus.")
    return redirect("api-tokens")
