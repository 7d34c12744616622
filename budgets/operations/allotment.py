"""Recording an allotment of the dotations d'action sociale: computed again, checked, stored with all its steps."""

from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from budgets.compute import allotment as engine
from budgets.models import Allotment, AllotmentRow
from budgets.queries.allotment import AllotmentRefused, AllotmentRequest, caisses, in_force, prepared
from cog import audit
from cog.models import Convention, User


class AllotmentMoved(AllotmentRefused):
    """Someone recorded an allotment of the same exercise meanwhile: nothing is written."""


@transaction.atomic
def record_allotment(
    *, convention: Convention, request: AllotmentRequest, by: User, at: datetime, simulated: bool = False
) -> Allotment:
    """Compute the allotment of an exercise and keep it, all of it or nothing; it takes the place of the last number.

    Raises AllotmentRefused with every problem, AllotmentMoved when the last number is not the one that was seen.
    """
    Convention.objects.select_for_update(of=("self",)).get(pk=convention.pk)  # one writer at a time
    last = in_force(convention=convention, exercise=request.exercise)
    if (last.number if last else 0) != request.seen:
        told = f"{last.recorded_by.name} a enregistré le n° {last.number}" if last else "Aucune n'est enregistrée"
        raise AllotmentMoved([f"{told} pour {request.exercise} : rien n'est enregistré, relire d'abord."])
    result = prepared(convention=convention, request=request, today=timezone.localdate(at))
    row = Allotment.objects.create(
        convention=convention,
        exercise=request.exercise,
        number=request.seen + 1,
        envelope=result.envelope,
        guaranteed_part=result.parameters.guaranteed_part,
        cap=result.parameters.cap,
        mean_growth=result.mean_growth,
        guaranteed_rate=result.guaranteed_rate,
        rounds=[
            asdict(one) | {"difference": str(one.difference), "coefficient": str(one.coefficient)}
            for one in result.rounds
        ],
        act=request.act.strip(),
        decided_on=request.decided_on,
        state_notice=request.state_notice.strip(),
        reason=request.reason.strip(),
        simulated=simulated,
        recorded_at=at,
        recorded_by=by,
    )
    bodies = {one.code: one for one in caisses(convention=convention)}
    AllotmentRow.objects.bulk_create(
        AllotmentRow(allotment=row, organisation=bodies[share.entry.code], **_steps(share)) for share in result.shares
    )
    if simulated:
        Convention.objects.filter(pk=convention.pk).update(holds_simulated=True)
    details = {"envelope": str(row.envelope), "act": row.act, "reason": row.reason, "simulated": simulated}
    audit.record(action="budgets.allotment_recorded", subject=str(row), by=by, at=at, details=details)
    return row


def _steps(share: engine.Share) -> dict[str, object]:
    entry = share.entry
    return {
        "benefits": entry.benefits,
        "previous": entry.previous,
        "beneficiaries_before": entry.beneficiaries_before,
        "beneficiaries_now": entry.beneficiaries_now,
        "prorata": share.prorata,
        "guarantee": share.guarantee,
        "ceiling": share.cap,
        "retained": share.retained,
        "shared": share.shared,
        "amount": share.amount,
        "basis": share.basis.value,
        "settled_in": share.settled_in,
    }
