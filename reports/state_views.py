"""What the State sees: transmissions as they were frozen, and what it writes on them. Nothing else is read here."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from cog import downloads
from cog.downloads import attachment
from cog.permissions import Permission, can, requires
from cog.views import convention_or_404
from cog.xlsx import write_workbook
from reports import transmitted
from reports.budget_dashboard import annexes_changed, changes, presentation
from reports.budget_workbook import dashboard_workbook
from reports.enums import NoteKind
from reports.forms import NoteForm
from reports.models import StateNote, Transmission
from reports.operations import NoteRefused, write_note

PER_PAGE = 100


@requires(Permission.READ_TRANSMITTED)
def transmissions(request: HttpRequest) -> HttpResponse:
    convention = convention_or_404()
    rows = transmitted.listed(convention=convention)
    budgets = transmitted.listed(convention=convention, kinds=transmitted.BUDGETS)
    return render(request, "reports/transmissions/list.html", {"rows": rows, "budgets": budgets})


@requires(Permission.READ_TRANSMITTED)
def transmission(request: HttpRequest, transmission_id: int) -> HttpResponse:
    """One transmission: its receipt, its figures by fiche, what was written on it."""
    found = _found(transmission_id)
    if found.is_budget:
        return _budget(request, found)
    page = transmitted.page(found, verdict=request.GET.get("verdict", ""))
    return render(
        request, "reports/transmissions/transmission.html", {"page": page, "form": NoteForm(), **_may(request)}
    )


def _budget(request: HttpRequest, found: Transmission) -> HttpResponse:
    """One transmitted edition of a fund: its table, what moved, its annexes, what was written on it."""
    page = transmitted.budget_page(found)
    context = {"page": page, "form": NoteForm(), **presentation(page.content), **_may(request)}
    return render(request, "reports/transmissions/budget.html", context)


@requires(Permission.READ_TRANSMITTED)
def sheet(request: HttpRequest, transmission_id: int, code: str) -> HttpResponse:
    """One technical sheet of a transmission: definition, targets, figures, explanations, every caisse."""
    found = _found(transmission_id)
    if found.is_budget:
        raise Http404(f"La transmission {found.receipt_number} n'a pas de fiche.")
    page = transmitted.sheet_page(found, code=code, period=request.GET.get("periode", ""))
    if page is None:
        raise Http404(f"La transmission {found.receipt_number} n'a pas de fiche « {code} ».")
    rows = Paginator(page.local_rows, PER_PAGE).get_page(request.GET.get("page"))
    form = NoteForm(initial={"subject": code})
    return render(
        request, "reports/transmissions/sheet.html", {"page": page, "rows": rows, "form": form, **_may(request)}
    )


@requires(Permission.READ_TRANSMITTED)
def differences(request: HttpRequest, transmission_id: int) -> HttpResponse:
    """What a rectification changes of the transmission it replaces."""
    found = _found(transmission_id)
    if not found.is_rectification:
        raise Http404(f"La transmission {found.receipt_number} ne rectifie rien.")
    if found.is_budget:
        before, after = transmitted.content_of(found.replaces), transmitted.content_of(found)
        context = {"sent": found, "rows": changes(before, after), "annexes": annexes_changed(before, after)}
        return render(request, "reports/transmissions/budget_differences.html", context)
    rows = transmitted.differences(found)
    return render(
        request,
        "reports/transmissions/differences.html",
        {
            "sent": found,
            "national": [row for row in rows if row.is_national],
            "local": Paginator([row for row in rows if not row.is_national], PER_PAGE).get_page(
                request.GET.get("page")
            ),
        },
    )


@requires(Permission.READ_TRANSMITTED)
def receipt(request: HttpRequest, transmission_id: int) -> HttpResponse:
    found = _found(transmission_id)
    return attachment(bytes(found.receipt), "application/pdf", f"recu-{found.period}-{found.number}.pdf")


@requires(Permission.READ_TRANSMITTED)
def dossier(request: HttpRequest, transmission_id: int) -> HttpResponse:
    """The dossier of a quarter on paper, from what was frozen and nothing else."""
    from reports.short_printing import print_dossier  # two seconds of import that only a printing process should pay

    found = _found(transmission_id)
    if found.is_budget:
        raise Http404(f"La transmission {found.receipt_number} n'a pas de dossier : son reçu porte tout son contenu.")
    data = print_dossier(found, transmitted.content_of(found), transmitted.differences(found))
    return attachment(data, "application/pdf", f"dossier-{found.period}-{found.number}.pdf")


@requires(Permission.READ_TRANSMITTED)
def content(request: HttpRequest, transmission_id: int) -> HttpResponse:
    """The content itself, byte for byte: its SHA-256 is the one of the receipt."""
    found = _found(transmission_id)
    return attachment(found.payload.encode(), "application/json", f"transmission-{found.period}-{found.number}.json")


@requires(Permission.READ_TRANSMITTED)
def figures(request: HttpRequest, transmission_id: int) -> HttpResponse:
    """Every result of a transmission, as a workbook whose numbers are numbers."""
    found = _found(transmission_id)
    if found.is_budget:
        data = dashboard_workbook(transmitted.content_of(found))
        return downloads.workbook(data, f"{found.period}-{found.number}")
    header, rows = transmitted.table(found)
    workbook = write_workbook([("Résultats", header, rows)])
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return attachment(workbook, kind, f"transmission-{found.period}-{found.number}.xlsx")


@require_POST
@requires(Permission.READ_TRANSMITTED)
def note(request: HttpRequest, transmission_id: int) -> HttpResponse:
    """Write on a transmission: the State acknowledges, asks, observes; the Cnaf answers."""
    found = _found(transmission_id)
    form = NoteForm(request.POST)
    back = request.POST.get("subject", "")
    if not form.is_valid():
        messages.error(request, "La note n'est pas enregistrée : " + " ".join(form.told()))
        return _back(found, back)
    kind = NoteKind(form.cleaned_data["kind"])
    needed = Permission.ANSWER_STATE if kind is NoteKind.ANSWER else Permission.ANNOTATE_TRANSMISSION
    if not can(request.user, needed):
        raise Http404("Cette page n'existe pas.")
    try:
        write_note(
            transmission=found,
            kind=kind,
            text=form.cleaned_data["text"],
            subject=form.cleaned_data["subject"],
            reply_to=_question(found, form.cleaned_data["reply_to"]),
            by=request.user,
            at=timezone.now(),
        )
    except NoteRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"Note enregistrée{chr(0xA0)}: {kind.label}. Elle ne se modifie plus.")
    return _back(found, back)


def _question(found: Transmission, key: int | None) -> StateNote | None:
    if key is None:
        return None
    question = found.state_notes.filter(pk=key, kind=NoteKind.QUESTION).first()
    if question is None:
        raise Http404("Cette question n'existe pas.")
    return question


def _back(found: Transmission, code: str) -> HttpResponse:
    if code and not found.is_budget and transmitted.sheet_page(found, code=code, period="") is not None:
        return redirect("transmission-sheet", transmission_id=found.pk, code=code)
    return redirect("transmission", transmission_id=found.pk)


def _may(request: HttpRequest) -> dict[str, bool]:
    return {
        "may_annotate": can(request.user, Permission.ANNOTATE_TRANSMISSION),
        "may_answer": can(request.user, Permission.ANSWER_STATE),
    }


def _found(transmission_id: int) -> Transmission:
    found = transmitted.one(convention=convention_or_404(), transmission_id=transmission_id)
    if found is None:
        raise Http404("Cette transmission n'existe pas.")
    return found
