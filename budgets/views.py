"""Pages of the funds: the two of them, and each one's programme as the convention prints it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from budgets.exports import (
    funds_table,
    informations_table,
    places_rows,
    programme_tables,
    published_table,
    receipts_table,
)
from budgets.models import Fund
from budgets.queries.programme import YearTotal, budget_table, funds, grand_totals, places_table, receipts
from budgets.queries.published import published_budgets
from budgets.queries.transfers import informations_due
from cog.exports import DataState, Export, table_file
from cog.models import Convention
from cog.permissions import Permission, can, requires
from cog.views import convention_or_404


def fund_or_404(code: str) -> Fund:
    fund = funds(convention=convention_or_404()).filter(code=code).select_related("convention").first()
    if fund is None:
        raise Http404(f"Le fonds « {code} » n'existe pas dans la convention.")
    return fund


def exercise_or_404(fund: Fund, exercise: int) -> int:
    if exercise not in fund.convention.years:
        raise Http404(f"L'exercice {exercise} n'est pas de la convention.")
    return exercise


def may(request: HttpRequest) -> dict[str, bool]:
    """What the templates of the budgets offer."""
    return {
        "may_read": can(request.user, Permission.READ_BUDGETS),
        "may_keep": can(request.user, Permission.KEEP_BUDGETS),
    }


@requires(Permission.READ_REFERENCE)
def budgets(request: HttpRequest) -> HttpResponse:
    """The two funds; what is still to be told of transfers is for who reads the budgets."""
    convention = convention_or_404()
    allowed = may(request)
    return render(
        request,
        "budgets/list.html",
        {
            "funds": _totalled(convention),
            "places": places_table(convention=convention),
            "receipts": receipts(convention=convention),
            "years": convention.years,
            "informations": informations_due(convention=convention) if allowed["may_read"] else [],
            **allowed,
        },
    )


@requires(Permission.READ_REFERENCE)
def budgets_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The tables of the page, amounts as numbers."""
    convention = convention_or_404()
    tables = [
        funds_table(_totalled(convention), convention.years),
        places_rows(places_table(convention=convention)),
        receipts_table(receipts(convention=convention)),
    ]
    informations = informations_due(convention=convention) if may(request)["may_read"] else []
    export = Export(
        title="Budgets\u00a0: les fonds de la convention",
        convention=convention,
        page=reverse("budgets"),
        state=DataState.REFERENCE,
        simulated=any(one.transfer.simulated for one in informations),
    )
    tables += [informations_table(informations)] if informations else []
    return table_file(request, export, tables, name="budgets", kind=kind)


def _totalled(convention: Convention) -> list[tuple[Fund, list[YearTotal]]]:
    """The funds, each with its totals by year."""
    totals = grand_totals(convention=convention)
    return [(fund, [one for one in totals if one.fund.pk == fund.pk]) for fund in funds(convention=convention)]


@requires(Permission.READ_REFERENCE)
def budget(request: HttpRequest, code: str) -> HttpResponse:
    fund = fund_or_404(code)
    return render(
        request,
        "budgets/table.html",
        {"table": budget_table(fund=fund), "years": fund.convention.years, **may(request)},
    )


@requires(Permission.READ_REFERENCE)
def budget_file(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """The programme as printed, amounts as numbers."""
    fund = fund_or_404(code)
    table = budget_table(fund=fund)
    export = Export(
        title=f"{fund.name}, programme de la convention",
        convention=fund.convention,
        page=reverse("budget", args=[code]),
        state=DataState.REFERENCE,
        simulated=False,
        about=[("Unité", fund.unit), ("Sommes qui ne tombent pas juste", table.gap_count)],
    )
    return table_file(request, export, programme_tables(table), name=f"{code}-programme", kind=kind)


@requires(Permission.READ_REFERENCE)
def published_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The same amounts, as numbers."""
    convention = convention_or_404()
    table = published_table(published_budgets(convention=convention))
    export = Export(
        title="Montants réels publiés",
        convention=convention,
        page=reverse("published-budgets"),
        state=DataState.PUBLISHED,
        simulated=False,
    )
    return table_file(request, export, [table], name="montants-publies", kind=kind)


@requires(Permission.READ_REFERENCE)
def published(request: HttpRequest) -> HttpResponse:
    """Real amounts others published, with their source."""
    groups = published_budgets(convention=convention_or_404())
    return render(request, "budgets/published.html", {"groups": groups})
