"""Pages of the dotations d'action sociale: the list, one allotment, one caisse in it, the entry by workbook."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from budgets.allotment_forms import AllotmentForm, sealed, unsealed
from budgets.allotment_workbooks import allotment_workbook, template_workbook
from budgets.exports import allotments_table
from budgets.intake.allotment_workbook import read_entries
from budgets.models import Allotment
from budgets.operations import record_allotment
from budgets.queries.allotment import (
    AllotmentRefused,
    AllotmentTable,
    allotments,
    by_exercise,
    caisses,
    faults_of_the_act,
    in_force,
    known_dotations,
    prepared,
    stored_result,
    table_of,
)
from cog.downloads import workbook
from cog.exports import DataState, Export, table_file
from cog.models import Convention
from cog.permissions import Permission, account, can, requires
from cog.views import convention_or_404

SHOWN_PROBLEMS = 200


def _allotment_or_404(convention: Convention, year: int, number: int) -> Allotment:
    found = allotments(convention=convention).filter(exercise=year, number=number).first()
    if found is None:
        raise Http404(f"La répartition {year} n° {number} n'existe pas.")
    return found


def _stored_table(allotment: Allotment) -> AllotmentTable:
    return table_of(
        convention=allotment.convention,
        exercise=allotment.exercise,
        result=stored_result(allotment=allotment),
        stored=allotment,
    )


@require_safe
@requires(Permission.READ_BUDGETS)
def allotment_list(request: HttpRequest) -> HttpResponse:
    """Each exercise with the allotment in force and the former ones."""
    convention = convention_or_404()
    return render(
        request,
        "budgets/allotment/list.html",
        {"years": by_exercise(convention=convention), "may_keep": can(request.user, Permission.KEEP_BUDGETS)},
    )


@require_safe
@requires(Permission.READ_BUDGETS)
def allotments_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The same exercises, amounts as numbers."""
    convention = convention_or_404()
    lines = by_exercise(convention=convention)
    export = Export(
        title="Dotations d'action sociale par exercice",
        convention=convention,
        page=reverse("allotments"),
        state=DataState.CURRENT,
        simulated=any(line.last.simulated for line in lines if line.last),
        about=[("Unité", "k€"), ("Exercices", len(lines))],
    )
    return table_file(request, export, [allotments_table(lines)], name="dotations", kind=kind)


@require_safe
@requires(Permission.READ_BUDGETS)
def allotment(request: HttpRequest, year: int, number: int) -> HttpResponse:
    """One allotment, caisse by caisse, with each step."""
    table = _stored_table(_allotment_or_404(convention_or_404(), year, number))
    return render(request, "budgets/allotment/allotment.html", {"table": table})


@require_safe
@requires(Permission.READ_BUDGETS)
def allotment_caisse(request: HttpRequest, year: int, number: int, code: str) -> HttpResponse:
    """How the dotation of one caisse was reached."""
    table = _stored_table(_allotment_or_404(convention_or_404(), year, number))
    line = table.line_of(code)
    if line is None:
        raise Http404(f"La caisse « {code} » n'est pas dans cette répartition.")
    context = {"table": table, "line": line, "rounds": table.rounds_of(line)}
    return render(request, "budgets/allotment/caisse.html", context)


@require_safe
@requires(Permission.READ_BUDGETS)
def allotment_xlsx(request: HttpRequest, year: int, number: int) -> HttpResponse:
    convention = convention_or_404()
    table = _stored_table(_allotment_or_404(convention, year, number))
    export = Export(
        title=f"Répartition des dotations d'action sociale, {year}",
        convention=convention,
        page=reverse("allotment", args=[year, number]),
        state=DataState.CURRENT,
        simulated=table.stored is not None and table.stored.simulated,
    )
    return workbook(allotment_workbook(table, export.notes(request)), f"dotations-{year}-n{number}")


@require_safe
@requires(Permission.KEEP_BUDGETS)
def allotment_template(request: HttpRequest, year: int) -> HttpResponse:
    """The workbook to fill: what is in force for the exercise, else the dotations of the year before."""
    convention = convention_or_404()
    if year not in convention.years:
        raise Http404(f"{year} n'est pas une année de la convention.")
    last = in_force(convention=convention, exercise=year)
    lines = {line.body.code: line for line in _stored_table(last).lines} if last else {}
    data = template_workbook(
        caisses(convention=convention),
        exercise=year,
        previous=known_dotations(convention=convention, exercise=year - 1),
        rows=lines,
    )
    return workbook(data, f"dotations-{year}-a-remplir")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.KEEP_BUDGETS)
def allotment_entry(request: HttpRequest) -> HttpResponse:
    """The act and the workbook: refused with all that is wrong, or shown before anything is kept."""
    convention = convention_or_404()
    if request.method != "POST":
        return _entry(request, convention, AllotmentForm(convention=convention), [])
    form = AllotmentForm(request.POST, request.FILES, convention=convention)
    if not form.is_valid():
        return _entry(request, convention, form, [])
    names = {one.code: one.name for one in caisses(convention=convention)}
    read = read_entries(form.cleaned_data["fichier"].read(), names)
    last = in_force(convention=convention, exercise=form.cleaned_data["exercice"])
    asked = form.request_of(read.entries, seen=last.number if last else 0)
    today = timezone.localdate()
    if read.problems:
        wrong = faults_of_the_act(convention=convention, request=asked, today=today)
        return _entry(request, convention, form, [*wrong, *read.problems])
    try:
        result = prepared(convention=convention, request=asked, today=today)
    except AllotmentRefused as refused:
        return _entry(request, convention, form, refused.problems)
    context = {
        "table": table_of(convention=convention, exercise=asked.exercise, result=result),
        "asked": asked,
        "replaced": last,
        "warnings": read.warnings,
        "sealed": sealed(asked, user=account(request).pk),
    }
    return render(request, "budgets/allotment/confirm.html", context)


def _entry(request: HttpRequest, convention: Convention, form: AllotmentForm, problems: list[str]) -> HttpResponse:
    context = {
        "form": form,
        "problems": problems[:SHOWN_PROBLEMS],
        "problem_count": len(problems),
        "years": by_exercise(convention=convention),
    }
    return render(request, "budgets/allotment/entry.html", context)


@require_POST
@requires(Permission.KEEP_BUDGETS)
def allotment_confirm(request: HttpRequest) -> HttpResponse:
    """Keep what was shown."""
    asked = unsealed(request.POST.get("sealed", ""), user=account(request).pk)
    if asked is None:
        messages.error(
            request, "La confirmation a expiré ou a été modifiée : rien n'est enregistré, renvoyer le classeur."
        )
        return redirect("allotment-entry")
    try:
        kept = record_allotment(convention=convention_or_404(), request=asked, by=account(request), at=timezone.now())
    except AllotmentRefused as refused:
        messages.error(request, str(refused))
        return redirect("allotments")
    messages.success(request, f"La répartition {kept.exercise} n° {kept.number} est enregistrée.")
    return redirect("allotment", year=kept.exercise, number=kept.number)
