"""Pages of the final evaluation: the same for both parties, each on its own side."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cog.exports import DataState, Export, table_file
from cog.permissions import Permission, account, can, requires
from cog.views import convention_or_404
from indicators.compute.achievement import METHOD
from reports.enums import Party, Stance, SubjectKind
from reports.evaluation_drawings import five_years
from reports.evaluation_exports import evaluation_tables
from reports.evaluation_forms import KINDS, PositionForm, ReadingForm, SubjectFilter
from reports.evaluation_queries import (
    EvaluationPage,
    closing_faults,
    evaluation_page,
    final_evaluation,
    party_of,
)
from reports.final_evaluation import ACTIONS, Subject, synthesis
from reports.models import FinalEvaluation
from reports.operations import (
    EditionRefused,
    EvaluationRefused,
    ReadingEntry,
    ReadingMoved,
    close_evaluation,
    open_evaluation,
    request_evaluation_report,
    share_readings,
    take_position,
    write_reading,
)
from reports.operations.evaluation import NEEDED


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.READ_EVALUATION)
def evaluation(request: HttpRequest) -> HttpResponse:
    """The counts, how far each party is, every subject; the Cnaf opens it here."""
    convention = convention_or_404()
    found = final_evaluation(convention=convention)
    if request.method == "POST":
        return _open(request, convention)
    if found is None:
        context = {"may_open": can(request.user, Permission.EVALUATE_FOR_CNAF)}
        return render(request, "reports/evaluation/none.html", context)
    page = evaluation_page(evaluation=found, viewer=party_of(request.user))
    form, shown = _filtered(request, page)
    return render(
        request,
        "reports/evaluation/list.html",
        {
            "page": page,
            "form": form,
            "shown": shown,
            "filtered": bool(form.in_words()),
            "told": synthesis(page.subjects),
            "actions": ACTIONS,
            "method": METHOD,
            "may_write": _writes_for(request, page) is not None,
            "may_close": can(request.user, Permission.EVALUATE_FOR_CNAF),
        },
    )


def _open(request: HttpRequest, convention: Any) -> HttpResponse:
    if not can(request.user, Permission.EVALUATE_FOR_CNAF):
        raise Http404("Cette page n'existe pas.")
    try:
        open_evaluation(convention=convention, by=account(request), at=timezone.now())
    except EvaluationRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "L'évaluation contradictoire finale est ouverte aux deux parties.")
    return redirect("evaluation")


def _filtered(request: HttpRequest, page: EvaluationPage) -> tuple[SubjectFilter, list[Subject]]:
    numbers = sorted({one.measure["fiche"] for one in page.subjects})
    form = SubjectFilter(request.GET or None, fiches=numbers)
    return form, form.kept(page.subjects)


def _writes_for(request: HttpRequest, page: EvaluationPage) -> Party | None:
    """The party one may write for; None for a reader, and once the evaluation is closed."""
    may = can(request.user, NEEDED[page.viewer]) and not page.evaluation.is_closed
    return page.viewer if may else None


@require_safe
@requires(Permission.READ_EVALUATION)
def evaluation_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The same subjects under the same filters, and the counts, as files."""
    page = _page_or_404(request)
    form, shown = _filtered(request, page)
    export = Export(
        title="Évaluation contradictoire finale",
        convention=page.evaluation.convention,
        page=reverse("evaluation"),
        state=DataState.SENT if page.evaluation.is_closed or page.viewer is Party.STATE else DataState.CURRENT,
        filters=form.in_words(),
        simulated=page.simulated,
        about=[("Mesures au", page.measured_on), ("Méthode", METHOD), ("Objets", len(shown))],
    )
    tables = evaluation_tables(shown, synthesis(page.subjects))
    return table_file(request, export, tables, name="evaluation-finale", kind=kind)


def _page_or_404(request: HttpRequest) -> EvaluationPage:
    found = final_evaluation(convention=convention_or_404())
    if found is None:
        raise Http404("L'évaluation finale n'est pas ouverte.")
    return evaluation_page(evaluation=found, viewer=party_of(request.user))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.READ_EVALUATION)
def subject(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    """One indicator or one fiche: its measure, both readings, the positions; the forms of one's own party."""
    page = _page_or_404(request)
    found = page.subject(KINDS.get(kind, ""), code)
    if found is None:
        raise Http404(f"« {code} » n'est pas un objet de cette évaluation.")
    party = _writes_for(request, page)
    if request.method == "POST":
        if party is None:
            raise Http404("Cette page n'existe pas.")
        handed = _position if request.POST.get("geste") == "position" else _reading
        return handed(request, page, found, party)
    return _shown(request, page, found, party)


def _shown(
    request: HttpRequest,
    page: EvaluationPage,
    found: Subject,
    party: Party | None,
    form: ReadingForm | None = None,
    position: PositionForm | None = None,
    moved: Any = None,
) -> HttpResponse:
    own = found.side(party) if party else None
    other = found.side(party.other) if party else None
    reading = own.reading if own else None
    keys = [one.key for one in page.subjects]
    place = keys.index(found.key)
    drawing = five_years(found.measure) if found.is_indicator else ""
    context = {
        "page": page,
        "subject": found,
        "measure": found.measure,
        "drawing": mark_safe(drawing),  # noqa: S308 - our own drawing, every text in it is escaped
        "actions": ACTIONS,
        "method": METHOD,
        "form": form or ReadingForm(initial=ReadingForm.initial_of(reading)) if party else None,
        "seen": (moved or reading).revision if moved or reading else 0,
        "moved": moved,
        "position": position or PositionForm() if other and other.reading else None,
        "own": own,
        "other": other,
        "previous": page.subjects[place - 1] if place else None,
        "following": page.subjects[place + 1] if place + 1 < len(keys) else None,
    }
    refused = bool((form and form.errors) or (position and position.errors))
    return render(request, "reports/evaluation/subject.html", context, status=422 if refused else 200)


def _reading(request: HttpRequest, page: EvaluationPage, found: Subject, party: Party) -> HttpResponse:
    form = ReadingForm(request.POST)
    if not form.is_valid():
        return _shown(request, page, found, party, form=form)
    kind, code = found.key
    seen = request.POST.get("seen", "0")
    try:
        write_reading(
            evaluation=page.evaluation,
            party=party,
            entry=ReadingEntry(SubjectKind(kind), code, **form.cleaned_data),
            seen=int(seen) if seen.isdecimal() else 0,
            by=account(request),
            at=timezone.now(),
        )
    except EvaluationRefused as refusal:
        for words in refusal.faults:
            form.add_error(None, words)
        return _shown(request, page, found, party, form=form)
    except ReadingMoved as moved:
        form.add_error(None, str(moved))
        fresh = _page_or_404(request)
        return _shown(request, fresh, fresh.subject(kind, code) or found, party, form=form, moved=moved.current)
    messages.success(request, "Lecture enregistrée. L'autre partie la verra au prochain partage.")
    return redirect(request.path)


def _position(request: HttpRequest, page: EvaluationPage, found: Subject, party: Party) -> HttpResponse:
    form = PositionForm(request.POST)
    about = found.side(party.other).reading
    if about is None or str(about.pk) != request.POST.get("sur"):
        messages.error(request, "La lecture de l'autre partie a changé : relire celle qui est en vigueur.")
        return redirect(request.path)
    if not form.is_valid():
        return _shown(request, page, found, party, position=form)
    stance = Stance(form.cleaned_data["stance"])
    try:
        take_position(
            evaluation=page.evaluation,
            party=party,
            about=about,
            stance=stance,
            text=form.cleaned_data["reason"],
            by=account(request),
            at=timezone.now(),
        )
    except EvaluationRefused as refusal:
        form.add_error(None, str(refusal))
        return _shown(request, page, found, party, position=form)
    messages.success(request, f"Position enregistrée : {stance.label}. L'autre partie la voit dès maintenant.")
    return redirect(request.path)


@require_POST
@requires(Permission.READ_EVALUATION)
def share(request: HttpRequest) -> HttpResponse:
    """Show the other party everything written so far."""
    page = _page_or_404(request)
    party = _writes_for(request, page)
    if party is None:
        raise Http404("Cette page n'existe pas.")
    try:
        share_readings(evaluation=page.evaluation, party=party, by=account(request), at=timezone.now())
    except EvaluationRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"Partagé : {party.other.label} lit désormais tout ce qui est écrit.")
    return redirect("evaluation")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EVALUATE_FOR_CNAF)
def close(request: HttpRequest) -> HttpResponse:
    """What closing does, and what keeps it from being done; then it is done, for good."""
    page = _page_or_404(request)
    if page.evaluation.is_closed:
        return redirect("evaluation")
    faults: tuple[str, ...] | list[str] = closing_faults(page.evaluation, timezone.localdate())
    if request.method == "POST":
        try:
            _closed: FinalEvaluation = close_evaluation(
                evaluation=page.evaluation, by=account(request), at=timezone.now()
            )
        except EvaluationRefused as refusal:
            faults = refusal.faults
        else:
            messages.success(request, f"L'{_closed} est close : plus rien ne s'y ajoute.")
            return redirect("evaluation")
    context = {"page": page, "faults": faults, "told": synthesis(page.subjects)}
    refused = request.method == "POST"
    return render(request, "reports/evaluation/close.html", context, status=422 if refused else 200)


@require_POST
@requires(Permission.PRODUCE_REPORT)
def report(request: HttpRequest) -> HttpResponse:
    """Ask for a draft of the report to the board."""
    try:
        edition = request_evaluation_report(convention=convention_or_404(), by=account(request), at=timezone.now())
    except EditionRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("evaluation")
    messages.success(request, "Le projet de rapport est demandé : suivre sa production ci-dessous.")
    return redirect("edition", edition_id=edition.pk)
