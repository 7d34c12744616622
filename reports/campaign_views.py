"""The campaign of a quarter: what is missing, what is to be explained, and the gesture that transmits."""

from datetime import date
from functools import partial
from itertools import groupby

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from budgets.queries.transfers import informations_due
from cog.calendar import State
from cog.exports import DataState, Export, table_file
from cog.forms import DateFilter
from cog.models import Convention
from cog.periods import Period
from cog.permissions import Permission, can, requires
from cog.queries import DatedRestitution, dated_restitutions
from cog.views import convention_or_404
from reports import campaign_queries as queries
from reports.delivered import delivered
from reports.exports import calendar_table, campaign_tables, campaigns_table
from reports.forms import TransmitForm
from reports.leaving_views import leave
from reports.operations import (
    transmit_quarter,
)
from reports.owed_queries import owed_restitutions


@requires(Permission.READ_REFERENCE)
def calendar(request: HttpRequest) -> HttpResponse:
    """Every date an account is owed at, year by year, and what was delivered."""
    convention = convention_or_404()
    form, at, rows = _dates(request, convention)
    sent_from_here = {row.pk for row in owed_restitutions(convention=convention)}
    years = [
        (year, list(items))
        for year, items in groupby(rows, key=lambda row: row.restitution.due.year if row.restitution.due else None)
    ]
    return render(
        request,
        "reports/calendar.html",
        {
            "years": years,
            "form": form,
            "at": at,
            "sent_from_here": sent_from_here if can(request.user, Permission.READ_EXPLANATIONS) else set(),
            "soon": [row for row in rows if row.state == State.BIENTOT_DUE],
            "total": len(rows),
            "informations": informations_due(convention=convention)
            if can(request.user, Permission.READ_BUDGETS)
            else [],
            "signature": convention.signature_date,
        },
    )


def _dates(request: HttpRequest, convention: Convention) -> tuple[DateFilter, date, list[DatedRestitution]]:
    """The date in view, and every date an account is owed at, as it stands then."""
    form = DateFilter(request.GET or None)
    at = form.chosen(min(timezone.localdate(), convention.end))
    return form, at, dated_restitutions(convention=convention, at=at, delivered=delivered(convention=convention))


@requires(Permission.READ_REFERENCE)
def calendar_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The same dates, as dates."""
    convention = convention_or_404()
    _, at, rows = _dates(request, convention)
    export = Export(
        title="Calendrier des remises",
        convention=convention,
        page=reverse("calendar"),
        state=DataState.REFERENCE,
        about=[("Situation au", at), ("Échéances", len(rows))],
    )
    return table_file(request, export, [calendar_table(rows)], name=f"calendrier-des-remises-{at:%Y-%m-%d}", kind=kind)


@requires(Permission.READ_EXPLANATIONS)
def campaigns_file(request: HttpRequest, kind: str) -> HttpResponse:
    """Every quarter of the term, dates as dates."""
    convention = convention_or_404()
    table = campaigns_table(queries.campaign_lines(convention=convention, at=timezone.localdate()))
    export = Export(
        title="Campagnes trimestrielles", convention=convention, page=reverse("campaigns"), state=DataState.CURRENT
    )
    return table_file(request, export, [table], name="campagnes", kind=kind)


@requires(Permission.READ_EXPLANATIONS)
def campaign_file(request: HttpRequest, quarter: str, kind: str) -> HttpResponse:
    """A quarter being prepared: its national figures, its checks, what was reported by fiche."""
    convention, period = _quarter_or_404(quarter)
    page = queries.campaign_page(convention=convention, period=period, at=timezone.localdate())
    export = Export(
        title=f"Campagne, {period.label}",
        convention=convention,
        page=reverse("campaign", args=[quarter]),
        state=DataState.CURRENT,
        simulated=any(one.simulated for one in page.ready.figures),
        about=[("Échéance", page.ready.due), ("État de la campagne", page.line.state_label)],
    )
    return table_file(request, export, campaign_tables(page), name=f"campagne-{period}", kind=kind)


@requires(Permission.READ_EXPLANATIONS)
def campaigns(request: HttpRequest) -> HttpResponse:
    convention = convention_or_404()
    lines = queries.campaign_lines(convention=convention, at=timezone.localdate())
    return render(request, "reports/campaigns/list.html", {"lines": lines, "current": queries.current(lines)})


@requires(Permission.READ_EXPLANATIONS)
def campaign(request: HttpRequest, quarter: str) -> HttpResponse:
    convention, period = _quarter_or_404(quarter)
    page = queries.campaign_page(convention=convention, period=period, at=timezone.localdate())
    return render(
        request,
        "reports/campaigns/campaign.html",
        {"page": page, "may_transmit": can(request.user, Permission.TRANSMIT)},
    )


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@requires(Permission.TRANSMIT)
def transmit(request: HttpRequest, quarter: str) -> HttpResponse:
    """The summary of what leaves, the password again, then the receipt."""
    convention, period = _quarter_or_404(quarter)
    former = queries.last_transmission(convention=convention, period=period)
    form = TransmitForm(request.POST or None, user=request.user, rectifies=former is not None)
    if request.method == "POST" and form.is_valid():
        send = partial(
            transmit_quarter,
            convention=convention,
            period=period,
            by=request.user,
            at=timezone.now(),
            reason=form.cleaned_data.get("reason", ""),
        )
        return leave(request, send, back=redirect("campaign", quarter=period))
    ready = queries.dossier(convention=convention, period=period, at=timezone.localdate())
    return render(
        request,
        "reports/campaigns/transmit.html",
        {"ready": ready, "form": form, "former": former, "changes": queries.changes_since(former, ready)},
        status=422 if form.errors else 200,
    )


def _quarter_or_404(text: str) -> tuple[Convention, Period]:
    convention = convention_or_404()
    period = queries.quarter_or_none(text)
    if period is None or period.year not in convention.years:
        raise Http404(f"« {text} » n'est pas un trimestre de la convention.")
    return convention, period
