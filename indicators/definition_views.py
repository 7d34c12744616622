"""Pages of the definitions: versions side by side, adopting one, taking one back."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from cog.exports import DataState, Export, table_file
from cog.permissions import Permission, account, can, requires
from cog.views import convention_or_404
from indicators.compute.methods_file import definition_from
from indicators.definition_forms import AdoptionForm, WithdrawalForm, initial_of
from indicators.exports import definitions_table
from indicators.models import Indicator, IndicatorVersion
from indicators.operations import Adoption, AdoptionRefused, adopt_version, faults_of, why_it_stays, withdraw_version
from indicators.queries.definitions import measures_to_choose, preview_of, versions_page


def _indicator_or_404(code: str) -> Indicator:
    found = Indicator.objects.filter(convention=convention_or_404(), code=code).select_related("convention").first()
    if found is None:
        raise Http404(f"L'indicateur « {code} » n'existe pas dans la convention.")
    return found


@require_safe
@requires(Permission.READ_REFERENCE)
def versions(request: HttpRequest, code: str) -> HttpResponse:
    indicator = _indicator_or_404(code)
    page = versions_page(convention=indicator.convention, code=code)
    last = page.columns[-1].version if page and page.columns else None
    may_adopt = can(request.user, Permission.ADOPT_DEFINITION)
    return render(
        request,
        "indicators/definitions.html",
        {
            "page": page,
            "indicator": indicator,
            "may_adopt": may_adopt,
            "withdrawable": last if may_adopt and last is not None and not why_it_stays(last) else None,
        },
    )


@require_safe
@requires(Permission.READ_REFERENCE)
def versions_file(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """The same versions side by side."""
    indicator = _indicator_or_404(code)
    page = versions_page(convention=indicator.convention, code=code)
    if page is None or not page.columns:
        raise Http404(f"L'indicateur « {code} » n'a pas encore de définition.")
    adopted = any(one.version.adopted_at for one in page.columns)
    export = Export(
        title=f"Définitions de {code} · {indicator.title}",
        convention=indicator.convention,
        page=reverse("indicator-definitions", args=[code]),
        state=DataState.CURRENT if adopted else DataState.REFERENCE,
    )
    return table_file(request, export, [definitions_table(page)], name=f"definitions-{code}", kind=kind)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ADOPT_DEFINITION)
def adopt(request: HttpRequest, code: str) -> HttpResponse:
    """Three steps on one address: the form, what it would give, the adoption. Nothing is kept before the last."""
    indicator = _indicator_or_404(code)
    last = indicator.versions.order_by("-number").first()
    measures = measures_to_choose(convention=indicator.convention)
    codes = [measure.code for measure in measures]
    if request.method == "POST":
        form = AdoptionForm(request.POST, indicator=indicator, measures=codes)
        step = request.POST.get("step", "preview")
        adoption = _checked(form, indicator)
        if adoption is not None and step != "edit":
            if step == "adopt":
                return _adopted(request, form, indicator, adoption) or _form_page(
                    request, form, indicator, last, measures
                )
            definition = definition_from(indicator.code, form.method_entry(), form.measures)
            valid_from = form.cleaned_data["valid_from"]
            preview = preview_of(indicator=indicator, definition=definition, valid_from=valid_from)
            context = {"form": form, "indicator": indicator, "last": last, "preview": preview}
            return render(request, "indicators/adopt_confirm.html", context)
    else:
        form = AdoptionForm(initial=initial_of(last, indicator), indicator=indicator, measures=codes)
    return _form_page(request, form, indicator, last, measures)


def _form_page(
    request: HttpRequest, form: AdoptionForm, indicator: Indicator, last: IndicatorVersion | None, measures: list
) -> HttpResponse:
    context = {"form": form, "indicator": indicator, "last": last, "measures": measures}
    return render(request, "indicators/adopt.html", context)


def _checked(form: AdoptionForm, indicator: Indicator) -> Adoption | None:
    """What the form asks for, when nothing is wrong with it; all that is wrong is told in the form."""
    form.full_clean()
    adoption = form.adoption()
    if adoption is not None:
        form.add_faults(faults_of(indicator=indicator, adoption=adoption, at=timezone.now()))
    return adoption if form.is_valid() else None


def _adopted(request: HttpRequest, form: AdoptionForm, indicator: Indicator, adoption: Adoption) -> HttpResponse | None:
    """The way back once it is written; None when it was refused meanwhile, the form saying why."""
    try:
        version = adopt_version(
            indicator=indicator,
            adoption=adoption,
            by=account(request),
            at=timezone.now(),
        )
    except AdoptionRefused as refused:
        form.add_faults(refused.faults)
        return None
    messages.success(
        request,
        f"La version {version.number} de la définition de {indicator.code} est adoptée. Les résultats des périodes "
        "qu'elle régit seront recalculés ; ceux d'avant gardent leur définition.",
    )
    return redirect("indicator-definitions", code=indicator.code)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ADOPT_DEFINITION)
def withdraw(request: HttpRequest, code: str, number: int) -> HttpResponse:
    indicator = _indicator_or_404(code)
    version = indicator.versions.filter(number=number).first()
    if version is None:
        raise Http404(f"L'indicateur « {code} » n'a pas de version {number}.")
    version.indicator = indicator
    form = WithdrawalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            withdraw_version(
                version=version,
                reason=form.cleaned_data["reason"],
                by=account(request),
                at=timezone.now(),
            )
        except AdoptionRefused as refused:
            for fault in refused.faults:
                form.add_error(fault.field or None, fault.words)
        else:
            messages.success(request, f"La version {number} de la définition de {code} est retirée.")
            return redirect("indicator-definitions", code=code)
    context = {"form": form, "indicator": indicator, "version": version, "stays": why_it_stays(version)}
    return render(request, "indicators/withdraw.html", context)
