"""The page where the analysis of an edition is written."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from budgets.operations import write_analysis
from budgets.queries.editions import analyses, edition_of
from budgets.views import exercise_or_404, fund_or_404
from cog.permissions import Permission, account, requires


class AnalysisForm(forms.Form):
    """The analysis that accompanies an edition of a fund."""

    text = forms.CharField(label="Analyse de l'exécution", max_length=20_000, widget=forms.Textarea(attrs={"rows": 12}))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.KEEP_BUDGETS)
def analysis(request: HttpRequest, code: str, exercise: int, number: int) -> HttpResponse:
    """Write the analysis that accompanies an edition; the former ones stay readable below."""
    fund = fund_or_404(code)
    exercise_or_404(fund, exercise)
    if edition_of(fund, number) is None:
        raise Http404(f"Le {code} n'a pas d'édition {number}.")
    written = list(analyses(fund=fund, exercise=exercise, number=number))
    form = AnalysisForm(request.POST or None, initial={"text": written[0].text if written else ""})
    if request.method == "POST" and form.is_valid():
        write_analysis(
            fund=fund,
            exercise=exercise,
            number=number,
            text=form.cleaned_data["text"],
            by=account(request),
            at=timezone.now(),
        )
        messages.success(request, "L'analyse est enregistrée ; la précédente reste conservée.")
        return redirect("budget-edition", code=code, exercise=exercise, number=number)
    context = {"fund": fund, "exercise": exercise, "number": number, "form": form, "written": written}
    return render(request, "budgets/analysis.html", context)
