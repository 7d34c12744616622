"""Pages of the State's part: its commitments, and the validations it is asked for."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from actions.enums import Answer, CommitmentStatus, SharedKind
from actions.exports import commitments_table, register_table, validations_table
from actions.forms import AnswerForm, CommitmentForm, SharedDocumentForm, ValidationForm
from actions.operations import (
    StateWordRefused,
    answer_validation,
    ask_validation,
    say_of_commitment,
    share_document,
)
from actions.queries.state_part import (
    commitment_or_none,
    commitment_views,
    shared_documents,
    validation_or_none,
    validations_of,
    words_of,
)
from actions.views import action_or_404, may_record, read_at
from cog.exports import DataState, Export, table_file
from cog.permissions import Permission, account, can, requires
from cog.views import convention_or_404


@require_safe
@requires(Permission.READ_STATE_PART)
def commitments(request: HttpRequest) -> HttpResponse:
    """The State's commitments at a date, and what it is asked to agree to."""
    convention = convention_or_404()
    dated, at = read_at(request, convention)
    views = commitment_views(convention=convention, at=at, with_words=True)
    context = {
        "views": views,
        "late": sum(view.is_late for view in views),
        "silent": sum(view.last is None for view in views),
        "validations": validations_of(convention=convention),
        "dated": dated,
        "at": at,
        "may_speak": can(request.user, Permission.SPEAK_FOR_STATE),
    }
    return render(request, "actions/commitments.html", context)


@require_safe
@requires(Permission.READ_STATE_PART)
def commitments_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The commitments at the date in view, and, in the workbook, the validations."""
    convention = convention_or_404()
    _, at = read_at(request, convention)
    views = commitment_views(convention=convention, at=at, with_words=True)
    asked = validations_of(convention=convention)
    export = Export(
        title="Engagements de l'État",
        convention=convention,
        page=reverse("commitments"),
        state=DataState.CURRENT,
        simulated=any(one.simulated for one in [*(view.last for view in views if view.last), *asked]),
        about=[("Situation au", at), ("Engagements", len(views)), ("Validations demandées", len(asked))],
    )
    tables = [commitments_table(views), validations_table(asked)]
    return table_file(request, export, tables, name=f"engagements-etat-{at:%Y-%m-%d}", kind=kind)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.READ_STATE_PART)
def commitment(request: HttpRequest, code: str) -> HttpResponse:
    """One commitment, all that was said of it, and the form for the State."""
    found = commitment_or_none(convention=convention_or_404(), code=code)
    if found is None:
        raise Http404(f"L'engagement « {code} » n'existe pas dans la convention.")
    may_speak = can(request.user, Permission.SPEAK_FOR_STATE)
    form = CommitmentForm(request.POST or None, initial={"as_of": timezone.localdate()}) if may_speak else None
    if request.method == "POST":
        if form is None:
            raise Http404("Seule la tutelle parle de ses engagements.")
        if form.is_valid():
            told = form.cleaned_data
            try:
                say_of_commitment(
                    commitment=found,
                    status=CommitmentStatus(told["status"]),
                    as_of=told["as_of"],
                    comment=told["comment"],
                    by=account(request),
                    at=timezone.now(),
                )
            except StateWordRefused as refused:
                form.add_error(None, str(refused))
            else:
                messages.success(request, "La suite donnée est enregistrée ; l'historique garde ce qui était dit.")
                return redirect("commitment", code=code)
    context = {"commitment": found, "words": words_of(found), "form": form}
    return render(request, "actions/commitment.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.RECORD_PROGRESS)
def ask(request: HttpRequest, key: str) -> HttpResponse:
    """Ask the State to agree to something about an action."""
    found = action_or_404(key)
    if not may_record(request, found):
        raise Http404("Cette action n'est pas de vos fiches.")
    form = ValidationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        ask_validation(
            action=found,
            subject=form.cleaned_data["subject"],
            by=account(request),
            at=timezone.now(),
        )
        messages.success(request, "La demande est faite à la tutelle, qui la voit parmi ses engagements.")
        return redirect("action", key=key)
    return render(request, "actions/ask.html", {"action": found, "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SPEAK_FOR_STATE)
def answer(request: HttpRequest, validation_id: int) -> HttpResponse:
    """The State's answer, once."""
    found = validation_or_none(validation_id)
    if found is None:
        raise Http404("Cette demande n'existe pas.")
    form = AnswerForm(request.POST or None, initial={"answered_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            answer_validation(
                validation=found,
                answer=Answer(told["answer"]),
                text=told["text"],
                answered_on=told["answered_on"],
                by=account(request),
                at=timezone.now(),
            )
        except StateWordRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "La réponse est enregistrée.")
            return redirect("commitments")
    return render(request, "actions/answer.html", {"validation": found, "form": form})


@require_safe
@requires(Permission.READ_STATE_PART)
def register_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The whole register."""
    convention = convention_or_404()
    rows = shared_documents(convention=convention)
    export = Export(
        title="Lettres réseau et tableaux de bord partagés",
        convention=convention,
        page=reverse("shared-documents"),
        state=DataState.CURRENT,
        simulated=any(row.simulated for row in rows),
        about=[("Documents", len(rows))],
    )
    return table_file(request, export, [register_table(rows)], name="registre", kind=kind)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.READ_STATE_PART)
def register(request: HttpRequest) -> HttpResponse:
    """The register of what was made available to the State; the steering staff add to it."""
    convention = convention_or_404()
    writes = can(request.user, Permission.NAME_RESPONSIBLES)
    form = SharedDocumentForm(request.POST or None, initial={"shared_on": timezone.localdate()}) if writes else None
    if request.method == "POST":
        if form is None:
            raise Http404("Seule la Cnaf tient ce registre.")
        if form.is_valid():
            told = form.cleaned_data
            try:
                share_document(
                    convention=convention,
                    kind=SharedKind(told.pop("kind")),
                    **told,
                    by=account(request),
                    at=timezone.now(),
                )
            except StateWordRefused as refused:
                form.add_error(None, str(refused))
            else:
                messages.success(request, "Le document est au registre.")
                return redirect("shared-documents")
    context = {"documents": shared_documents(convention=convention), "form": form}
    return render(request, "actions/register.html", context)
