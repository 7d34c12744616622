"""Pages of the documents owed: the list, one being prepared, the gesture that sends it, the file of a mission."""

from datetime import date
from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from cog import downloads
from cog.attachments import AcceptedFile
from cog.forms import DateFilter
from cog.models import Convention
from cog.permissions import Permission, account, can, requires
from cog.views import convention_or_404
from cog.xlsx import write_workbook
from reports import owed_queries as queries
from reports.forms import DocumentForm, EventForm, OwedFilter
from reports.leaving_views import leave
from reports.mission import NoMission, mission_layout
from reports.operations import (
    produce_mission_file,
    transmit_document,
)
from reports.owed_document import document_workbook


def _lines(request: HttpRequest) -> tuple[OwedFilter, list[queries.DocumentLine], int]:
    convention = convention_or_404()
    every = queries.document_lines(convention=convention, at=timezone.localdate())
    form = OwedFilter(request.GET or None, years=sorted({line.owed.exercise for line in every if line.owed.exercise}))
    return form, [line for line in every if queries.answers(line, form.criteria)], len(every)


@require_safe
@requires(Permission.READ_EXPLANATIONS)
def documents(request: HttpRequest) -> HttpResponse:
    """Every document owed, by year and family, and how it stands."""
    form, lines, total = _lines(request)
    return render(
        request,
        "reports/owed/list.html",
        {
            "form": form,
            "lines": lines,
            "total": total,
            "late": sum(line.code == "en_retard" for line in lines),
            "query": request.GET.urlencode(),
            "has_mission": mission_layout(convention=convention_or_404()) is not None,
        },
    )


@require_safe
@requires(Permission.READ_EXPLANATIONS)
def documents_xlsx(request: HttpRequest) -> HttpResponse:
    """The list, filtered as its page is."""
    _, lines, _ = _lines(request)
    header = ["Année", "Famille", "Code", "Document", "Objet", "Destinataire", "Échéance", "État"]
    rows = [
        [
            line.owed.exercise,
            str(line.owed.obligation.get_family_display()),
            line.owed.code,
            line.owed.obligation.title,
            "" if line.waits_for_event else line.owed.period_label,
            line.owed.obligation.recipient,
            f"{line.owed.due:%d/%m/%Y}" if line.owed.due else "sans date",
            line.state_label,
            f"{line.delivered:%d/%m/%Y}" if line.delivered else "",
            line.sent.receipt_number if line.sent else "",
            line.sent.sha256 if line.sent else "",
            line.content_label,
        ]
        for line in lines
    ]
    header += ["Remis le", "Dernier reçu", "Empreinte (SHA-256)", "Contenu"]
    return downloads.workbook(write_workbook([("Documents dus", header, rows)]), "documents-dus")


@require_safe
@requires(Permission.READ_EXPLANATIONS)
def obligation(request: HttpRequest, code: str) -> HttpResponse:
    """An obligation set off by events: what was sent of it, and the day of another one."""
    convention = convention_or_404()
    found = queries.obligation_or_none(convention=convention, code=code)
    if found is None or queries.event_of(found) is None:
        raise Http404(f"Aucune obligation à l'événement « {code} » ne se remet ici.")
    form = EventForm(request.GET or None, convention=convention)
    if form.is_bound and form.is_valid():
        return redirect("owed-document", code=code, period=form.cleaned_data["le"].isoformat())
    lines = queries.document_lines(convention=convention, at=timezone.localdate())
    own = [line for line in lines if line.owed.code == code and not line.waits_for_event]
    layout = queries.layouts(convention=convention).get(code)
    context = {"obligation": found, "event": queries.event_of(found), "form": form, "lines": own, "layout": layout}
    return render(request, "reports/owed/event.html", context, status=422 if form.errors else 200)


def _owed_or_404(code: str, period: str) -> tuple[Convention, queries.Owed]:
    convention = convention_or_404()
    try:
        return convention, queries.owed_document(convention=convention, code=code, period=period)
    except queries.NoDocument as error:
        raise Http404(f"Ce document n'est pas dû : {error}.") from None


def _dossier(
    request: HttpRequest, convention: Convention, owed: queries.Owed, attachment: AcceptedFile | None = None
) -> queries.DocumentDossier:
    today = timezone.localdate()
    default = queries.situation_of(owed, today)
    form = DateFilter(request.GET if "au" in request.GET else request.POST if "au" in request.POST else None)
    at = form.chosen(default) if form.is_bound else default
    return queries.document_dossier(convention=convention, owed=owed, at=at, today=today, attachment=attachment)


@require_safe
@requires(Permission.READ_EXPLANATIONS)
def document(request: HttpRequest, code: str, period: str) -> HttpResponse:
    """A document as it stands: what the convention says of it, its content, what it lacks, what was sent."""
    convention, owed = _owed_or_404(code, period)
    ready = _dossier(request, convention, owed)
    return render(
        request,
        "reports/owed/document.html",
        {
            "ready": ready,
            "owed": owed,
            "content": ready.payload,
            "at": ready.at,
            "form": DateFilter(initial={"au": ready.at}),
            "may_transmit": can(request.user, Permission.TRANSMIT),
        },
    )


@require_safe
@requires(Permission.READ_EXPLANATIONS)
def document_xlsx(request: HttpRequest, code: str, period: str) -> HttpResponse:
    """The draft as a workbook; what was sent is read from the transmission."""
    convention, owed = _owed_or_404(code, period)
    ready = _dossier(request, convention, owed)
    return downloads.workbook(document_workbook(ready.draft), f"projet-{owed.code}-{owed.period}")


@require_safe
@requires(Permission.READ_EXPLANATIONS)
def document_pdf(request: HttpRequest, code: str, period: str) -> HttpResponse:
    """The draft on paper, « PROJET » on every page."""
    from reports.receipts import print_document  # two seconds of import that only a printing process should pay

    convention, owed = _owed_or_404(code, period)
    ready = _dossier(request, convention, owed)
    name = f"projet-{owed.code}-{owed.period}.pdf"
    return downloads.attachment(print_document(ready.draft), "application/pdf", name)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.TRANSMIT)
def transmit(request: HttpRequest, code: str, period: str) -> HttpResponse:
    """The summary of what leaves, the file, the password again, then the receipt."""
    convention, owed = _owed_or_404(code, period)
    ready = _dossier(request, convention, owed)
    former = ready.sent[0] if ready.sent else None
    form = DocumentForm(
        request.POST or None,
        request.FILES or None,
        user=account(request),
        rectifies=former is not None,
        needs_file=any(check.code in ("no_file", "empty") for check in ready.blocking),
    )
    if request.method == "POST" and form.is_valid():
        return _send(request, convention, owed, ready.at, form)
    others = [check for check in ready.blocking if check.code not in ("no_file", "empty")]
    return render(
        request,
        "reports/owed/transmit.html",
        {
            "ready": ready,
            "owed": owed,
            "form": form,
            "former": former,
            "at": ready.at,
            "blocking": others,
            "to_mend": [check for check in ready.blocking if check.code == "empty"],
        },
        status=422 if form.errors else 200,
    )


def _send(
    request: HttpRequest, convention: Convention, owed: queries.Owed, at: date, form: DocumentForm
) -> HttpResponse:
    send = partial(
        transmit_document,
        convention=convention,
        owed=owed,
        situation=at,
        by=account(request),
        at=timezone.now(),
        reason=form.cleaned_data.get("reason", ""),
        attachment=form.cleaned_data["fichier"],
    )
    back = redirect("owed-document", code=owed.code, period=owed.period)
    return leave(request, send, back=back, word="remis")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EXPORT_MISSION)
def mission(request: HttpRequest) -> HttpResponse:
    """One button: the file of a control mission, at a date."""
    convention = convention_or_404()
    today = timezone.localdate()
    default = min(today, convention.end)
    form = DateFilter(request.POST or None, initial={"au": default})
    if request.method == "POST" and form.is_valid():
        try:
            made = produce_mission_file(
                convention=convention, situation=form.chosen(default), by=account(request), at=timezone.now()
            )
        except NoMission as refusal:
            form.add_error("au", f"{refusal}.")
        else:
            return downloads.attachment(made.data, "application/zip", made.name)
    layout = mission_layout(convention=convention)
    return render(
        request,
        "reports/owed/mission.html",
        {"form": form, "layout": layout},
        status=422 if form.errors else 200,
    )
