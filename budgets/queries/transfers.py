"""Reads of the transfers: their verdict as recorded, the acts they still need, the information that is due."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Prefetch, QuerySet

from budgets.compute.transfers import Act, Verdict, in_order
from budgets.enums import TransferActKind, TransferState
from budgets.models import Fund, Transfer, TransferAct
from cog.models import Convention
from cog.once import once_a_page


def stored_verdict(verdict: Verdict) -> dict[str, Any]:
    """A verdict as it is kept with the transfer: what the article said on that day."""
    article = verdict.article
    return {
        "allowed": verdict.allowed,
        "requires": [str(act) for act in verdict.requires],
        "paragraph": article.paragraph if article else "",
        "seed_line": article.seed_line if article else None,
        "words": article.words if article else "",
        "recipients": article.recipients if article else "",
        "days": article.days if article else None,
        "anomaly": article.anomaly if article else "",
    }


def needed_acts(transfer: Transfer) -> list[TransferActKind]:
    """Every act the transfer takes, in order; the director decides where nobody else has to."""
    required = in_order(Act(one) for one in transfer.verdict["requires"])
    first = [TransferActKind(one) for one in required if one is not Act.INFORMATION]
    after = [TransferActKind.INFORMATION] if Act.INFORMATION in required else []
    return [*(first or [TransferActKind.DIRECTOR]), *after]


@dataclass(frozen=True)
class Step:
    """An act of a transfer: done, or waited for and by when."""

    kind: TransferActKind
    act: TransferAct | None
    due: date | None

    def is_late(self, at: date) -> bool:
        return self.act is None and self.due is not None and self.due < at


def steps_of(transfer: Transfer) -> list[Step]:
    """The acts of a transfer in order."""
    known = {act.kind: act for act in transfer.acts.all()}
    return [
        Step(kind, known.get(kind), information_due(transfer) if kind is TransferActKind.INFORMATION else None)
        for kind in needed_acts(transfer)
    ]


def next_step(transfer: Transfer) -> Step | None:
    """The act that is waited for; None when there is none, or when the transfer goes no further."""
    if transfer.state in (TransferState.REFUSED, TransferState.DROPPED):
        return None
    return next((step for step in steps_of(transfer) if step.act is None), None)


def information_due(transfer: Transfer) -> date | None:
    """The last day of the information of a transfer that is done; None when no delay runs."""
    days = transfer.verdict["days"]
    if transfer.done_on is None or days is None or str(Act.INFORMATION) not in transfer.verdict["requires"]:
        return None
    return transfer.done_on + timedelta(days=days)


def transfers(*, convention: Convention, fund: Fund | None = None, exercise: int | None = None) -> QuerySet[Transfer]:
    """Transfers, the latest exercise and number first, with their lines and acts."""
    rows = Transfer.objects.filter(fund__convention=convention)
    if fund is not None:
        rows = rows.filter(fund=fund)
    if exercise is not None:
        rows = rows.filter(exercise=exercise)
    rows = rows.select_related("fund", "origin", "destination", "recorded_by", "act")
    acts = Prefetch("acts", TransferAct.objects.select_related("recorded_by").order_by("dated", "pk"))
    return rows.prefetch_related(acts).order_by("-exercise", "fund__position", "-number")


@dataclass(frozen=True)
class InformationDue:
    """An information that must still be given of a transfer that was done."""

    transfer: Transfer
    due: date
    recipients: str


@once_a_page
def informations_due(*, convention: Convention) -> list[InformationDue]:
    """Every information not yet given, the most pressing first."""
    done = Transfer.objects.filter(fund__convention=convention, state=TransferState.DONE)
    untold = done.exclude(acts__kind=TransferActKind.INFORMATION).select_related("fund")
    found = [
        InformationDue(transfer, due, transfer.verdict["recipients"])
        for transfer in untold
        if (due := information_due(transfer)) is not None
    ]
    return sorted(found, key=lambda one: (one.due, one.transfer.pk))
