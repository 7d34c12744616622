"""Writing in the ledger: an act and its movements, once, all together."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from budgets.compute.entry import Fault, Stated, change, faults
from budgets.enums import DECIDED, MEASURE_OF, STATED_AS_LEVEL, ActKind, Measure, Nature
from budgets.models import BudgetAct, BudgetLine, Fund, Movement
from budgets.queries.carry_over import carry_statement
from budgets.queries.ledger import Ledger, read_ledger
from cog import audit
from cog.figures import format_exact
from cog.models import User


class ActRefused(Exception):
    """The act cannot be written: `faults` says everything there is to mend; nothing was kept."""

    def __init__(self, found: list[Fault]) -> None:
        self.faults = found
        super().__init__(" ".join(fault.words for fault in found))


class ActMoved(Exception):
    """Someone wrote an act of the same kind meanwhile: `last` is it."""

    def __init__(self, last: BudgetAct) -> None:
        self.last = last
        super().__init__(f"{last.recorded_by.name} a enregistré {last.label} pendant la saisie.")


class NothingMoves(Exception):
    """What is stated is what the ledger already holds."""


@dataclass(frozen=True)
class ActEntry:
    """An act as people state it. `stated`, by position: levels for the kinds of `STATED_AS_LEVEL`, else changes.

    `totals`: sums written by hand, which must be those of the lines. `seen`: the last act of the kind that the person
    saw (None: whatever there is).
    """

    fund: Fund
    exercise: int
    kind: ActKind
    dated: date
    stated: Mapping[int, Stated]
    reference: str = ""
    reason: str = ""
    source: str = ""
    totals: Mapping[int, Decimal] = field(default_factory=dict)
    seen: int | None = None


@transaction.atomic
def record_act(*, entry: ActEntry, by: User, at: datetime, simulated: bool = False) -> BudgetAct:
    """Write an act and what it moves; a line whose level does not change is kept only when it was never stated.

    Raises ActRefused with everything to mend, ActMoved, NothingMoves. Nothing is written then.
    """
    Fund.objects.select_for_update().get(pk=entry.fund.pk)
    former = BudgetAct.objects.filter(fund=entry.fund, exercise=entry.exercise, kind=entry.kind)
    last = former.select_related("recorded_by", "fund").order_by("-number").first()
    if entry.seen is not None and last is not None and last.pk != entry.seen:
        raise ActMoved(last)
    ledger = read_ledger(fund=entry.fund)
    if found := act_faults(entry, ledger, last, timezone.localdate(at)):
        raise ActRefused(found)
    moved = movements_of(entry, ledger)
    if not moved:
        raise NothingMoves
    return write_act(entry=entry, moved=moved, number=last.number + 1 if last else 1, by=by, at=at, simulated=simulated)


def act_faults(entry: ActEntry, ledger: Ledger, last: BudgetAct | None, today: date) -> list[Fault]:
    """Everything that keeps an act from being written."""
    found = list(_faults_of_heading(entry, ledger, last, today))
    programme = ledger.stated(Measure.PROGRAMME, entry.exercise)
    is_level = entry.kind in STATED_AS_LEVEL
    known = ledger.stated(MEASURE_OF[entry.kind], entry.exercise)
    first = is_level and not known and entry.kind is not ActKind.AMENDMENT
    found += _carry_faults(entry)
    levels = known | {position: row.amount for position, row in entry.stated.items()} if is_level else None
    return found + faults(
        ledger.layout,
        entry.stated,
        unit=entry.fund.unit,
        programme=programme,
        required=ledger.expected(entry.exercise) if first else (),
        totals=entry.totals,
        levels=levels,
    )


def _faults_of_heading(entry: ActEntry, ledger: Ledger, last: BudgetAct | None, today: date) -> Iterator[Fault]:
    if entry.exercise not in ledger.years:
        words = f"trouvé l'exercice {entry.exercise}, attendu de {ledger.years[0]} à {ledger.years[-1]}."
        yield Fault(None, words, "exercise")
    if entry.kind is ActKind.INITIAL and last is not None:
        yield Fault(None, "le budget initial est voté : il ne se modifie que par un budget rectificatif.", "kind")
    opened = MEASURE_OF[entry.kind] is Measure.VOTED and entry.kind is not ActKind.INITIAL
    if opened and not ledger.stated(Measure.VOTED, entry.exercise):
        yield Fault(None, "aucun budget initial n'est enregistré pour cet exercice : le saisir d'abord.", "kind")
    if entry.kind in DECIDED and not entry.reference.strip():
        yield Fault(None, "nommer la délibération ou la pièce qui décide cet acte.", "reference")
    if entry.kind is ActKind.RECTIFIED and not entry.reason.strip():
        yield Fault(None, "dire pourquoi le budget est rectifié.", "reason")
    if entry.dated > today:
        yield Fault(None, f"trouvé le {entry.dated:%d/%m/%Y}, une date à venir.", "dated")
    if last is not None and entry.dated < last.dated:
        words = f"trouvé le {entry.dated:%d/%m/%Y}, attendu au plus tôt le {last.dated:%d/%m/%Y} : {last.label}."
        yield Fault(None, words, "dated")
    if entry.kind is ActKind.EXECUTED and entry.dated < date(entry.exercise, 1, 1):
        yield Fault(None, f"rien ne s'exécute avant le 01/01/{entry.exercise}.", "dated")


def _carry_faults(entry: ActEntry) -> list[Fault]:
    """Credits carried over: from a closed exercise, no more than may be, to credits that bind (2.3, 2.5)."""
    if entry.kind is not ActKind.CARRY_OVER:
        return []
    former = carry_statement(fund=entry.fund, exercise=entry.exercise - 1)
    if former.closed_on is None:
        words = f"l'exercice {entry.exercise - 1} n'est pas clos : enregistrer d'abord son exécution au 31/12."
        return [Fault(None, words, "kind")]
    natures = {line.position: line.nature for line in BudgetLine.objects.filter(fund=entry.fund)}
    found = []
    for position, row in sorted(entry.stated.items()):
        if row.amount < 0:
            found.append(Fault(position, "un report ajoute des crédits : attendu un montant positif."))
        if row.amount and natures.get(position) in ("", Nature.ESTIMATED):
            found.append(Fault(position, "un report va à des dépenses limitatives : cette ligne n'en est pas."))
    total = former.carried + sum((row.amount for row in entry.stated.values()), Decimal(0))
    if total > former.carriable:
        words = (
            f"trouvé {format_exact(total)} {entry.fund.unit} reportés en tout, attendu au plus"
            f" {format_exact(former.carriable)} {entry.fund.unit}, les crédits reportables de {entry.exercise - 1}."
        )
        found.append(Fault(None, words, "total"))
    return found


def movements_of(entry: ActEntry, ledger: Ledger) -> dict[int, Stated]:
    """What the act adds to each line."""
    if entry.kind not in STATED_AS_LEVEL:
        return {position: row for position, row in entry.stated.items() if row.amount}
    known = ledger.stated(MEASURE_OF[entry.kind], entry.exercise)
    national = ledger.national(MEASURE_OF[entry.kind], entry.exercise)
    moved = {}
    for position, row in entry.stated.items():
        added = change(row.amount, known.get(position))
        own = None if row.national is None else change(row.national, national.get(position))
        if added or own or row.comment or position not in known:
            moved[position] = Stated(added, own, row.comment)
    return moved


def write_act(
    *, entry: ActEntry, moved: Mapping[int, Stated], number: int, by: User, at: datetime, simulated: bool
) -> BudgetAct:
    """The rows of an act and its audit row, inside the caller's transaction, once everything is checked."""
    act = BudgetAct.objects.create(
        fund=entry.fund,
        exercise=entry.exercise,
        kind=entry.kind,
        number=number,
        dated=entry.dated,
        reference=entry.reference.strip(),
        reason=entry.reason.strip(),
        source=entry.source[:250],
        simulated=simulated,
        recorded_at=at,
        recorded_by=by,
    )
    lines = {line.position: line for line in BudgetLine.objects.filter(fund=entry.fund, position__in=moved)}
    Movement.objects.bulk_create(
        Movement(act=act, line=lines[position], amount=row.amount, national=row.national, comment=row.comment.strip())
        for position, row in sorted(moved.items())
    )
    audit.record(
        action="budget.act",
        subject=str(act),
        by=by,
        at=at,
        details={
            "reference": act.reference,
            "reason": act.reason,
            "source": act.source,
            "movements": {str(position): str(row.amount) for position, row in sorted(moved.items())},
        },
    )
    return act
