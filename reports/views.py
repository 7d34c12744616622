"""Pages that gather what the other apps know: home, fiches, documents."""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from actions.exports import actions_table, commitments_table
from cog.exports import DataState, Export, table_file
from cog.forms import DateFilter
from cog.models import Convention, Fiche
from cog.permissions import Permission, Scope, can, own_fiches, requires, scopes
from cog.views import convention_or_404
from indicators.drawings import sparklines
from indicators.queries.standing import standings
from indicators.workbooks import indicators_table
from reports import queries
from reports.as_of_views import chosen
from reports.exports import fiches_table, slips_table
from reports.home_queries import home as home_page
from reports.home_queries import map_as_sent
from reports.models import Transmission


def _read_at(request: HttpRequest, convention: Convention) -> tuple[DateFilter, date]:
    """The date the page is read at: the one asked for, else today, kept inside the term."""
    form = DateFilter(request.GET or None)
    default = min(timezone.localdate(), convention.end)
    return form, form.chosen(default)


@requires(Permission.READ_REFERENCE)
def home(request: HttpRequest) -> HttpResponse:
    convention = convention_or_404()
    if (sent := chosen(request, convention)) is not None:
        return _as_sent(request, convention, sent)
    form, at = _read_at(request, convention)
    page = home_page(request.user, convention=convention, at=at, today=timezone.localdate())
    context = {"page": page, "form": form, "at": at, "sparklines": sparklines(page.results)}
    return render(request, "reports/home.html", context)


def _as_sent(request: HttpRequest, convention: Convention, sent: Transmission) -> HttpResponse:
    """The map of the convention as a quarter told it, and nothing else."""
    told, domains = map_as_sent(convention=convention, sent=sent)
    context = {"transmission": sent, "told": told, "domains": domains, "home": request.path == reverse("home")}
    return render(request, "reports/as_sent.html", context)


@requires(Permission.READ_REFERENCE)
def fiches(request: HttpRequest) -> HttpResponse:
    convention = convention_or_404()
    if (sent := chosen(request, convention)) is not None:
        return _as_sent(request, convention, sent)
    form, at = _read_at(request, convention)
    domains = _fiche_map(request, convention, at)
    return render(request, "reports/fiches.html", {"domains": domains, "form": form, "at": at})


def _fiche_map(request: HttpRequest, convention: Convention, at: date) -> list[queries.DomainMap]:
    return queries.fiche_map(
        convention=convention,
        at=at,
        with_results=can(request.user, Permission.READ_RESULTS),
        with_progress=can(request.user, Permission.READ_PROGRESS),
    )


@requires(Permission.READ_REFERENCE)
def fiches_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The fiches at the date in view, one a row."""
    convention = convention_or_404()
    _, at = _read_at(request, convention)
    results, progress = can(request.user, Permission.READ_RESULTS), can(request.user, Permission.READ_PROGRESS)
    table = fiches_table(_fiche_map(request, convention, at), with_results=results, with_progress=progress)
    export = Export(
        title="Fiches thématiques",
        convention=convention,
        page=reverse("fiches"),
        state=DataState.CURRENT if results or progress else DataState.REFERENCE,
        about=[("Situation au", at)],
    )
    return table_file(request, export, [table], name=f"fiches-{at:%Y-%m-%d}", kind=kind)


@requires(Permission.READ_REFERENCE)
def fiche_file(request: HttpRequest, number: int, kind: str) -> HttpResponse:
    """A fiche at the date in view: its indicators, its actions, the State's part, the slips of its text."""
    convention = convention_or_404()
    _, at = _read_at(request, convention)
    page = _fiche_page(request, convention, number, at)
    progress = can(request.user, Permission.READ_PROGRESS)
    explained = can(request.user, Permission.READ_EXPLANATIONS)
    views = [view for group in page.objectives for view in group.actions]
    export = Export(
        title=f"Fiche n° {number} · {page.fiche.title}",
        convention=convention,
        page=reverse("fiche", args=[number]),
        state=DataState.CURRENT if progress else DataState.REFERENCE,
        simulated=page.simulated,
        about=[("Situation au", at)],
    )
    tables = [
        indicators_table(standings(page.indicators), with_explanations=explained),
        actions_table(views, with_progress=progress),
        commitments_table(page.commitments),
        slips_table(page.anomalies),
    ]
    return table_file(request, export, tables, name=f"fiche-{number}-{at:%Y-%m-%d}", kind=kind)


@requires(Permission.READ_REFERENCE)
def fiche(request: HttpRequest, number: int) -> HttpResponse:
    page, form, at = fiche_as_read(request, number)
    return render(
        request,
        "reports/fiche.html",
        {
            "page": page,
            "form": form,
            "at": at,
            "query": request.GET.urlencode(),
            "sparklines": sparklines(page.indicators),
            "may_record": _may_record(request, page.fiche),
        },
    )


def fiche_as_read(request: HttpRequest, number: int) -> tuple[queries.FichePage, DateFilter, date]:
    """A fiche at the date asked for, with what the reader may see of it, on its page as on paper."""
    convention = convention_or_404()
    form, at = _read_at(request, convention)
    return _fiche_page(request, convention, number, at), form, at


def _fiche_page(request: HttpRequest, convention: Convention, number: int, at: date) -> queries.FichePage:
    page = queries.fiche_page(
        convention=convention,
        number=number,
        at=at,
        with_results=can(request.user, Permission.READ_RESULTS),
        with_progress=can(request.user, Permission.READ_PROGRESS),
        with_state_part=can(request.user, Permission.READ_STATE_PART),
        with_explanations=can(request.user, Permission.READ_EXPLANATIONS),
    )
    if page is None:
        raise Http404(f"La fiche n° {number} n'existe pas dans la convention.")
    return page


def _may_record(request: HttpRequest, fiche: Fiche) -> bool:
    """Whether the reader may say where the actions of this fiche are."""
    granted = scopes(request.user, Permission.RECORD_PROGRESS)
    if Scope.OWN_FICHES not in granted:
        return Scope.ALL in granted
    return fiche.pk in own_fiches(request.user)
