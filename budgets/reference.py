"""The budgets' part of a convention's folder: the two tables of annexe 1, the chronicle of places, the receipts.

Every identity is checked here: sums, cross-checks, variations, rates and differences. A gap beyond rounding is a
problem, unless an anomaly of the text names its cell (`printed_gaps` in `funds.yaml`): what the signatories printed is
kept, what we mistyped is refused.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, Field

from budgets.compute.identities import CrossCheck, Derived, Gap, Line, Variation, gaps
from budgets.compute.tables import (
    RATE_UNIT,
    Table,
    are_distinct_rows,
    derived_fault,
    misplaced,
    row_total_gaps,
    table_gaps,
    unexpected_cells,
)
from budgets.enums import LineKind, Nature
from budgets.reference_published import PublishedRecord, check_published
from budgets.reference_receipts import ReceiptRecord, check_receipts
from budgets.reference_rules import FundRules, check_fund_rules
from budgets.reference_statements import StatementRecord, check_statements
from cog.models import Convention
from cog.reference.files import Folder, Located, PlainDecimal, Record
from cog.reference.registry import Context
from cog.reference.sync import Change

LINE_COLUMNS = ["position", "label", "parent_position", "kind", "nature", "group", "seed_line", "note"]
AMOUNT_COLUMNS = ["position", "year", "amount", "seed_line"]
PLACES_COLUMNS = ["position", "label", "parent_position", "kind", "year", "value", "seed_line"]

FUNDS = "budgets/funds.yaml"
UNIT = {"k€": Decimal(1), "M€": Decimal("0.01")}  # the last digit printed in each unit
TOTAL = "Total"

R = TypeVar("R", bound=Record)


def _shaped(pattern: str, expected: str) -> AfterValidator:
    """A text of that shape, whose refusal says in French what is expected."""

    def check(value: str) -> str:
        if re.fullmatch(pattern, value):
            return value
        raise ValueError(expected)

    return AfterValidator(check)


class NatureRecord(Record):
    code: Literal[tuple(Nature.values)]  # type: ignore[valid-type]
    label: str = Field(min_length=1)
    seed_line: int = Field(ge=1)


class GroupRecord(Record):
    """« groupe »: credits that move together; `fungible` says whether they may move inside it (2.2.1, 2.3.1)."""

    code: str = Field(min_length=1)
    label: str = Field(min_length=1)
    nature: str
    fungible: bool
    seed_line: int = Field(ge=1)


class CrossCheckRecord(Record):
    """An equality the text prints outside the tree: the line is the sum of the parts."""

    line: int
    parts: list[int] = Field(min_length=1)
    note: str = ""

    @property
    def rule(self) -> CrossCheck:
        return CrossCheck(self.line, tuple(self.parts))


class DerivedRecord(Record):
    """What a `rate` or `difference` row is computed from, and what its cell of the variation column holds."""

    line: int
    kind: Literal["growth", "difference"]
    of: int
    start: int = Field(alias="from")
    base: int | None = None
    variation: Literal["", "cumul", "mean_growth"] = ""
    note: str = ""

    @property
    def rule(self) -> Derived:
        return Derived(self.line, self.kind, self.of, self.start, self.base, self.variation)


class PrintedGapRecord(Record):
    """A figure the convention itself prints wrong, with the anomaly that says so; `difference` is printed - computed,
    left out where the cell is blank."""

    line: int
    year: str
    anomaly: str
    difference: PlainDecimal | None = None


class VariationRecord(Record):
    """The column that holds the last year minus the first."""

    year: Annotated[str, _shaped(r"[0-9]{4}-[0-9]{4}", "deux années, « AAAA-AAAA »")]
    label: str
    seed_line: int = Field(ge=1)


class HeadingRecord(Record):
    text: str = Field(min_length=1)
    seed_line: int = Field(ge=1)


class FundRecord(Record):
    """A fund's entry. Its lists are kept as written (two are stored as JSON); `_fund` reads them into records."""

    code: str = Field(pattern=r"^[a-z]+$")
    title: str = Field(min_length=1)
    name: str = Field(min_length=1)
    unit: Literal["k€", "M€"]
    years: list[int | str] = Field(min_length=1)
    seed_line: int = Field(ge=1)
    table_heading: HeadingRecord | None = None
    label_heading: str = ""
    variation: VariationRecord | None = None
    natures: list[dict[str, Any]] = []
    groups: list[dict[str, Any]] = []
    cross_checks: list[dict[str, Any]] = []
    derived: list[dict[str, Any]] = []
    printed_gaps: list[dict[str, Any]] = []
    transfers: list[dict[str, Any]] = []
    carry_overs: list[dict[str, Any]] = []
    editions: list[dict[str, Any]] = []
    chronicle: list[int] = []
    incoming: dict[str, Any] | None = None

    @property
    def calendar_years(self) -> list[int]:
        return [year for year in self.years if isinstance(year, int)]


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
    amount: PlainDecimal
    seed_line: int = Field(ge=1)


class PlacesRecord(Record):
    position: int = Field(ge=1)
    label: str = Field(min_length=1)
    parent_position: int | None = None
    kind: Literal[tuple(LineKind.values)]  # type: ignore[valid-type]
    year: Annotated[str, _shaped(r"[0-9]{4}|Total", "une année ou « Total »")]
    value: int = Field(ge=0)
    seed_line: int = Field(ge=1)


@dataclass(frozen=True)
class FundContent:
    fund: FundRecord
    lines: list[LineRecord]
    amounts: list[AmountRecord]
    rules: FundRules


@dataclass(frozen=True)
class BudgetsContent:
    funds: list[FundContent]
    places: list[PlacesRecord]
    receipts: list[ReceiptRecord]
    statements: list[StatementRecord]
    published: list[PublishedRecord]


class BudgetsPart:
    order = 30

    def parse(self, folder: Folder, context: Context) -> BudgetsContent:
        funds = folder.check_all(folder.yaml_list(FUNDS, "funds"), FundRecord)
        folder.unique(funds, "code")
        anomalies = _anomaly_codes(folder)
        content = [_fund(folder, fund, item, anomalies) for fund, item in funds]
        places = folder.check_all(folder.csv("budgets/chronique.csv", PLACES_COLUMNS), PlacesRecord)
        _check_places(folder, places, context)
        receipts = check_receipts(folder)
        statements = check_statements(folder, funds={entry.fund.code for entry in content})
        lines = {entry.fund.code: {line.position for line in entry.lines} for entry in content}
        published = check_published(folder, lines=lines)
        return BudgetsContent(content, [row for row, _ in places], receipts, statements, published)

    def save(self, convention: Convention, content: BudgetsContent) -> list[Change]:
        from budgets.operations import save_budgets

        return save_budgets(convention=convention, content=content)


@dataclass(frozen=True)
class _Rules:
    """The lists of a fund's entry, as records."""

    natures: list[tuple[NatureRecord, Located]]
    groups: list[tuple[GroupRecord, Located]]
    cross_checks: list[tuple[CrossCheckRecord, Located]]
    derived: list[tuple[DerivedRecord, Located]]
    printed_gaps: list[tuple[PrintedGapRecord, Located]]


def _fund(folder: Folder, fund: FundRecord, item: Located, anomalies: set[str]) -> FundContent:
    line_file, amount_file = f"budgets/{fund.code}_lines.csv", f"budgets/{fund.code}_amounts.csv"
    lines = folder.check_all(folder.csv(line_file, LINE_COLUMNS), LineRecord)
    amounts = folder.check_all(folder.csv(amount_file, AMOUNT_COLUMNS), AmountRecord)
    rules = _Rules(
        _records(folder, item, "natures", NatureRecord),
        _records(folder, item, "groups", GroupRecord),
        _records(folder, item, "cross_checks", CrossCheckRecord),
        _records(folder, item, "derived", DerivedRecord),
        _records(folder, item, "printed_gaps", PrintedGapRecord),
    )
    folder.unique(lines, "position")
    _check_groups(folder, rules)
    said = check_fund_rules(
        folder,
        item,
        groups={group.code for group, _ in rules.groups},
        natures={nature.code for nature, _ in rules.natures},
        anomalies=anomalies,
    )
    _check_lines(folder, rules, lines)
    _check_amounts(folder, fund, amounts, {line.position: line for line, _ in lines})
    if _check_rules(folder, fund, item, rules, [line for line, _ in lines], anomalies):
        _check_identities(folder, fund, rules, lines, amounts)
    return FundContent(fund, [row for row, _ in lines], [row for row, _ in amounts], said)


def _records(folder: Folder, item: Located, key: str, record: type[R]) -> list[tuple[R, Located]]:
    """The records written under a key of an entry, each with its own line."""
    entries = item.values.get(key) or []
    return folder.check_all([Located(item.file, entry.line, entry, entry.key_lines) for entry in entries], record)


def _anomaly_codes(folder: Folder) -> set[str]:
    """Codes of the text's anomalies. What is wrong in their files is said by the part that loads them."""
    quiet = Folder(folder.path)
    names = quiet.names("anomalies/*.yaml")
    return {str(item.values.get("code")) for name in names for item in quiet.yaml_list(name, "anomalies")}


def _refuse(folder: Folder, item: Located, found: str, expected: str, *, key: str = "") -> None:
    folder.problem(item.file, item.key_lines.get(key, item.line), found, expected)


def _unique(folder: Folder, items: Iterable[tuple[R, Located]], key: Callable[[R], Any], what: str) -> None:
    seen: dict[Any, int] = {}
    for row, item in items:
        if (first := seen.setdefault(key(row), item.line)) != item.line:
            shown = ", ".join(str(part) for part in key(row))
            _refuse(folder, item, f"{shown} une seconde fois (déjà ligne {first})", what)


def _check_groups(folder: Folder, rules: _Rules) -> None:
    folder.unique(rules.natures, "code")
    folder.unique(rules.groups, "code")
    natures = {nature.code for nature, _ in rules.natures}
    for group, item in rules.groups:
        if group.nature not in natures:
            expected = f"une nature du fonds ({', '.join(sorted(natures))})"
            _refuse(folder, item, f"nature = « {group.nature} »", expected, key="nature")


def _check_lines(folder: Folder, rules: _Rules, lines: list[tuple[LineRecord, Located]]) -> None:
    groups = {group.code for group, _ in rules.groups}
    wrong = misplaced({line.position: line.parent_position for line, _ in lines})
    for line, item in lines:
        if line.position in wrong:
            _refuse(folder, item, f"parent_position = {line.parent_position}", "le rang d'une autre ligne du tableau")
        if line.group and line.group not in groups:
            _refuse(folder, item, f"group = « {line.group} »", f"un groupe de funds.yaml ({', '.join(sorted(groups))})")


def _check_amounts(
    folder: Folder, fund: FundRecord, amounts: list[tuple[AmountRecord, Located]], lines: dict[int, LineRecord]
) -> None:
    columns = {str(year) for year in fund.years}
    _unique(folder, amounts, lambda row: (row.position, row.year), "un montant par ligne et par colonne")
    for amount, item in amounts:
        line = lines.get(amount.position)
        if line is None:
            _refuse(folder, item, f"position = {amount.position}", f"le rang d'une ligne de {fund.code}_lines.csv")
        if amount.year not in columns:
            _refuse(folder, item, f"year = « {amount.year} »", f"une colonne du tableau ({', '.join(sorted(columns))})")
        unit = RATE_UNIT if line and line.kind == LineKind.RATE else UNIT[fund.unit]
        if amount.amount % unit:
            _refuse(folder, item, f"amount = {amount.amount}", f"un nombre imprimé à {unit} près, sans autre décimale")


def _check_rules(
    folder: Folder, fund: FundRecord, item: Located, rules: _Rules, lines: list[LineRecord], anomalies: set[str]
) -> bool:
    """Do cross-checks, computed rows and printed gaps name what exists? Else the identities cannot be checked."""
    before = len(folder.problems)
    kinds = {line.position: str(line.kind) for line in lines}
    columns = {str(year) for year in fund.years}
    if len(columns) != len(fund.years):
        _refuse(folder, item, f"years = {fund.years}", "chaque colonne une seule fois", key="years")
    if fund.variation and not {fund.variation.year, *fund.variation.year.split("-")} <= columns:
        found = f"year = « {fund.variation.year} »"
        _refuse(folder, item, found, "une colonne de « years », entre deux années qui y sont aussi", key="variation")
    for check, place in rules.cross_checks:
        if not are_distinct_rows([check.line, *check.parts], kinds):
            found = f"cross_checks : ligne {check.line}, parties {check.parts}"
            _refuse(folder, place, found, "des rangs de lignes du tableau, chacun une seule fois")
    for row, place in rules.derived:
        if fault := derived_fault(row.rule, kinds, fund.calendar_years):
            found = f"derived : {row.kind} de {row.of} à la ligne {row.line}, from = {row.start}, base = {row.base}"
            _refuse(folder, place, found, fault)
    computed = {row.line for row, _ in rules.derived}
    for line in lines:
        if line.kind in (LineKind.RATE, LineKind.DIFFERENCE) and line.position not in computed:
            found = f"aucune entrée « derived » pour la ligne {line.position} ({line.kind})"
            _refuse(folder, item, found, "de quelle ligne elle est calculée, et comment", key="derived")
    _unique(folder, rules.cross_checks, lambda row: (row.line, *row.parts), "un contrôle croisé une seule fois")
    _unique(folder, rules.derived, lambda row: (row.line,), "une entrée par ligne calculée")
    _unique(folder, rules.printed_gaps, lambda row: (row.line, row.year), "une entrée par case")
    for gap, place in rules.printed_gaps:
        if gap.anomaly not in anomalies:
            expected = "le code d'une anomalie de anomalies/*.yaml"
            _refuse(folder, place, f"anomaly = « {gap.anomaly} »", expected, key="anomaly")
    return len(folder.problems) == before


def _check_identities(
    folder: Folder,
    fund: FundRecord,
    rules: _Rules,
    lines: list[tuple[LineRecord, Located]],
    amounts: list[tuple[AmountRecord, Located]],
) -> None:
    labels = {line.position: line.label for line, _ in lines}
    file = f"budgets/{fund.code}_amounts.csv"
    where = {(amount.position, amount.year): item.line for amount, item in amounts}
    row_of = {amount.position: item.line for amount, item in amounts}  # where a blank cell should be
    admitted = {(gap.line, gap.year): (gap, item) for gap, item in rules.printed_gaps}
    table = Table(
        lines=tuple(Line(line.position, line.parent_position, line.kind) for line, _ in lines),
        amounts={(amount.position, amount.year): amount.amount for amount, _ in amounts},
        years=tuple(fund.calendar_years),
        unit=UNIT[fund.unit],
        variation=Variation(fund.variation.year, *fund.variation.year.split("-")) if fund.variation else None,
        checks=tuple(check.rule for check, _ in rules.cross_checks),
        derived=tuple(row.rule for row, _ in rules.derived),
    )
    wrong = [(gap, reason) for gap, reason in table_gaps(table) if not gap.within_rounding]
    for gap, reason in wrong:
        key = (gap.position, gap.column)
        shown = _shown(gap, labels.get(gap.position, ""))
        if key not in admitted:
            expected = f"{gap.summed}, {reason} ; sinon dire l'anomalie dans « printed_gaps » de funds.yaml"
            folder.problem(file, where.get(key, row_of.get(gap.position)), shown, expected)
        elif admitted[key][0].difference != gap.difference:
            entry, item = admitted[key]
            found = f"printed_gaps : difference = {entry.difference} pour {shown}"
            _refuse(folder, item, found, f"{gap.difference}, l'écart avec {gap.summed} ({reason})")
    for key in sorted(set(admitted) - {(gap.position, gap.column) for gap, _ in wrong}):
        found = f"printed_gaps : ligne {key[0]}, {key[1]}"
        _refuse(folder, admitted[key][1], found, "un écart réel : ce chiffre tombe juste, retirer l'entrée")
    for cell in unexpected_cells(table):
        folder.problem(
            file, where[cell], f"un chiffre à la ligne {cell[0]}, {cell[1]}", "une case vide, d'après « derived »"
        )


def _shown(gap: Gap, label: str) -> str:
    printed = "une case vide" if gap.printed is None else str(gap.printed)
    return f"{printed} à la ligne {gap.position} « {label} », colonne {gap.column}"


def _check_places(folder: Folder, places: list[tuple[PlacesRecord, Located]], context: Context) -> None:
    """Counts are exact: parts add up to their total in every column, and the years of a row to its « Total »."""
    if not places:
        return
    first: dict[int, PlacesRecord] = {}
    for row, item in places:
        head = first.setdefault(row.position, row)
        if (row.label, row.parent_position, row.kind) != (head.label, head.parent_position, head.kind):
            found = f"« {row.label} », {row.kind}, sous {row.parent_position}"
            expected = f"« {head.label} », {head.kind}, sous {head.parent_position}, comme plus haut"
            _refuse(folder, item, found, expected)
        if row.year != TOTAL and not context.start.year <= int(row.year) <= context.end.year:
            expected = f"une année de la convention ({context.start.year} à {context.end.year}) ou « {TOTAL} »"
            _refuse(folder, item, f"year = « {row.year} »", expected)
    _unique(folder, places, lambda row: (row.position, row.year), "une valeur par ligne et par colonne")
    misplaced_rows = misplaced({row.position: row.parent_position for row in first.values()})
    for row, item in places:
        if row.position in misplaced_rows:
            _refuse(
                folder, item, f"parent_position = {row.parent_position}", "le rang d'une autre ligne de la chronique"
            )
    printed = {(row.position, row.year): Decimal(row.value) for row, _ in places}
    where = {(row.position, row.year): item.line for row, item in places}
    row_of = {row.position: item.line for row, item in places}
    tree = [Line(row.position, row.parent_position, row.kind) for row in first.values()]
    wrong = [(gap, "la somme de ses parties") for gap in gaps(tree, printed, unit=Decimal(0))]
    wrong += [(gap, "la somme de ses années") for gap in row_total_gaps(printed, total=TOTAL)]
    for gap, reason in wrong:
        folder.problem(
            "budgets/chronique.csv",
            where.get((gap.position, gap.column), row_of.get(gap.position)),
            _shown(gap, first[gap.position].label if gap.position in first else ""),
            f"{gap.summed}, {reason}",
        )
