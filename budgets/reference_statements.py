"""The layouts of the tables owed beside the funds: `budgets/statements.yaml`, checked row by row."""

from collections.abc import Collection
from typing import Any

from pydantic import Field

from budgets.compute.statements import TOTAL, Axis, Equality, Form
from cog.reference.files import SMALL, Folder, Located, Record

FILE = "budgets/statements.yaml"


class AxisRecord(Record):
    """A row or a column; `sum` names what it adds up, « -code » taken away."""

    code: str = Field(pattern=r"^[a-z0-9_]+$")
    label: str = Field(min_length=1)
    sum: list[str] = []
    optional: bool = False

    @property
    def parts(self) -> list[tuple[str, int]]:
        return [(name.removeprefix("-"), -1 if name.startswith("-") else 1) for name in self.sum]


class EqualityRecord(Record):
    left: str
    right: str
    seed_line: int = Field(ge=1)


class VariantRecord(Record):
    code: str = Field(pattern=r"^[a-z0-9_]{1,20}$")
    label: str = Field(min_length=1)


class StatementRecord(Record):
    code: str = Field(pattern=r"^[a-z_]{1,40}$")
    title: str = Field(min_length=1)
    recipient: str = Field(min_length=1)
    fund: str
    unit: str = Field(min_length=1, max_length=12)
    decimals: int = Field(ge=0, le=6)
    seed_line: int = Field(ge=1)
    note: str = ""
    open_rows: int = Field(default=0, ge=0, le=SMALL)
    total: str = ""
    rows_from: str = Field(default="", pattern=r"^(receipts)?$")
    constants: dict[str, int] = {}
    columns: list[AxisRecord] = Field(min_length=1)
    rows: list[AxisRecord] = []
    equals: list[EqualityRecord] = []
    variants: list[VariantRecord] = []

    @property
    def layout(self) -> dict[str, Any]:
        """What is stored: everything a table needs, but for the rows taken from elsewhere."""
        kept = {"decimals", "open_rows", "total", "rows_from", "constants", "columns", "rows", "equals", "variants"}
        return self.model_dump(mode="json", include=kept)


def check_statements(folder: Folder, *, funds: Collection[str]) -> list[StatementRecord]:
    """The layouts of the folder; a sum, an equality or a fund that names nothing is a problem at its line."""
    if not (folder.path / FILE).exists():
        return []
    found = folder.check_all(folder.yaml_list(FILE, "statements"), StatementRecord)
    folder.unique(found, "code")
    for record, item in found:
        if record.fund not in funds:
            folder.problem(FILE, item.line, f"fund = « {record.fund} »", f"un fonds ({', '.join(sorted(funds))})")
        _check_axes(folder, item, record.columns, "columns")
        _check_axes(folder, item, record.rows, "rows")
        columns = {column.code for column in record.columns}
        for equality in record.equals:
            for name in (equality.left, equality.right):
                if name not in columns:
                    folder.problem(FILE, item.line, f"equals : « {name} »", f"une colonne de {record.code}")
        if not (record.rows or record.open_rows or record.rows_from):
            folder.problem(FILE, item.line, f"{record.code} sans ligne", "« rows », « open_rows » ou « rows_from »")
    return [record for record, _ in found]


def _check_axes(folder: Folder, item: Located, axes: list[AxisRecord], what: str) -> None:
    known: set[str] = set()
    for axis in axes:
        if axis.code in known:
            folder.problem(FILE, item.line, f"{what} : « {axis.code} » une seconde fois", "chaque code une seule fois")
        for name, _ in axis.parts:
            if name not in known:
                expected = "des codes écrits plus haut dans la même liste"
                folder.problem(FILE, item.line, f"{what} : « {axis.code} » additionne « {name} »", expected)
        known.add(axis.code)


def form_of(layout: dict[str, Any], *, receipts: list[tuple[str, str, int]]) -> Form:
    """The table to fill from its stored layout; `receipts`: (account, label, line) of the reusable receipts."""
    open_rows = [f"ligne_{rank}" for rank in range(1, layout["open_rows"] + 1)]
    rows = [_axis(row) for row in layout["rows"]]
    rows += [Axis(code, "") for code in open_rows]
    if layout["rows_from"] == "receipts":
        rows += [Axis(account, label, optional=True, seed_line=line) for account, label, line in receipts]
    if layout["total"]:
        rows.append(Axis(TOTAL, layout["total"], tuple((code, 1) for code in open_rows)))
    return Form(
        rows=tuple(rows),
        columns=tuple(_axis(column) for column in layout["columns"]),
        decimals=max(layout["decimals"], 6),
        equalities=tuple(Equality(**one) for one in layout["equals"]),
        is_open=bool(open_rows),
    )


def _axis(stored: dict[str, Any]) -> Axis:
    parts = tuple((name.removeprefix("-"), -1 if name.startswith("-") else 1) for name in stored["sum"])
    return Axis(stored["code"], stored["label"], parts, stored["optional"])
