"""Pages of what is due with a quarter's transmission: by fiche, by caisse, and the values that miss."""

from datetime import date

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from cog.exports import DataState, Export, table_file, xlsx
from cog.models import Convention, Fiche, Organisation
from cog.ordering import arranged
from cog.periods import Period, PeriodError, parse
from cog.permissions import Permission, Scope, caisses_visible_to, requires, scopes
from cog.queries import domains_with_fiches
from cog.views import convention_or_404
from indicators.enums import DueState
from indicators.models import Measure
from indicators.operations.reminders import compose, request_reminders
from indicators.queries.due import DueQuarter, Line, due_quarter, transmission_quarters
from indicators.queries.reminders import candidates, last_reminders
from indicators.workbooks import due_facts, due_tables

ORDERS = {
    "organisme": lambda line: (line.subject.code, line.subject.name),
    "attendues": lambda line: line.total,
    "completes": lambda line: line.settled,
    "incompletes": lambda line: line.partial,
    "rien": lambda line: line.nothing,
    "manquantes": lambda line: line.absent,
}
"""What the bodies may be sorted by."""


class DueFilter(forms.Form):
    """Which transmission to show."""

    transmission = forms.ChoiceField(label="Transmission", required=False)

    def __init__(self, *args: object, quarters: tuple[Period, ...], chosen: Period, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["transmission"]
        field.choices = [(str(one), one.label) for one in reversed(quarters)]  # type: ignore[attr-defined]
        field.initial = str(chosen)


def chosen_quarter(request: HttpRequest, convention: Convention, today: date) -> tuple[Period, tuple[Period, ...]]:
    """The transmission asked for, else the last one of the term that is over."""
    quarters = transmission_quarters(convention=convention)
    asked = request.GET.get("transmission", "") or request.POST.get("transmission", "")
    try:
        wanted = parse(asked) if asked else None
    except PeriodError:
        wanted = None
    if wanted in quarters:
        return wanted, quarters
    over = [one for one in quarters if one.end < today and one.end <= convention.end]
    return (over or list(quarters))[-1 if over else 0], quarters


def bodies_of(request: HttpRequest, convention: Convention) -> QuerySet[Organisation]:
    """The bodies whose dues one may see: those of the network, and the whole for what exists once."""
    visible = caisses_visible_to(request.user, Permission.SEE_OBSERVATIONS)
    return visible.filter(convention=convention, valid_to__isnull=True).order_by("code")


@requires(Permission.SEE_OBSERVATIONS)
def due(request: HttpRequest) -> HttpResponse:
    """Each fiche and each body, with what is missing first."""
    convention, today = convention_or_404(), timezone.localdate()
    transmission, quarters = chosen_quarter(request, convention, today)
    bodies = list(bodies_of(request, convention))
    if Scope.ALL not in scopes(request.user, Permission.SEE_OBSERVATIONS) and len(bodies) == 1:
        return redirect(f"{bodies[0].code}/?transmission={transmission}")
    page = due_quarter(convention=convention, transmission=transmission, at=today, bodies=bodies)
    return render(
        request,
        "indicators/due/due.html",
        {
            "page": page,
            "fiches": page.by_fiche(),
            "lines": arranged(request, page.by_body(), ORDERS),
            "whole": page.whole,
            "form": DueFilter(quarters=quarters, chosen=transmission),
            "states": _states(page),
            "reminded": last_reminders(convention=convention, period=transmission),
        },
    )


@requires(Permission.SEE_OBSERVATIONS)
def due_fiche(request: HttpRequest, number: int) -> HttpResponse:
    """The bodies by the sheets of one fiche."""
    convention = convention_or_404()
    transmission, quarters = chosen_quarter(request, convention, timezone.localdate())
    fiche, page, lines = _of_fiche(request, convention, number, transmission)
    rows = [(line, [page.cells.get((sheet.code, line.subject.code)) for sheet in page.sheets]) for line in lines]
    return render(
        request,
        "indicators/due/fiche.html",
        {
            "page": page,
            "fiche": fiche,
            "rows": rows,
            "only_open": _only_open(request),
            "form": DueFilter(quarters=quarters, chosen=transmission),
            "states": _states(page),
        },
    )


def _only_open(request: HttpRequest) -> bool:
    return request.GET.get("montrer") == "manque"


def _of_fiche(
    request: HttpRequest, convention: Convention, number: int, transmission: Period
) -> tuple[Fiche, DueQuarter, list[Line]]:
    """A fiche, the part of the matrix that is its own, and the bodies that the filter keeps."""
    fiches = (one for group in domains_with_fiches(convention=convention) for one in group.fiches)
    fiche = next((one for one in fiches if one.number == number), None)
    if fiche is None:
        raise Http404(f"La fiche n° {number} n'existe pas dans la convention.")
    bodies, today = bodies_of(request, convention), timezone.localdate()
    page = due_quarter(convention=convention, transmission=transmission, at=today, bodies=bodies, fiche=number)
    return fiche, page, [line for line in page.by_body() if line.absent or not _only_open(request)]


@requires(Permission.SEE_OBSERVATIONS)
def due_fiche_file(request: HttpRequest, number: int, kind: str) -> HttpResponse:
    """The same bodies and sheets, with the values that miss."""
    convention = convention_or_404()
    transmission, _ = chosen_quarter(request, convention, timezone.localdate())
    fiche, page, lines = _of_fiche(request, convention, number, transmission)
    export = _export(
        convention,
        page,
        title=f"Remontées attendues, fiche n° {number} · {fiche.title}",
        address=reverse("due-fiche", args=[number]),
        filters=["ce qui manque seulement"] if _only_open(request) else [],
    )
    tables = due_tables(page, [line.subject for line in lines])
    return table_file(request, export, tables, name=f"attendu-fiche-{number}-{page.transmission}", kind=kind)


@requires(Permission.SEE_OBSERVATIONS)
def due_body_file(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """What one body owes, sheet by sheet, and the values that miss."""
    convention, today = convention_or_404(), timezone.localdate()
    body = get_object_or_404(bodies_of(request, convention), code=code)
    transmission, _ = chosen_quarter(request, convention, today)
    page = due_quarter(convention=convention, transmission=transmission, at=today, bodies=[body])
    title, address = f"Remontées attendues de {body.name}", reverse("due-body", args=[code])
    export = _export(convention, page, title=title, address=address)
    return table_file(request, export, due_tables(page), name=f"attendu-{code}-{transmission}", kind=kind)


@requires(Permission.SEE_OBSERVATIONS)
def due_xlsx(request: HttpRequest) -> HttpResponse:
    """The whole matrix one may see, and every value that misses, as a workbook."""
    convention, today = convention_or_404(), timezone.localdate()
    transmission, _ = chosen_quarter(request, convention, today)
    page = due_quarter(
        convention=convention, transmission=transmission, at=today, bodies=bodies_of(request, convention)
    )
    export = _export(convention, page, title="Remontées attendues", address=reverse("due"))
    return xlsx(request, export, due_tables(page), name=f"attendu-{transmission}")


def _export(
    convention: Convention, page: DueQuarter, *, title: str, address: str, filters: list[str] | None = None
) -> Export:
    return Export(
        title=title,
        convention=convention,
        page=address,
        state=DataState.CURRENT,
        filters=[f"transmission\u00a0: {page.transmission.label}", *(filters or [])],
        about=due_facts(page),
    )


@requires(Permission.SEE_OBSERVATIONS)
def due_body(request: HttpRequest, code: str) -> HttpResponse:
    """What one body owes: sheet by sheet, the values that miss."""
    convention, today = convention_or_404(), timezone.localdate()
    body = get_object_or_404(bodies_of(request, convention), code=code)
    transmission, quarters = chosen_quarter(request, convention, today)
    page = due_quarter(convention=convention, transmission=transmission, at=today, bodies=[body])
    return render(
        request,
        "indicators/due/body.html",
        {
            "page": page,
            "body": body,
            "rows": page.of_body(code),
            "measures": dict(Measure.objects.filter(convention=convention).values_list("code", "label")),
            "form": DueFilter(quarters=quarters, chosen=transmission),
            "states": _states(page),
            "reminded": last_reminders(convention=convention, period=transmission).get(body.pk),
        },
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.SEND_REMINDERS)
def reminders(request: HttpRequest) -> HttpResponse:
    """Who owes what, whom it would be told to, the message itself; then the sending, and who was told when."""
    convention, today = convention_or_404(), timezone.localdate()
    transmission, quarters = chosen_quarter(request, convention, today)
    found = candidates(convention=convention, transmission=transmission, at=today)
    chosen = {one.line.subject.code for one in found if one.recipients} & set(request.POST.getlist("caisses"))
    if request.method == "POST" and chosen:
        job = request_reminders(
            convention=convention, transmission=transmission, caisses=sorted(chosen), by=request.user, at=timezone.now()
        )
        messages.success(request, f"{len(chosen)} rappel{'s' if len(chosen) > 1 else ''} en cours d'envoi.")
        return redirect("job", job_id=job.pk)
    first = next((one for one in found if one.recipients), None)
    return render(
        request,
        "indicators/due/reminders.html",
        {
            "transmission": transmission,
            "refused": request.method == "POST",
            "form": DueFilter(quarters=quarters, chosen=transmission),
            "candidates": found,
            "reachable": sum(bool(one.recipients) for one in found),
            "sample": first
            and compose(candidate=first, convention=convention, transmission=transmission, by=request.user),
        },
    )


def _states(page: DueQuarter) -> list[tuple[DueState, int]]:
    return [(state, page.states[state]) for state in DueState if page.states[state]]
