"""What the State sees: transmissions as they were frozen, and what it writes on them. Nothing else is read here."""

from collections.abc import Sequence

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from cog import downloads
from cog.downloads import attachment
from cog.exports import DataState, Export, Table, table_file, xlsx
from cog.paging import page_of
from cog.permissions import Permission, can, requires
from cog.queries import obligation_titles
from cog.views import convention_or_404
from cog.xlsx import Value
from reports import transmitted
from reports.annual_editions import parts_changed
from reports.annual_parts import corrections
from reports.annual_workbook import report_workbook
from reports.budget_dashboard import annexes_changed, changes, presentation
from reports.budget_workbook import dashboard_workbook
from reports.enums import NoteKind
from reports.exports import (
    budget_differences_tables,
    differences_table,
    document_differences_table,
    report_differences_tables,
    transmissions_table,
)
from reports.forms import NoteForm
from reports.models import StateNote, Transmission
from reports.operations import NoteRefused, write_note
from reports.owed_document import differences as document_differences
from reports.owed_document import document_workbook

PER_PAGE = 100


@requires(Permission.READ_TRANSMITTED)
def transmissions(request: HttpRequest) -> HttpResponse:
    convention = convention_or_404()
    rows = transmitted.listed(convention=convention)
    budgets = transmitted.listed(convention=convention, kinds=transmitted.BUDGETS)
    projects = transmitted.listed(convention=convention, kinds=transmitted.REPORTS)
    documents = transmitted.listed(convention=convention, kinds=transmitted.DOCUMENTS)
    titles = obligation_titles(convention=convention)
    context = {"rows": rows, "budgets": budgets, "projects": projects, "documents": documents, "titles": titles}
    return render(request, "reports/transmissions/list.html", context)


@requires(Permission.READ_TRANSMITTED)
def transmissions_file(request: HttpRequest, kind: str) -> HttpResponse:
    """Everything that was sent, of every kind, one a row."""
    convention = convention_or_404()
    kinds = (*transmitted.QUARTERS, *transmitted.BUDGETS)
    rows = transmitted.listed(convention=convention, kinds=kinds)
    export = Export(
        title="Transmissions à l'État",
        convention=convention,
        page=reverse("transmissions"),
        state=DataState.SENT,
        simulated=any(row.simulated for row in rows),
        about=[("Transmissions", len(rows))],
    )
    return table_file(request, export, [transmissions_table(rows)], name="transmissions", kind=kind)


@requires(Permission.READ_TRANSMITTED)
def transmission(request: HttpRequest, transmission_id: int) -> HttpResponse:
    """One transmission: its receipt, its figures by fiche, what was written on it."""
    found = _found(transmission_id)
    if found.is_budget:
        return _budget(request, found)
    if found.is_report:
        return _report(request, found)
    if found.is_document:
        page = transmitted.budget_page(found)
        context = {"page": page, "form": NoteForm(), **_may(request)}
        return render(request, "reports/transmissions/document.html", context)
    page = transmitted.page(found, verdict=request.GET.get("verdict", ""))
    return render(
        request, "reports/transmissions/transmission.html", {"page": page, "form": NoteForm(), **_may(request)}
    )


def _budget(request: HttpRequest, found: Transmission) -> HttpResponse:
    """One transmitted edition of a fund: its table, what moved, its annexes, what was written on it."""
    page = transmitted.budget_page(found)
    context = {"page": page, "form": NoteForm(), **presentation(page.content), **_may(request)}
    return render(request, "reports/transmissions/budget.html", context)


def _report(request: HttpRequest, found: Transmission) -> HttpResponse:
    """One transmitted project of the bilan: its document, its synthesis, its result indicators, what was written."""
    page = transmitted.report_page(found)
    context = {"page": page, "form": NoteForm(subjects=page.subjects), **_may(request)}
    return render(request, "reports/transmissions/report.html", context)


@requires(Permission.READ_TRANSMITTED)
def sheet(request: HttpRequest, transmission_id: int, code: str) -> HttpResponse:
    """One technical sheet of a transmission: definition, targets, figures, explanations, every caisse."""
    page = _sheet(request, transmission_id, code)
    rows = page_of(request, page.local_rows)
    form = NoteForm(initial={"subject": code})
    return render(
        request, "reports/transmissions/sheet.html", {"page": page, "rows": rows, "form": form, **_may(request)}
    )


@requires(Permission.READ_TRANSMITTED)
def sheet_file(request: HttpRequest, transmission_id: int, code: str, kind: str) -> HttpResponse:
    """The results of the sheet at the period in view, the whole first, then every caisse; unrounded."""
    page = _sheet(request, transmission_id, code)
    rows = [transmitted.result_cells(page.sheet, row) for row in [*page.national_rows, *page.local_rows]]
    export = _export(
        page.sent,
        title=f"{code}, {page.sheet['title']}",
        page=reverse("transmission-sheet", args=[page.sent.pk, code]),
        filters=[f"période «\u00a0{page.period}\u00a0»"],
    )
    name = f"transmission-{page.sent.period}-{page.sent.number}-{code}-{page.period}"
    return table_file(request, export, [("Résultats", transmitted.HEADER, rows)], name=name, kind=kind)


def _sheet(request: HttpRequest, transmission_id: int, code: str) -> transmitted.TransmittedSheet:
    """The sheet at the period of the address."""
    found = _found(transmission_id)
    if not found.is_quarter:
        raise Http404(f"La transmission {found.receipt_number} n'a pas de fiche.")
    page = transmitted.sheet_page(found, code=code, period=request.GET.get("periode", ""))
    if page is None:
        raise Http404(f"La transmission {found.receipt_number} n'a pas de fiche « {code} ».")
    return page


@requires(Permission.READ_TRANSMITTED)
def differences(request: HttpRequest, transmission_id: int) -> HttpResponse:
    """What a rectification changes of the transmission it replaces."""
    found = _rectification(transmission_id)
    if found.is_budget:
        before, after = transmitted.content_of(found.replaces), transmitted.content_of(found)
        context = {"sent": found, "rows": changes(before, after), "annexes": annexes_changed(before, after)}
        return render(request, "reports/transmissions/budget_differences.html", context)
    if found.is_report:
        before, after = transmitted.content_of(found.replaces), transmitted.content_of(found)
        context = {"told": corrections(before, after, str(found.replaces)), "parts": parts_changed(before, after)}
        return render(request, "reports/transmissions/report_differences.html", {"sent": found, **context})
    if found.is_document:
        changed = document_differences(transmitted.content_of(found.replaces), transmitted.content_of(found))
        return render(request, "reports/transmissions/document_differences.html", {"sent": found, "rows": changed})
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
def differences_file(request: HttpRequest, transmission_id: int, kind: str) -> HttpResponse:
    """Everything a rectification changes, none left out."""
    found = _rectification(transmission_id)
    export = _export(
        found,
        title=f"Ce que change le n° {found.receipt_number}",
        page=reverse("transmission-differences", args=[found.pk]),
        about=[("Remplace le n°", str(found.replaces.receipt_number)), ("Motif", found.reason)],
    )
    name = f"differences-{found.file_name}"
    return table_file(request, export, _differences(found), name=name, kind=kind)


def _differences(found: Transmission) -> list[Table]:
    """The tables of what a rectification changes, by what was sent."""
    if found.is_quarter:
        return [differences_table(transmitted.differences(found))]
    before, after = transmitted.content_of(found.replaces), transmitted.content_of(found)
    if found.is_budget:
        return budget_differences_tables(before, after)
    if found.is_report:
        return report_differences_tables(before, after)
    return [document_differences_table(document_differences(before, after))]


def _rectification(transmission_id: int) -> Transmission:
    found = _found(transmission_id)
    if not found.is_rectification:
        raise Http404(f"La transmission {found.receipt_number} ne rectifie rien.")
    return found


def _export(
    sent: Transmission,
    *,
    title: str,
    page: str,
    filters: Sequence[str] = (),
    about: Sequence[tuple[str, Value]] = (),
) -> Export:
    """What a file of a transmission says of itself, the fingerprint of its content with it."""
    facts: list[tuple[str, Value]] = [
        ("Transmise le", timezone.localtime(sent.transmitted_at)),
        ("Échéance", sent.due),
        ("Empreinte du contenu (sha256)", sent.sha256),
    ]
    return Export(
        title=title,
        convention=sent.convention,
        page=page,
        state=DataState.SENT,
        filters=filters,
        simulated=sent.simulated,
        about=[*about, *facts],
    )


@requires(Permission.READ_TRANSMITTED)
def receipt(request: HttpRequest, transmission_id: int) -> HttpResponse:
    found = _found(transmission_id)
    return attachment(bytes(found.receipt), "application/pdf", f"recu-{found.file_name}.pdf")


@requires(Permission.READ_TRANSMITTED)
def dossier(request: HttpRequest, transmission_id: int) -> HttpResponse:
    """The dossier of a quarter on paper, from what was frozen and nothing else."""
    from reports.short_printing import print_dossier  # two seconds of import that only a printing process should pay

    found = _found(transmission_id)
    if not found.is_quarter:
        raise Http404(f"La transmission {found.receipt_number} n'a pas de dossier : son reçu porte tout son contenu.")
    data = print_dossier(found, transmitted.content_of(found), transmitted.differences(found))
    return attachment(data, "application/pdf", f"dossier-{found.period}-{found.number}.pdf")


@requires(Permission.READ_TRANSMITTED)
def content(request: HttpRequest, transmission_id: int) -> HttpResponse:
    """The content itself, byte for byte: its SHA-256 is the one of the receipt."""
    found = _found(transmission_id)
    return attachment(found.payload.encode(), "application/json", f"transmission-{found.file_name}.json")


@requires(Permission.READ_TRANSMITTED)
def figures(request: HttpRequest, transmission_id: int) -> HttpResponse:
    """Every result of a transmission, as a workbook whose numbers are numbers."""
    found = _found(transmission_id)
    if found.is_budget:
        data = dashboard_workbook(transmitted.content_of(found))
        return downloads.workbook(data, f"{found.period}-{found.number}")
    if found.is_report:
        return downloads.workbook(
            report_workbook(transmitted.content_of(found)), f"bilan-{found.period}-{found.number}"
        )
    if found.is_document:
        return downloads.workbook(document_workbook(transmitted.content_of(found)), found.file_name)
    header, rows = transmitted.table(found)
    export = _export(
        found,
        title=f"{found.get_kind_display().capitalize()}, {found.period_label}, reçu n° {found.receipt_number}",
        page=reverse("transmission", args=[found.pk]),
    )
    return xlsx(request, export, [("Résultats", header, rows)], name=f"transmission-{found.period}-{found.number}")


@require_safe
@requires(Permission.READ_TRANSMITTED)
def attached(request: HttpRequest, transmission_id: int) -> FileResponse:
    """The file of a document that was sent, always as a download, of the type that was checked."""
    found = _found(transmission_id)
    if not found.attachment:
        raise Http404(f"La transmission {found.receipt_number} n'a pas de pièce.")
    held = transmitted.content_of(found)["attachment"]
    return FileResponse(
        found.attachment.open("rb"), as_attachment=True, filename=held["name"], content_type=held["type"]
    )


@require_POST
@requires(Permission.READ_TRANSMITTED)
def note(request: HttpRequest, transmission_id: int) -> HttpResponse:
    """Write on a transmission: the State acknowledges, asks, observes; the Cnaf answers."""
    found = _found(transmission_id)
    subjects = transmitted.report_page(found).subjects if found.is_report else ()
    form = NoteForm(request.POST, subjects=subjects)
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
    if code and found.is_quarter and transmitted.sheet_page(found, code=code, period="") is not None:
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
