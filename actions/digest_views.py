"""The weekly e-mail: what one wants in it, and how it would read today."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from actions.enums import DigestKind
from actions.operations.digests import choose_digest, compose
from actions.queries.digests import digest_content, refused_by
from cog.permissions import Permission, account, requires
from cog.views import convention_or_404


class DigestForm(forms.Form):
    """The parts one wants."""

    wanted = forms.MultipleChoiceField(
        label="Ce que le message contient",
        choices=DigestKind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Aucune case cochée : plus de message.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.RECORD_PROGRESS)
def digest(request: HttpRequest) -> HttpResponse:
    """One's choice, and the message as it would leave today."""
    convention = convention_or_404()
    refused = refused_by(account(request))
    wanted = [kind for kind in DigestKind if kind not in refused]
    form = DigestForm(request.POST if request.method == "POST" else None, initial={"wanted": wanted})
    if request.method == "POST" and form.is_valid():
        chosen = [DigestKind(kind) for kind in form.cleaned_data["wanted"]]
        choose_digest(user=account(request), wanted=chosen, at=timezone.now())
        messages.success(request, "Votre choix est enregistré ; il vaut dès le prochain message.")
        return redirect("digest")
    content = digest_content(
        convention=convention,
        recipient=account(request),
        at=timezone.localdate(),
    )
    message = compose(content=content, convention=convention) if content.parts else None
    return render(request, "actions/digest.html", {"form": form, "content": content, "message": message})
