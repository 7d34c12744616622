"""A page as it was transmitted: the same subject, read in the frozen content of one transmission and nothing else."""

import re

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from cog.models import Convention
from cog.permissions import Permission, can, requires
from cog.views import convention_or_404
from reports import transmitted
from reports.models import Transmission

_FICHE, _SHEET = re.compile(r"/fiches/(\d+)/"), re.compile(r"/indicateurs/([^/]+)/")


def chosen(request: HttpRequest, convention: Convention) -> Transmission | None:
    """The quarter the address asks a page to be read as; None when it asks for none."""
    text = request.GET.get("transmission", "")
    if not text:
        return None
    found = None
    if text.isdigit() and can(request.user, Permission.READ_TRANSMITTED):
        found = transmitted.one(convention=convention, transmission_id=int(text))
    if found is None or not found.is_quarter:
        raise Http404("Cette transmission n'existe pas, ou n'est pas ouverte à ce compte.")
    return found


@require_safe
@requires(Permission.READ_TRANSMITTED)
def as_transmitted(request: HttpRequest) -> HttpResponse:
    """Choose a transmission, then go from a page to what it says of its subject."""
    convention = convention_or_404()
    sent, page = chosen(request, convention), request.GET.get("page", "/")
    if sent is None:
        context = {"page": page, "quarters": transmitted.listed(convention=convention)}
        return render(request, "reports/choose_transmission.html", context)
    whole = reverse("transmission", args=[sent.pk])
    if page in (reverse("home"), reverse("fiches")):
        return redirect(f"{page}?transmission={sent.pk}")
    fiche, sheet = _FICHE.fullmatch(page), _SHEET.fullmatch(page)
    if fiche:
        return redirect(f"{whole}#fiche-{fiche[1]}")
    if sheet:
        if transmitted.sheet_page(sent, code=sheet[1], period="") is not None:
            return redirect("transmission-sheet", transmission_id=sent.pk, code=sheet[1])
        messages.info(request, f"Cette transmission ne contient pas l'indicateur {sheet[1]} : la voici entière.")
    return redirect(whole)
