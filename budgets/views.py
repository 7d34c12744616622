"""Pages of the budgets: the two funds, and each fund's table as the convention prints it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from budgets.queries.programme import budget_table, funds, grand_totals, places_table, receipts
from cog.permissions import Permission, requires
from cog.views import convention_or_404


@requires(Permission.READ_REFERENCE)
def budgets(request: HttpRequest) -> HttpResponse:
    convention = convention_or_404()
    totals = grand_totals(convention=convention)
    return render(
        request,
        "budgets/list.html",
        {
            "funds": [
                (fund, [total for total in totals if total.fund.pk == fund.pk]) for fund in funds(convention=convention)
            ],
            "places": places_table(convention=convention),
            "receipts": receipts(convention=convention),
        },
    )


@requires(Permission.READ_REFERENCE)
def budget(request: HttpRequest, code: str) -> HttpResponse:
    convention = convention_or_404()
    fund = funds(convention=convention).filter(code=code).first()
    if fund is None:
        raise Http404(f"Le fonds « {code} » n'existe pas dans la convention.")
    return render(request, "budgets/table.html", {"table": budget_table(fund=fund)})
