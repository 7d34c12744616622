"""The budgets' part of a convention's folder: the two tables of annexe 1, the chronicle of places, the receipts.

Every identity is checked here. A gap beyond rounding is a problem, unless an anomaly of the text names its line (`gaps`
in `funds.yaml`): what the signatories printed is kept, what we mistyped is refused.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field

from budgets.compute.identities import Gap, Line, gaps
from budgets.enums import LineKind, Nature
from cog.models import Convention
from cog.reference.files import Folder, Located, Record
from cog.reference.registry import Context
from cog.reference.sync import Change

LINE_COLUMNS = ["position", "label", "parent_position", "kind", "nature", "group", "seed_line", "note"]
AMOUNT_COLUMNS = ["position", "year", "amount", "seed_line"]
PLACES_COLUMNS = ["position", "label", "parent_position", "kind", "year", "value", "seed_line"]
RECEIPT_COLUMNS = ["account", "label", "printed_share", "share", "seed_line", "note"]


class PrintedGapRecord(Record):
    """A sum the convention itself prints wrong, with the anomaly that says so."""

    line: int
    year: str
    anomaly: str


class FundRecord(Record):
    code: str = Field(pattern=r"^[a-z]+$")
    title: str = Field(min_length=1)
    name: str = Field(min_length=1)
    unit: Literal["k€", "M€"]
    years: list[int | str] = Field(min_length=1)
    seed_line: int = Field(ge=1)
    table_heading: dict[str, Any] | None = None
    label_heading: str = ""
    variation: dict[str, Any] | None = None
    natures: list[dict[str, Any]] = []
    groups: list[dict[str, Any]] = []
    cross_checks: list[dict[str, Any]] = []
    printed_gaps: list[PrintedGapRecord] = []


class LineRecord(Record):
    position: int = Field(ge=1)
    label: str = ""
    parent_position: int | None = None
    kind: Literal[tuple(LineKind.values)]  # type: ignore[valid-type]
    nature: Literal[("", *Nature.values)] = ""  # type: ignore[valid-type]
    group: str = ""
    seed_line: int = Field(ge=1)
    note: str = ""


class AmountRecord(Record):
    position: int = Field(ge=1)
    year: str
    amount: Decimal
    seed_line: int = Field(ge=1)


class PlacesRecord(Record):
    position: int = Field(ge=1)
    label: str = Field(min_length=1)
    parent_position: int | None = None
    kind: Literal[tuple(LineKind.values)]  # type: ignore[valid-type]
    year: str
    value: int
    seed_line: int = Field(ge=1)


class ReceiptRecord(Record):
    account: str
    label: str = ""
    printed_share: str = ""
    share: int | None = None
    seed_line: int = Field(ge=1)
    note: str = ""


@dataclass(frozen=True)
class FundContent:
    fund: FundRecord
    lines: list[LineRecord]
    amounts: list[AmountRecord]


@dataclass(frozen=True)
class BudgetsContent:
    funds: list[FundContent]
    places: list[PlacesRecord]
    receipts: list[ReceiptRecord]


class BudgetsPart:
    order = 30

    def parse(self, folder: Folder, context: Context) -> BudgetsContent:
        funds = folder.check_all(folder.yaml_list("budgets/funds.yaml", "funds"), FundRecord)
        folder.unique(funds, "code")
        content = [_fund(folder, fund) for fund, _ in funds]
        places = folder.check_all(folder.csv("budgets/chronique.csv", PLACES_COLUMNS), PlacesRecord)
        receipts = folder.check_all(folder.csv("budgets/receipts.csv", RECEIPT_COLUMNS), ReceiptRecord)
        return BudgetsContent(content, [row for row, _ in places], [row for row, _ in receipts])

    def save(self, convention: Convention, content: BudgetsContent) -> list[Change]:
        from budgets.operations import save_budgets

        return save_budgets(convention=convention, content=content)


def _fund(folder: Folder, fund: FundRecord) -> FundContent:
    line_file, amount_file = f"budgets/{fund.code}_lines.csv", f"budgets/{fund.code}_amounts.csv"
    lines = folder.check_all(folder.csv(line_file, LINE_COLUMNS), LineRecord)
    amounts = folder.check_all(folder.csv(amount_file, AMOUNT_COLUMNS), AmountRecord)
    folder.unique(lines, "position")
    _check_lines(folder, fund, lines)
    _check_amounts(folder, fund, amounts, {line.position for line, _ in lines})
    _check_sums(folder, fund, lines, amounts)
    return FundContent(fund, [row for row, _ in lines], [row for row, _ in amounts])


def _check_lines(folder: Folder, fund: FundRecord, lines: list[tuple[LineRecord, Located]]) -> None:
    positions = {line.position for line, _ in lines}
    groups = {str(group["code"]) for group in fund.groups}
    for line, item in lines:
        if line.parent_position is not None and (
            line.parent_position not in positions or line.parent_position == line.position
        ):
            folder.problem(
                item.file,
                item.line,
                f"parent_position = {line.parent_position}",
                "le rang d'une autre ligne du tableau",
            )
        if line.group and line.group not in groups:
            folder.problem(
                item.file,
                item.line,
                f"group = « {line.group} »",
                f"un groupe de funds.yaml ({', '.join(sorted(groups))})",
            )


def _check_amounts(
    folder: Folder, fund: FundRecord, amounts: list[tuple[AmountRecord, Located]], positions: set[int]
) -> None:
    columns = {str(year) for year in fund.years}
    seen: set[tuple[int, str]] = set()
    for amount, item in amounts:
        if amount.position not in positions:
            folder.problem(
                item.file,
                item.line,
                f"position = {amount.position}",
                f"le rang d'une ligne de {fund.code}_lines.csv",
            )
        if amount.year not in columns:
            folder.problem(
                item.file,
                item.line,
                f"year = « {amount.year} »",
                f"une colonne du tableau ({', '.join(sorted(columns))})",
            )
        if (amount.position, amount.year) in seen:
            folder.problem(
                item.file,
                item.line,
                f"un second montant pour la ligne {amount.position}, {amount.year}",
                "un montant par ligne et par colonne",
            )
        seen.add((amount.position, amount.year))


def _check_sums(
    folder: Folder,
    fund: FundRecord,
    lines: list[tuple[LineRecord, Located]],
    amounts: list[tuple[AmountRecord, Located]],
) -> None:
    labels = {line.position: line.label for line, _ in lines}
    where = {(amount.position, amount.year): item for amount, item in amounts}
    admitted = {(gap.line, gap.year) for gap in fund.printed_gaps}
    found = gaps(
        [Line(line.position, line.parent_position, line.kind) for line, _ in lines],
        {(amount.position, amount.year): amount.amount for amount, _ in amounts},
        unit=Decimal(1) if fund.unit == "k€" else Decimal("0.01"),
    )
    wrong = {(gap.position, gap.column): gap for gap in found if not gap.within_rounding}
    for key, gap in wrong.items():
        if key not in admitted:
            item = where.get(key)
            folder.problem(
                item.file if item else f"budgets/{fund.code}_amounts.csv",
                item.line if item else None,
                _shown(gap, labels[gap.position]),
                f"{gap.summed}, la somme de ses parties ; sinon dire l'anomalie dans « printed_gaps » de funds.yaml",
            )
    for position, column in sorted(admitted - set(wrong)):
        folder.problem(
            "budgets/funds.yaml",
            None,
            f"printed_gaps : ligne {position}, {column}",
            "un écart réel : cette somme tombe juste, retirer l'entrée",
        )


def _shown(gap: Gap, label: str) -> str:
    printed = "une case vide" if gap.printed is None else str(gap.printed)
    return f"{printed} à la ligne {gap.position} « {label} », colonne {gap.column}"
