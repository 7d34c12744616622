"""The indicators seen from the caisses: all of them on one page, one of them with all its results."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from cog.exports import DataState, Export, xlsx
from cog.models import Convention, Organisation, OrganisationQuerySet
from cog.paging import configure
from cog.periods import parse
from cog.permissions import Permission, Scope, caisses_visible_to, requires, scopes
from cog.views import convention_or_404
from indicators.forms import CaisseFilter, SituationForm
from indicators.queries.caisses import CaisseStanding, OwnLine, caisse_standings, own_lines
from indicators.queries.groups import groups_of_body
from indicators.sheet_exports import caisse_table, caisses_table
from indicators.tables import StandingTable


@require_safe
@requires(Permission.READ_RESULTS)
def caisses(request: HttpRequest) -> HttpResponse:
    """The caisses the reader may see, with where each stands among all of them."""
    form, rows = _standings(request)
    table = StandingTable(rows)
    configure(request, table)
    context = {"form": form, "table": table, "count": len(rows), "sees_all": _sees_all(request)}
    return render(request, "caisses/list.html", context | {"query": request.GET.urlencode()})


@require_safe
@requires(Permission.READ_RESULTS)
def caisses_xlsx(request: HttpRequest) -> HttpResponse:
    form, rows = _standings(request)
    export = Export(
        title="Caisses",
        convention=convention_or_404(),
        page=reverse("caisses"),
        state=DataState.CURRENT,
        filters=form.in_words(),
        simulated=any(row.simulated for row in rows),
        about=[("Caisses", len(rows))],
    )
    return xlsx(request, export, [caisses_table(rows)], name="caisses")


def _standings(request: HttpRequest) -> tuple[CaisseFilter, list[CaisseStanding]]:
    convention = convention_or_404()
    bodies = list(_visible(request, convention).order_by("code"))
    form = CaisseFilter(request.GET, bodies=bodies, periods=convention.quarters)
    chosen = form.cleaned_data if form.is_valid() else {}
    kept = [body for body in bodies if _matches(body, chosen)]
    until = parse(chosen["fin"]).end if chosen.get("fin") else None
    return form, caisse_standings(convention=convention, bodies=kept, until=until)


def _matches(body: Organisation, chosen: dict[str, str]) -> bool:
    words = chosen.get("mots", "").casefold()
    told = f"{body.code} {body.name} {body.departement_name}".casefold()
    return chosen.get("region", "") in ("", body.region_2016) and words in told


@require_safe
@requires(Permission.READ_RESULTS)
def caisse(request: HttpRequest, code: str) -> HttpResponse:
    """One caisse: its value of every indicator, beside the nation's and among the others."""
    form, body, lines = _own(request, code)
    context = {
        "form": form,
        "body": body,
        "lines": lines,
        "groups": groups_of_body(body),
        "sees_all": _sees_all(request),
        "query": request.GET.urlencode(),
        "simulated": any(line.own and line.own.point.simulated for line in lines),
    }
    return render(request, "caisses/caisse.html", context)


@require_safe
@requires(Permission.READ_RESULTS)
def caisse_xlsx(request: HttpRequest, code: str) -> HttpResponse:
    form, body, lines = _own(request, code)
    export = Export(
        title=f"Résultats de la caisse {body.code}",
        convention=convention_or_404(),
        page=reverse("caisse", args=[code]),
        state=DataState.CURRENT,
        filters=form.in_words(),
        simulated=any(line.own is not None and line.own.point.simulated for line in lines),
        about=[("Caisse", f"{body.code} · {body.name}")],
    )
    return xlsx(request, export, [caisse_table(lines)], name=f"caisse-{body.code}")


def _own(request: HttpRequest, code: str) -> tuple[SituationForm, Organisation, list[OwnLine]]:
    convention = convention_or_404()
    body = _visible(request, convention).filter(code=code).first()
    if body is None:
        raise Http404("Cette caisse n'existe pas, ou n'est pas ouverte à ce compte.")
    form = SituationForm(request.GET, periods=convention.quarters)
    chosen = form.cleaned_data.get("fin", "") if form.is_valid() else ""
    until = parse(chosen).end if chosen else None
    return form, body, own_lines(convention=convention, organisation=body, until=until)


def _visible(request: HttpRequest, convention: Convention) -> OrganisationQuerySet:
    return caisses_visible_to(request.user).caisses().filter(convention=convention)


def _sees_all(request: HttpRequest) -> bool:
    return Scope.ALL in scopes(request.user, Permission.READ_RESULTS)
