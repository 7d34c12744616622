"""The lineage page: from a figure to the file, the sheet and the cell it was read from."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from cog.exports import DataState, Export, table_file
from cog.permissions import Permission, Scope, caisses_visible_to, requires, scopes
from cog.views import convention_or_404
from indicators.exports import figure_facts, figure_tables
from indicators.queries.batches import batches_visible_to
from indicators.queries.lineage import FigurePage, figure_page

BODIES_BY_PAGE = 50
CELLS_BY_PAGE = 100
FILTER_WORDS = {
    "periode": "période",
    "organisme": "organisme",
    "nom": "valeur associée",
    "ventilation": "ventilation",
}
"""What the address of a figure says of it, and its word."""


@require_safe
@requires(Permission.SEE_OBSERVATIONS)
def figure(request: HttpRequest, code: str) -> HttpResponse:
    """What a figure is made of; a caisse follows its own part only."""
    page = _page_or_404(request, code)
    number = request.GET.get("page")
    context: dict[str, Any] = {
        "page": page,
        "asked": _asked(request),
        "sees_all": _sees_all(request),
        "cells": Paginator(page.cells, CELLS_BY_PAGE).get_page(number),
        "groups": [(group, Paginator(group.lines, BODIES_BY_PAGE).get_page(number)) for group in page.groups],
        "readable": _readable(request, page.cells),
    }
    return render(request, "indicators/figure.html", context)


@require_safe
@requires(Permission.SEE_OBSERVATIONS)
def figure_file(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """The tables behind the same figure, whole; to a caisse, its own part only."""
    page = _page_or_404(request, code)
    asked = _asked(request)
    brought = [one.batch for line in page.cells for one in line.observations]
    export = Export(
        title=f"D'où vient ce chiffre, {code}",
        convention=page.indicator.convention,
        page=reverse("figure", args=[code]),
        state=DataState.CURRENT,
        filters=[f"{FILTER_WORDS[key]} «\u00a0{value}\u00a0»" for key, value in asked.items() if value],
        simulated=page.simulated or any(batch.simulated for batch in brought),
        about=figure_facts(page),
    )
    name = "-".join(["origine", code, *(asked[key] for key in ("organisme", "periode") if asked[key])])
    return table_file(request, export, figure_tables(page), name=name, kind=kind)


def _asked(request: HttpRequest) -> dict[str, str]:
    return {key: request.GET.get(key, "") for key in FILTER_WORDS}


def _sees_all(request: HttpRequest) -> bool:
    return Scope.ALL in scopes(request.user, Permission.SEE_OBSERVATIONS)


def _page_or_404(request: HttpRequest, code: str) -> FigurePage:
    convention = convention_or_404()
    asked = _asked(request)
    visible = caisses_visible_to(request.user, Permission.SEE_OBSERVATIONS).filter(convention=convention)
    page = figure_page(
        convention=convention,
        code=code,
        period=asked["periode"],
        scope=asked["organisme"] or "national",
        name=asked["nom"],
        breakdown=asked["ventilation"],
        visible=frozenset(visible.values_list("code", flat=True)),
        sees_all=_sees_all(request),
    )
    if page is None:
        raise Http404("Cette valeur n'existe pas, ou n'est pas ouverte à ce compte.")
    return page


def _readable(request: HttpRequest, cells: list[Any]) -> set[int]:
    """The batches among these that the reader may open."""
    wanted = {one.batch_id for line in cells for one in line.observations}
    if not wanted:
        return set()
    visible = batches_visible_to(request.user, convention=convention_or_404())
    return set(visible.filter(pk__in=wanted).values_list("pk", flat=True))
