"""The page of the groups of comparable bodies."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from cog.exports import DataState, Export, table_file
from cog.models import Convention
from cog.permissions import Permission, account, can, requires
from cog.views import convention_or_404
from indicators.exports import groups_table
from indicators.intake.groups import read_groups
from indicators.operations import GroupsOverlap, save_groups
from indicators.queries.groups import group_blocks, group_reference


class GroupsFileForm(forms.Form):
    """A file of groups."""

    fichier = forms.FileField(
        label="Fichier CSV ou classeur XLSX",
        help_text="Colonnes organisme, critere (taille, population ou concerne:F1-3), groupe, depuis ; au besoin "
        "jusqu_au et source. Dates en 2014-01-31 ou 31/01/2014.",
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
    )


@require_safe
@requires(Permission.READ_REFERENCE)
def groups(request: HttpRequest) -> HttpResponse:
    return _page(request, convention_or_404(), GroupsFileForm(), [])


@require_safe
@requires(Permission.READ_REFERENCE)
def groups_export(request: HttpRequest, kind: str) -> HttpResponse:
    """Every membership; it may be sent back as a file of groups."""
    convention = convention_or_404()
    blocks = group_blocks(convention=convention)
    export = Export(
        title="Groupes de caisses comparables",
        convention=convention,
        page=reverse("organisation-groups"),
        state=DataState.CURRENT,
        simulated=any(block.simulated for block in blocks),
    )
    return table_file(request, export, [groups_table(blocks)], name="groupes", kind=kind)


def _page(request: HttpRequest, convention: Convention, form: GroupsFileForm, problems: list[str]) -> HttpResponse:
    return render(
        request,
        "indicators/groups.html",
        {
            "blocks": group_blocks(convention=convention),
            "form": form,
            "problems": problems,
            "may_enter": can(request.user, Permission.ENTER_LOCAL_TARGETS),
        },
    )


@require_POST
@requires(Permission.ENTER_LOCAL_TARGETS)
def groups_file(request: HttpRequest) -> HttpResponse:
    """A file of groups: kept whole, or refused with all its problems."""
    convention = convention_or_404()
    form = GroupsFileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, convention, form, [])
    read = read_groups(form.cleaned_data["fichier"].read(), group_reference(convention=convention))
    if read.is_refused:
        return _page(request, convention, form, [str(problem) for problem in read.problems])
    try:
        saved = save_groups(
            convention=convention,
            rows=read.rows,
            by=account(request),
            at=timezone.now(),
        )
    except GroupsOverlap as overlap:
        return _page(request, convention, form, overlap.problems)
    words = (
        f"Groupes enregistrés : {saved.added} ajoutés, {saved.changed} remplacés, {saved.closed} fermés la veille, "
        f"{saved.unchanged} inchangés."
    )
    messages.success(request, " ".join([words, *(str(problem) for problem in read.problems[:5])]))
    return redirect("organisation-groups")
