"""The audit trail: its page and its files. What an act changed is for those who read the results."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from cog.audit import AuditEvent
from cog.audit_queries import Told, acts_done, events, told
from cog.exports import DataState, Export, csv_stream, xlsx
from cog.forms import AuditFilter
from cog.paging import page_of
from cog.permissions import Permission, account, can, requires
from cog.views import convention_or_404

HEADER = ("Numéro", "Quand", "Qui", "Adresse", "Acte", "Code", "Objet", "Ce que c'était", "Ce que c'est")
MOST = 50_000
"""Rows of a workbook: beyond, the CSV, which is written as it is read."""


@require_safe
@requires(Permission.READ_AUDIT)
def page(request: HttpRequest) -> HttpResponse:
    """The trail, the latest first, under the filters of the address."""
    form, rows = _asked(request)
    found = page_of(request, rows)
    with_changes = can(request.user, Permission.READ_RESULTS)
    context = {
        "form": form,
        "page": found,
        "lines": [told(event, with_changes=with_changes) for event in found],
        "with_changes": with_changes,
        "filtered": bool(form.is_valid() and form.in_words()),
        "too_many": found.paginator.count > MOST,
    }
    return render(request, "cog/audit.html", context)


@require_safe
@requires(Permission.READ_AUDIT)
def file(request: HttpRequest, kind: str) -> HttpResponse | StreamingHttpResponse:
    """Every row the filters keep: CSV as it is read, XLSX up to `MOST` rows."""
    form, rows = _asked(request)
    lines = _lines(rows, with_changes=can(account(request), Permission.READ_RESULTS))
    if kind == "csv":
        return csv_stream(HEADER, lines, name="journal-d-audit")
    if kind != "xlsx":
        raise Http404(f"Ce tableau ne se lit pas en « {kind} » : l'extension est xlsx ou csv.")
    if rows.count() > MOST:
        raise Http404(f"Le journal filtré passe {MOST} lignes : resserrer les filtres, ou le prendre en CSV.")
    export = Export(
        title="Journal d'audit",
        convention=convention_or_404(),
        page=reverse("audit"),
        state=DataState.CURRENT,
        filters=form.in_words(),
    )
    return xlsx(request, export, [("Journal", HEADER, lines)], name="journal-d-audit")


def _asked(request: HttpRequest) -> tuple[AuditFilter, QuerySet[AuditEvent]]:
    """The filters of the address, and the rows they keep; a filter that is wrong keeps nothing out."""
    form = AuditFilter(request.GET, acts=acts_done())
    asked = form.cleaned_data if form.is_valid() else {}
    rows = events(
        who=asked.get("qui", ""),
        act=asked.get("acte", ""),
        subject=asked.get("objet", ""),
        since=asked.get("du"),
        until=asked.get("au"),
    )
    return form, rows


def _lines(rows: QuerySet[AuditEvent], *, with_changes: bool) -> Iterator[list[Any]]:
    for event in rows.iterator(chunk_size=2000):
        line = told(event, with_changes=with_changes)
        email = event.by.email if event.by else ""
        at = timezone.localtime(event.at)
        yield [event.pk, at, line.who, email, line.act, event.action, event.subject, *_both(line)]


def _both(line: Told) -> tuple[str, str]:
    before = " ; ".join(f"{one.what} : {one.before}" for one in line.changes if one.before is not None)
    after = " ; ".join(f"{one.what} : {one.after}" for one in line.changes if one.after is not None)
    return before[:32_000], after[:32_000]
