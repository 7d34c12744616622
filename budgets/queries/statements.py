"""Reads of the tables owed beside the funds: the last of each, with its sums and what follows from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from budgets.compute.statements import Axis, Form, whole
from budgets.models import ReusableReceipt, Statement, StatementLayout
from budgets.reference_statements import form_of
from cog.figures import format_whole, plain
from cog.models import Convention
from cog.once import once_a_page


def layouts(*, convention: Convention) -> QuerySet[StatementLayout]:
    rows = StatementLayout.objects.filter(convention=convention).select_related("fund", "convention")
    return rows.order_by("position")


@once_a_page
def layout_named(*, convention: Convention, code: str) -> StatementLayout | None:
    return layouts(convention=convention).filter(code=code).first()


def form_of_layout(layout: StatementLayout) -> Form:
    if not layout.layout["rows_from"]:
        return form_of(layout.layout, receipts=[])
    receipts = ReusableReceipt.objects.filter(convention_id=layout.convention_id).order_by("position")
    return form_of(layout.layout, receipts=[(row.account, row.label, row.seed_line) for row in receipts])


def variants_of(layout: StatementLayout) -> list[tuple[str, str]]:
    """(code, label) of the successive states of the table in an exercise; none for most."""
    return [(one["code"], one["label"]) for one in layout.layout["variants"]]


def statements(*, layout: StatementLayout, exercise: int, variant: str = "") -> QuerySet[Statement]:
    """Every number of a table, the last first."""
    rows = Statement.objects.filter(layout=layout, exercise=exercise, variant=variant)
    return rows.select_related("recorded_by", "layout__fund", "layout__convention").order_by("-number")


def last_statement(
    *, layout: StatementLayout, exercise: int, variant: str = "", at: date | None = None
) -> Statement | None:
    """The last one recorded, among those dated up to `at`."""
    rows = statements(layout=layout, exercise=exercise, variant=variant)
    return (rows.filter(dated__lte=at) if at is not None else rows).first()


@once_a_page
def last_by_exercise(*, layout: StatementLayout, variant: str, at: date | None = None) -> dict[int, Statement]:
    """The last number of a table for each exercise that has one, dated up to a day, by exercise."""
    rows = Statement.objects.filter(layout=layout, variant=variant).select_related("layout")
    if at is not None:
        rows = rows.filter(dated__lte=at)
    return {row.exercise: row for row in rows.order_by("exercise", "number")}


@once_a_page
def _filled(*, convention: Convention, exercise: int, at: date) -> list[Statement]:
    """Every number of every table of an exercise dated up to a day, in the order they were given."""
    rows = Statement.objects.filter(layout__convention=convention, exercise=exercise, dated__lte=at)
    return list(rows.select_related("recorded_by", "layout__fund", "layout__convention").order_by("number"))


def last_filled(*, convention: Convention, codes: Sequence[str], exercise: int, at: date) -> list[Statement]:
    """The last number of each state of some tables, dated up to a day, in the order of the convention's file."""
    rows = _filled(convention=convention, exercise=exercise, at=at)
    last = {(row.layout_id, row.variant): row for row in rows if row.layout.code in codes}
    order = {code: rank for rank, code in enumerate(codes)}

    def place(row: Statement) -> tuple[int, int]:
        states = [code for code, _ in variants_of(row.layout)]
        return order[row.layout.code], states.index(row.variant) if row.variant in states else 0

    return sorted(last.values(), key=place)


@dataclass(frozen=True)
class ListedStatement:
    """A table, or one of its states, with its last number for each exercise."""

    layout: StatementLayout
    variant: str
    label: str
    cells: list[tuple[int, Statement | None]]


def listed_statements(*, convention: Convention) -> list[ListedStatement]:
    """Every table that is owed, with what was filled."""
    rows = Statement.objects.filter(layout__convention=convention).order_by("number")
    known = {(row.layout_id, row.exercise, row.variant): row for row in rows}
    return [
        ListedStatement(
            layout, variant, label, [(year, known.get((layout.pk, year, variant))) for year in convention.years]
        )
        for layout in layouts(convention=convention)
        for variant, label in variants_of(layout) or [("", "")]
    ]


def stated_cells(statement: Statement) -> dict[tuple[str, str], Decimal]:
    return {
        (row, column): Decimal(value) for row, columns in statement.cells.items() for column, value in columns.items()
    }


@dataclass(frozen=True)
class ShownCell:
    """A figure as it is read; blank when it is not known."""

    amount: Decimal | None
    shown: str
    partial: bool


@dataclass(frozen=True)
class ShownRow:
    """A row of a filled table."""

    axis: Axis
    label: str
    cells: list[ShownCell]
    comment: str

    @property
    def is_sum(self) -> bool:
        return not self.axis.is_stated


@dataclass(frozen=True)
class StatementTable:
    """A filled table with its sums."""

    statement: Statement
    form: Form
    variant_label: str
    rows: list[ShownRow]
    cells: dict[tuple[str, str], Decimal]

    @property
    def layout(self) -> StatementLayout:
        return self.statement.layout


def statement_table(statement: Statement) -> StatementTable:
    """A filled table as it is read; the rows nobody named are left out."""
    form = form_of_layout(statement.layout)
    full = whole(form, stated_cells(statement))
    decimals = statement.layout.layout["decimals"]
    rows = [
        ShownRow(
            axis=row,
            label=row.label or statement.labels.get(row.code, ""),
            cells=[_cell(full.cells.get(key), decimals, key in full.partial) for key in _keys(row, form)],
            comment=statement.comments.get(row.code, ""),
        )
        for row in form.rows
        if row.label or row.code in statement.labels
    ]
    label = dict(variants_of(statement.layout)).get(statement.variant, "")
    return StatementTable(statement, form, label, rows, full.cells)


def _keys(row: Axis, form: Form) -> list[tuple[str, str]]:
    return [(row.code, column.code) for column in form.columns]


def _cell(amount: Decimal | None, decimals: int, partial: bool) -> ShownCell:
    if amount is None:
        return ShownCell(None, "", partial)
    return ShownCell(amount, format_whole(amount, decimals), partial)


def over_exercises(layout: StatementLayout, variant: str) -> dict[str, Any] | None:
    """The sums of a table, exercise after exercise, in the shape of an annex; None where fewer than two are filled."""
    form = form_of_layout(layout)
    sums = [row for row in form.rows if row.parts]
    known = list(last_by_exercise(layout=layout, variant=variant).values())
    if len(known) < 2 or not sums:
        return None
    rows = []
    for statement in known:
        cells = whole(form, stated_cells(statement)).cells
        for row in sums:
            own = [cells.get((row.code, column.code)) for column in form.columns]
            shown = [{"number": plain(value)} if value is not None else "" for value in own]
            rows.append([f"{statement.exercise}, {row.label}", *shown])
    header = ["Exercice", *(column.label for column in form.columns)]
    return {"title": "Au fil des exercices", "header": header, "rows": rows, "numeric": numeric_columns(rows)}


def annex_tables(table: StatementTable) -> list[dict[str, Any]]:
    """A filled table as it is frozen in an edition: header and rows, numbers told from words."""
    title = " · ".join(filter(None, [table.layout.title, table.variant_label, f"en {table.layout.unit}"]))
    rows = [
        [row.label, *({"number": plain(cell.amount)} if cell.amount is not None else "" for cell in row.cells)]
        for row in table.rows
    ]
    header = ["Ligne", *(column.label for column in table.form.columns)]
    return [{"title": title, "header": header, "rows": rows, "numeric": numeric_columns(rows)}]


def numeric_columns(rows: list[list[Any]]) -> list[int]:
    """The columns that hold numbers, counted from 0: their headings stand on the same side as their figures."""
    return sorted({rank for row in rows for rank, value in enumerate(row) if isinstance(value, dict)})


def annex_notes(table: StatementTable) -> list[str]:
    """Where the figures come from, and what is said of the rows."""
    own = table.statement
    return [
        f"{own.reference}, n° {own.number} du {own.dated:%d/%m/%Y}" + (" (données simulées)" if own.simulated else ""),
        *(f"{row.label} : {row.comment}" for row in table.rows if row.comment),
    ]
