"""Pages that gather what the other apps know: home, fiches, documents."""

from datetime import date

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from budgets.queries.transfers import informations_due
from cog.forms import DateFilter
from cog.models import Convention
from cog.permissions import Permission, Scope, can, fiches_open_to, requires, scopes
from cog.views import convention_or_404
from indicators.drawings import sparklines
from reports import queries
from reports.campaign_queries import open_campaign
from reports.forms import ReportRequest
from reports.operations import request_annual_report
from reports.transmitted import latest


def _read_at(request: HttpRequest, convention: Convention) -> tuple[DateFilter, date]:
    """The date the page is read at: the one asked for, else today, kept inside the term."""
    form = DateFilter(request.GET or None)
    default = min(timezone.localdate(), convention.end)
    return form, form.chosen(default)


@requires(Permission.READ_REFERENCE)
def home(request: HttpRequest) -> HttpResponse:
    convention = convention_or_404()
    form, at = _read_at(request, convention)
    page = queries.home(
        convention=convention,
        at=at,
        today=timezone.localdate(),
        with_results=can(request.user, Permission.READ_RESULTS),
        with_progress=can(request.user, Permission.READ_PROGRESS),
        with_drafts=can(request.user, Permission.PRODUCE_REPORT),
    )
    return render(
        request,
        "reports/home.html",
        {
            "page": page,
            "form": form,
            "at": at,
            "sparklines": sparklines(page.results),
            "sent": latest(convention=convention) if can(request.user, Permission.READ_TRANSMITTED) else None,
            "campaign": open_campaign(convention=convention, at=timezone.localdate())
            if can(request.user, Permission.READ_EXPLANATIONS)
            else None,
            "informations": informations_due(convention=convention)
            if can(request.user, Permission.READ_BUDGETS)
            else [],
            "today": timezone.localdate(),
        },
    )


@requires(Permission.READ_REFERENCE)
def fiches(request: HttpRequest) -> HttpResponse:
    convention = convention_or_404()
    form, at = _read_at(request, convention)
    domains = queries.fiche_map(
        convention=convention,
        at=at,
        with_results=can(request.user, Permission.READ_RESULTS),
        with_progress=can(request.user, Permission.READ_PROGRESS),
    )
    return render(request, "reports/fiches.html", {"domains": domains, "form": form, "at": at})


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
            "may_record": _may_record(request, number),
        },
    )


def fiche_as_read(request: HttpRequest, number: int) -> tuple[queries.FichePage, DateFilter, date]:
    """A fiche at the date asked for, with what the reader may see of it, on its page as on paper."""
    convention = convention_or_404()
    form, at = _read_at(request, convention)
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
    return page, form, at


def _may_record(request: HttpRequest, number: int) -> bool:
    """Whether the reader may say where the actions of this fiche are."""
    granted = scopes(request.user, Permission.RECORD_PROGRESS)
    if Scope.OWN_FICHES not in granted:
        return Scope.ALL in granted
    return fiches_open_to(request.user, Permission.RECORD_PROGRESS).filter(number=number).exists()


@require_http_methods(["GET", "POST"])
@requires(Permission.READ_PUBLISHED)
def documents(request: HttpRequest) -> HttpResponse:
    """The editions one may read; who may produce a draft asks for it here."""
    convention = convention_or_404()
    may_produce = can(request.user, Permission.PRODUCE_REPORT)
    form = ReportRequest(request.POST or None, years=convention.years)
    if request.method == "POST":
        if not may_produce:
            raise Http404("Cette page n'existe pas.")
        if form.is_valid():
            edition = request_annual_report(
                convention=convention, year=form.cleaned_data["exercice"], by=request.user, at=timezone.now()
            )
            messages.success(
                request, f"Le projet de bilan {edition.year} est demandé : suivre sa production ci-dessous."
            )
            return redirect("edition", edition_id=edition.pk)
    editions = queries.editions(convention=convention, with_drafts=may_produce)
    return render(request, "reports/documents.html", {"editions": editions, "form": form, "may_produce": may_produce})


@requires(Permission.READ_PUBLISHED)
def edition(request: HttpRequest, edition_id: int) -> HttpResponse:
    found = queries.edition_or_none(edition_id=edition_id, with_drafts=can(request.user, Permission.PRODUCE_REPORT))
    if found is None:
        raise Http404("Cette édition n'existe pas.")
    response = render(request, "reports/edition.html", {"edition": found})
    if found.job is not None and not found.job.is_over:
        response["Refresh"] = "2"  # the page follows the job without JavaScript
    return response


@requires(Permission.READ_PUBLISHED)
def edition_pdf(request: HttpRequest, edition_id: int) -> FileResponse:
    found = queries.edition_or_none(edition_id=edition_id, with_drafts=can(request.user, Permission.PRODUCE_REPORT))
    if found is None or not found.is_ready:
        raise Http404("Ce document n'est pas disponible.")
    name = f"{found.kind}-{found.year}-edition-{found.number}.pdf"
    return FileResponse(found.file.open("rb"), as_attachment=True, filename=name, content_type="application/pdf")
