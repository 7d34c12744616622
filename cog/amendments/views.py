"""Pages of the amendments: the list, one with its values before and after, and the gestures that take it further."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from cog.amendments.forms import ActForm, SubjectForm, TakeBackForm, ValuesForm
from cog.amendments.operations import (
    AmendmentRefused,
    approve_amendment,
    change_values,
    draft_amendment,
    revise_act,
    take_back_amendment,
)
from cog.amendments.queries import amendments, changes_by_kind, faults_of
from cog.amendments.registry import kinds, part_of
from cog.attachments import content_type_of
from cog.enums import AmendmentState, ChangeKind
from cog.exports import DataState, Export, Table, table_file
from cog.models import Amendment
from cog.permissions import Permission, account, can, requires
from cog.views import convention_or_404


@require_safe
@requires(Permission.READ_REFERENCE)
def listed(request: HttpRequest) -> HttpResponse:
    """The amendments one may read, the last first."""
    rows = amendments(convention=convention_or_404(), user=request.user)
    may_keep = can(request.user, Permission.KEEP_AMENDMENTS)
    return render(request, "amendments/list.html", {"amendments": rows, "may_keep": may_keep})


@require_safe
@requires(Permission.READ_REFERENCE)
def listed_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The same list."""
    convention = convention_or_404()
    rows = list(amendments(convention=convention, user=request.user))
    header = ["Numéro", "Objet", "État", "Référence", "Signataires", "Signé le", "Prend effet le", "Modifications"]
    told = [
        [
            row.number, row.title, row.state.label, row.reference, row.signatories, row.signed_on, row.effective_on,
            row.changes.count(),
        ]
        for row in rows
    ]  # fmt: skip
    export = Export(
        title="Avenants",
        convention=convention,
        page=reverse("amendments"),
        state=DataState.CURRENT,
        simulated=any(row.simulated for row in rows),
    )
    return table_file(request, export, [("Avenants", header, told)], name="avenants", kind=kind)


def _found(request: HttpRequest, number: int) -> Amendment:
    row = amendments(convention=convention_or_404(), user=request.user).filter(number=number).first()
    if row is None:
        raise Http404(f"L'avenant n° {number} n'existe pas.")
    return row


@require_safe
@requires(Permission.READ_REFERENCE)
def amendment(request: HttpRequest, number: int) -> HttpResponse:
    """One amendment: its act, every value before and after, what is wrong with a draft."""
    row = _found(request, number)
    may_keep = can(request.user, Permission.KEEP_AMENDMENTS)
    waits = row.state in (AmendmentState.DRAFT, AmendmentState.APPROVED)
    return render(
        request,
        "amendments/amendment.html",
        {
            "amendment": row,
            "groups": changes_by_kind(row),
            "may_change": may_keep and row.is_draft,
            "may_take_back": may_keep and waits,
            "faults": faults_of(row, timezone.now()) if may_keep and waits else [],
        },
    )


@require_safe
@requires(Permission.READ_REFERENCE)
def amendment_file(request: HttpRequest, number: int, kind: str) -> HttpResponse:
    """Every value it changes, before and after."""
    row = _found(request, number)
    header = ["Nature", "Porte sur", "Valeur", "Avant", "Après", "Source"]
    rows = [
        [change.get_kind_display(), change.subject, change.label, change.before, change.after, change.source]
        for group in changes_by_kind(row)
        for change in group.changes
    ]
    table: Table = ("Modifications", header, rows)
    export = Export(
        title=f"{row} : {row.title}",
        convention=row.convention,
        page=reverse("amendment", args=[row.number]),
        state=DataState.DRAFT if row.is_draft else DataState.CURRENT,
        simulated=row.simulated,
        about=[("État", row.state.label), ("Référence", row.reference), ("Prend effet le", row.effective_on)],
    )
    return table_file(request, export, [table], name=f"avenant-{row.number}", kind=kind)


@require_safe
@requires(Permission.READ_REFERENCE)
def signed_file(request: HttpRequest, number: int) -> FileResponse:
    """The signed act, always as a download, of the type that was checked."""
    row = _found(request, number)
    if not row.file:
        raise Http404("Aucun acte signé n'est joint à cet avenant.")
    with row.file.open("rb") as stored:
        kind = content_type_of(row.file_name, stored.read())
    return FileResponse(row.file.open("rb"), as_attachment=True, filename=row.file_name, content_type=kind)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.KEEP_AMENDMENTS)
def new(request: HttpRequest) -> HttpResponse:
    """Open a draft."""
    form = ActForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        by, at = account(request), timezone.now()
        try:
            row = draft_amendment(convention=convention_or_404(), act=form.act, by=by, at=at)
            if form.cleaned_data["fichier"]:
                revise_act(amendment=row, act=form.act, by=by, at=at, attachment=form.cleaned_data["fichier"])
        except AmendmentRefused as refusal:
            return _refused(request, "amendments/act.html", form, refusal, {"amendment": None})
        messages.success(request, f"L'avenant n° {row.number} est en préparation : ajouter ce qu'il modifie.")
        return redirect("amendment", number=row.number)
    return render(request, "amendments/act.html", {"form": form, "amendment": None}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.KEEP_AMENDMENTS)
def revise(request: HttpRequest, number: int) -> HttpResponse:
    """Say again what the act of a draft is."""
    row = _draft(request, number)
    data = request.POST if request.method == "POST" else None
    form = ActForm(data, request.FILES or None, initial=ActForm.initial_of(row))
    if form.is_valid():
        try:
            revise_act(
                amendment=row,
                act=form.act,
                by=account(request),
                at=timezone.now(),
                attachment=form.cleaned_data["fichier"],
            )
        except AmendmentRefused as refusal:
            return _refused(request, "amendments/act.html", form, refusal, {"amendment": row})
        messages.success(request, "L'acte est enregistré.")
        return redirect("amendment", number=number)
    context = {"form": form, "amendment": row}
    return render(request, "amendments/act.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.KEEP_AMENDMENTS)
def change(request: HttpRequest, number: int, kind: str) -> HttpResponse:
    """What is changed: the subject first, then its values."""
    row = _draft(request, number)
    if kind not in kinds():
        raise Http404(f"Un avenant ne modifie pas de « {kind} ».")
    part, subject = part_of(kind), request.GET.get("objet", "")
    chosen = SubjectForm({"objet": subject} if subject else None, subjects=part.subjects(convention=row.convention))
    lines = part.lines(convention=row.convention, subject=subject, on=row.effective_on) if subject else []
    if subject and not lines:
        raise Http404(f"« {subject} » ne se modifie pas par un avenant.")
    known = {one.key: one for one in row.changes.filter(kind=kind, subject=subject)}
    typed = {key: one.entry for key, one in known.items()}
    source = next((one.source for one in known.values()), "")
    data = request.POST if request.method == "POST" else None
    form = ValuesForm(data, lines=lines, typed=typed, initial={"source": source}) if lines else None
    context = {"amendment": row, "kind": ChangeKind(kind), "chosen": chosen, "form": form, "subject": subject}
    if form is not None and form.is_valid():
        try:
            saved = change_values(
                amendment=row,
                kind=ChangeKind(kind),
                subject=subject,
                entries=form.entries,
                source=form.cleaned_data["source"],
                by=account(request),
                at=timezone.now(),
            )
        except AmendmentRefused as refusal:
            return _refused(request, "amendments/change.html", form, refusal, context)
        told = f"{len(saved)} modification(s) sur « {subject} »." if saved else f"Rien n'est changé sur « {subject} »."
        messages.success(request, told)
        return redirect("amendment", number=number)
    return render(request, "amendments/change.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.KEEP_AMENDMENTS)
def approve(request: HttpRequest, number: int) -> HttpResponse:
    """What approving does, and all that keeps it from being done; then it is done."""
    row = _draft(request, number)
    faults: Any = faults_of(row, timezone.now())
    if request.method == "POST":
        try:
            approved = approve_amendment(amendment=row, by=account(request), at=timezone.now())
        except AmendmentRefused as refusal:
            faults = refusal.faults
        else:
            messages.success(request, f"L'{approved} est {approved.state.label}.")
            return redirect("amendment", number=number)
    context = {
        "amendment": row,
        "faults": faults,
        "groups": changes_by_kind(row),
        "at_once": row.effective_on <= timezone.localdate(),
    }
    return render(request, "amendments/approve.html", context, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.KEEP_AMENDMENTS)
def take_back(request: HttpRequest, number: int) -> HttpResponse:
    """Take back an amendment that is not in force yet, and say why."""
    row = _found(request, number)
    if row.state not in (AmendmentState.DRAFT, AmendmentState.APPROVED):
        raise Http404(f"L'{row} ne se retire plus : il est {row.state.label}.")
    form = TakeBackForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            take_back_amendment(
                amendment=row, reason=form.cleaned_data["reason"], by=account(request), at=timezone.now()
            )
        except AmendmentRefused as refusal:
            return _refused(request, "amendments/take_back.html", form, refusal, {"amendment": row})
        messages.success(request, f"L'{row} est retiré : il ne modifie rien.")
        return redirect("amendments")
    context = {"amendment": row, "form": form}
    return render(request, "amendments/take_back.html", context, status=422 if form.errors else 200)


def _draft(request: HttpRequest, number: int) -> Amendment:
    row = _found(request, number)
    if not row.is_draft:
        raise Http404(f"L'{row} est {row.state.label} : il ne se modifie plus.")
    return row


def _refused(
    request: HttpRequest, template: str, form: Any, refusal: AmendmentRefused, context: dict[str, Any]
) -> HttpResponse:
    for words in refusal.faults:
        form.add_error(None, words)
    return render(request, template, context | {"form": form}, status=422)
