"""Two situations side by side: two dates, two transmissions, two editions; what changed, and why where it is known."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from cog.exports import DataState, Export, table_file
from cog.forms import DayField
from cog.permissions import Permission, requires
from cog.views import convention_or_404
from reports.comparison import Section, Situation, compare
from reports.comparison_queries import NoSituation, Offer, offer, situation


class ComparisonForm(forms.Form):
    """The two sides: each a date, a transmission or an edition."""

    de = forms.ChoiceField(label="De")
    de_le = DayField(label="À la date du", required=False)
    a = forms.ChoiceField(label="À")
    a_le = DayField(label="Et à la date du", required=False)

    def __init__(self, *args: Any, choices: Offer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not any(code == "date" for _, group in choices.groups for code, _ in group):
            del self.fields["de_le"], self.fields["a_le"]
        for name in ("de", "a"):
            self.fields[name].choices = choices.groups


@require_safe
@requires(Permission.READ_PUBLISHED)
def comparison(request: HttpRequest) -> HttpResponse:
    """What the second situation says otherwise than the first."""
    form, found = _compared(request)
    context = {"form": form, "found": found, "query": request.GET.urlencode()}
    return render(request, "reports/comparison.html", context)


@require_safe
@requires(Permission.READ_PUBLISHED)
def comparison_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The same, one change a row."""
    _, found = _compared(request)
    if found is None:
        raise Http404("Choisir d'abord les deux situations à comparer.")
    before, after, sections = found
    header = ["Nature", "Objet", before.label, after.label, "Pourquoi"]
    rows = [
        [section.title, one.title, one.before, one.after, one.why] for section in sections for one in section.changes
    ]
    export = Export(
        title=f"Comparaison : {before.label} ; {after.label}",
        convention=convention_or_404(),
        page=reverse("comparison"),
        state=DataState.CURRENT if "date" in (request.GET.get("de"), request.GET.get("a")) else DataState.SENT,
        simulated=before.simulated or after.simulated,
        about=[("De", before.label), ("À", after.label), ("Changements", len(rows))],
    )
    return table_file(request, export, [("Comparaison", header, rows)], name="comparaison", kind=kind)


def _compared(request: HttpRequest) -> tuple[ComparisonForm, tuple[Situation, Situation, list[Section]] | None]:
    convention = convention_or_404()
    choices = offer(request.user, convention=convention)
    form = ComparisonForm(request.GET if "de" in request.GET else None, choices=choices)
    if not form.is_bound or not form.is_valid():
        return form, None
    told = form.cleaned_data
    try:
        before = situation(request.user, convention=convention, code=told["de"], at=told.get("de_le"))
        after = situation(request.user, convention=convention, code=told["a"], at=told.get("a_le"))
    except NoSituation as refusal:
        raise Http404(str(refusal)) from None
    return form, (before, after, compare(before, after))
