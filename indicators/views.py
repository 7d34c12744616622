"""Pages of the indicators: the list, one sheet, its charts."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from cog.downloads import drawing
from cog.exports import DataState, Export, csv_file, table_file, xlsx
from cog.paging import configure
from cog.periods import parse
from cog.permissions import Permission, Scope, caisses_visible_to, can, requires, scopes
from cog.queries import domains_with_fiches
from cog.views import convention_or_404
from indicators import drawings
from indicators.forms import IndicatorFilter
from indicators.models import Indicator
from indicators.queries import SheetLine, SheetPage, published_beside, sheet_lines, sheet_page
from indicators.queries.explanations import explanations_of_indicator
from indicators.queries.revisions import Triangle, revision_triangle
from indicators.queries.standing import Standing, ordered, standings
from indicators.sheet_exports import (
    caisse_rows,
    local_terms,
    national_terms,
    series_rows,
    sheet_facts,
    sheet_tables,
    spread_rows,
)
from indicators.tables import CaisseTable
from indicators.workbooks import indicators_table, revisions_table


@requires(Permission.READ_REFERENCE)
def indicators(request: HttpRequest) -> HttpResponse:
    form, shown, total = _chosen(request)
    return render(
        request,
        "indicators/list.html",
        {
            "form": form,
            "rows": shown,
            "total": total,
            "with_results": can(request.user, Permission.READ_RESULTS),
            "sparklines": drawings.sparklines(row.line for row in shown),
            "query": request.GET.urlencode(),
            "order": form.cleaned_data.get("tri", "") if form.is_valid() else "",
        },
    )


@requires(Permission.READ_RESULTS)
def indicators_xlsx(request: HttpRequest) -> HttpResponse:
    """The list as it is filtered, numbers as numbers."""
    form, shown, total = _chosen(request)
    explained = can(request.user, Permission.READ_EXPLANATIONS)
    export = Export(
        title="Indicateurs",
        convention=convention_or_404(),
        page=reverse("indicators"),
        state=DataState.CURRENT,
        filters=form.in_words(),
        simulated=any(row.line.latest.simulated for row in shown if row.line.latest),
        about=[("Indicateurs", len(shown)), ("Sur", total), ("Ordre", form.order_in_words)],
    )
    return xlsx(request, export, [indicators_table(shown, with_explanations=explained)], name="indicateurs")


def _chosen(request: HttpRequest) -> tuple[IndicatorFilter, list[Standing], int]:
    """The form, the sheets it keeps in the order it asks, and how many there are."""
    convention = convention_or_404()
    form = IndicatorFilter(request.GET, domains=domains_with_fiches(convention=convention), periods=convention.quarters)
    chosen = form.cleaned_data if form.is_valid() else {}
    until = parse(chosen["fin"]).end if chosen.get("fin") else None
    seen = can(request.user, Permission.READ_RESULTS)
    lines = sheet_lines(convention=convention, until=until, with_results=seen)
    shown = standings(line for line in lines if _matches(line, chosen))
    return form, ordered(shown, chosen.get("tri", "")), len(lines)


def _matches(line: SheetLine, chosen: dict[str, str]) -> bool:
    words = chosen.get("mots", "").lower()
    verdict = line.latest.verdict if line.latest else ""
    indicator = line.indicator
    return (
        chosen.get("type", "") in ("", indicator.kind)
        and chosen.get("domaine", "") in ("", str(indicator.fiche.domain.number))
        and chosen.get("fiche", "") in ("", str(indicator.fiche.number))
        and chosen.get("sens", "") in ("", line.better)
        and chosen.get("verdict", "") in ("", verdict)
        and (words in indicator.title.lower() or words in indicator.code.lower())
    )


@requires(Permission.READ_REFERENCE)
def indicator(request: HttpRequest, code: str) -> HttpResponse:
    page = _page_or_404(request, code)
    aimed = any(line.target for line in page.caisses)
    hidden = [] if aimed else ["target", "verdict"]
    if not any(line.gap_shown for line in page.caisses):
        hidden.append("gap")
    terms = local_terms(page)
    summed = page.current is not None and terms == national_terms(page)
    table = CaisseTable(page.caisses, code=code, exclude=hidden, terms=terms, whole=page.current, summed=summed)
    configure(request, table)
    whole = Scope.ALL in scopes(request.user, Permission.READ_RESULTS)
    return render(
        request,
        "indicators/sheet.html",
        {
            "page": page,
            "table": table,
            "sees_all": whole,
            "spreads": drawings.spreads_in_view(page),
            "beside": published_beside(page.published, page.charted),
            "with_results": can(request.user, Permission.READ_RESULTS),
            "explanations": explanations_of_indicator(page.line.indicator)
            if can(request.user, Permission.READ_EXPLANATIONS)
            else [],
        },
    )


def _page_or_404(request: HttpRequest, code: str) -> SheetPage:
    convention = convention_or_404()
    page = sheet_page(
        convention=convention,
        code=code,
        period=request.GET.get("periode", ""),
        caisses=caisses_visible_to(request.user).filter(convention=convention),
        with_results=can(request.user, Permission.READ_RESULTS),
    )
    if page is None:
        raise Http404(f"L'indicateur « {code} » n'existe pas dans la convention.")
    return page


@requires(Permission.READ_RESULTS)
def series_svg(request: HttpRequest, code: str) -> HttpResponse:
    return drawing(request, drawings.series(_page_or_404(request, code)))


@requires(Permission.READ_RESULTS)
def distribution_svg(request: HttpRequest, code: str) -> HttpResponse:
    return drawing(request, drawings.distribution(_page_or_404(request, code)))


@requires(Permission.READ_RESULTS)
def spread_svg(request: HttpRequest, code: str) -> HttpResponse:
    """The caisses at the last periods, side by side."""
    return drawing(request, drawings.spread_over_time(_page_or_404(request, code)))


@requires(Permission.READ_RESULTS)
def spread_csv(request: HttpRequest, code: str) -> HttpResponse:
    """The marks of the same drawing."""
    page = _page_or_404(request, code)
    header, *rows = spread_rows(drawings.spreads_in_view(page))
    return csv_file(("Dispersion", header, rows), name=f"{code}-dispersion")


@requires(Permission.READ_RESULTS)
def map_svg(request: HttpRequest, code: str) -> HttpResponse:
    """The caisses on a map, each by its name: for a reader who may see them all."""
    if Scope.ALL not in scopes(request.user, Permission.READ_RESULTS):
        raise Http404("La carte nomme toutes les caisses.")
    return drawing(request, drawings.caisse_map(_page_or_404(request, code)))


@requires(Permission.READ_RESULTS)
def sheet_xlsx(request: HttpRequest, code: str) -> HttpResponse:
    """The tables of the page as a workbook; of the caisses, those the reader may see."""
    page = _page_or_404(request, code)
    export = Export(
        title=f"Indicateur {code}",
        convention=page.line.indicator.convention,
        page=reverse("indicator", args=[code]),
        state=DataState.CURRENT,
        filters=[f"période\u00a0: {parse(page.period).label}"] if page.period else [],
        simulated=page.simulated,
        about=sheet_facts(page),
    )
    return xlsx(request, export, sheet_tables(page), name=f"{code}-{page.period}".rstrip("-"))


@requires(Permission.READ_RESULTS)
def series_csv(request: HttpRequest, code: str) -> HttpResponse:
    header, *rows = series_rows(_page_or_404(request, code))
    return csv_file(("Série", header, rows), name=f"{code}-serie")


@requires(Permission.READ_RESULTS)
def caisses_csv(request: HttpRequest, code: str) -> HttpResponse:
    page = _page_or_404(request, code)
    header, *rows = caisse_rows(page)
    return csv_file(("Caisses", header, rows), name=f"{code}-caisses-{page.period}".rstrip("-"))


@requires(Permission.READ_RESULTS)
def revisions(request: HttpRequest, code: str) -> HttpResponse:
    """How the national values of an indicator were known at successive dates."""
    triangle = _triangle(request, code)
    return render(request, "indicators/revisions.html", {"triangle": triangle, "indicator": triangle.indicator})


@requires(Permission.READ_RESULTS)
def revisions_file(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """The same triangle, numbers as numbers."""
    triangle = _triangle(request, code)
    export = Export(
        title=f"Révisions de {code} · {triangle.indicator.title}",
        convention=triangle.indicator.convention,
        page=reverse("indicator-revisions", args=[code]),
        state=DataState.CURRENT,
        filters=[f"pas de temps\u00a0: {triangle.length}"],
        simulated=any(column.simulated for column in triangle.columns),
        about=[("Unité", triangle.unit), ("En une phrase", triangle.sentence)],
    )
    return table_file(request, export, [revisions_table(triangle)], name=f"revisions-{code}", kind=kind)


def _triangle(request: HttpRequest, code: str) -> Triangle:
    convention = convention_or_404()
    found = Indicator.objects.filter(convention=convention, code=code).select_related("convention", "fiche").first()
    if found is None:
        raise Http404(f"L'indicateur « {code} » n'existe pas dans la convention.")
    return revision_triangle(indicator=found, length=request.GET.get("pas", ""))
