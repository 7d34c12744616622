"""Pages of the tables owed beside the funds: the list, one filled, its entry by grid or workbook."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from budgets.compute.statements import Axis, Form
from budgets.exports import statements_table
from budgets.models import Statement, StatementLayout
from budgets.operations import SameStatement, StatementEntry, StatementMoved, StatementRefused, record_statement
from budgets.queries.statements import (
    form_of_layout,
    last_statement,
    layout_named,
    listed_statements,
    over_exercises,
    stated_cells,
    statement_table,
    statements,
    variants_of,
)
from budgets.queries.worked import results_of
from budgets.statement_forms import GridForm, StatementHeading, initial_of
from budgets.statement_workbook import read_statement_workbook, write_statement_workbook
from budgets.views import may
from cog import downloads
from cog.exports import DataState, Export, table_file
from cog.permissions import Permission, account, requires
from cog.views import convention_or_404
from cog.xlsx import MAX_BYTES, WorkbookRefused


def _layout_or_404(code: str, exercise: int, variant: str) -> StatementLayout:
    layout = layout_named(convention=convention_or_404(), code=code)
    if layout is None or exercise not in layout.convention.years:
        raise Http404("Ce tableau n'existe pas.")
    if variant not in ([name for name, _ in variants_of(layout)] or [""]):
        raise Http404(f"« {variant} » n'est pas un état de ce tableau.")
    return layout


@requires(Permission.READ_BUDGETS)
def statement_list(request: HttpRequest) -> HttpResponse:
    """Every table that is owed, with what was filled for each exercise."""
    convention = convention_or_404()
    rows = listed_statements(convention=convention)
    return render(request, "budgets/statements/list.html", {"rows": rows, "years": convention.years, **may(request)})


@requires(Permission.READ_BUDGETS)
def statements_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The same tables, one a row for each exercise."""
    convention = convention_or_404()
    listed = listed_statements(convention=convention)
    filled = [one for row in listed for _, one in row.cells if one is not None]
    export = Export(
        title="Effectifs, recettes, masse salariale et autres tableaux dus",
        convention=convention,
        page=reverse("statements"),
        state=DataState.CURRENT,
        simulated=any(one.simulated for one in filled),
        about=[("Tableaux", len(listed)), ("Remplis, par exercice", len(filled))],
    )
    return table_file(request, export, [statements_table(listed)], name="tableaux-dus", kind=kind)


@requires(Permission.READ_BUDGETS)
def statement(request: HttpRequest, code: str, exercise: int, variant: str = "") -> HttpResponse:
    """A filled table, what follows from it, its former numbers."""
    layout = _layout_or_404(code, exercise, variant)
    numbers = list(statements(layout=layout, exercise=exercise, variant=variant))
    asked = request.GET.get("numero", "")
    chosen = next((row for row in numbers if str(row.number) == asked), numbers[0] if numbers else None)
    tables, notes = results_of(chosen) if chosen else ([], [])
    return render(
        request,
        "budgets/statements/statement.html",
        {
            "layout": layout,
            "exercise": exercise,
            "variant": variant,
            "variants": variants_of(layout),
            "table": statement_table(chosen) if chosen else None,
            "numbers": numbers,
            "results": tables,
            "over": over_exercises(layout, variant),
            "notes": notes,
            "years": layout.convention.years,
            **may(request),
        },
    )


@requires(Permission.READ_BUDGETS)
def statement_xlsx(request: HttpRequest, code: str, exercise: int, variant: str = "") -> HttpResponse:
    """The table as a workbook, to read or to fill and send back."""
    layout = _layout_or_404(code, exercise, variant)
    last = last_statement(layout=layout, exercise=exercise, variant=variant)
    data = write_statement_workbook(
        form_of_layout(layout),
        code=_identity(layout, exercise, variant),
        title=f"{layout.title}, {exercise}",
        unit=layout.unit,
        cells=stated_cells(last) if last else {},
        labels=last.labels if last else {},
        comments=last.comments if last else {},
    )
    return downloads.workbook(data, "-".join(filter(None, [code, str(exercise), variant])))


def _identity(layout: StatementLayout, exercise: int, variant: str) -> str:
    return "/".join([layout.convention.code, layout.code, str(exercise), variant])


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.KEEP_BUDGETS)
def statement_entry(request: HttpRequest, code: str, exercise: int, variant: str = "") -> HttpResponse:
    """The grid of a table: all of it is kept, or nothing."""
    layout = _layout_or_404(code, exercise, variant)
    last = last_statement(layout=layout, exercise=exercise, variant=variant)
    start = initial_of(stated_cells(last), last.labels, last.comments) if last else {}
    heading, grid = _forms(layout, last, request.POST or None, start)
    moved = None
    if request.method == "POST" and all([heading.is_valid(), grid.is_valid()]):
        try:
            kept = record_statement(
                entry=_entry(layout, exercise, variant, heading, grid), by=account(request), at=timezone.now()
            )
        except StatementRefused as refused:
            for name, words in refused.heading:
                heading.add_error(name if name in heading.fields else None, words[0].upper() + words[1:])
            grid.blame(refused.faults)
        except StatementMoved as error:
            moved = error
            heading.data = heading.data.copy()
            heading.data["seen"] = str(error.last.number)
        except SameStatement:
            messages.info(request, "Ce tableau est celui qui est déjà enregistré : rien ne change.")
            return _to(layout, exercise, variant)
        else:
            messages.success(request, f"Tableau enregistré, n° {kept.number}. Il ne change plus.")
            return _to(layout, exercise, variant)
    return _entry_page(request, layout, exercise, variant, heading, grid, {"moved": moved, "last": last})


def _to(layout: StatementLayout, exercise: int, variant: str) -> HttpResponse:
    keys: dict[str, Any] = {"code": layout.code, "exercise": exercise}
    return redirect("statement", **keys, **({"variant": variant} if variant else {}))


def _forms(
    layout: StatementLayout, last: Statement | None, data: Any, start: dict[str, Any]
) -> tuple[StatementHeading, GridForm]:
    heading = StatementHeading(
        data,
        replaces=last is not None,
        initial={"dated": timezone.localdate(), "seen": last.number if last else 0},
    )
    return heading, GridForm(data, form=form_of_layout(layout), unit=layout.unit, initial=start)


def _entry(
    layout: StatementLayout, exercise: int, variant: str, heading: StatementHeading, grid: GridForm
) -> StatementEntry:
    told = heading.cleaned_data
    return StatementEntry(
        layout=layout,
        exercise=exercise,
        variant=variant,
        dated=told["dated"],
        reference=told["reference"],
        reason=told.get("reason", ""),
        cells=grid.cells,
        labels=grid.words("label"),
        comments=grid.words("comment"),
        seen=told["seen"] or 0,
    )


def _entry_page(
    request: HttpRequest,
    layout: StatementLayout,
    exercise: int,
    variant: str,
    heading: StatementHeading,
    grid: GridForm,
    more: dict[str, Any],
) -> HttpResponse:
    form: Form = grid.table
    rows = [_grid_row(grid, row, form) for row in form.rows]
    context = {"layout": layout, "exercise": exercise, "variant": variant, "heading": heading, "grid": grid}
    context |= {"columns": form.columns, "rows": rows, "variant_label": dict(variants_of(layout)).get(variant, "")}
    return render(request, "budgets/statements/entry.html", context | more)


def _grid_row(grid: GridForm, row: Axis, form: Form) -> tuple[Axis, Any, list[Any], Any]:
    """A row of the grid: what names it, a field for each column, the comment; None where nothing is to be written."""
    if not row.is_stated:
        return row, None, [None for _ in form.columns], None
    cells = [grid[f"{row.code}-{column.code}"] if column.is_stated else None for column in form.columns]
    return row, None if row.label else grid[f"{row.code}-label"], cells, grid[f"{row.code}-comment"]


@require_POST
@requires(Permission.KEEP_BUDGETS)
def statement_upload(request: HttpRequest, code: str, exercise: int, variant: str = "") -> HttpResponse:
    """Read a filled workbook into the grid: nothing is kept until the grid is sent."""
    layout = _layout_or_404(code, exercise, variant)
    sent = request.FILES.get("classeur")
    if sent is None:
        messages.error(request, "Choisir un classeur : rien n'a été lu.")
        return _to(layout, exercise, variant)
    try:
        filled = read_statement_workbook(
            sent.read(MAX_BYTES + 1), form_of_layout(layout), code=_identity(layout, exercise, variant)
        )
    except WorkbookRefused as refused:
        messages.error(request, f"{sent.name} n'est pas lu : {refused}.")
        return _to(layout, exercise, variant)
    last = last_statement(layout=layout, exercise=exercise, variant=variant)
    heading, grid = _forms(layout, last, None, initial_of(filled.cells, filled.labels, filled.comments))
    same = last is not None and (stated_cells(last), last.labels, last.comments) == (
        filled.cells,
        filled.labels,
        filled.comments,
    )
    more = {"moved": None, "last": last, "read": sent.name, "problems": filled.problems, "same": same}
    return _entry_page(request, layout, exercise, variant, heading, grid, more)
