"""Loading the tables of the convention."""

from decimal import Decimal
from typing import TYPE_CHECKING

from budgets.models import BudgetAmount, BudgetLine, Fund, PlacesLine, PublishedBudget, ReusableReceipt, StatementLayout
from cog.models import Convention
from cog.reference.sync import Change, sync

if TYPE_CHECKING:
    from budgets.reference import BudgetsContent


def save_budgets(*, convention: Convention, content: "BudgetsContent") -> list[Change]:
    """Bring the funds, their lines and amounts in line with the files, inside the loader's transaction."""
    funds = {
        entry.fund.code: Fund(
            convention=convention,
            position=position,
            code=entry.fund.code,
            title=entry.fund.title,
            name=entry.fund.name,
            unit=entry.fund.unit,
            years=[str(year) for year in entry.fund.years],
            groups=entry.fund.groups,
            cross_checks=entry.fund.cross_checks,
            derived=entry.fund.derived,
            transfers=[record.model_dump(mode="json") for record in entry.rules.transfers],
            chronicle=entry.fund.chronicle,
            incoming=entry.rules.incoming.model_dump(mode="json") if entry.rules.incoming else {},
            editions=[record.model_dump(mode="json") for record in entry.rules.editions],
            carry_overs=[record.model_dump(mode="json") for record in entry.rules.carry_overs],
            seed_line=entry.fund.seed_line,
        )
        for position, entry in enumerate(content.funds, start=1)
    }
    changes = [
        sync(
            Fund.objects.filter(convention=convention),
            funds.values(),
            key=lambda row: row.code,
            fields=[
                "position",
                "title",
                "name",
                "unit",
                "years",
                "groups",
                "cross_checks",
                "derived",
                "transfers",
                "carry_overs",
                "editions",
                "chronicle",
                "incoming",
                "seed_line",
            ],
        )
    ]
    lines = {
        (entry.fund.code, line.position): BudgetLine(
            fund=funds[entry.fund.code],
            position=line.position,
            label=line.label,
            kind=line.kind,
            nature=line.nature,
            group=line.group,
            seed_line=line.seed_line,
            note=line.note,
        )
        for entry in content.funds
        for line in entry.lines
    }
    present = BudgetLine.objects.filter(fund__convention=convention)
    key = lambda row: (row.fund_id, row.position)  # noqa: E731 - the same identity twice below
    changes.append(
        sync(present, lines.values(), key=key, fields=["label", "kind", "nature", "group", "seed_line", "note"])
    )
    _set_parents(content, lines)
    amounts = [
        BudgetAmount(
            line=lines[entry.fund.code, amount.position],
            year=amount.year,
            amount=amount.amount,
            decimals=_decimals(amount.amount),
            seed_line=amount.seed_line,
        )
        for entry in content.funds
        for amount in entry.amounts
    ]
    changes.append(
        sync(
            BudgetAmount.objects.filter(line__fund__convention=convention),
            amounts,
            key=lambda row: (row.line_id, row.year),
            fields=["amount", "decimals", "seed_line"],
        )
    )
    changes += _save_annexes(convention, content)
    return [*changes, _save_layouts(convention, content, funds), _save_published(convention, content, lines)]


def _set_parents(content: "BudgetsContent", lines: dict[tuple[str, int], BudgetLine]) -> None:
    """Parents are set once every line has its key: a line may stand above the one it is a part of."""
    wanted = {
        lines[entry.fund.code, line.position].pk: lines[entry.fund.code, line.parent_position].pk
        for entry in content.funds
        for line in entry.lines
        if line.parent_position is not None
    }
    changed = []
    for line in BudgetLine.objects.filter(pk__in=[line.pk for line in lines.values()]):
        if line.parent_id != wanted.get(line.pk):
            line.parent_id = wanted.get(line.pk)
            changed.append(line)
    BudgetLine.objects.bulk_update(changed, ["parent"])


def _save_annexes(convention: Convention, content: "BudgetsContent") -> list[Change]:
    places = [
        PlacesLine(
            convention=convention,
            position=row.position,
            label=row.label,
            kind=row.kind,
            year=row.year,
            value=row.value,
            seed_line=row.seed_line,
        )
        for row in content.places
    ]
    receipts = [
        ReusableReceipt(
            convention=convention,
            position=position,
            account=row.account,
            label=row.label,
            printed_share=row.printed_share,
            share=row.share,
            seed_line=row.seed_line,
            note=row.note,
        )
        for position, row in enumerate(content.receipts, start=1)
    ]
    return [
        sync(
            PlacesLine.objects.filter(convention=convention),
            places,
            key=lambda row: (row.position, row.year),
            fields=["label", "kind", "value", "seed_line"],
        ),
        sync(
            ReusableReceipt.objects.filter(convention=convention),
            receipts,
            key=lambda row: row.position,
            fields=["account", "label", "printed_share", "share", "seed_line", "note"],
        ),
    ]


def _save_layouts(convention: Convention, content: "BudgetsContent", funds: dict[str, Fund]) -> Change:
    layouts = [
        StatementLayout(
            convention=convention,
            position=position,
            code=row.code,
            fund=funds[row.fund],
            title=row.title,
            recipient=row.recipient,
            unit=row.unit,
            layout=row.layout,
            note=row.note,
            seed_line=row.seed_line,
        )
        for position, row in enumerate(content.statements, start=1)
    ]
    return sync(
        StatementLayout.objects.filter(convention=convention),
        layouts,
        key=lambda row: row.code,
        fields=["position", "fund", "title", "recipient", "unit", "layout", "note", "seed_line"],
    )


def _save_published(
    convention: Convention, content: "BudgetsContent", lines: dict[tuple[str, int], BudgetLine]
) -> Change:
    rows = [
        PublishedBudget(
            convention=convention,
            position=position,
            subject=row.fund,
            label=row.line,
            line=lines[row.fund, row.position] if row.position is not None else None,
            year=row.year,
            amount=row.amount,
            unit=row.unit,
            basis=row.basis,
            source=row.source,
            source_url=row.source_url,
            confidence=row.confidence,
            note=row.note,
        )
        for position, row in enumerate(content.published, start=1)
    ]
    fields = ["subject", "label", "line", "year", "amount", "unit", "basis", "source", "source_url", "confidence"]
    return sync(
        PublishedBudget.objects.filter(convention=convention),
        rows,
        key=lambda row: row.position,
        fields=[*fields, "note"],
    )


def _decimals(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
