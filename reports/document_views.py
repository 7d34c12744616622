"""The library of the bilans: every edition with its fingerprints, how one is produced, worded, taken further."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cog.downloads import DOCX, attachment, workbook
from cog.exports import DataState, Export, table_file
from cog.models import Convention
from cog.permissions import Permission, can, requires
from cog.views import convention_or_404
from reports.annual_workbook import report_workbook
from reports.enums import DocumentKind, EditionState
from reports.exports import library_table
from reports.forms import FollowingForm, LibraryFilter, ReportRequest, SentenceForm
from reports.models import Edition
from reports.operations import (
    EditionRefused,
    NotPublished,
    SentenceRefused,
    agree_to_common,
    public_package,
    request_annual_report,
    request_following,
    write_sentence,
)
from reports.report_queries import (
    edition_or_none,
    editions,
    last_report_sent,
    next_step,
    package_of,
    readable_states,
    sentence_lines,
)


@require_http_methods(["GET", "POST"])
@requires(Permission.READ_PUBLISHED)
def documents(request: HttpRequest) -> HttpResponse:
    """The editions one may read; who may produce a draft asks for it here."""
    convention = convention_or_404()
    may_produce = can(request.user, Permission.PRODUCE_REPORT)
    form = ReportRequest(request.POST or None, years=convention.years)
    if request.method == "POST":
        if not may_produce:
            raise Http404("Cette page n'existe pas.")
        if form.is_valid():
            edition = request_annual_report(
                convention=convention, year=form.cleaned_data["exercice"], by=request.user, at=timezone.now()
            )
            messages.success(
                request, f"Le projet de bilan {edition.year} est demandé : suivre sa production ci-dessous."
            )
            return redirect("edition", edition_id=edition.pk)
    states, chosen, rows = _library(request, convention)
    return render(
        request,
        "reports/documents.html",
        {
            "editions": rows,
            "form": form,
            "chosen": chosen,
            "may_produce": may_produce,
            "sees_projects": EditionState.SENT in states,
        },
    )


@require_safe
@requires(Permission.READ_PUBLISHED)
def documents_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The editions one may read, as the filters keep them, with their fingerprints."""
    convention = convention_or_404()
    states, chosen, rows = _library(request, convention)
    told = list(rows)
    export = Export(
        title="Éditions des documents",
        convention=convention,
        page=reverse("documents"),
        state=_state_of_library(states),
        filters=chosen.in_words(),
        simulated=any(one.simulated for one in told),
        about=[("Éditions", len(told))],
    )
    return table_file(request, export, [library_table(told)], name="documents", kind=kind)


def _library(
    request: HttpRequest, convention: Convention
) -> tuple[set[EditionState], LibraryFilter, QuerySet[Edition]]:
    """The states one may read, the filters of the address, the editions they keep."""
    states = readable_states(request.user)
    chosen = LibraryFilter(request.GET or None, years=convention.years, states=states)
    return states, chosen, chosen.kept(editions(convention=convention, states=states))


def _state_of_library(states: set[EditionState]) -> DataState:
    """How far the list may be relied on: drafts may still come and go, what was sent does not change."""
    if EditionState.DRAFT in states:
        return DataState.CURRENT
    return DataState.SENT if EditionState.SENT in states else DataState.PUBLISHED


@requires(Permission.READ_PUBLISHED)
def edition(request: HttpRequest, edition_id: int) -> HttpResponse:
    found = _found(request, edition_id)
    step = next_step(found)
    waits = found.state == EditionState.COMMON and step is not None and bool(step.wait)
    if step is not None and not can(request.user, _needed(step.state)):
        step = None
    return render(
        request,
        "reports/edition.html",
        {
            "edition": found,
            "step": step,
            "may_agree": waits and can(request.user, Permission.ANNOTATE_TRANSMISSION),
            "package": package_of(found),
            "may_word": found.is_ready and can(request.user, Permission.PRODUCE_REPORT),
            "sent": last_report_sent(convention=found.convention, year=found.year)
            if can(request.user, Permission.READ_TRANSMITTED)
            else None,
        },
    )


@requires(Permission.READ_PUBLISHED)
def edition_pdf(request: HttpRequest, edition_id: int) -> FileResponse:
    found = _printed(request, edition_id)
    name = f"{found.kind}-{found.year}-edition-{found.number}.pdf"
    return FileResponse(found.file.open("rb"), as_attachment=True, filename=name, content_type="application/pdf")


@require_safe
@requires(Permission.READ_PUBLISHED)
def edition_docx(request: HttpRequest, edition_id: int) -> HttpResponse:
    """The editable twin, made from the frozen content: it is never kept (docs/decisions/0013)."""
    from reports.annual_word import word_report  # drawing and writing: what only this page needs

    found = _printed(request, edition_id)
    return attachment(word_report(_content(found)), DOCX, f"{found.kind}-{found.year}-edition-{found.number}.docx")


@require_safe
@requires(Permission.READ_PUBLISHED)
def edition_tables(request: HttpRequest, edition_id: int) -> HttpResponse:
    """Every table of the edition as one workbook, from the frozen content."""
    found = _printed(request, edition_id)
    return workbook(report_workbook(_content(found)), f"{found.kind}-{found.year}-edition-{found.number}")


def _content(edition: Edition) -> dict[str, Any]:
    if edition.payload is None or edition.kind != DocumentKind.ANNUAL:
        raise Http404("Seul un bilan annuel dont le contenu est rassemblé se donne ainsi.")
    return dict(edition.payload)


def _printed(request: HttpRequest, edition_id: int) -> Edition:
    """An edition one may read, once it is printed."""
    found = _found(request, edition_id)
    if not found.is_ready:
        raise Http404("Ce document n'est pas disponible.")
    return found


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@requires(Permission.PRODUCE_REPORT)
def following(request: HttpRequest, edition_id: int, state: str) -> HttpResponse:
    """Take an edition further: what it does is said first, the password is asked when it leaves the Cnaf."""
    found = _found(request, edition_id)
    step = next_step(found)
    if step is None or step.state != state or not can(request.user, _needed(step.state)):
        raise Http404("Cette édition ne peut pas passer à cet état.")
    rectified = last_report_sent(convention=found.convention, year=found.year)
    data = request.POST if request.method == "POST" else None
    form = FollowingForm(data, user=request.user, state=step.state, rectifies=rectified is not None)
    if form.is_valid():
        try:
            after = request_following(
                edition=found,
                state=step.state,
                by=request.user,
                at=timezone.now(),
                presented_on=form.cleaned_data.get("presented_on"),
                reason=form.cleaned_data.get("reason", ""),
            )
        except EditionRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{after} est en production : elle se suit ci-dessous.")
            return redirect("edition", edition_id=after.pk)
    context = {"edition": found, "step": step, "form": form, "rectified": rectified}
    return render(request, "reports/edition_following.html", context)


def _needed(state: EditionState) -> Permission:
    return Permission.TRANSMIT if state is EditionState.SENT else Permission.PRODUCE_REPORT


@require_POST
@requires(Permission.ANNOTATE_TRANSMISSION)
def agree(request: HttpRequest, edition_id: int) -> HttpResponse:
    """The State agrees to a common document."""
    found = _found(request, edition_id)
    try:
        agree_to_common(edition=found, by=request.user, at=timezone.now())
    except EditionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"Accord donné à {found}. Il ne se reprend pas.")
    return redirect("edition", edition_id=found.pk)


@require_POST
@requires(Permission.PRODUCE_REPORT)
def data_package(request: HttpRequest, edition_id: int) -> HttpResponse:
    """Ask again for the open data of a published edition, when they could not be prepared."""
    found = _found(request, edition_id)
    try:
        public_package(edition=found, by=request.user, at=timezone.now())
    except NotPublished as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Les données ouvertes de cette édition sont en préparation.")
    return redirect("edition", edition_id=found.pk)


@require_http_methods(["GET", "POST"])
@requires(Permission.PRODUCE_REPORT)
def synthesis(request: HttpRequest, edition_id: int) -> HttpResponse:
    """The sentences of the synthesis of an edition, and the words to put in their place in the next one."""
    found = _found(request, edition_id)
    if found.payload is None:
        raise Http404("Le contenu de cette édition n'est pas rassemblé.")
    lines = sentence_lines(found)
    if request.method == "POST":
        return _worded(request, found, lines)
    return render(request, "reports/edition_synthesis.html", {"edition": found, "lines": lines})


def _worded(request: HttpRequest, found: Edition, lines: list[Any]) -> HttpResponse:
    """One sentence is written at a time; a refusal keeps what was typed beside its reasons."""
    form = SentenceForm(request.POST)
    line = next((one for one in lines if one.sentence.key == request.POST.get("key")), None)
    if line is None:
        raise Http404("Cette phrase n'est pas dans la synthèse.")
    text = "" if "generated" in request.POST else request.POST.get("text", "")
    try:
        if not form.is_valid():
            raise SentenceRefused([str(one) for errors in form.errors.values() for one in errors])
        row = write_sentence(
            convention=found.convention,
            year=found.year,
            sentence=line.sentence,
            text=text or line.sentence.template,
            by=request.user,
            at=timezone.now(),
        )
    except SentenceRefused as refusal:
        line.typed, line.faults = text, refusal.faults
        context = {"edition": found, "lines": lines, "refused": line}
        return render(request, "reports/edition_synthesis.html", context, status=422)
    messages.success(
        request,
        "Rien n'a changé." if row is None else "Phrase enregistrée : elle paraîtra dans la prochaine édition produite.",
    )
    return redirect(f"{request.path}#{line.sentence.key}")


def _found(request: HttpRequest, edition_id: int) -> Edition:
    found = edition_or_none(edition_id=edition_id, states=readable_states(request.user))
    if found is None:
        raise Http404("Cette édition n'existe pas.")
    return found
