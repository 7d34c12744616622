"""What an edition of a fund holds at a date: the whole table, its acts, what is annexed to it, as plain JSON.

Tbb of the Fnga: 2.7.1, l. 6646-6662; states of the Fnas: 2.4, l. 6028-6041.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from budgets.enums import ActKind, LineKind
from budgets.models import BudgetAct, EditionAnalysis, Fund
from budgets.queries.carry_over import CarryStatement, carry_of
from budgets.queries.conformity import ConformityPage, conformity_of
from budgets.queries.ledger import Ledger, read_ledger
from budgets.queries.tables import YearTable, year_table
from budgets.queries.transfers import information_due, transfers
from budgets.queries.worked import annex
from cog.figures import plain

COLUMNS = ("programme", "initial", "voted", "executed", "forecast", "gap", "rate")
"""The columns of the table, as keys of the content; amounts in the fund's unit, the rate in %."""


ANNEXES = {
    "staff": ("effectifs", "plafond_emplois"),
    "payroll": ("masse_salariale",),
    "receipts": ("recettes", "cessions"),
}
"""Tables of the convention's file that go with an edition, by annex."""


@dataclass(frozen=True)
class EditionSpec:
    """An edition that a fund owes: its number, its obligation in the calendar, what it needs and annexes."""

    number: int
    obligation: str
    needs: tuple[ActKind, ...]
    carried: bool
    staff: bool
    payroll: bool
    closed: bool
    analysis: bool
    seed_line: int


def editions_of(fund: Fund) -> list[EditionSpec]:
    return [
        EditionSpec(**{**stored, "needs": tuple(ActKind(kind) for kind in stored["needs"])}) for stored in fund.editions
    ]


def edition_of(fund: Fund, number: int) -> EditionSpec | None:
    return next((spec for spec in editions_of(fund) if spec.number == number), None)


@dataclass(frozen=True)
class EditionState:
    """An edition as it stands at a date: its content, and what it still needs."""

    fund: Fund
    exercise: int
    spec: EditionSpec
    at: date
    content: dict[str, Any]
    missing_acts: list[ActKind]
    partial_lines: list[str]
    is_closed: bool
    former_closed: bool
    analysis: EditionAnalysis | None


def edition_state(*, fund: Fund, exercise: int, spec: EditionSpec, at: date) -> EditionState:
    """The edition of an exercise with the acts dated up to `at`."""
    ledger = read_ledger(fund=fund, at=at)
    table = year_table(ledger=ledger, exercise=exercise)
    known = {act.kind for act in table.acts}
    analysis = analyses(fund=fund, exercise=exercise, number=spec.number).first()
    carried = carry_of(ledger, exercise - 1) if spec.carried else None
    content: dict[str, Any] = {
        "fund": {"code": fund.code, "name": fund.name, "unit": fund.unit, "decimals": ledger.decimals},
        "convention": {"code": fund.convention.code, "title": fund.convention.title},
        "exercise": exercise,
        "number": spec.number,
        "at": at.isoformat(),
        "seed_line": spec.seed_line,
        "rows": _rows(ledger, table),
        "acts": [_act(act) for act in table.acts],
        "comments": _comments(ledger, exercise),
        "transfers": _transfers(fund, exercise, at),
        "carried": _carried(carried) if carried else None,
        **_annexes(fund, exercise, spec, at),
        "conformity": _conformity(conformity_of(ledger, exercise)),
        "analysis": analysis.text if analysis else "",
    }
    annexes = [content[name] for name in ANNEXES]
    content["simulated"] = (
        table.simulated
        or bool(analysis and analysis.simulated)
        or any(one["simulated"] for one in annexes if one is not None)
    )
    return EditionState(
        fund=fund,
        exercise=exercise,
        spec=spec,
        at=at,
        content=content,
        missing_acts=[kind for kind in spec.needs if kind not in known],
        partial_lines=[row.line.label for row in table.rows if any(figure.partial for figure in row.figures)],
        is_closed=table.closed_on is not None,
        former_closed=carried is None or carried.closed_on is not None or exercise == ledger.years[0],
        analysis=analysis,
    )


def _annexes(fund: Fund, exercise: int, spec: EditionSpec, at: date) -> dict[str, Any]:
    """The annexes the edition takes, as they are filled by a date; None for what it does not take or is not filled."""
    taken = {"staff": spec.staff, "payroll": spec.payroll, "receipts": spec.payroll}
    return {
        name: annex(convention=fund.convention, codes=codes, exercise=exercise, at=at) if taken[name] else None
        for name, codes in ANNEXES.items()
    }


def analyses(*, fund: Fund, exercise: int, number: int) -> QuerySet[EditionAnalysis]:
    """What was written about an edition, the last one first."""
    rows = EditionAnalysis.objects.filter(fund=fund, exercise=exercise, number=number)
    return rows.select_related("written_by").order_by("-written_at", "-pk")


def _number(amount: Decimal | None) -> str | None:
    return None if amount is None else plain(amount)


def _rows(ledger: Ledger, table: YearTable) -> list[dict[str, Any]]:
    parts = ledger.layout.parts()
    return [
        {
            "position": row.line.position,
            "label": row.line.label,
            "depth": row.depth,
            "kind": row.line.kind,
            "nature": row.line.nature,
            "group": row.line.group,
            "seed_line": row.line.seed_line,
            "unit": "%" if row.line.kind == LineKind.RATE else table.fund.unit,
            "parts": [[part, sign] for part, sign in parts.get(row.line.position, [])],
            **{name: _number(figure.amount) for name, figure in zip(COLUMNS, row.figures, strict=True)},
            "partial": sorted(name for name, figure in zip(COLUMNS, row.figures, strict=True) if figure.partial),
        }
        for row in table.rows
    ]


def _act(act: BudgetAct) -> dict[str, Any]:
    return {
        "kind": act.kind,
        "label": act.label,
        "dated": act.dated.isoformat(),
        "reference": act.reference,
        "reason": act.reason,
        "simulated": act.simulated,
    }


def _comments(ledger: Ledger, exercise: int) -> list[dict[str, Any]]:
    return [
        {"position": row.line.position, "label": row.line.label, "act": row.act.label, "text": row.comment}
        for row in ledger.movements
        if row.act.exercise == exercise and row.comment
    ]


def _transfers(fund: Fund, exercise: int, at: date) -> list[dict[str, Any]]:
    """The transfers done by a date, with the rule each was done under; in the order they were."""
    rows = transfers(convention=fund.convention, fund=fund, exercise=exercise).filter(done_on__lte=at)
    return [
        {
            "number": row.number,
            "done_on": row.done_on.isoformat() if row.done_on else "",
            "origin": row.origin.label,
            "origin_group": row.origin.group,
            "destination": row.destination.label,
            "destination_group": row.destination.group,
            "amount": plain(row.amount),
            "reason": row.reason,
            "paragraph": row.verdict["paragraph"],
            "seed_line": row.verdict["seed_line"],
            "exceptional": row.exceptional,
            "acts": [f"{act}, {act.reference}" for act in row.acts.all() if act.dated <= at],
            "information_due": due.isoformat() if (due := information_due(row)) else "",
        }
        for row in rows.order_by("done_on", "number")
    ]


def _carried(page: CarryStatement) -> dict[str, Any]:
    """Credits of N-1 carried over and not (Tbb 3, l. 6657; Fnas, l. 6037)."""
    return {
        "exercise": page.exercise,
        "closed_on": page.closed_on.isoformat() if page.closed_on else "",
        "origins": [
            {
                "position": row.line.position,
                "label": row.line.label,
                "authorised": _number(row.authorised),
                "executed": _number(row.executed),
                "unused": _number(row.left.unused),
                "local": _number(row.local_left),
                "national": _number(row.national_left),
                "carriable": _number(row.left.carriable),
                "cancelled": _number(row.left.cancelled),
                "paragraph": row.left.article.paragraph if row.left.article else "",
                "seed_line": row.left.article.seed_line if row.left.article else None,
            }
            for row in page.origins
        ],
        "destinations": [{"label": row.label, "amount": plain(row.amount)} for row in page.destinations],
        "carriable": plain(page.carriable),
        "carried": plain(page.carried),
        "not_carried": plain(page.not_carried),
        "cancelled": plain(page.cancelled),
    }


def _conformity(page: ConformityPage) -> dict[str, Any]:
    """Voted against allowed, group by group, and the split between local bodies and the Caisse nationale (l. 6430)."""
    return {
        "conforms": page.conforms,
        "groups": [
            {
                "group": row.group.code,
                "label": row.group.label,
                "programme": _number(row.result.programme),
                "adjustments": [[name, plain(amount)] for name, amount in row.result.adjustments.items()],
                "allowed": plain(row.result.allowed),
                "voted": _number(row.result.voted),
                "gap": _number(row.result.gap),
                "conforms": row.result.conforms,
            }
            for row in page.rows
        ],
        "caps": [
            {"label": group.label, "cap": plain(cap.cap), "spent": plain(cap.spent), "left": plain(cap.left)}
            for group, cap in page.caps
        ],
        "split": [
            {"label": row.label, "voted": plain(row.voted), "national": _number(row.national)} for row in page.split
        ],
    }
