"""Pages of a fund as it stands: an exercise, the whole term, a line, what is carried over, what conforms."""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from budgets.enums import ActKind, Measure
from budgets.exports import carried_workbook, conformity_tables, line_tables, term_workbook, year_workbook
from budgets.models import Fund
from budgets.queries.carry_over import carry_statement
from budgets.queries.charts import Drawn, drawn_measures, drawn_rates
from budgets.queries.conformity import conformity_page
from budgets.queries.entry import ENTERED
from budgets.queries.ledger import read_ledger
from budgets.queries.programme import places_table
from budgets.queries.statements import layouts
from budgets.queries.tables import HEADINGS, LinePage, line_page, term_table, year_table
from budgets.views import exercise_or_404, fund_or_404, may
from cog import downloads
from cog.exports import DataState, Export, csv_file, table_file
from cog.forms import DateFilter
from cog.permissions import Permission, requires

RATES = "taux"
"""What the chart's address asks for instead of a group: the rates of all of them."""


def _asked(request: HttpRequest) -> tuple[DateFilter, date]:
    today = timezone.localdate()
    form = DateFilter(request.GET if "au" in request.GET else None, initial={"au": today})
    return form, form.chosen(today) if form.is_bound else today


@requires(Permission.READ_BUDGETS)
def year(request: HttpRequest, code: str, exercise: int) -> HttpResponse:
    """An exercise of a fund on the convention's layout, at a date."""
    fund = fund_or_404(code)
    exercise_or_404(fund, exercise)
    form, at = _asked(request)
    ledger = read_ledger(fund=fund, at=at)
    return render(
        request,
        "budgets/year.html",
        {
            "fund": fund,
            "table": year_table(ledger=ledger, exercise=exercise),
            "headings": HEADINGS,
            "years": ledger.years,
            "form": form,
            "at": at,
            "kinds": ENTERED,
            "past": at != timezone.localdate(),
            **may(request),
        },
    )


@requires(Permission.READ_BUDGETS)
def year_xlsx(request: HttpRequest, code: str, exercise: int) -> HttpResponse:
    """The exercise as a workbook: sums are live formulas, every digit is there."""
    fund = fund_or_404(code)
    exercise_or_404(fund, exercise)
    _, at = _asked(request)
    ledger = read_ledger(fund=fund, at=at)
    table = year_table(ledger=ledger, exercise=exercise)
    export = Export(
        title=f"{fund.name}, exercice {exercise}",
        convention=fund.convention,
        page=reverse("budget-year", args=[code, exercise]),
        state=DataState.CURRENT,
        simulated=table.simulated,
        about=[("Situation au", at), ("Unité", fund.unit)],
    )
    data = year_workbook(ledger=ledger, table=table, notes=export.notes(request))
    return downloads.workbook(data, f"{code}-{exercise}-au-{at.isoformat()}")


@requires(Permission.READ_BUDGETS)
def term(request: HttpRequest, code: str) -> HttpResponse:
    """A measure over the whole term."""
    fund = fund_or_404(code)
    measure, ledger = _measure(request), read_ledger(fund=fund)
    return render(
        request,
        "budgets/term.html",
        {
            "fund": fund,
            "table": term_table(ledger=ledger, measure=measure),
            "drawn": drawn_measures(ledger=ledger),
            "rates": drawn_rates(ledger=ledger),
            "measures": Measure,
            **may(request),
        },
    )


@requires(Permission.READ_BUDGETS)
def term_xlsx(request: HttpRequest, code: str) -> HttpResponse:
    fund = fund_or_404(code)
    measure = _measure(request)
    table = term_table(ledger=read_ledger(fund=fund), measure=measure)
    export = Export(
        title=f"{fund.name}, {measure.label}, toute la période",
        convention=fund.convention,
        page=reverse("budget-term", args=[code]),
        state=DataState.CURRENT,
        filters=[f"mesure\u00a0: {measure.label}"],
        simulated=table.simulated,
        about=[("Unité", fund.unit)],
    )
    data = term_workbook(table=table, notes=export.notes(request))
    return downloads.workbook(data, f"{code}-periode-{measure.value}")


def _measure(request: HttpRequest) -> Measure:
    asked = request.GET.get("mesure", "")
    return Measure(asked) if asked in Measure.values else Measure.VOTED


@requires(Permission.READ_BUDGETS)
def chart(request: HttpRequest, code: str) -> HttpResponse:
    """Programme against executed by year, for the fund or one of its groups; or the rates of the groups."""
    fund = fund_or_404(code)
    drawn = _drawn(request, fund)
    return downloads.drawing(request, drawn.svg(f"budget-{code}-{_group(request) or 'total'}"))


@requires(Permission.READ_BUDGETS)
def chart_csv(request: HttpRequest, code: str) -> HttpResponse:
    """The figures of the same chart, every digit."""
    drawn = _drawn(request, fund_or_404(code))
    rows = [[name, *values] for name, values in drawn.rows]
    return csv_file((drawn.title, drawn.header, rows), name=f"{code}-graphique-{_group(request) or 'total'}")


def _group(request: HttpRequest) -> str:
    return request.GET.get("groupe", "")


def _drawn(request: HttpRequest, fund: Fund) -> Drawn:
    ledger, group = read_ledger(fund=fund), _group(request)
    drawn = drawn_rates(ledger=ledger) if group == RATES else drawn_measures(ledger=ledger, group=group)
    if drawn is None:
        raise Http404("Ce graphique n'a rien à montrer.")
    return drawn


@requires(Permission.READ_BUDGETS)
def line(request: HttpRequest, code: str, exercise: int, position: int) -> HttpResponse:
    """Where the figures of a line come from."""
    fund, page, at = _line(request, code, exercise, position)
    places = places_table(convention=fund.convention) if page.has_chronicle else None
    context = {"fund": fund, "page": page, "at": at, "places": places}
    return render(request, "budgets/line.html", context | may(request))


@requires(Permission.READ_BUDGETS)
def line_file(request: HttpRequest, code: str, exercise: int, position: int, kind: str) -> HttpResponse:
    """The movements of a line, or the lines it adds up, every digit."""
    fund, page, at = _line(request, code, exercise, position)
    places = places_table(convention=fund.convention) if page.has_chronicle else None
    export = Export(
        title=f"{fund.name}, exercice {exercise}, ligne {position}",
        convention=fund.convention,
        page=reverse("budget-line", args=[code, exercise, position]),
        state=DataState.CURRENT,
        about=[("Ligne", page.line.label), ("Situation au", at), ("Unité", fund.unit)],
    )
    tables = line_tables(page, fund.unit, places)
    return table_file(request, export, tables, name=f"{code}-{exercise}-ligne-{position}-au-{at:%Y-%m-%d}", kind=kind)


def _line(request: HttpRequest, code: str, exercise: int, position: int) -> tuple[Fund, LinePage, date]:
    """The fund, one of its lines in an exercise, and the date in view."""
    fund = fund_or_404(code)
    exercise_or_404(fund, exercise)
    _, at = _asked(request)
    page = line_page(fund=fund, exercise=exercise, position=position, at=at)
    if page is None:
        raise Http404(f"Le {code} n'a pas de ligne {position}.")
    return fund, page, at


@requires(Permission.READ_BUDGETS)
def carried(request: HttpRequest, code: str, exercise: int) -> HttpResponse:
    """What becomes of the unused credits of an exercise."""
    fund = fund_or_404(code)
    exercise_or_404(fund, exercise)
    page = carry_statement(fund=fund, exercise=exercise)
    advances = layouts(convention=fund.convention).filter(fund=fund, code="avances_immobilieres").first()
    shown = {"fund": fund, "page": page, "kind": ActKind.CARRY_OVER, "advances": advances}
    return render(request, "budgets/carried.html", {**shown, **may(request)})


@requires(Permission.READ_BUDGETS)
def carried_xlsx(request: HttpRequest, code: str, exercise: int) -> HttpResponse:
    """The statement owed to the board, as a workbook."""
    fund = fund_or_404(code)
    exercise_or_404(fund, exercise)
    export = Export(
        title=f"Crédits non consommés, {fund.name}, {exercise}",
        convention=fund.convention,
        page=reverse("budget-carried", args=[code, exercise]),
        state=DataState.CURRENT,
        about=[("Unité", fund.unit)],
    )
    data = carried_workbook(page=carry_statement(fund=fund, exercise=exercise), notes=export.notes(request))
    return downloads.workbook(data, f"{code}-{exercise}-reports")


@requires(Permission.READ_BUDGETS)
def conformity_file(request: HttpRequest, code: str, exercise: int, kind: str) -> HttpResponse:
    """The same comparison, amounts as numbers."""
    fund = fund_or_404(code)
    exercise_or_404(fund, exercise)
    export = Export(
        title=f"Conformité à la convention, {fund.name}, {exercise}",
        convention=fund.convention,
        page=reverse("budget-conformity", args=[code, exercise]),
        state=DataState.CURRENT,
        about=[("Unité", fund.unit)],
    )
    tables = conformity_tables(conformity_page(fund=fund, exercise=exercise))
    return table_file(request, export, tables, name=f"{code}-{exercise}-conformite", kind=kind)


@requires(Permission.READ_BUDGETS)
def conformity(request: HttpRequest, code: str, exercise: int) -> HttpResponse:
    """Whether what is voted conforms to the convention."""
    fund = fund_or_404(code)
    exercise_or_404(fund, exercise)
    page = conformity_page(fund=fund, exercise=exercise)
    return render(request, "budgets/conformity.html", {"fund": fund, "page": page, **may(request)})
