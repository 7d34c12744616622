"""Tables that people fill beside the funds: sums of rows and columns, equalities, what is missing or wrong.

A cell is named by its row and column. Sums are computed, never stated; a blank is not known, and a sum of which some
parts only are known is told partial.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from cog.figures import decimals_of, format_exact

Cells = Mapping[tuple[str, str], Decimal]
"""Figures by (row, column)."""

TOTAL = "total"
"""The row that adds up the rows people name themselves."""


@dataclass(frozen=True, slots=True)
class Axis:
    """A row or a column. `parts`: what it adds up, with a sign; `optional`: it may be left blank."""

    code: str
    label: str
    parts: tuple[tuple[str, int], ...] = ()
    optional: bool = False
    seed_line: int | None = None

    @property
    def is_stated(self) -> bool:
        return not self.parts


@dataclass(frozen=True, slots=True)
class Equality:
    """Two columns that must have the same total over the stated rows."""

    left: str
    right: str
    seed_line: int


@dataclass(frozen=True, slots=True)
class Form:
    """A table to fill. `decimals`: the most a figure may have; `is_open`: its stated rows are named by people."""

    rows: tuple[Axis, ...]
    columns: tuple[Axis, ...]
    decimals: int
    equalities: tuple[Equality, ...] = ()
    is_open: bool = False

    def stated(self) -> list[tuple[str, str]]:
        """The cells people fill, in reading order."""
        return [
            (row.code, column.code) for row in self.rows if row.is_stated for column in self.columns if column.is_stated
        ]


@dataclass(frozen=True, slots=True)
class Whole:
    """Every figure of a table; `partial`: sums of which some parts only are known."""

    cells: dict[tuple[str, str], Decimal]
    partial: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class CellFault:
    """Something to mend; `row` and `column` are empty for what concerns the whole table."""

    row: str
    column: str
    words: str


def whole(form: Form, stated: Cells) -> Whole:
    """The table with its sums: columns within each row first, then rows within each column."""
    cells = dict(stated)
    partial: set[tuple[str, str]] = set()
    for row in form.rows:
        for column in form.columns:
            if row.is_stated and column.parts:
                _add(cells, partial, (row.code, column.code), [((row.code, part), sign) for part, sign in column.parts])
    filled = {row for row, _ in stated}
    for row in form.rows:
        parts = [(part, sign) for part, sign in row.parts if not form.is_open or part in filled]
        for column in form.columns if row.parts else ():
            _add(cells, partial, (row.code, column.code), [((part, column.code), sign) for part, sign in parts])
    return Whole(cells, frozenset(partial))


def _add(
    cells: dict[tuple[str, str], Decimal],
    partial: set[tuple[str, str]],
    place: tuple[str, str],
    parts: list[tuple[tuple[str, str], int]],
) -> None:
    known = [cells[part] * sign for part, sign in parts if part in cells]
    if known:
        cells[place] = sum(known, Decimal(0))
    if known and (len(known) < len(parts) or any(part in partial for part, _ in parts)):
        partial.add(place)


def faults(form: Form, stated: Cells, *, labels: Mapping[str, str] | None = None) -> list[CellFault]:
    """Everything wrong in the stated cells, in reading order. `labels`: the names of the rows that people name."""
    known = set(form.stated())
    found = [
        CellFault(row, column, "cette case n'est pas à remplir.")
        for row, column in stated
        if (row, column) not in known
    ]
    named = labels or {}
    for row in form.rows:
        if row.is_stated:
            found += _of_row(form, row, stated, named)
    if not stated:
        found.append(CellFault("", "", "rien n'est saisi."))
    return found + list(_unequal(form, stated))


def _of_row(form: Form, row: Axis, stated: Cells, labels: Mapping[str, str]) -> Iterable[CellFault]:
    filled = [column for column in form.columns if (row.code, column.code) in stated]
    if form.is_open and not filled and not labels.get(row.code):
        return
    if form.is_open and filled and not labels.get(row.code, "").strip():
        yield CellFault(row.code, "", "cette ligne a des montants et pas d'intitulé.")
    for column in form.columns:
        value = stated.get((row.code, column.code))
        if value is None:
            if column.is_stated and not column.optional and not row.optional:
                yield CellFault(row.code, column.code, "rien n'est saisi : écrire 0 s'il n'y a rien.")
        elif decimals_of(value) > form.decimals:
            words = f"trouvé {format_exact(value)}, attendu au plus {form.decimals} décimales."
            yield CellFault(row.code, column.code, words)


def _unequal(form: Form, stated: Cells) -> Iterable[CellFault]:
    cells = whole(form, stated).cells
    rows = [row.code for row in form.rows if row.is_stated]
    for equality in form.equalities:
        left, right = (
            sum((cells[row, column] for row in rows if (row, column) in cells), Decimal(0))
            for column in (equality.left, equality.right)
        )
        if left != right:
            names = {column.code: column.label for column in form.columns}
            words = (
                f"« {names[equality.left]} » fait {format_exact(left)} en tout, « {names[equality.right]} »"
                f" {format_exact(right)} : trouvé un écart de {format_exact(left - right)}, attendu le même total"
                f" (l. {equality.seed_line})."
            )
            yield CellFault("", "", words)
