"""Pages of the explanations: what a quarter asks, the entry of one, the workbook."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from cog.exports import DataState, Export, xlsx
from cog.models import Convention
from cog.periods import Period, PeriodError, parse
from cog.permissions import Permission, account, can, fiches_open_to, requires
from cog.views import convention_or_404
from indicators.explanation_forms import ExplanationForm, Submission, initial_of, submit_explanation
from indicators.queries.due import transmission_quarters
from reports.explanation_queries import (
    EntryPage,
    QuarterPage,
    action_in_words,
    action_labels,
    entry_page,
    quarter_page,
)

STATES = [("", "Toutes"), ("manquantes", "Manquantes"), ("ecrites", "Écrites")]


class ExplanationFilter(forms.Form):
    """Which quarter, which state, which fiche."""

    transmission = forms.ChoiceField(label="Transmission", required=False)
    etat = forms.ChoiceField(label="Explications", required=False, choices=STATES)
    fiche = forms.ChoiceField(label="Fiche", required=False)

    def __init__(self, *args: Any, quarters: tuple[Period, ...], page: QuarterPage, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(one.number), f"{one.number} · {one.title[:60]}") for one in page.fiches]
        self.fields["transmission"].choices = [(str(one), one.label) for one in reversed(quarters)]
        self.fields["fiche"].choices = [("", "Toutes les fiches"), *choices]


@require_safe
@requires(Permission.READ_EXPLANATIONS)
def explanations(request: HttpRequest) -> HttpResponse:
    """What a quarter's gaps ask to be explained, what misses first."""
    convention = convention_or_404()
    transmission, quarters = _quarter(request, convention)
    page = _page(request, convention, transmission)
    chosen = {"transmission": str(transmission), "etat": _state(request), "fiche": request.GET.get("fiche", "")}
    writable = set(_writable_fiches(request))
    return render(
        request,
        "reports/explanations/list.html",
        {
            "page": page,
            "form": ExplanationFilter(initial=chosen, quarters=quarters, page=page),
            "chosen": chosen,
            "filtered": bool(chosen["etat"] or chosen["fiche"]),
            "labels": action_labels(convention=convention),
            "writable": writable,
        },
    )


def _page(request: HttpRequest, convention: Convention, transmission: Period) -> QuarterPage:
    fiche = request.GET.get("fiche", "")
    return quarter_page(
        convention=convention,
        transmission=transmission,
        state=_state(request),
        fiche=fiche if fiche.isdecimal() else "",
    )


def _state(request: HttpRequest) -> str:
    asked = request.GET.get("etat", "")
    return asked if asked in dict(STATES) else ""


def _quarter(request: HttpRequest, convention: Convention) -> tuple[Period, tuple[Period, ...]]:
    """The transmission asked for, else the last one of the term that is over."""
    quarters = transmission_quarters(convention=convention)
    try:
        asked = parse(request.GET.get("transmission", ""))
    except PeriodError:
        asked = None
    if asked in quarters:
        return asked, quarters
    over = [one for one in quarters if one.end < timezone.localdate() and one.end <= convention.end]
    return (over or list(quarters))[-1 if over else 0], quarters


def _writable_fiches(request: HttpRequest) -> list[int]:
    """The numbers of the fiches whose gaps one may explain."""
    return list(fiches_open_to(request.user, Permission.EXPLAIN_GAP).values_list("number", flat=True))


@require_safe
@requires(Permission.READ_EXPLANATIONS)
def explanations_xlsx(request: HttpRequest) -> HttpResponse:
    """The same list, with the filters of the page, as a workbook."""
    convention = convention_or_404()
    transmission, _ = _quarter(request, convention)
    page = _page(request, convention, transmission)
    labels = action_labels(convention=convention)
    header = [
        "Fiche", "Indicateur", "Intitulé", "Type", "Période", "Valeur", "Unité", "Cible", "Verdict", "Pourquoi", "État",
        "Cause", "Explication", "Action corrective", "Retour attendu", "Écrite par", "Écrite le", "Révision", "Simulé",
    ]  # fmt: skip
    rows = [[*_figure_cells(one), *_said_cells(one.explanation, labels)] for one in [*page.missing, *page.written]]
    export = Export(
        title=f"Explications des écarts, {transmission.label}",
        convention=convention,
        page=reverse("explanations"),
        state=DataState.CURRENT,
        filters=_asked(request, transmission),
        simulated=any(one.simulated for one in page.shown),
        about=[
            ("Explications demandées", page.total),
            ("Écrites", page.total_written),
            ("Manquantes", page.total_missing),
            ("Dans ce classeur", len(page.shown)),
        ],
    )
    return xlsx(request, export, [("Explications", header, rows)], name=f"explications-{transmission}")


def _asked(request: HttpRequest, transmission: Period) -> list[str]:
    """What the page is filtered by, in words."""
    state, fiche = _state(request), request.GET.get("fiche", "")
    words = [f"transmission\u00a0: {transmission.label}"]
    words += [f"explications\u00a0: {dict(STATES)[state].lower()}"] if state else []
    return [*words, f"fiche\u00a0: {fiche}"] if fiche.isdecimal() else words


def _figure_cells(one: Any) -> list[Any]:
    sheet = one.indicator
    return [
        sheet.fiche.number, sheet.code, sheet.title, sheet.get_kind_display(), one.period, one.number, one.unit,
        one.target, one.verdict_label, one.why, "manquante" if one.is_missing else "écrite",
    ]  # fmt: skip


def _said_cells(said: Any, labels: dict[str, str]) -> list[Any]:
    if said is None:
        return [""] * 8
    return [
        said.cause_label, said.text, action_in_words(said.corrective_action, labels), said.expected_return_label,
        said.written_by.name, timezone.localtime(said.written_at), said.revision,
        "simulé" if said.simulated else "",
    ]  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.READ_EXPLANATIONS)
def explanation(request: HttpRequest, code: str, period: str) -> HttpResponse:
    """One figure, what is said of it, and the form for who may write it; outside one's fiches there is no form."""
    convention = convention_or_404()
    page = _entry_or_404(convention, code, period)
    may_write = page.figure.indicator.fiche.number in _writable_fiches(request)
    submission = None
    if request.method == "POST":
        if not can(request.user, Permission.EXPLAIN_GAP):
            raise PermissionDenied(f"Votre compte ne permet pas d'{Permission.EXPLAIN_GAP.value}.")
        if not may_write:
            raise Http404("Cet indicateur n'est pas d'une de vos fiches.")
        submission = submit_explanation(
            indicator=page.figure.indicator,
            period=parse(period),
            data=request.POST,
            actions=page.choices,
            by=account(request),
            at=timezone.now(),
        )
        if submission.saved is not None:
            messages.success(request, f"L'explication de {code}, {page.figure.period_label}, est enregistrée.")
            return redirect("explanation", code=code, period=period)
        page = _entry_or_404(convention, code, period)  # what another person wrote meanwhile is in it
    return render(request, "reports/explanations/entry.html", _context(request, page, submission, may_write=may_write))


def _context(
    request: HttpRequest, page: EntryPage, submission: Submission | None, *, may_write: bool
) -> dict[str, Any]:
    current = page.figure.explanation
    taken_up = request.method != "POST" and bool(request.GET.get("reprendre")) and page.before is not None
    if submission is not None:
        form = submission.form
        seen = request.POST.get("seen", "0")
        if submission.moved is not None:
            seen = str(submission.moved.revision)
    else:
        form = ExplanationForm(initial=initial_of(page.before if taken_up else current), actions=page.choices)
        seen = str(current.revision if current else 0)
    return {
        "page": page,
        "figure": page.figure,
        "form": form,
        "seen": seen if seen.isdecimal() else "0",
        "moved": submission.moved if submission else None,
        "taken_up": taken_up,
        "may_write": may_write,
    }


def _entry_or_404(convention: Convention, code: str, period: str) -> EntryPage:
    try:
        page = entry_page(convention=convention, code=code, period=parse(period))
    except PeriodError:
        page = None
    if page is None:
        raise Http404(f"« {code}, {period} » n'est pas un résultat de la convention.")
    return page
