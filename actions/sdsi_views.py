"""The yearly synthesis of the Sdsi for the State: its table, its entry, its workbook."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from actions.forms import SynthesisForm
from actions.operations import SynthesisMoved, write_synthesis
from actions.queries.sdsi import programme_or_none, spent, synthesis_lines
from cog.exports import DataState, Export, xlsx
from cog.models import Convention, Fiche
from cog.permissions import Permission, account, fiches_open_to, requires
from cog.views import convention_or_404


def _year_or_404(convention: Convention, year: int) -> int:
    if year not in convention.years:
        raise Http404(f"{year} n'est pas une année de la convention.")
    return year


def _may_write(request: HttpRequest, convention: Convention) -> bool:
    """Whether the reader carries the fiche of the Sdsi."""
    own = fiches_open_to(request.user, Permission.RECORD_PROGRESS)
    return own.filter(pk__in=Fiche.objects.filter(convention=convention, action__plan="sdsi")).exists()


@require_safe
@requires(Permission.READ_PROGRESS)
def synthesis(request: HttpRequest, year: int) -> HttpResponse:
    """Business gains, technical state and spending, programme by programme."""
    convention = convention_or_404()
    lines = synthesis_lines(convention=convention, year=_year_or_404(convention, year))
    total, missing = spent(lines)
    context = {"lines": lines, "year": year, "years": convention.years, "total": total, "missing": missing}
    return render(request, "actions/synthesis.html", context | {"may_write": _may_write(request, convention)})


@require_safe
@requires(Permission.READ_PROGRESS)
def synthesis_xlsx(request: HttpRequest, year: int) -> HttpResponse:
    """The same table, as the workbook that is sent."""
    convention = convention_or_404()
    lines = synthesis_lines(convention=convention, year=_year_or_404(convention, year))
    header = ["Programme", "Intitulé", "Lignes de projet", "Réalisées", "En retard", "Abandonnées", "Apports métiers"]
    header += ["Réalisations techniques", "Dépenses (k€)", "Simulé"]
    rows = []
    for line in lines:
        tally, last = line.group.tally, line.last
        told = [last.gains, last.achievements, last.spending] if last else ["", "", None]
        counts = [tally.total, tally.done, tally.late, tally.abandoned]
        simulated = "simulé" if last and last.simulated else ""
        rows.append([line.programme.number, line.programme.title or "intitulé perdu", *counts, *told, simulated])
    total, missing = spent(lines)
    export = Export(
        title=f"Synthèse du Sdsi, {year}",
        convention=convention,
        page=reverse("sdsi-synthesis", args=[year]),
        state=DataState.CURRENT,
        simulated=any(line.last is not None and line.last.simulated for line in lines),
        about=[("Année", year), ("Dépenses connues (k€)", total), ("Programmes sans dépense connue", missing)],
    )
    return xlsx(request, export, [("Synthèse", header, rows)], name=f"sdsi-synthese-{year}")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.RECORD_PROGRESS)
def synthesis_entry(request: HttpRequest, year: int, number: int) -> HttpResponse:
    """What one programme brought in a year."""
    convention = convention_or_404()
    programme = programme_or_none(convention=convention, number=number)
    if programme is None or not _may_write(request, convention):
        raise Http404("Ce programme n'existe pas, ou n'est pas de vos fiches.")
    lines = synthesis_lines(convention=convention, year=_year_or_404(convention, year))
    last = next(line.last for line in lines if line.programme.pk == programme.pk)
    initial = {"seen": last.pk if last else 0}
    if last is not None:
        initial |= {"gains": last.gains, "achievements": last.achievements, "spending": last.spending}
    form = SynthesisForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            write_synthesis(
                programme=programme,
                year=year,
                gains=told["gains"],
                achievements=told["achievements"],
                spending=told["spending"],
                seen=told["seen"] or 0,
                by=account(request),
                at=timezone.now(),
            )
        except SynthesisMoved as moved:
            form.add_error(None, str(moved))
        else:
            messages.success(request, f"La synthèse {year} du programme {number} est enregistrée.")
            return redirect("sdsi-synthesis", year=year)
    return render(request, "actions/synthesis_entry.html", {"programme": programme, "year": year, "form": form})
