"""The page of an action's links: the indicators it should move, the gaps that count on it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cog.exports import DataState, Export, table_file
from cog.permissions import Permission, account, can, fiches_open_to, requires
from cog.views import convention_or_404
from reports.exports import link_tables
from reports.link_queries import LinkPage, key_of, link_or_none, link_page
from reports.operations.links import LinkRefused, link_indicator, unlink_indicator


class LinkForm(forms.Form):
    """An indicator that the action should move."""

    indicator = forms.ChoiceField(label="Indicateur")
    reason = forms.CharField(label="Ce qui en est attendu", required=False, max_length=250)

    def __init__(self, *args: Any, titles: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["indicator"].choices = [(code, f"{code} · {title}") for code, title in titles.items()]


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.READ_REFERENCE)
def action_links(request: HttpRequest, key: str) -> HttpResponse:
    """What an action is tied to; who may say where it is may link it."""
    page = _page_or_404(request, key)
    writes = _may_link(request, page)
    form = LinkForm(request.POST or None, titles=page.titles) if writes else None
    if request.method == "POST":
        if form is None:
            raise Http404("Cette action n'est pas de vos fiches.")
        if form.is_valid():
            try:
                link_indicator(
                    convention=convention_or_404(),
                    action_key=key_of(page.action),
                    indicator_code=form.cleaned_data["indicator"],
                    reason=form.cleaned_data["reason"],
                    by=account(request),
                    at=timezone.now(),
                )
            except LinkRefused as refused:
                form.add_error("indicator", str(refused))
            else:
                messages.success(request, "Le lien est posé.")
                return redirect("action-links", key=key)
    return render(request, "reports/links.html", {"page": page, "form": form})


@require_safe
@requires(Permission.READ_REFERENCE)
def links_file(request: HttpRequest, key: str, kind: str) -> HttpResponse:
    """The same links, and the gaps that count on the action."""
    page = _page_or_404(request, key)
    export = Export(
        title=f"Ce que l'action {page.action.key} doit faire bouger",
        convention=convention_or_404(),
        page=reverse("action-links", args=[key]),
        state=DataState.CURRENT,
    )
    return table_file(request, export, link_tables(page), name=f"liens-{key}", kind=kind)


@require_POST
@requires(Permission.RECORD_PROGRESS)
def unlink(request: HttpRequest, key: str, link_id: int) -> HttpResponse:
    """Undo a link of this action."""
    page, found = _page_or_404(request, key), link_or_none(link_id)
    if found is None or found.action_key != key_of(page.action) or not _may_link(request, page):
        raise Http404("Ce lien n'existe pas, ou n'est pas de vos fiches.")
    unlink_indicator(link=found, by=account(request), at=timezone.now())
    messages.success(request, "Le lien est retiré.")
    return redirect("action-links", key=key)


def _page_or_404(request: HttpRequest, key: str) -> LinkPage:
    page = link_page(
        convention=convention_or_404(), key=key, with_explanations=can(request.user, Permission.READ_EXPLANATIONS)
    )
    if page is None:
        raise Http404(f"L'action « {key} » n'existe pas dans la convention.")
    return page


def _may_link(request: HttpRequest, page: LinkPage) -> bool:
    return fiches_open_to(request.user, Permission.RECORD_PROGRESS).filter(pk=page.action.fiche_id).exists()
