"""Pages of the Cpog targets: the list, the floor test of an indicator, the entry by grid and by file."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cog.exports import DataState, Export, table_file
from cog.figures import format_exact
from cog.models import Convention
from cog.permissions import Permission, Scope, account, caisses_visible_to, can, requires, scopes
from cog.views import convention_or_404
from indicators.enums import Operator as Side
from indicators.exports import floor_tables, own_targets_table, targets_table
from indicators.intake.local_targets import read_targets
from indicators.intake.messages import Severity
from indicators.models import Indicator
from indicators.operations import TargetEntry, TargetsMoved, save_local_targets
from indicators.queries.floor import FloorPage, caisses_of, floor_page, target_reference, targets_lines
from indicators.queries.local_targets import own_targets, past_targets, revisions_in_force
from indicators.target_forms import Grid, TargetsFileForm, sealed, unsealed

SHOWN_CHANGES = 200


def _sees_all(request: HttpRequest) -> bool:
    return Scope.ALL in scopes(request.user, Permission.READ_RESULTS)


def _indicator_or_404(convention: Convention, code: str) -> Indicator:
    found = Indicator.objects.filter(convention=convention, code=code).select_related("convention", "fiche").first()
    if found is None:
        raise Http404(f"L'indicateur « {code} » n'existe pas dans la convention.")
    return found


@require_safe
@requires(Permission.READ_RESULTS)
def targets(request: HttpRequest) -> HttpResponse:
    """Every indicator with its targets; to a caisse, its own targets only."""
    convention = convention_or_404()
    if not _sees_all(request):
        return _own(request, convention, "")
    return render(
        request,
        "indicators/targets.html",
        {
            "lines": targets_lines(convention=convention),
            "years": range(convention.start.year, convention.end.year + 1),
            "form": TargetsFileForm(),
            "may_enter": can(request.user, Permission.ENTER_LOCAL_TARGETS),
        },
    )


def _own(request: HttpRequest, convention: Convention, code: str) -> HttpResponse:
    rows = own_targets(convention=convention, caisses=caisses_visible_to(request.user), code=code)
    return render(request, "indicators/own_targets.html", {"rows": rows, "code": code})


@require_safe
@requires(Permission.READ_RESULTS)
def target(request: HttpRequest, code: str) -> HttpResponse:
    """The floor test of an indicator for one year; to a caisse, its own targets only."""
    convention = convention_or_404()
    indicator = _indicator_or_404(convention, code)
    if not _sees_all(request):
        return _own(request, convention, code)
    years = list(range(convention.start.year, convention.end.year + 1))
    page = _floor(request, indicator, years)
    return render(
        request,
        "indicators/floor.html",
        {
            "page": page,
            "indicator": indicator,
            "years": years,
            "past": past_targets(indicator=indicator)[:SHOWN_CHANGES],
            "may_enter": can(request.user, Permission.ENTER_LOCAL_TARGETS),
        },
    )


def _floor(request: HttpRequest, indicator: Indicator, years: list[int]) -> FloorPage | None:
    """The page of the year asked for; by default the last one that has targets, else the last."""
    held = revisions_in_force(convention=indicator.convention, codes=[indicator.code])
    default = max((year for _, _, year in held), default=years[-1])
    asked = request.GET.get("annee", "")
    base = request.GET.get("base", "")
    return floor_page(
        indicator=indicator,
        number=int(asked) if asked in map(str, years) else default,
        caisses=caisses_of(indicator.convention),
        base=int(base) if base.isdecimal() and len(base) == 4 else None,
    )


@require_safe
@requires(Permission.READ_RESULTS)
def targets_export(request: HttpRequest, kind: str) -> HttpResponse:
    """The same list, a year a row; to a caisse, its own targets only."""
    convention = convention_or_404()
    if not _sees_all(request):
        return _own_export(request, convention, "", kind)
    export = Export(
        title="Cibles des Cpog",
        convention=convention,
        page=reverse("local-targets"),
        state=DataState.CURRENT,
        about=[("Source", "convention, l. 12265 ; cibles en vigueur dans l'application")],
    )
    tables = [targets_table(targets_lines(convention=convention))]
    return table_file(request, export, tables, name="cibles-cpog", kind=kind)


def _own_export(request: HttpRequest, convention: Convention, code: str, kind: str) -> HttpResponse:
    rows = own_targets(convention=convention, caisses=caisses_visible_to(request.user), code=code)
    export = Export(
        title="Les cibles de votre Cpog",
        convention=convention,
        page=reverse("local-target", args=[code]) if code else reverse("local-targets"),
        state=DataState.CURRENT,
        filters=[f"indicateur\u00a0: {code}"] if code else [],
        simulated=any(row.simulated for row in rows),
    )
    name = f"cibles-cpog-{code}".rstrip("-")
    return table_file(request, export, [own_targets_table(rows)], name=name, kind=kind)


@require_safe
@requires(Permission.READ_RESULTS)
def target_export(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """The floor test, a caisse a row; it may be sent back as a file of targets. To a caisse, its own targets only."""
    convention = convention_or_404()
    indicator = _indicator_or_404(convention, code)
    if not _sees_all(request):
        return _own_export(request, convention, code, kind)
    page = _floor(request, indicator, list(range(convention.start.year, convention.end.year + 1)))
    if page is None:
        raise Http404(f"L'indicateur « {code} » n'a pas de définition : ses cibles ne s'agrègent pas.")
    export = Export(
        title=f"Cibles des Cpog, {code}, {page.year}",
        convention=convention,
        page=reverse("local-target", args=[code]),
        state=DataState.CURRENT,
        filters=[f"année\u00a0: {page.year}"],
        about=[
            ("Indicateur", f"{code} · {indicator.title}"),
            ("Constat", page.sentence),
            ("Agrégat", f"{page.aggregate_shown} : {page.test.aggregation.label}"),
            ("Poids", f"résultats de {page.base}" if page.base else "sans objet"),
            ("Objectif de la Cog", page.asked_shown or f"aucun pour {page.year}"),
            ("Unité", page.definition.unit),
            ("Source", "convention, l. 12265 ; cibles en vigueur dans l'application"),
        ],
    )
    tables = floor_tables(page, past_targets(indicator=indicator)[:SHOWN_CHANGES])
    return table_file(request, export, tables, name=f"cibles-cpog-{code}-{page.year}", kind=kind)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ENTER_LOCAL_TARGETS)
def targets_grid(request: HttpRequest, code: str) -> HttpResponse:
    """The grid of one indicator; what it would change is shown before anything is kept."""
    convention = convention_or_404()
    indicator = _indicator_or_404(convention, code)
    reference = target_reference(convention=convention)
    grid = Grid(
        code=code,
        info=reference.indicators[code],
        caisses=caisses_of(convention),
        years=list(reference.years),
        held=revisions_in_force(convention=convention, codes=[code]),
        typed=request.POST if request.method == "POST" else None,
    )
    if request.method == "POST" and not grid.errors and request.POST.get("step") != "edit":
        if grid.entries:
            return _summary(request, convention, grid.entries, grid.warnings, typed=request.POST, code=code)
        messages.info(request, "Rien n'a changé : aucune cible à enregistrer.")
    return render(request, "indicators/targets_grid.html", {"grid": grid, "indicator": indicator})


@require_POST
@requires(Permission.ENTER_LOCAL_TARGETS)
def targets_file(request: HttpRequest) -> HttpResponse:
    """A file of targets: refused with all its problems, or shown before anything is kept."""
    convention = convention_or_404()
    form = TargetsFileForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, "indicators/targets_file.html", {"form": form, "problems": []})
    reference = target_reference(convention=convention)
    read = read_targets(form.cleaned_data["fichier"].read(), reference)
    if read.is_refused:
        errors = [one for one in read.problems if one.severity is Severity.ERROR]
        return render(request, "indicators/targets_file.html", {"form": form, "problems": errors})
    held = revisions_in_force(convention=convention, codes={row.indicator for row in read.rows})
    entries = []
    for row in read.rows:
        former = held.get((row.indicator, row.body, row.year))
        same = former is not None and (former.threshold, former.operator) == (row.threshold, row.operator.value)
        if same or (former is None and row.threshold is None):
            continue
        source = row.source or form.cleaned_data["source"]
        seen = former.revision if former else 0
        entries.append(TargetEntry(row.indicator, row.body, row.year, row.operator, row.threshold, source, seen))
    if not entries:
        messages.info(request, "Toutes les cibles du fichier sont déjà enregistrées : rien ne change.")
        return redirect("local-targets")
    return _summary(request, convention, entries, [str(problem) for problem in read.problems])


def _summary(
    request: HttpRequest,
    convention: Convention,
    entries: list[TargetEntry],
    warnings: list[str],
    *,
    typed: Any = None,
    code: str = "",
) -> HttpResponse:
    """What would change, and the floor test it would give: nothing is kept yet."""
    held = revisions_in_force(convention=convention, codes={entry.indicator for entry in entries})
    names = {body.code: body.name for body in caisses_of(convention)}
    changes = []
    for entry in entries:
        former = held.get((entry.indicator, entry.body, entry.year))
        changes.append(
            {
                "indicator": entry.indicator,
                "caisse": names[entry.body],
                "year": entry.year,
                "before": _in_words(former.operator, former.threshold) if former else "aucune",
                "after": _in_words(entry.operator, entry.threshold),
            }
        )
    return render(
        request,
        "indicators/targets_confirm.html",
        {
            "changes": changes[:SHOWN_CHANGES],
            "total": len(changes),
            "warnings": warnings[:SHOWN_CHANGES],
            "more_warnings": max(0, len(warnings) - SHOWN_CHANGES),
            "floors": _floors(convention, entries),
            "sealed": sealed(entries, user=request.user.pk),
            "typed": [(key, value) for key, value in typed.items() if key.startswith("c-") or key == "source"]
            if typed
            else [],
            "code": code,
        },
    )


def _in_words(operator: str, threshold: Decimal | None) -> str:
    return "retirée" if threshold is None else f"{Side(str(operator)).label} {format_exact(threshold)}"


def _floors(convention: Convention, entries: list[TargetEntry]) -> list[FloorPage]:
    """The floor test of each indicator and year that the entry touches, as it would be."""
    instead: dict[tuple[str, int], dict[str, Any]] = {}
    for entry in entries:
        instead.setdefault((entry.indicator, entry.year), {})[entry.body] = entry.threshold
    caisses = caisses_of(convention)
    sheets = {row.code: row for row in Indicator.objects.filter(convention=convention).select_related("convention")}
    pages = [
        floor_page(indicator=sheets[code], number=year, caisses=caisses, instead=thresholds)
        for (code, year), thresholds in sorted(instead.items())
    ]
    return [page for page in pages if page is not None]


@require_POST
@requires(Permission.ENTER_LOCAL_TARGETS)
def targets_confirm(request: HttpRequest) -> HttpResponse:
    """Keep what was shown."""
    entries = unsealed(request.POST.get("sealed", ""), user=request.user.pk)
    if entries is None:
        messages.error(
            request, "La confirmation a expiré ou a été modifiée : rien n'est enregistré, reprendre la saisie."
        )
        return redirect("local-targets")
    try:
        saved = save_local_targets(
            convention=convention_or_404(),
            entries=entries,
            by=account(request),
            at=timezone.now(),
        )
    except TargetsMoved as moved:
        messages.error(request, str(moved))
    else:
        messages.success(
            request,
            f"Cibles enregistrées : {saved.added} ajoutées, {saved.replaced} remplacées, {saved.withdrawn} retirées. "
            "Les verdicts des caisses seront rendus de nouveau.",
        )
    codes = {entry.indicator for entry in entries}
    return redirect("local-target", code=codes.pop()) if len(codes) == 1 else redirect("local-targets")
