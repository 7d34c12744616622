"""Pages of the editions of the funds: the list, one being prepared, and the gesture that transmits it."""

from datetime import date
from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from cog import downloads
from cog.exports import DataState, Export, table_file
from cog.forms import DateFilter
from cog.models import Convention
from cog.permissions import Permission, account, can, requires
from cog.views import convention_or_404
from reports import edition_queries as queries
from reports.budget_dashboard import presentation
from reports.budget_workbook import dashboard_workbook
from reports.exports import editions_table
from reports.forms import TransmitForm
from reports.leaving_views import leave
from reports.operations import transmit_edition


def _name_or_404(code: str, exercise: int, number: int) -> tuple[Convention, queries.EditionName]:
    convention = convention_or_404()
    try:
        return convention, queries.edition_name(convention=convention, fund_code=code, exercise=exercise, number=number)
    except queries.NoEdition as error:
        raise Http404(f"Cette édition n'existe pas : {error}.") from None


def _dossier(request: HttpRequest, convention: Convention, name: queries.EditionName) -> queries.EditionDossier:
    today = timezone.localdate()
    default = queries.situation_of(name, today)
    form = DateFilter(request.GET if "au" in request.GET else request.POST if "au" in request.POST else None)
    at = form.chosen(default) if form.is_bound else default
    return queries.edition_dossier(convention=convention, name=name, at=at, today=today)


@requires(Permission.READ_BUDGETS)
def editions(request: HttpRequest) -> HttpResponse:
    """Every edition of the term, with what was sent."""
    lines = queries.edition_lines(convention=convention_or_404(), at=timezone.localdate())
    return render(request, "reports/editions/list.html", {"lines": lines})


@requires(Permission.READ_BUDGETS)
def editions_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The same list, dates as dates."""
    convention = convention_or_404()
    table = editions_table(queries.edition_lines(convention=convention, at=timezone.localdate()))
    export = Export(
        title="Éditions budgétaires", convention=convention, page=reverse("budget-editions"), state=DataState.CURRENT
    )
    return table_file(request, export, [table], name="editions-budgetaires", kind=kind)


@requires(Permission.READ_BUDGETS)
def edition(request: HttpRequest, code: str, exercise: int, number: int) -> HttpResponse:
    """An edition as it stands: what keeps it from leaving, its table, what moved, its annexes."""
    convention, name = _name_or_404(code, exercise, number)
    ready = _dossier(request, convention, name)
    return render(
        request,
        "reports/editions/edition.html",
        {
            "ready": ready,
            "name": name,
            "content": ready.payload,
            **presentation(ready.payload),
            "at": ready.state.at,
            "form": DateFilter(initial={"au": ready.state.at}),
            "may_keep": can(request.user, Permission.KEEP_BUDGETS),
            "may_transmit": can(request.user, Permission.TRANSMIT),
        },
    )


@requires(Permission.READ_BUDGETS)
def edition_xlsx(request: HttpRequest, code: str, exercise: int, number: int) -> HttpResponse:
    """The draft of an edition as a workbook; what was sent is read from the transmission."""
    convention, name = _name_or_404(code, exercise, number)
    ready = _dossier(request, convention, name)
    export = Export(
        title=name.title,
        convention=convention,
        page=reverse("budget-edition", args=[code, exercise, number]),
        state=DataState.DRAFT,
        simulated=ready.payload["simulated"],
        about=[("Situation au", ready.state.at)],
    )
    return downloads.workbook(dashboard_workbook(ready.draft, export.notes(request)), f"projet-{name.period}")


@requires(Permission.READ_BUDGETS)
def edition_pdf(request: HttpRequest, code: str, exercise: int, number: int) -> HttpResponse:
    """The draft of an edition on paper, « PROJET » on every page."""
    from reports.receipts import print_dashboard  # two seconds of import that only a printing process should pay

    convention, name = _name_or_404(code, exercise, number)
    ready = _dossier(request, convention, name)
    return downloads.attachment(print_dashboard(ready.draft), "application/pdf", f"projet-{name.period}.pdf")


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@requires(Permission.TRANSMIT)
def transmit(request: HttpRequest, code: str, exercise: int, number: int) -> HttpResponse:
    """The summary of what leaves, the password again, then the receipt."""
    convention, name = _name_or_404(code, exercise, number)
    ready = _dossier(request, convention, name)
    former = ready.sent[0] if ready.sent else None
    form = TransmitForm(request.POST or None, user=request.user, rectifies=former is not None)
    if request.method == "POST" and form.is_valid():
        return _send(request, convention, name, ready.state.at, form)
    return render(
        request,
        "reports/editions/transmit.html",
        {"ready": ready, "name": name, "form": form, "former": former, "at": ready.state.at},
        status=422 if form.errors else 200,
    )


def _send(
    request: HttpRequest, convention: Convention, name: queries.EditionName, at: date, form: TransmitForm
) -> HttpResponse:
    send = partial(
        transmit_edition,
        convention=convention,
        name=name,
        situation=at,
        by=account(request),
        at=timezone.now(),
        reason=form.cleaned_data.get("reason", ""),
    )
    back = redirect("budget-edition", code=name.fund_code, exercise=name.exercise, number=name.spec.number)
    return leave(request, send, back=back)
