"""Pages of what is reported: the batches, and the three steps of one file (file, check, confirmation)."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from cog.downloads import workbook
from cog.exports import DataState, Export, table_file
from cog.models import Organisation
from cog.paging import page_of
from cog.permissions import Permission, Scope, caisses_visible_to, requires, scopes
from cog.views import convention_or_404
from indicators.batch_forms import BatchFilter, ConfirmForm, TemplateForm, UploadForm
from indicators.due_views import chosen_quarter
from indicators.enums import BatchState
from indicators.exports import batch_tables, batches_table, history_table
from indicators.intake.template import write_template
from indicators.models import ImportBatch, Observation
from indicators.operations import AcceptanceRefused, abandon_batch, request_acceptance, request_check, send_batch
from indicators.problem_titles import PROBLEM_TITLES
from indicators.queries.batches import (
    batches_visible_to,
    filtered,
    history,
    may_accept,
    problem_groups,
    problems_of,
)
from indicators.queries.due import transmission_quarters
from indicators.queries.template import template_content
from indicators.workbooks import annotated, batch_facts, problems_table

FEW = 50


@requires(Permission.SEE_OBSERVATIONS)
def batches(request: HttpRequest) -> HttpResponse:
    form, rows = _chosen(request)
    chosen = form.cleaned_data if form.is_valid() else {}
    page = page_of(request, rows)
    return render(request, "indicators/batches/list.html", {"form": form, "page": page, "chosen": chosen})


@requires(Permission.SEE_OBSERVATIONS)
def batches_file(request: HttpRequest, kind: str) -> HttpResponse:
    """Every batch that the filters keep; to a caisse, its own."""
    form, rows = _chosen(request)
    found = list(rows)
    export = Export(
        title="Lots de remontée",
        convention=convention_or_404(),
        page=reverse("batches"),
        state=DataState.CURRENT,
        filters=form.in_words(),
        simulated=any(row.simulated for row in found),
        about=[("Lots", len(found))],
    )
    return table_file(request, export, [batches_table(found)], name="remontees", kind=kind)


def _chosen(request: HttpRequest) -> tuple[BatchFilter, QuerySet[ImportBatch]]:
    """The form, and the batches it keeps among those the reader may see."""
    form = BatchFilter(request.GET or None)
    chosen = form.cleaned_data if form.is_valid() else {}
    rows = filtered(
        batches_visible_to(request.user, convention=convention_or_404()),
        state=chosen.get("etat", ""),
        caisse=chosen.get("caisse", ""),
        period=chosen.get("periode"),
    )
    return form, rows.defer("problems")


@require_http_methods(["GET", "POST"])
@requires(Permission.SEND_OBSERVATIONS)
def send(request: HttpRequest) -> HttpResponse:
    """Step 1: the file."""
    convention = convention_or_404()
    caisses = _caisses(request).filter(convention=convention)
    open_to_all = Scope.ALL in scopes(request.user, Permission.SEND_OBSERVATIONS)
    sent_data = (request.POST, request.FILES) if request.method == "POST" else ()
    form = UploadForm(*sent_data, caisses=caisses, open_to_all=open_to_all)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["fichier"]
        sent = send_batch(
            convention=convention,
            file_name=file.name,
            data=file.read(),
            only=form.cleaned_data["caisse"],
            by=request.user,
            at=timezone.now(),
        )
        if sent.known and sent.batch.state == BatchState.ACCEPTED:
            messages.info(request, "Ce même fichier est déjà accepté : le voici, il n'y a rien à refaire.")
        elif sent.known:
            messages.info(request, "Ce même fichier attendait déjà : le voici.")
        return redirect("batch", batch_id=sent.batch.pk)
    asked, quarters = chosen_quarter(request, convention, timezone.localdate())
    initial = {"periode": request.GET.get("periode", str(asked)), "caisse": request.GET.get("caisse", "")}
    template_form = TemplateForm(initial=initial, caisses=caisses, quarters=reversed(quarters))
    return render(request, "indicators/batches/send.html", {"form": form, "template_form": template_form})


@requires(Permission.SEND_OBSERVATIONS)
def template(request: HttpRequest) -> HttpResponse:
    """The workbook that a caisse fills for a quarter."""
    convention = convention_or_404()
    body = get_object_or_404(_caisses(request), convention=convention, code=request.GET.get("caisse", ""))
    quarters = {str(one): one for one in transmission_quarters(convention=convention)}
    transmission = quarters.get(request.GET.get("periode", ""))
    if transmission is None:
        raise Http404("Ce trimestre n'est pas celui d'une transmission de la convention.")
    content = template_content(convention=convention, body=body, transmission=transmission)
    if not content.pages:
        messages.info(request, f"Rien n'est demandé à {body.name} pour le {transmission.label}.")
        return redirect("batch-send")
    return workbook(write_template(content), f"remontee-{body.code}-{transmission}")


@requires(Permission.SEE_OBSERVATIONS)
def batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Step 2: how the check goes, then what it found; later, how it ended."""
    found = get_object_or_404(_batches(request), pk=batch_id)
    under_way = found.is_under_way
    chosen = request.GET.get("nature", "")
    problems = Paginator(problems_of(found, chosen), FEW).get_page(request.GET.get("anomalies"))
    corrections = Paginator(found.shown_corrections, FEW).get_page(request.GET.get("page"))
    return render(
        request,
        "indicators/batches/batch.html",
        {
            "batch": found,
            "under_way": under_way,
            "interrupted": found.state == BatchState.RECEIVED and not under_way,
            "not_accepted": found.state == BatchState.CHECKED and found.job is not None and found.job.state == "echec",
            "groups": problem_groups(found),
            "chosen": chosen,
            "problems": problems,
            "corrections": corrections,
            "may_accept": may_accept(request.user, found),
            "may_send": bool(scopes(request.user, Permission.SEND_OBSERVATIONS)),
        },
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.ACCEPT_OBSERVATIONS)
def confirm(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Step 3: what will change, why, and who says so."""
    found = get_object_or_404(_batches(request), pk=batch_id)
    if not may_accept(request.user, found):
        raise Http404("Ce fichier n'existe pas.")
    if found.state != BatchState.CHECKED:
        return redirect("batch", batch_id=found.pk)
    form = ConfirmForm(request.POST or None, warnings=found.warnings)
    if request.method == "POST" and form.is_valid():
        try:
            request_acceptance(batch=found, by=request.user, at=timezone.now(), reason=form.cleaned_data["motif"])
        except AcceptanceRefused as refusal:
            messages.error(request, str(refusal))
        return redirect("batch", batch_id=found.pk)
    return render(request, "indicators/batches/confirm.html", {"batch": found, "form": form})


@require_POST
@requires(Permission.SEND_OBSERVATIONS)
def check_again(request: HttpRequest, batch_id: int) -> HttpResponse:
    found = get_object_or_404(_batches(request), pk=batch_id)
    try:
        request_check(batch=found, by=request.user, at=timezone.now())
    except AcceptanceRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("batch", batch_id=found.pk)


@require_POST
@requires(Permission.SEND_OBSERVATIONS)
def abandon(request: HttpRequest, batch_id: int) -> HttpResponse:
    found = get_object_or_404(_batches(request), pk=batch_id)
    if abandon_batch(batch=found, by=request.user, at=timezone.now()):
        messages.success(
            request,
            "Le fichier est abandonné : aucune de ses valeurs n'est enregistrée. Il reste lisible, avec son contrôle.",
        )
    else:
        messages.info(request, "Ce fichier est déjà accepté ou abandonné.")
    return redirect("batch", batch_id=found.pk)


@requires(Permission.SEE_OBSERVATIONS)
def batch_file(request: HttpRequest, batch_id: int) -> FileResponse:
    """The file as it was received."""
    found = get_object_or_404(_batches(request), pk=batch_id)
    if not found.file.storage.exists(found.file.name):
        raise Http404("Ce fichier est introuvable.")
    return FileResponse(
        found.file.open("rb"),
        as_attachment=True,
        filename=found.file_name,
        content_type="application/octet-stream",
    )


@requires(Permission.SEE_OBSERVATIONS)
def batch_problems(request: HttpRequest, batch_id: int) -> JsonResponse:
    """Every problem listed by the check, for a program."""
    found = get_object_or_404(_batches(request), pk=batch_id)
    return JsonResponse(
        found.problems,
        safe=False,
        json_dumps_params={"ensure_ascii": False, "indent": 1},
        headers={"Content-Disposition": f'attachment; filename="anomalies-lot-{found.pk}.json"'},
    )


@requires(Permission.SEE_OBSERVATIONS)
def batch_problems_file(request: HttpRequest, batch_id: int, kind: str) -> HttpResponse:
    """The problems listed by the check, all or of one kind, as a table."""
    found = get_object_or_404(_batches(request), pk=batch_id)
    nature = request.GET.get("nature", "")
    export = Export(
        title="Anomalies de contrôle d'un fichier remonté",
        convention=found.convention,
        page=reverse("batch", args=[found.pk]),
        state=DataState.CURRENT,
        filters=[f"nature «\u00a0{PROBLEM_TITLES.get(nature, nature).lower()}\u00a0»"] if nature else [],
        simulated=found.simulated,
        about=batch_facts(found),
    )
    return table_file(request, export, [problems_table(found, nature)], name=f"anomalies-lot-{found.pk}", kind=kind)


@requires(Permission.SEE_OBSERVATIONS)
def batch_values_file(request: HttpRequest, batch_id: int, kind: str) -> HttpResponse:
    """What a file corrects, and its values body by body."""
    found = get_object_or_404(_batches(request), pk=batch_id)
    shown, corrected = found.shown_corrections, found.summary.get("corrected", 0)
    export = Export(
        title="Valeurs d'un fichier remonté",
        convention=found.convention,
        page=reverse("batch", args=[found.pk]),
        state=DataState.CURRENT,
        simulated=found.simulated or any(one["old_simulated"] for one in shown),
        about=[*batch_facts(found), ("État", found.state_in_words), ("Corrections", f"{len(shown)} sur {corrected}")],
    )
    return table_file(request, export, batch_tables(found, shown), name=f"valeurs-lot-{found.pk}", kind=kind)


@requires(Permission.SEE_OBSERVATIONS)
def batch_annotated(request: HttpRequest, batch_id: int) -> HttpResponse:
    """The file received, with its problems in their cells."""
    found = get_object_or_404(_batches(request), pk=batch_id)
    if not found.file.storage.exists(found.file.name):
        raise Http404("Ce fichier est introuvable.")
    return workbook(annotated(found), f"annote-lot-{found.pk}")


@requires(Permission.SEE_OBSERVATIONS)
def value_history(request: HttpRequest, caisse: str, measure: str, period: str) -> HttpResponse:
    """Every revision of a value, with the file, the sheet and the cell each came from."""
    organisation, breakdown, revisions = _history_or_404(request, caisse, measure, period)
    context: dict[str, Any] = {
        "organisation": organisation,
        "measure": revisions[0].measure,
        "period": period,
        "breakdown": breakdown,
        "revisions": revisions,
        "readable": set(_batches(request).values_list("pk", flat=True)) & {one.batch_id for one in revisions},
    }
    return render(request, "indicators/batches/history.html", context)


@requires(Permission.SEE_OBSERVATIONS)
def value_history_file(request: HttpRequest, caisse: str, measure: str, period: str, kind: str) -> HttpResponse:
    """The same revisions."""
    organisation, breakdown, revisions = _history_or_404(request, caisse, measure, period)
    what = revisions[0].measure
    export = Export(
        title="Historique d'une valeur remontée",
        convention=what.convention,
        page=reverse("value-history", args=[caisse, measure, period]),
        state=DataState.CURRENT,
        filters=[f"ventilation «\u00a0{breakdown}\u00a0»"] if breakdown else [],
        simulated=any(one.batch.simulated for one in revisions),
        about=[
            ("Donnée", f"{what.code} · {what.label}"),
            ("Unité", what.unit),
            ("Organisme", f"{organisation.code} · {organisation.name}"),
            ("Période", period),
        ],
    )
    name = f"historique-{measure}-{caisse}-{period}"
    return table_file(request, export, [history_table(revisions)], name=name, kind=kind)


def _history_or_404(
    request: HttpRequest, caisse: str, measure: str, period: str
) -> tuple[Organisation, str, list[Observation]]:
    """The body, the breakdown asked for, and every revision of its value."""
    visible = caisses_visible_to(request.user, Permission.SEE_OBSERVATIONS)
    organisation = get_object_or_404(visible, convention=convention_or_404(), code=caisse)
    breakdown = request.GET.get("ventilation", "")
    revisions = list(history(organisation=organisation, measure=measure, period=period, breakdown=breakdown))
    if not revisions:
        raise Http404("Aucune valeur n'a été remontée pour cette donnée, cette caisse et cette période.")
    return organisation, breakdown, revisions


def _batches(request: HttpRequest) -> QuerySet[ImportBatch]:
    return batches_visible_to(request.user, convention=convention_or_404())


def _caisses(request: HttpRequest) -> QuerySet[Organisation]:
    return caisses_visible_to(request.user, Permission.SEND_OBSERVATIONS).order_by("code")
