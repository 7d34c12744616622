"""Transfers of credits: recorded only when the convention has a way for them, done once every act it asks is there."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from budgets.compute.entry import DECIMALS, Stated
from budgets.compute.transfers import Verdict
from budgets.enums import ActKind, Measure, TransferActKind, TransferState
from budgets.models import BudgetAct, BudgetLine, Fund, Transfer, TransferAct
from budgets.operations.acts import ActEntry, write_act
from budgets.queries.ledger import read_ledger
from budgets.queries.rules import side_of, transfer_rule
from budgets.queries.transfers import needed_acts, stored_verdict
from cog import audit
from cog.figures import decimals_of, format_exact
from cog.models import User


class TransferRefused(Exception):
    """The transfer, or its act, cannot be recorded: `found` says what is wrong, field by field."""

    def __init__(self, found: list[tuple[str, str]], verdict: Verdict | None = None) -> None:
        self.found, self.verdict = found, verdict
        super().__init__(" ".join(words for _, words in found))


@dataclass(frozen=True)
class TransferRequest:
    """A transfer as it is asked: an amount in the fund's unit, from a line to another."""

    fund: Fund
    exercise: int
    origin: BudgetLine
    destination: BudgetLine
    amount: Decimal
    reason: str
    exceptional: bool = False


@transaction.atomic
def open_transfer(*, request: TransferRequest, by: User, at: datetime, simulated: bool = False) -> Transfer:
    """Record a transfer as a draft, with the verdict of the convention.

    Raises TransferRefused: what the convention forbids without derogation is never recorded, and a derogation is
    recorded only when it is asked as such.
    """
    Fund.objects.select_for_update().get(pk=request.fund.pk)
    verdict = transfer_rule(fund=request.fund, origin=side_of(request.origin), destination=side_of(request.destination))
    if found := _faults(request, verdict):
        raise TransferRefused(found, verdict)
    last = Transfer.objects.filter(fund=request.fund, exercise=request.exercise).order_by("-number").first()
    opened = Transfer.objects.create(
        fund=request.fund,
        exercise=request.exercise,
        number=last.number + 1 if last else 1,
        origin=request.origin,
        destination=request.destination,
        amount=request.amount,
        reason=request.reason.strip(),
        exceptional=not verdict.allowed,
        verdict=stored_verdict(verdict),
        simulated=simulated,
        recorded_at=at,
        recorded_by=by,
    )
    audit.record(
        action="transfer.opened",
        subject=str(opened),
        by=by,
        at=at,
        details={"amount": str(opened.amount), "verdict": opened.verdict, "reason": opened.reason},
    )
    return opened


def _faults(request: TransferRequest, verdict: Verdict) -> list[tuple[str, str]]:
    unit = request.fund.unit
    found = []
    if request.origin.pk == request.destination.pk:
        found.append(("destination", "la ligne de destination est celle d'origine."))
    elif not verdict.is_possible:
        found.append(("destination", "la convention interdit ce virement : il ne peut pas être enregistré."))
    elif verdict.is_derogation and not request.exceptional:
        found.append(("exceptional", "ce virement est interdit sauf dérogation : la demander expressément."))
    if request.amount <= 0:
        found.append(("amount", f"trouvé {format_exact(request.amount)} {unit}, attendu un montant positif."))
    if decimals_of(request.amount) > DECIMALS[unit]:
        found.append(("amount", f"attendu au plus l'euro, {DECIMALS[unit]} décimales en {unit}."))
    if not request.reason.strip():
        found.append(("reason", "dire pourquoi ces crédits sont virés."))
    ledger = read_ledger(fund=request.fund)
    stated = set(ledger.layout.stated())
    for name, line in (("origin", request.origin), ("destination", request.destination)):
        if line.position not in stated:
            found.append((name, f"« {line.label} » est une somme : choisir une des lignes qui la composent."))
    opened = ledger.stated(Measure.VOTED, request.exercise)
    if not opened:
        found.append(("exercise", f"aucun budget initial n'est enregistré pour {request.exercise}."))
    elif request.amount > opened.get(request.origin.position, Decimal(0)):
        left = format_exact(opened.get(request.origin.position, Decimal(0)))
        found.append(
            ("amount", f"trouvé {format_exact(request.amount)} {unit}, la ligne n'a que {left} {unit} ouverts.")
        )
    return found


@transaction.atomic
def record_transfer_act(
    *,
    transfer: Transfer,
    kind: TransferActKind,
    dated: date,
    reference: str,
    by: User,
    at: datetime,
    favourable: bool = True,
) -> Transfer:
    """Record an act of a transfer. The last one that was needed does it: the movements enter the ledger that day.

    An unfavourable act other than an opinion refuses the transfer. Raises TransferRefused.
    """
    held = Transfer.objects.select_for_update().select_related("fund", "origin", "destination").get(pk=transfer.pk)
    if found := _act_faults(held, kind, dated, reference, timezone.localdate(at)):
        raise TransferRefused(found)
    act = TransferAct.objects.create(
        transfer=held,
        kind=kind,
        favourable=favourable,
        dated=dated,
        reference=reference.strip(),
        recorded_at=at,
        recorded_by=by,
    )
    audit.record(
        action="transfer.act",
        subject=str(held),
        by=by,
        at=at,
        details={"kind": kind, "favourable": favourable, "dated": dated.isoformat(), "reference": act.reference},
    )
    binds = kind not in (TransferActKind.COMMITTEE_OPINION, TransferActKind.INFORMATION)
    if not favourable and binds:
        held.state = TransferState.REFUSED
        held.save(update_fields=["state"])
    elif held.state == TransferState.DRAFT and not _missing(held):
        _do(held, by, at)
    return held


def _missing(transfer: Transfer) -> list[TransferActKind]:
    done = set(transfer.acts.values_list("kind", flat=True))
    return [kind for kind in needed_acts(transfer) if kind not in done and kind is not TransferActKind.INFORMATION]


def _act_faults(
    transfer: Transfer, kind: TransferActKind, dated: date, reference: str, today: date
) -> list[tuple[str, str]]:
    found = []
    needed = needed_acts(transfer)
    if kind not in needed:
        found.append(("kind", "la convention ne demande pas cet acte pour ce virement."))
    elif transfer.state in (TransferState.REFUSED, TransferState.DROPPED):
        found.append(("kind", f"ce virement est {transfer.get_state_display()} : il ne reçoit plus d'acte."))
    elif transfer.acts.filter(kind=kind).exists():
        found.append(("kind", "cet acte est déjà enregistré ; ce qui est enregistré ne change plus."))
    elif kind is TransferActKind.INFORMATION and transfer.state != TransferState.DONE:
        found.append(("kind", "l'information suit le virement : enregistrer d'abord la décision."))
    else:
        found += _out_of_order(transfer, kind, dated, needed)
    if not reference.strip():
        found.append(("reference", "nommer la pièce : délibération, courrier, procès-verbal."))
    if dated > today:
        found.append(("dated", f"trouvé le {dated:%d/%m/%Y}, une date à venir."))
    if dated.year < transfer.exercise:
        found.append(("dated", f"trouvé le {dated:%d/%m/%Y}, avant l'exercice {transfer.exercise}."))
    return found


def _out_of_order(
    transfer: Transfer, kind: TransferActKind, dated: date, needed: list[TransferActKind]
) -> list[tuple[str, str]]:
    """Acts follow one another: an agreement precedes the vote, an approval follows it."""
    before = needed[: needed.index(kind)]
    found = []
    known = {act.kind: act for act in transfer.acts.all()}
    for earlier in before:
        if earlier not in known:
            found.append(("kind", f"il manque d'abord : {earlier.label}."))
        elif known[earlier].dated > dated:
            words = f"trouvé le {dated:%d/%m/%Y}, avant l'acte qui le précède : {known[earlier]}."
            found.append(("dated", words))
    return found


def _do(transfer: Transfer, by: User, at: datetime) -> None:
    """Write the movements of a transfer whose every act is there."""
    done_on = max(transfer.acts.values_list("dated", flat=True))
    opened = read_ledger(fund=transfer.fund).stated(Measure.VOTED, transfer.exercise)
    if transfer.amount > opened.get(transfer.origin.position, Decimal(0)):
        words = "la ligne d'origine n'a plus assez de crédits ouverts : abandonner ce virement et en ouvrir un autre."
        raise TransferRefused([("amount", words)])
    last = BudgetAct.objects.filter(fund=transfer.fund, exercise=transfer.exercise, kind=ActKind.TRANSFER)
    top = last.order_by("-number").first()
    moved = {
        transfer.origin.position: Stated(-transfer.amount),
        transfer.destination.position: Stated(transfer.amount),
    }
    entry = ActEntry(
        fund=transfer.fund,
        exercise=transfer.exercise,
        kind=ActKind.TRANSFER,
        dated=done_on,
        stated=moved,
        reference=" ; ".join(f"{act}, {act.reference}" for act in transfer.acts.order_by("dated", "pk"))[:200],
        reason=transfer.reason,
    )
    number = top.number + 1 if top else 1
    transfer.act = write_act(entry=entry, moved=moved, number=number, by=by, at=at, simulated=transfer.simulated)
    transfer.done_on = done_on
    transfer.state = TransferState.DONE
    transfer.save(update_fields=["act", "done_on", "state"])


@transaction.atomic
def drop_transfer(*, transfer: Transfer, by: User, at: datetime) -> Transfer:
    """Give up a draft; what is done or refused stays what it is. Raises TransferRefused."""
    held = Transfer.objects.select_for_update().get(pk=transfer.pk)
    if held.state != TransferState.DRAFT:
        raise TransferRefused([("state", f"ce virement est {held.get_state_display()} : il ne s'abandonne plus.")])
    held.state = TransferState.DROPPED
    held.save(update_fields=["state"])
    before, after = {"state": str(TransferState.DRAFT)}, {"state": str(held.state)}
    audit.record(action="transfer.dropped", subject=str(held), by=by, at=at, before=before, after=after)
    return held
