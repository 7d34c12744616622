"""Pages of the gaps from which an explanation is asked: the list of the indicators, the entry of one."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from cog.exports import DataState, Export, table_file
from cog.models import Convention
from cog.permissions import Permission, account, can, requires
from cog.views import convention_or_404
from indicators.explanation_forms import ThresholdForm
from indicators.exports import threshold_tables
from indicators.operations.explanations import ThresholdMoved, set_gap_threshold
from indicators.queries import indicators_of
from indicators.queries.explanations import ThresholdLine, threshold_lines


@require_safe
@requires(Permission.READ_EXPLANATIONS)
def thresholds(request: HttpRequest) -> HttpResponse:
    """Every indicator with its threshold; those that have one of their own first."""
    lines = _lines(convention_or_404())
    context = {
        "lines": lines,
        "owned": sum(line.own is not None for line in lines),
        "may_set": can(request.user, Permission.SET_GAP_THRESHOLD),
    }
    return render(request, "indicators/thresholds.html", context)


@require_safe
@requires(Permission.READ_EXPLANATIONS)
def thresholds_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The same thresholds, and those they replaced."""
    convention = convention_or_404()
    lines = _lines(convention)
    held = [row for line in lines for row in (line.own, *line.past) if row]
    export = Export(
        title="Seuils d'explication",
        convention=convention,
        page=reverse("gap-thresholds"),
        state=DataState.CURRENT,
        simulated=any(row.simulated for row in held),
        about=[("Indicateurs", len(lines)), ("Ont un seuil propre", sum(line.own is not None for line in lines))],
    )
    return table_file(request, export, threshold_tables(lines), name="seuils-explication", kind=kind)


def _lines(convention: Convention) -> list[ThresholdLine]:
    """Those that have a threshold of their own first, then those that had one."""
    lines = threshold_lines(convention=convention, indicators=indicators_of(convention=convention))
    return sorted(lines, key=lambda line: (line.own is None, not line.past))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SET_GAP_THRESHOLD)
def threshold(request: HttpRequest, code: str) -> HttpResponse:
    """Set the threshold of one indicator, or give its default back."""
    line = _line_or_404(code)
    form = ThresholdForm(request.POST or None, initial=ThresholdForm.initial_of(line.own))
    if request.method == "POST" and form.is_valid():
        seen = request.POST.get("seen", "")
        try:
            set_gap_threshold(
                indicator=line.indicator,
                value=form.cleaned_data["value"],
                mode=form.cleaned_data["mode"],
                reason=form.cleaned_data["reason"],
                seen=int(seen) if seen.isdecimal() else None,
                by=account(request),
                at=timezone.now(),
            )
        except ThresholdMoved as moved:
            form.add_error(None, str(moved))
            line = _line_or_404(code)
        else:
            messages.success(request, f"Le seuil d'explication de {code} est enregistré.")
            return redirect("gap-thresholds")
    return render(request, "indicators/threshold.html", {"line": line, "form": form})


def _line_or_404(code: str) -> ThresholdLine:
    convention = convention_or_404()
    found = list(indicators_of(convention=convention).filter(code=code))
    if not found:
        raise Http404(f"L'indicateur « {code} » n'existe pas dans la convention.")
    return threshold_lines(convention=convention, indicators=found)[0]
