"""The budgets' part of the demonstration: simulated votes, execution and forecasts, through the same operations."""

import random
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from budgets.compute.entry import Stated
from budgets.enums import ActKind, Measure, TransferActKind
from budgets.models import BudgetAct, Fund, Transfer
from budgets.operations import (
    ActEntry,
    TransferRequest,
    open_transfer,
    record_act,
    record_transfer_act,
    write_analysis,
)
from budgets.queries.carry_over import carry_statement
from budgets.queries.editions import edition_of
from budgets.queries.ledger import Ledger, read_ledger
from budgets.queries.programme import funds
from budgets.queries.transfers import needed_acts
from cog.models import Convention, User

SEED = 20132017
SAID = "Délibération simulée"


@dataclass(frozen=True)
class Hand:
    """Who writes, and when."""

    by: User
    at: datetime


@transaction.atomic
def load_ledger(*, convention: Convention, by: User, at: datetime) -> bool:
    """Write the simulated acts of the first exercises of both funds; False when they are already there."""
    if BudgetAct.objects.filter(fund__convention=convention, simulated=True).exists():
        return False
    hand = Hand(by, at)
    first = min(convention.years)
    for fund in funds(convention=convention).select_related("convention"):
        chance = random.Random(f"{SEED}-{fund.code}")  # noqa: S311 - a demonstration that is the same every time
        for exercise in (first, first + 1, first + 2):
            _foresee(fund, exercise, hand)
            _vote(fund, exercise, hand)
            _rectify(fund, exercise, hand, chance)
            _transfer(fund, exercise, hand, is_told=exercise < first + 2)
            for month, day, share in _statements(exercise, first):
                _state(fund, exercise, date(exercise, month, day), Decimal(share), hand, chance)
    _analyse(convention, hand)
    return True


ANALYSED = ((0, 3), (0, 4), (0, 5), (0, 6), (1, 1), (1, 2), (1, 3), (1, 4))
"""Editions that have their analysis: years after the first exercise, number."""


def _analyse(convention: Convention, hand: Hand) -> None:
    """A simulated analysis of each edition that is sent, or about to be."""
    first = min(convention.years)
    for fund in funds(convention=convention).select_related("convention"):
        for years, number in ANALYSED:
            if edition_of(fund, number) is not None:
                write_analysis(
                    fund=fund,
                    exercise=first + years,
                    number=number,
                    text=(
                        "Analyse simulée. L'exécution suit la programmation ; les dépenses de personnel restent en deçà"
                        " des crédits ouverts, les dépenses évaluatives sont ajustées au budget rectificatif."
                    ),
                    by=hand.by,
                    at=hand.at,
                    simulated=True,
                )


def _statements(exercise: int, first: int) -> list[tuple[int, int, str]]:
    """Days at which execution is stated, with the share of the year spent by then; the last exercise is under way."""
    whole = [(3, 31, "0.245"), (6, 30, "0.492"), (9, 30, "0.741"), (12, 31, "1")]
    return whole if exercise < first + 2 else whole[:2]


def _write(
    fund: Fund, exercise: int, kind: ActKind, dated: date, stated: dict[int, Stated], hand: Hand, why: str
) -> None:
    entry = ActEntry(
        fund=fund,
        exercise=exercise,
        kind=kind,
        dated=dated,
        stated=stated,
        reference=f"{SAID} du {dated:%d/%m/%Y}",
        reason=why,
    )
    record_act(entry=entry, by=hand.by, at=hand.at, simulated=True)


def _foresee(fund: Fund, exercise: int, hand: Hand) -> None:
    """In July before the exercise, a first forecast: the programme."""
    programme = read_ledger(fund=fund).stated(Measure.PROGRAMME, exercise)
    stated = {position: Stated(amount) for position, amount in programme.items()}
    _write(fund, exercise, ActKind.FORECAST, date(exercise - 1, 7, 9), stated, hand, "")


def _vote(fund: Fund, exercise: int, hand: Hand) -> None:
    """The initial budget: the programme itself; a third of the operating lines is the Caisse nationale's own."""
    ledger = read_ledger(fund=fund)
    programme = ledger.stated(Measure.PROGRAMME, exercise)
    stated = {position: Stated(amount, _national(ledger, position, amount)) for position, amount in programme.items()}
    _write(fund, exercise, ActKind.INITIAL, date(exercise - 1, 10, 28), stated, hand, "")


def _national(ledger: Ledger, position: int, amount: Decimal) -> Decimal | None:
    if ledger.fund.unit != "M€" or ledger.line_at[position].nature != "limitatif":
        return None
    return (amount * Decimal("0.08")).quantize(Decimal("0.01"))


def _rectify(fund: Fund, exercise: int, hand: Hand, chance: random.Random) -> None:
    """In April the credits left of the year before are carried over, then the estimates are rectified."""
    former = carry_statement(fund=fund, exercise=exercise - 1)
    ledger = read_ledger(fund=fund)
    day = date(exercise, 4, 10)
    if former.closed_on is not None and former.carriable > 0:
        open_to = [row.line for row in former.origins if row.left.allowed]
        target = next((line for line in open_to if line.group != "personnel"), open_to[0]).position
        moved = {target: Stated((former.carriable / 2).quantize(_step(fund)), None, "Dépenses non pérennes (simulé)")}
        _write(fund, exercise, ActKind.CARRY_OVER, day, moved, hand, "")
    opened = ledger.stated(Measure.VOTED, exercise)
    levels = {
        position: Stated((amount * Decimal(chance.randint(985, 1020)) / 1000).quantize(_step(fund)))
        for position, amount in opened.items()
        if ledger.line_at[position].nature == "evaluatif" and amount
    }
    if levels:
        _write(fund, exercise, ActKind.RECTIFIED, day, levels, hand, "Ajustement simulé des dépenses évaluatives.")


def _step(fund: Fund) -> Decimal:
    return Decimal(1) if fund.unit == "k€" else Decimal("0.01")


def _state(fund: Fund, exercise: int, day: date, share: Decimal, hand: Hand, chance: random.Random) -> None:
    """What is spent by a day, and what is expected of the whole year."""
    ledger = read_ledger(fund=fund)
    opened = ledger.stated(Measure.VOTED, exercise)
    step = _step(fund)
    spent, expected = {}, {}
    for position, amount in opened.items():
        use = Decimal(chance.randint(9300, 10050)) / 10000
        if ledger.line_at[position].nature.startswith("limitatif"):
            use = min(use, Decimal(1))
        spent[position] = Stated(
            (amount * use * share).quantize(step), _national(ledger, position, amount * use * share)
        )
        expected[position] = Stated((amount * use).quantize(step))
    _write(fund, exercise, ActKind.EXECUTED, day, spent, hand, "")
    if day.month < 12:
        _write(fund, exercise, ActKind.FORECAST, day, expected, hand, "")


def _transfer(fund: Fund, exercise: int, hand: Hand, *, is_told: bool) -> None:
    """One transfer a year, with its acts; `is_told`: those whom the convention names are informed of it."""
    ledger = read_ledger(fund=fund)
    opened = ledger.stated(Measure.VOTED, exercise)
    groups: dict[str, list[int]] = {}
    for position in opened:
        groups.setdefault(ledger.line_at[position].group, []).append(position)
    pairs = {"M€": ("personnel", "informatique"), "k€": ("fas", "dotations")}[fund.unit]
    if any(not groups.get(code) for code in pairs):
        return
    origin, destination = (ledger.line_at[groups[code][0]] for code in pairs)
    request = TransferRequest(
        fund, exercise, origin, destination, 120 * _step(fund), "Chantier avancé d'une année (simulé)."
    )
    opened_one = open_transfer(request=request, by=hand.by, at=hand.at, simulated=True)
    _decide(opened_one, exercise, hand, is_told=is_told)


def _decide(transfer: Transfer, exercise: int, hand: Hand, *, is_told: bool) -> None:
    for rank, kind in enumerate(needed_acts(transfer)):
        if kind is TransferActKind.INFORMATION and not is_told:
            return
        day = date(exercise, 5, 4 + 3 * rank)
        reference = f"Pièce simulée n° {exercise}-{transfer.number}-{rank + 1}"
        record_transfer_act(transfer=transfer, kind=kind, dated=day, reference=reference, by=hand.by, at=hand.at)
