"""Pages where an act is entered: the grid of a fund's lines, its workbook, and what was recorded."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from budgets.act_forms import ActHeading, LineForm, blame
from budgets.act_workbook import Filled, read_act_workbook
from budgets.compute.stages import total_gaps
from budgets.enums import ActKind
from budgets.operations import ActEntry, ActMoved, ActRefused, NothingMoves, record_act
from budgets.queries.acts import act_page
from budgets.queries.entry import ENTERED, ActEntryPage, entry_page, entry_workbook, identity_of, workbook_lines
from budgets.views import fund_or_404
from cog import downloads
from cog.figures import format_exact
from cog.permissions import Permission, account, requires
from cog.views import convention_or_404
from cog.xlsx import MAX_BYTES, WorkbookRefused


def _page_or_404(code: str, exercise: int, kind: str) -> ActEntryPage:
    fund = fund_or_404(code)
    if exercise not in fund.convention.years:
        raise Http404(f"L'exercice {exercise} n'est pas de la convention.")
    if kind not in ENTERED:
        raise Http404("Cet acte ne se saisit pas ici.")
    return entry_page(fund=fund, exercise=exercise, kind=ActKind(kind))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.KEEP_BUDGETS)
def entry(request: HttpRequest, code: str, exercise: int, kind: str) -> HttpResponse:
    """The grid of an act: all its lines are kept together, or none is."""
    page = _page_or_404(code, exercise, kind)
    heading, lines = _forms(page, request.POST or None)
    moved = None
    if request.method == "POST" and all([heading.is_valid(), *(form.is_valid() for form in lines.values())]):
        try:
            act = record_act(entry=_entry(page, heading, lines), by=account(request), at=timezone.now())
        except ActRefused as refused:
            blame(refused.faults, heading, lines)
        except ActMoved as error:
            moved = error
            heading.data = heading.data.copy()
            heading.data["seen"] = str(error.last.pk)
        except NothingMoves:
            messages.info(request, "Aucun montant ne change : rien n'est enregistré.")
            return redirect("budget-year", code=code, exercise=exercise)
        else:
            messages.success(
                request, f"Enregistré : {act.label}, {act.movements.count()} mouvements. Il ne change plus."
            )
            return redirect("budget-act", act_id=act.pk)
    return render(request, "budgets/acts/entry.html", _context(page, heading, lines) | {"moved": moved})


def _forms(
    page: ActEntryPage, data: Any = None, given: dict[str, Any] | None = None
) -> tuple[ActHeading, dict[int, LineForm]]:
    """The forms of an act, from what is sent, or from where the lines stand."""
    start = {"seen": page.last.pk if page.last else None, "dated": timezone.localdate(), **(given or {})}
    heading = ActHeading(data, kind=page.kind, initial=start)
    lines = {
        row.line.position: LineForm(
            data,
            prefix=f"l{row.line.position}",
            unit=page.fund.unit,
            initial={
                "amount": _typed(row.current_amount) if page.is_level else "",
                "national": _typed(row.current_national) if page.is_level else "",
            },
        )
        for row in page.rows
        if row.is_stated
    }
    return heading, lines


def _typed(amount: Any) -> str:
    """An amount as it is typed, every digit kept."""
    return "" if amount is None else format_exact(amount)


def _entry(page: ActEntryPage, heading: ActHeading, lines: dict[int, LineForm]) -> ActEntry:
    told = heading.cleaned_data
    return ActEntry(
        fund=page.fund,
        exercise=page.exercise,
        kind=page.kind,
        dated=told["dated"],
        stated={position: form.stated for position, form in lines.items() if form.stated is not None},
        reference=told["reference"],
        reason=told["reason"],
        source=told["source"],
        seen=told["seen"] if told["seen"] is not None else 0,
    )


def _context(page: ActEntryPage, heading: ActHeading, lines: dict[int, LineForm]) -> dict[str, Any]:
    rows = [(row, lines.get(row.line.position)) for row in page.rows]
    faulty = any(form.errors for form in lines.values()) or bool(heading.errors)
    return {"page": page, "heading": heading, "rows": rows, "faulty": faulty}


@require_safe
@requires(Permission.KEEP_BUDGETS)
def template(request: HttpRequest, code: str, exercise: int, kind: str) -> HttpResponse:
    """The workbook of an act, filled with where the lines stand."""
    page = _page_or_404(code, exercise, kind)
    return downloads.workbook(entry_workbook(page), f"{code}-{exercise}-{kind}")


@require_POST
@requires(Permission.KEEP_BUDGETS)
def upload(request: HttpRequest, code: str, exercise: int, kind: str) -> HttpResponse:
    """Read a filled workbook into the grid: nothing is kept until the grid is sent."""
    page = _page_or_404(code, exercise, kind)
    sent = request.FILES.get("classeur")
    if sent is None:
        messages.error(request, "Choisir un classeur : rien n'a été lu.")
        return redirect("budget-entry", code=code, exercise=exercise, kind=kind)
    try:
        filled = read_act_workbook(sent.read(MAX_BYTES + 1), identity_of(page), workbook_lines(page))
    except WorkbookRefused as refused:
        messages.error(request, f"{sent.name} n'est pas lu : {refused}.")
        return redirect("budget-entry", code=code, exercise=exercise, kind=kind)
    heading, lines = _from_workbook(page, filled, str(sent.name))
    context = _context(page, heading, lines)
    differences = changed_lines(page, filled)
    return render(
        request,
        "budgets/acts/entry.html",
        context
        | {"read": sent.name, "cells": [*filled.problems, *_total_problems(page, filled)], "changed": differences},
    )


def _from_workbook(page: ActEntryPage, filled: Filled, name: str) -> tuple[ActHeading, dict[int, LineForm]]:
    """The grid with what the workbook states."""
    heading, lines = _forms(page, given={"source": name[:250]})
    for position, form in lines.items():
        stated = filled.stated.get(position)
        form.initial = {
            "amount": _typed(stated.amount) if stated else "",
            "national": _typed(stated.national) if stated else "",
            "comment": stated.comment if stated else "",
        }
    return heading, lines


def changed_lines(page: ActEntryPage, filled: Filled) -> int:
    """How many lines the workbook moves: none when it is the one that was handed out."""
    known = {row.line.position: row for row in page.rows}
    return sum(
        row.amount != (known[position].current_amount if page.is_level else 0)
        or (page.is_level and row.national != known[position].current_national)
        or bool(row.comment)
        for position, row in filled.stated.items()
    )


def _total_problems(page: ActEntryPage, filled: Filled) -> list[str]:
    """Totals typed by hand in the workbook that its lines contradict."""
    stated = {position: row.amount for position, row in filled.stated.items()}
    labels = {row.line.position: row.line.label for row in page.rows}
    return [
        f"« {labels[wrong.position]} » : trouvé un total de {format_exact(wrong.stated)} {page.fund.unit}, ses lignes"
        f" donnent {format_exact(wrong.summed) if wrong.summed is not None else 'rien'}"
        + (f" (écart : {format_exact(wrong.difference)} {page.fund.unit})." if wrong.difference is not None else ".")
        for wrong in total_gaps(page.ledger.layout, stated, filled.totals)
    ]


@require_safe
@requires(Permission.READ_BUDGETS)
def act(request: HttpRequest, act_id: int) -> HttpResponse:
    """One act and its movements."""
    page = act_page(convention=convention_or_404(), act_id=act_id)
    if page is None:
        raise Http404("Cet acte n'existe pas.")
    return render(request, "budgets/acts/act.html", {"page": page})
