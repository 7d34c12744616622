"""What an amendment may change here: the programme of a line of a fund, year by year, as an act of the ledger."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from budgets.compute.entry import Stated
from budgets.enums import ActKind, Measure
from budgets.models import BudgetAct, Fund
from budgets.operations.acts import ActEntry, act_faults, record_act
from budgets.queries.ledger import Ledger, read_ledger
from cog.amendments.registry import ChangeRefused, Line
from cog.enums import ChangeKind
from cog.figures import NumberError, format_whole, parse_french_decimal
from cog.models import Amendment, AmendmentChange, Convention, User

Changes = Sequence[AmendmentChange]


class ProgrammePart:
    """« montant du programme »: a stated line of a fund in an exercise; the sums follow."""

    kind = ChangeKind.PROGRAMME

    def subjects(self, *, convention: Convention) -> list[tuple[str, str]]:
        found = []
        for fund in Fund.objects.filter(convention=convention).select_related("convention").order_by("position"):
            ledger = read_ledger(fund=fund)
            stated = set(ledger.layout.stated())
            found += [
                (f"{fund.code}/{line.position}", f"{fund.name} · {line.label or 'ligne sans intitulé'}")
                for line in ledger.lines
                if line.position in stated
            ]
        return found

    def lines(self, *, convention: Convention, subject: str, on: date) -> list[Line]:
        found = _line(convention, subject)
        if found is None:
            return []
        fund, position = found
        ledger = read_ledger(fund=fund, at=on)
        label = ledger.line_at[position].label
        return [
            Line(
                str(year),
                f"{fund.name}, {label}, {year}",
                _shown(ledger.stated(Measure.PROGRAMME, year).get(position), ledger),
                f"nouveau montant, en {fund.unit}",
            )
            for year in ledger.years
            if year >= on.year
        ]

    def after(self, *, convention: Convention, subject: str, key: str, entry: str, on: date) -> str:
        found = _line(convention, subject)
        assert found is not None  # noqa: S101 - its lines were just read
        return _shown(_amount(entry), read_ledger(fund=found[0]))

    def faults(self, *, amendment: Amendment, changes: Changes, at: datetime) -> list[str]:
        today = max(timezone.localdate(at), amendment.effective_on)
        found = []
        for entry in _entries(amendment, changes):
            rows = BudgetAct.objects.filter(fund=entry.fund, exercise=entry.exercise, kind=entry.kind)
            last = rows.select_related("recorded_by", "fund").order_by("-number").first()
            ledger = read_ledger(fund=entry.fund)
            for fault in act_faults(entry, ledger, last, today):
                place = ledger.line_at[fault.position].label if fault.position in ledger.line_at else ""
                found.append(f"{entry.fund.name} {entry.exercise}{f', {place}' if place else ''} : {fault.words}")
        return found

    def apply(self, *, amendment: Amendment, changes: Changes, by: User, at: datetime) -> None:
        for entry in _entries(amendment, changes):
            record_act(entry=entry, by=by, at=at, simulated=amendment.simulated)


def _line(convention: Convention, subject: str) -> tuple[Fund, int] | None:
    """The fund and the rank of a line that is stated, « fnga/3 »."""
    code, _, position = subject.partition("/")
    fund = Fund.objects.filter(convention=convention, code=code).select_related("convention").first()
    if fund is None or not position.isdecimal():
        return None
    return (fund, int(position)) if int(position) in read_ledger(fund=fund).layout.stated() else None


def _entries(amendment: Amendment, changes: Changes) -> list[ActEntry]:
    """One act a fund and exercise, with every line the amendment changes in it."""
    grouped: dict[tuple[str, int], dict[int, Stated]] = defaultdict(dict)
    for change in changes:
        code, _, position = change.subject.partition("/")
        grouped[code, int(change.key)][int(position)] = Stated(_amount(change.entry))
    funds = {row.code: row for row in Fund.objects.filter(convention=amendment.convention).select_related("convention")}
    return [
        ActEntry(
            fund=funds[code],
            exercise=exercise,
            kind=ActKind.AMENDMENT,
            dated=amendment.effective_on,
            stated=stated,
            reference=str(amendment),
            reason=amendment.title,
            source=amendment.reference,
        )
        for (code, exercise), stated in sorted(grouped.items())
    ]


def _amount(text: str) -> Decimal:
    try:
        return parse_french_decimal(text, refuse_ambiguous_dot=True)
    except NumberError as wrong:
        raise ChangeRefused(f"trouvé « {text} », attendu {wrong.expected}.") from None


def _shown(amount: Decimal | None, ledger: Ledger) -> str:
    return "rien" if amount is None else format_whole(amount, ledger.decimals, ledger.fund.unit)
