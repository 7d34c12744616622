"""Pages of the unused dotations of an exercise: what each caisse keeps, and the entry by workbook."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from budgets.intake.unspent_workbook import read_executed
from budgets.operations import record_unspent
from budgets.queries.allotment import caisses, known_dotations
from budgets.queries.unspent import (
    UnspentRefused,
    faults_of_the_source,
    prepared,
    statements,
    stored_table,
    table_of,
)
from budgets.unspent_forms import UnspentForm, sealed, unsealed
from budgets.unspent_workbooks import template_workbook, unspent_workbook
from cog.downloads import workbook
from cog.exports import DataState, Export
from cog.models import Convention
from cog.permissions import Permission, account, can, requires
from cog.views import convention_or_404

SHOWN_PROBLEMS = 200


def _convention_of(year: int) -> Convention:
    convention = convention_or_404()
    if year not in convention.years:
        raise Http404(f"{year} n'est pas une année de la convention.")
    return convention


@require_safe
@requires(Permission.READ_BUDGETS)
def unspent(request: HttpRequest, year: int) -> HttpResponse:
    """What each caisse keeps of its dotation, and what is pooled."""
    table = stored_table(convention=_convention_of(year), exercise=year)
    context = {"table": table, "may_keep": can(request.user, Permission.KEEP_BUDGETS)}
    return render(request, "budgets/unspent/statement.html", context)


@require_safe
@requires(Permission.READ_BUDGETS)
def unspent_xlsx(request: HttpRequest, year: int) -> HttpResponse:
    table = stored_table(convention=_convention_of(year), exercise=year)
    if table.stored is None:
        raise Http404(f"Aucun état des crédits non consommés de {year} n'est enregistré.")
    export = Export(
        title=f"Crédits non consommés des caisses, {year}",
        convention=table.stored.convention,
        page=reverse("unspent", args=[year]),
        state=DataState.CURRENT,
        simulated=table.stored.simulated,
    )
    return workbook(
        unspent_workbook(table, export.notes(request)), f"credits-non-consommes-{year}-n{table.stored.number}"
    )


@require_safe
@requires(Permission.KEEP_BUDGETS)
def unspent_template(request: HttpRequest, year: int) -> HttpResponse:
    """The workbook to fill: the dotations in force, and the spending already recorded."""
    convention = _convention_of(year)
    known = stored_table(convention=convention, exercise=year)
    data = template_workbook(
        caisses(convention=convention),
        exercise=year,
        dotations=known_dotations(convention=convention, exercise=year),
        executed={line.body.code: line.found.executed for line in known.lines},
    )
    return workbook(data, f"depenses-dotations-{year}-a-remplir")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.KEEP_BUDGETS)
def unspent_entry(request: HttpRequest, year: int) -> HttpResponse:
    """The workbook of the spending: refused with all that is wrong, or shown before anything is kept."""
    convention = _convention_of(year)
    dotations = known_dotations(convention=convention, exercise=year)
    form = UnspentForm(request.POST or None, request.FILES or None)
    if request.method != "POST" or not form.is_valid():
        return _entry(request, year, form, [], has_dotations=bool(dotations))
    names = {one.code: one.name for one in caisses(convention=convention) if one.code in dotations}
    read = read_executed(form.cleaned_data["fichier"].read(), names)
    last = statements(convention=convention, exercise=year).first()
    asked = form.request_of(read.executed, exercise=year, seen=last.number if last else 0)
    today = timezone.localdate()
    if read.problems:
        wrong = faults_of_the_source(convention=convention, request=asked, today=today)
        return _entry(request, year, form, [*wrong, *read.problems], has_dotations=bool(dotations))
    try:
        found = prepared(convention=convention, request=asked, today=today)
    except UnspentRefused as refused:
        return _entry(request, year, form, refused.problems, has_dotations=bool(dotations))
    context = {
        "table": table_of(convention=convention, exercise=year, found=found),
        "asked": asked,
        "replaced": last,
        "warnings": read.warnings,
        "sealed": sealed(asked, user=account(request).pk),
    }
    return render(request, "budgets/unspent/confirm.html", context)


def _entry(
    request: HttpRequest, year: int, form: UnspentForm, problems: list[str], *, has_dotations: bool
) -> HttpResponse:
    context = {"form": form, "year": year, "has_dotations": has_dotations}
    context |= {"problems": problems[:SHOWN_PROBLEMS], "problem_count": len(problems)}
    return render(request, "budgets/unspent/entry.html", context)


@require_POST
@requires(Permission.KEEP_BUDGETS)
def unspent_confirm(request: HttpRequest, year: int) -> HttpResponse:
    """Keep what was shown."""
    asked = unsealed(request.POST.get("sealed", ""), user=account(request).pk)
    if asked is None or asked.exercise != year:
        messages.error(
            request, "La confirmation a expiré ou a été modifiée : rien n'est enregistré, renvoyer le classeur."
        )
        return redirect("unspent-entry", year=year)
    try:
        kept = record_unspent(convention=_convention_of(year), request=asked, by=account(request), at=timezone.now())
    except UnspentRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"L'état des crédits non consommés {year} n° {kept.number} est enregistré.")
    return redirect("unspent", year=year)
