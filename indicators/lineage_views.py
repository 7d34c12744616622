"""The lineage page: from a figure to the file, the sheet and the cell it was read from."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cog.permissions import Permission, Scope, caisses_visible_to, requires, scopes
from cog.views import convention_or_404
from indicators.queries.batches import batches_visible_to
from indicators.queries.lineage import figure_page

BODIES_BY_PAGE = 50
CELLS_BY_PAGE = 100


@require_safe
@requires(Permission.SEE_OBSERVATIONS)
def figure(request: HttpRequest, code: str) -> HttpResponse:
    """What a figure is made of; a caisse follows its own part only."""
    convention = convention_or_404()
    asked = {key: request.GET.get(key, "") for key in ("periode", "organisme", "nom", "ventilation")}
    sees_all = Scope.ALL in scopes(request.user, Permission.SEE_OBSERVATIONS)
    visible = caisses_visible_to(request.user, Permission.SEE_OBSERVATIONS).filter(convention=convention)
    page = figure_page(
        convention=convention,
        code=code,
        period=asked["periode"],
        scope=asked["organisme"] or "national",
        name=asked["nom"],
        breakdown=asked["ventilation"],
        visible=frozenset(visible.values_list("code", flat=True)),
        sees_all=sees_all,
    )
    if page is None:
        raise Http404("Cette valeur n'existe pas, ou n'est pas ouverte à ce compte.")
    number = request.GET.get("page")
    context: dict[str, Any] = {
        "page": page,
        "asked": asked,
        "sees_all": sees_all,
        "cells": Paginator(page.cells, CELLS_BY_PAGE).get_page(number),
        "groups": [(group, Paginator(group.lines, BODIES_BY_PAGE).get_page(number)) for group in page.groups],
        "readable": _readable(request, page.cells),
    }
    return render(request, "indicators/figure.html", context)


def _readable(request: HttpRequest, cells: list[Any]) -> set[int]:
    """The batches among these that the reader may open."""
    wanted = {one.batch_id for line in cells for one in line.observations}
    if not wanted:
        return set()
    visible = batches_visible_to(request.user, convention=convention_or_404())
    return set(visible.filter(pk__in=wanted).values_list("pk", flat=True))
