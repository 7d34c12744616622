"""Pages where a direction says where its actions are: one word, the grid of a fiche, the proofs."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from actions.forms import EvidenceForm, GridDate, ProgressForm, RowForm, WithdrawForm, initial_of
from actions.models import Action, Evidence
from actions.operations import (
    ProgressEntry,
    ProgressMoved,
    ProgressRefused,
    join_evidence,
    record_progress,
    withdraw_evidence,
)
from actions.queries.pages import ActionPage, action_page, evidence_or_none, grid_of
from actions.views import action_or_404, may_record
from cog.attachments import MAX_BYTES, FileRefused
from cog.models import Fiche
from cog.permissions import Permission, account, fiches_open_to, requires


def _writable_or_404(request: HttpRequest, key: str) -> Action:
    """Load and authorise in one gesture: an action of another's fiche does not exist for writing."""
    found = action_or_404(key)
    if not may_record(request, found):
        raise Http404("Cette action n'est pas de vos fiches.")
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.RECORD_PROGRESS)
def progress(request: HttpRequest, key: str) -> HttpResponse:
    """One dated word on an action."""
    found = _writable_or_404(request, key)
    page = action_page(action=found, at=timezone.localdate(), with_progress=True)
    last = page.history[0] if page.history else None
    started = initial_of(last, seen=page.seen, today=timezone.localdate())
    form = ProgressForm(request.POST or None, initial=started)
    moved = None
    if request.method == "POST" and form.is_valid():
        try:
            record_progress(entries=[form.entry(found)], by=account(request), at=timezone.now())
        except ProgressRefused as refused:
            for field, words in refused.found[found.pk]:
                form.add_error(field, words)
        except ProgressMoved as error:
            moved = error
        else:
            messages.success(request, "L'avancement est enregistré ; l'historique garde ce qui était dit avant.")
            return redirect("action", key=key)
    return render(request, "actions/progress.html", _entry_context(page, form, moved))


def _entry_context(page: ActionPage, form: ProgressForm, moved: ProgressMoved | None) -> dict[str, Any]:
    """After someone else's word the form starts from it: sending again is a choice, not an accident."""
    if moved is not None:
        form.data = form.data.copy()
        form.data["seen"] = str(moved.last[page.action.pk].pk)
    return {"page": page, "form": form, "moved": moved.last[page.action.pk] if moved else None, "refused": moved}


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.RECORD_PROGRESS)
def grid(request: HttpRequest, number: int) -> HttpResponse:
    """The actions of a fiche in one grid: the lines that changed are kept all together, or none is."""
    fiche = fiches_open_to(request.user, Permission.RECORD_PROGRESS).filter(number=number).first()
    if fiche is None:
        raise Http404("Cette fiche n'existe pas, ou n'est pas de vos fiches.")
    today = timezone.localdate()
    dated = GridDate(request.POST or None, initial={"as_of": today})
    rows = []
    for view, seen in grid_of(fiche=fiche, at=today):
        started = initial_of(view.last, seen=seen, today=today)
        rows.append((view, RowForm(request.POST or None, prefix=f"a{view.action.pk}", initial=started)))
    moved = None
    if request.method == "POST":
        valid = [dated.is_valid(), *(form.is_valid() for _, form in rows)]
        if all(valid):
            answer, moved = _keep(request, fiche, dated, rows)
            if answer is not None:
                return answer
    context = {"fiche": fiche, "dated": dated, "rows": rows, "moved": moved}
    return render(request, "actions/grid.html", context | {"faulty": any(form.errors for _, form in rows)})


def _keep(
    request: HttpRequest, fiche: Fiche, dated: GridDate, rows: list[tuple[Any, RowForm]]
) -> tuple[HttpResponse | None, ProgressMoved | None]:
    """Record what changed; the page again, with what is wrong in its place, when something is."""
    changed = [(view, form) for view, form in rows if set(form.changed_data) - {"seen"}]
    if not changed:
        messages.info(request, "Aucune ligne n'a changé : rien n'est enregistré.")
        return redirect("action-grid", number=fiche.number), None
    as_of = dated.cleaned_data["as_of"]
    entries: list[ProgressEntry] = [form.entry(view.action, as_of) for view, form in changed]
    try:
        record_progress(entries=entries, by=account(request), at=timezone.now())
    except ProgressRefused as refused:
        for view, form in changed:
            for field, words in refused.found.get(view.action.pk, []):
                _blame(field, words, form, dated)
        return None, None
    except ProgressMoved as error:
        for view, form in changed:
            if view.action.pk in error.last:
                form.data = form.data.copy()
                form.data[form.add_prefix("seen")] = str(error.last[view.action.pk].pk)
        return None, error
    kept = len(entries)
    messages.success(request, f"{kept} avancement{'s' if kept > 1 else ''} enregistré{'s' if kept > 1 else ''}.")
    return redirect("action-grid", number=fiche.number), None


def _blame(field: str, words: str, form: RowForm, dated: GridDate) -> None:
    """Put a fault where the grid shows the field it is about."""
    if field == "as_of":
        if not dated.has_error("as_of"):
            dated.add_error("as_of", words)
        return
    form.add_error("why" if field in ("decision", "without_evidence") else field, words)


@require_POST
@requires(Permission.RECORD_PROGRESS)
def join(request: HttpRequest, key: str) -> HttpResponse:
    """Join a file that proves an action."""
    found = _writable_or_404(request, key)
    form = EvidenceForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, "Choisir un fichier à joindre : rien n'est enregistré.")
        return redirect("action", key=key)
    sent = form.cleaned_data["fichier"]
    try:
        join_evidence(
            action=found,
            file_name=sent.name,
            data=sent.read(MAX_BYTES + 1),
            title=form.cleaned_data["title"],
            by=account(request),
            at=timezone.now(),
        )
    except FileRefused as refused:
        messages.error(request, f"{refused} Rien n'est enregistré.")
    else:
        messages.success(request, "La pièce est jointe à l'action.")
    return redirect("action", key=key)


@require_safe
@requires(Permission.READ_PROGRESS)
def evidence(request: HttpRequest, evidence_id: int) -> FileResponse:
    """The file of a proof, always as a download."""
    found = _evidence_or_404(evidence_id)
    return FileResponse(
        found.file.open("rb"), as_attachment=True, filename=found.file_name, content_type=found.content_type
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.RECORD_PROGRESS)
def withdraw(request: HttpRequest, evidence_id: int) -> HttpResponse:
    """Say that a proof no longer counts, and why."""
    found = _evidence_or_404(evidence_id)
    if not may_record(request, found.action):
        raise Http404("Cette pièce n'est pas de vos fiches.")
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            withdraw_evidence(
                evidence=found,
                reason=form.cleaned_data["reason"],
                by=account(request),
                at=timezone.now(),
            )
        except FileRefused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, "La pièce est retirée ; son fichier reste conservé.")
        return redirect("action", key=found.action.key)
    return render(request, "actions/withdraw.html", {"evidence": found, "form": form})


def _evidence_or_404(evidence_id: int) -> Evidence:
    found = evidence_or_none(evidence_id)
    if found is None:
        raise Http404("Cette pièce n'existe pas.")
    return found
